"""The readers of bytes from strangers, each as a function that fails where a promise is broken."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from reading import read_all, read_with_restarts

from nspermaudit import (
    archive,
    baseline,
    biff,
    compound,
    discovery,
    editing,
    examples,
    ooxml,
    packs,
    parsers,
    waivers,
    zip_layout,
)
from nspermaudit import config as configuration
from nspermaudit.auditing import Request, audit
from nspermaudit.errors import InputError, UsageError
from nspermaudit.evidence import manifest as evidence_manifest
from nspermaudit.evidence import replay
from nspermaudit.finding import Input
from nspermaudit.parsers import (
    csv,
    deploy,
    excel,
    features,
    json,
    manifest,
    objects,
    sdf,
    spreadsheetml,
)
from nspermaudit.rule import Use
from nspermaudit.source import Source, from_bytes

ARCHIVES = (archive, zip_layout)
WORKBOOKS = (biff, compound, ooxml)
PARSERS = (sdf, features, objects, manifest, deploy, spreadsheetml, json, csv, excel)
"""Named here so that they are imported, and instrumented, before the first bytes come."""

ROLE = (
    b'<role scriptid="customrole_fuzz"><permissions><permission><permkey>LIST_ITEM</permkey>'
    b"<permlevel>FULL</permlevel></permission></permissions></role>"
)
NEW = {"rule": "a-rule", "role": "customrole_fuzz", "reason": "A reason."}
LAST_PAGE = b'{"offset": 1, "items": [{"role": 1, "permkey": "LIST_ITEM", "permlevel": 1}]}'


def read_export(data: bytes) -> None:
    """An export gives roles or errors; the short cut and the plain reader say the same of it."""
    found, _ = read_with_restarts(data, "input", plain=False)
    expected, _ = read_with_restarts(data, "input", plain=True)
    is_glanced_at = expected.input.format == "objects" and expected.input.status == "failed"
    if found != expected and not is_glanced_at:  # what is not parsed is not found to be broken
        raise AssertionError(f"the short cut says {found}, the plain reader {expected}")
    item = found.input
    _refuse_contradiction(item)
    if any(message.location.path != "input" for message in item.messages):
        raise AssertionError(f"a message about another file: {item.messages}")


def read_pages(data: bytes) -> None:
    """A JSON export holds what every export does, beside another page of the same result, too."""
    read_export(data)
    read_all([from_bytes(data, "input"), from_bytes(LAST_PAGE, "page")])


def read_workbook(data: bytes) -> None:
    """A workbook is refused with words, or goes on to the process that reads it and holds there."""
    try:
        inspect = ooxml.inspected if data.startswith(b"PK") else biff.inspected
        for faults in inspect(data):
            if not all(text.strip() for text in faults.values()):
                raise AssertionError(f"an error without words: {faults}")
    except InputError as error:
        _refuse_silence(error)
    else:
        read_export(data)


def read_zip(data: bytes) -> None:
    """An archive gives inputs under its own name, each of which is whole or has an error."""
    for item in read_all(list(discovery.opened([from_bytes(data, "input")]))).inputs:
        _refuse_contradiction(item)
        if item.path != "input" and not item.path.startswith("input/"):
            raise AssertionError(f"an input called {item.path!r}")


def read_pack(data: bytes) -> None:
    """A pack gives rules that can be held against a role, and examples, or it has faults."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pack.yaml"
        file.write_bytes(data)
        try:
            uses = (Use(str(file)),)
            audit([Source("role", data=ROLE)], request=Request(packs=uses))
            for rule in packs.all_rules(packs.load(uses)):
                list(examples.failures(rule))
        except UsageError as error:
            _refuse_silence(error)


def read_config(data: bytes) -> None:
    """A configuration can be audited with, or has faults."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / configuration.FILE_NAME
        file.write_bytes(data)
        try:
            audit([Source("role", data=ROLE)], configuration.read(str(file)))
        except (UsageError, InputError) as error:
            _refuse_silence(error)


def _refuse_contradiction(item: Input) -> None:
    is_faulty = any(message.severity.word == "error" for message in item.messages)
    if is_faulty != (item.status in ("partial", "failed")):
        raise AssertionError(f"status {item.status} with {item.messages}")


def read_waivers(data: bytes) -> None:
    """A file of waivers has waivers or faults; adding one and removing it leaves no trace."""
    try:
        found = waivers.parse(data, "input")
        changed = editing.with_entry(data, "waivers", NEW)
    except (UsageError, editing.NotSafeError) as error:
        _refuse_silence(error)
    else:
        if editing.without_entries(changed, "waivers", [len(found)]) != data:
            raise AssertionError("the file is not what it was")


def read_baseline(data: bytes) -> None:
    """A baseline is read, and written in its own form, or has faults."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "baseline.json"
        file.write_bytes(data)
        try:
            entries = baseline.read(str(file)).entries.values()
            file.write_text("".join(baseline.written(entries)))
            if baseline.read(str(file)).entries.keys() != {item.fingerprint for item in entries}:
                raise AssertionError("it is not what was written")
        except UsageError as error:
            _refuse_silence(error)


def read_manifest(data: bytes) -> None:
    """A manifest of evidence is one that an audit can be made from, or it has faults."""
    try:
        found = evidence_manifest.read(Source("input", data=data))
        again = evidence_manifest.written(found)
        if evidence_manifest.read(Source("again", data="".join(again).encode())) != found:
            raise AssertionError("it is not what was written")
        audit(
            replay.sources(found, "/nowhere/".__add__, {}),
            request=Request(packs=(Use("guide"),)),
            reading=replay.reading(found),
        )
    except UsageError as error:
        _refuse_silence(error)


def _refuse_silence(error: Exception) -> None:
    if not str(error).strip():
        raise AssertionError("an error without words")


READERS: Mapping[str, Callable[[bytes], None]] = {
    "sdf": read_export,
    "csv": read_export,
    "spreadsheetml": read_export,
    "json": read_pages,
    "excel": read_workbook,
    "zip": read_zip,
    "pack": read_pack,
    "config": read_config,
    "waivers": read_waivers,
    "baseline": read_baseline,
    "evidence": read_manifest,
}
"""Each reader's name is that of its corpus."""

assert set(parsers.PARSERS) == {parser.__name__.rpartition(".")[2] for parser in PARSERS}
