"""The manifest of evidence: writing it, and reading one that may be anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from nspermaudit import located_json, schemas
from nspermaudit.documents import Document
from nspermaudit.errors import InputError, UsageError
from nspermaudit.evidence.layout import (
    DIGEST,
    MANIFEST,
    MAX_MANIFEST,
    SCHEMA,
    Folder,
    NotWrittenError,
    digest_text,
    is_name,
)
from nspermaudit.source import Source

__all__ = ["SCHEMA", "read", "write", "written"]

MOST_ENTRIES = 1000
"""So many packs, settings, roles and kinds of inputs are enough for any audit."""

_SEVERITIES = (1, 2, 3)
_DIGEST = re.compile("[0-9a-f]{64}")


def write(folder: Folder, value: Mapping[str, Any]) -> None:
    """Write a manifest, and beside it its digest.

    Raises NotWrittenError if nobody could read it again.
    """
    file = folder.write(MANIFEST, map(str.encode, written(value)))
    try:
        read(Source(MANIFEST, folder.place_of(MANIFEST)))
    except UsageError as error:
        raise NotWrittenError(str(error)) from None
    folder.write(DIGEST, [digest_text(file.sha256).encode()])


def written(value: Mapping[str, Any]) -> Iterator[str]:
    """JSON in ASCII; of a list each item stands on a line of its own."""
    before = "{\n"
    for key, item in value.items():
        yield f"{before}{json.dumps(key)}: "
        before = ",\n"
        if isinstance(item, list) and item:
            yield "[\n" + json.dumps(item[0])
            yield from (",\n" + json.dumps(entry) for entry in item[1:])
            yield "\n]"
        else:
            yield json.dumps(item)
    yield "\n}\n"


def read(source: Source) -> dict[str, Any]:
    """Read a manifest. Raises UsageError for one that is none, or that says more than one thing."""
    try:
        data = source.read(MAX_MANIFEST)
        value = located_json.strict(data, source.path)
    except InputError as error:
        raise UsageError(str(error)) from None
    document = Document(source.path)
    try:
        document.value = _outline_of(value, source.path)
        schemas.hold_against(document, schemas.load("evidence"))
    except RecursionError:
        raise UsageError(f"{source.path}: nested too deeply") from None
    document.refuse_if_faulty()
    document.value = value
    _refuse_contradictions(document)
    document.refuse_if_faulty()
    found: dict[str, Any] = value
    return found


def _outline_of(value: Any, path: str) -> Any:
    """What a schema has to look at: of the inputs and files that are alike only one.

    There can be a hundred thousand. Raises UsageError for more of another kind than evidence has.
    """
    if not isinstance(value, dict):
        return value
    found = dict(value)
    for key in ("inputs", "files", "command", "sources"):
        if isinstance(found.get(key), list):
            found[key] = _distinct(found[key])
    pending: list[Any] = [found]
    while pending:
        item = pending.pop()
        if isinstance(item, (dict, list)):
            if len(item) > MOST_ENTRIES:
                raise UsageError(f"{path}: more than {MOST_ENTRIES} entries of a kind")
            pending += item.values() if isinstance(item, dict) else item
    return found


def _distinct(items: list[Any]) -> list[Any]:
    """The outlines of some values, each once; no more than tell that there are too many."""
    found: dict[str, Any] = {}
    for item in items:
        outline = _outline(item)
        found.setdefault(repr(outline), outline)
        if len(found) > MOST_ENTRIES:
            break
    return [*found.values()]


def _outline(value: Any) -> Any:
    """A value with all that no schema asks about made alike: texts, digests and numbers."""
    if isinstance(value, dict):
        return {
            key: item if key == "status" else _outline(item) for key, item in sorted(value.items())
        }
    if isinstance(value, list):
        if any(isinstance(item, (dict, list)) for item in value):
            return _distinct(value)
        return [item if item in _SEVERITIES else _outline(item) for item in value[:MOST_ENTRIES]]
    if isinstance(value, str):
        return "0" * 64 if _DIGEST.fullmatch(value) else ""
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-1, min(value, 0))
    return value


def _refuse_contradictions(document: Document) -> None:
    """Note names that evidence does not have, those listed twice, and those not listed at all."""
    listed: set[str] = set()
    for index, item in enumerate(document.value["files"]):
        path = item["path"]
        if not is_name(path) or path in (MANIFEST, DIGEST):
            document.fault(f'evidence has no file called "{path}"', ("files", index))
        elif path in listed:
            document.fault(f'"{path}" is listed twice', ("files", index))
        listed.add(path)
    for kind in ("settings", "packs", "inputs"):
        for index, item in enumerate(document.value[kind]):
            path = item.get("file")
            if path is not None and path not in listed:
                document.fault(f'"{path}" is not among the files', (kind, index))
