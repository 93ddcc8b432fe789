"""Putting evidence together: what an audit read, was told and found, and the manifest of it all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from nspermaudit import packs, parsers
from nspermaudit.auditing import Request
from nspermaudit.config import Config
from nspermaudit.discovery import shown
from nspermaudit.errors import InputError, UsageError
from nspermaudit.evidence import manifest, replay, results
from nspermaudit.evidence.layout import (
    ABOUT,
    ABOUT_TEXT,
    INPUTS,
    PACKS,
    RESULTS,
    SETTINGS,
    File,
    Folder,
    NotWrittenError,
    checked,
    digest_of,
)
from nspermaudit.export import Export
from nspermaudit.finding import Report
from nspermaudit.pack_file import Pack
from nspermaudit.rule import Use
from nspermaudit.source import Reading, Source
from nspermaudit.style import listed

_TELLING = ("sdf", "objects")
"""Formats of which a file says something by being there, even if nobody reads it on."""


class Audited(NamedTuple):
    """An audit that was performed: what went in, and what came out.

    ``exports`` are what became of ``sources``, one of each, in the same order; the request has a
    stock of packs.
    """

    report: Report
    sources: Sequence[Source]
    exports: Sequence[Export]
    config: Config
    request: Request
    reading: Reading


class Told(NamedTuple):
    """What evidence has beside the audit.

    ``command`` are the arguments of the command line, ``as_of`` the day whose state the inputs
    show, ``origins`` where they come from: for one input, by its path, or for all of them (an empty
    path). ``waivers`` and ``baseline`` are files. Without ``with_inputs`` no input is copied.
    """

    command: tuple[str, ...] = ()
    as_of: str = ""
    origins: tuple[tuple[str, str], ...] = ()
    waivers: tuple[str, ...] = ()
    baseline: str | None = None
    fail_on: str = "error"
    exit_code: int = 0
    with_inputs: bool = True


def stock(config: Config, asked: Sequence[Use]) -> packs.Stock:
    """The packs of an audit, read once; those that ship are known anyway.

    Raises as ``packs.load``.
    """
    used = packs.load(asked or config.use)
    others: dict[str, Pack] = {}
    known = {pack.id for pack in used}
    for use in config.use if asked else ():
        with suppress(UsageError):
            loaded = (pack for pack in packs.load([use]) if not pack.digest.ships)
            others.update({pack.id: pack for pack in loaded if pack.id not in known})
    return packs.Stock(used, tuple(others[name] for name in sorted(others)))


def gather(folder: Folder, audited: Audited, told: Told) -> None:
    """Fill a folder with the evidence of an audit, but for its manifest; then write that.

    Raises NotWrittenError where something was changed meanwhile, or holds what must not be copied.
    """
    inputs = list(_inputs(folder, audited, with_inputs=told.with_inputs))
    stocked = audited.request.stock or packs.Stock(())
    used = [_pack(folder, pack, is_used=True) for pack in stocked.used]
    used += [_pack(folder, pack, is_used=False) for pack in stocked.others]
    config = audited.config
    files = [
        *([("configuration", config.path, config.file)] if config.file else []),
        *(("waivers", shown(file), file) for file in told.waivers),
        *([("baseline", shown(told.baseline), told.baseline)] if told.baseline else []),
    ]
    settings = [
        {"kind": kind, "path": path, "file": _copied(folder, SETTINGS, Source(path, file)).path}
        for kind, path, file in files
    ]
    _refuse_changed_settings(folder, settings, audited)
    style = results.style_of(audited.report, audited.sources)
    for form, name in RESULTS.items():
        folder.write(name, results.rendered(form, audited.report, style))
    folder.write(ABOUT, [ABOUT_TEXT.encode()])
    head = _head(audited, told)
    lists = {"settings": settings, "packs": used, "inputs": inputs, "files": _files(folder)}
    manifest.write(folder, {**head, **lists})


def _refuse_changed_settings(
    folder: Folder, settings: Sequence[dict[str, Any]], audited: Audited
) -> None:
    """Raise NotWrittenError if what was copied does not say what the audit was told."""
    copies = {"settings": settings}
    config = audited.config
    try:
        again = replay.configuration(copies, folder.place_of)
        known = replay.known_findings(copies, folder.place_of)
    except UsageError as error:
        raise NotWrittenError(str(error)) from None
    is_same = again._replace(file=config.file, use=config.use) == config
    uses = [[(use.name, use.parameters) for use in item.use] for item in (again, config)]
    if not is_same or uses[0] != uses[1] or known != audited.request.baseline:
        names = listed([item["path"] for item in settings])
        raise NotWrittenError(f"{names}: changed while they were used: audit again")


def _files(folder: Folder) -> list[dict[str, Any]]:
    return [
        {"path": file.path, "sha256": file.sha256, "bytes": file.size}
        for file in sorted(folder.files)
    ]


def _head(audited: Audited, told: Told) -> dict[str, Any]:
    """What stands in a manifest before its lists."""
    report, request, reading = audited.report, audited.request, audited.reading
    return {
        "schema": manifest.SCHEMA,
        "tool": {"name": "nspermaudit", "version": report.version},
        "command": list(told.command),
        "as_of": told.as_of or None,
        "sources": [{"path": path or None, "text": text} for path, text in told.origins],
        "today": request.today if audited.config.waivers else None,
        "options": {
            "roles": list(request.roles),
            "select": list(request.select),
            "ignore": list(request.ignore),
            "strict": request.strict,
            "encoding": reading.encoding,
            "columns": dict(reading.columns),
            "levels": {word: level.name for word, level in reading.levels.items()},
            "table_role": reading.role,
            "fail_on": told.fail_on,
        },
        "result": {**results.summed(report), "exit_code": told.exit_code},
    }


def _copied(folder: Folder, kind: str, source: Source) -> File:
    try:
        return folder.keep(kind, source)
    except InputError as error:
        raise NotWrittenError(str(error)) from None


def _pack(folder: Folder, pack: Pack, *, is_used: bool) -> dict[str, Any]:
    name = f"{pack.id.replace('/', '-')}.yaml"
    file = _copied(folder, PACKS, Source(name, pack.file))
    if file.sha256 != pack.digest.sha256:
        raise NotWrittenError(f"{shown(pack.file)} was changed while it was used: audit again")
    return {
        "id": pack.id,
        "path": None if pack.digest.ships else shown(pack.file),
        "file": file.path,
        "used": is_used,
        "parameters": dict(pack.parameters),
    }


def _inputs(folder: Folder, audited: Audited, *, with_inputs: bool) -> Iterator[dict[str, Any]]:
    """The inputs one by one, an archive as one with what was read in it."""
    archives: dict[int, list[tuple[Source, Export]]] = {}
    for source, export in zip(audited.sources, audited.exports, strict=True):
        if source.archive is None:
            continue
        archives.setdefault(id(source.archive), []).append((source, export))
    for source, export in zip(audited.sources, audited.exports, strict=True):
        if source.archive is None:
            yield from _input(folder, source, export, audited.reading, with_inputs=with_inputs)
        elif members := archives.pop(id(source.archive), None):
            yield _archive(folder, source.archive, members, with_inputs=with_inputs)


def _input(
    folder: Folder, source: Source, export: Export, reading: Reading, *, with_inputs: bool
) -> Iterator[dict[str, Any]]:
    value: dict[str, Any] = {**_facts(export), "named": source.named, "context": source.is_context}
    if source.passed_over:
        yield {**value, "passed_over": source.passed_over}
    elif source.is_asset:
        yield value
    elif export.status == "skipped" and export.format not in _TELLING:
        if not source.is_context:  # else it gave nothing, and no report tells it
            yield {**value, "skipped": _skipped(source, export, reading)}
    else:
        try:
            file = folder.keep(INPUTS, source) if with_inputs else digest_of(source)
        except InputError as error:
            yield {**value, "trouble": error.text}
            return
        _refuse_changed(export, file)
        value |= {"sha256": file.sha256, "bytes": file.size}
        yield {**value, "file": file.path if with_inputs else None}


def _facts(export: Export) -> dict[str, Any]:
    """What became of an input, as the report tells it."""
    told = export.as_input()
    return {
        "path": told.path,
        "format": told.format,
        "status": told.status,
        "sha256": told.sha256 or None,
        "bytes": told.size if told.sha256 else None,
        "rows": told.rows,
        "roles": told.roles,
        "grants": told.grants,
    }


def _skipped(source: Source, export: Export, reading: Reading) -> dict[str, Any]:
    """What an input was taken for that is no export, and what was said of it."""
    is_export = bool(export.format) and parsers.load(export.format).holds_roles(source, reading)
    notes = [
        [item.location.line, item.location.column, int(item.severity), item.text]
        for item in export.messages
    ]
    return {"is_export": is_export, "notes": notes}


def _archive(
    folder: Folder, source: Source, members: Iterable[tuple[Source, Export]], *, with_inputs: bool
) -> dict[str, Any]:
    """A zip as a whole; that its members are what the audit read is made sure of."""
    from nspermaudit import archive  # noqa: PLC0415 - start-up: few inputs are archives

    value = {"path": source.path, "archive": True, "named": source.named}
    facts = [_facts(export) for _, export in members]
    try:
        file = folder.keep(INPUTS, source) if with_inputs else digest_of(source)
    except InputError as error:
        return {**value, "sha256": None, "bytes": None, "trouble": error.text, "members": facts}
    read = {export.source.path: export for _, export in members}
    place = folder.place_of(file.path) if with_inputs else source.file
    kept = Source(source.path, place, None if with_inputs else source.data, named=True)
    for member in archive.members(kept, lambda name: False):  # noqa: ARG005 - all are copied
        if member.trouble:
            continue
        with suppress(InputError):  # it is damaged, and the audit has told that
            found = (checked if with_inputs else digest_of)(member)
            if member.path in read:
                _refuse_changed(read[member.path], found)
    value |= {"sha256": file.sha256, "bytes": file.size}
    return {**value, "file": file.path if with_inputs else None, "members": facts}


def _refuse_changed(export: Export, file: File) -> None:
    """Raise NotWrittenError if other bytes were read than those that are there now."""
    known = export.source.sha256
    if known and known != file.sha256:
        raise NotWrittenError(f"{export.source.path} was changed while it was read: audit again")
