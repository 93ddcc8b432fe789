"""The manifest of evidence: writing it, and reading one that may be anything."""

from __future__ import annotations

import json
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

__all__ = ["SCHEMA", "read", "write"]


def write(folder: Folder, value: Mapping[str, Any]) -> None:
    """Write a manifest, and beside it its digest."""
    file = folder.write(MANIFEST, map(str.encode, _written(value)))
    if file.size > MAX_MANIFEST:
        raise NotWrittenError(f"its manifest has more than {MAX_MANIFEST >> 20} MB")
    folder.write(DIGEST, [digest_text(file.sha256).encode()])


def _written(value: Mapping[str, Any]) -> Iterator[str]:
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
    document.value = value
    schemas.hold_against(document, schemas.load("evidence"))
    document.refuse_if_faulty()
    _refuse_contradictions(document)
    document.refuse_if_faulty()
    found: dict[str, Any] = value
    return found


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
