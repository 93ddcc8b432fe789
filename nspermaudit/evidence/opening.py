"""Opening what may be evidence, a folder or a zip, from a stranger perhaps.

Only files of the names that evidence has are opened, and no link is followed. A zip is unpacked
into a folder of ours first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from nspermaudit.errors import InputError, UsageError
from nspermaudit.evidence import manifest, packed
from nspermaudit.evidence.layout import (
    DIGEST,
    MANIFEST,
    MAX_MANIFEST,
    digest_of,
    digest_text,
    is_name,
)
from nspermaudit.source import ZIP_SIGNATURES, Source

MOST_FILES = 200_000
"""A folder with more files than this is not looked through."""


class Change(NamedTuple):
    """One thing that is not as the manifest says: ``what`` became of the file at ``path``."""

    what: str
    path: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.path}" + (f" ({self.reason})" if self.reason else "")


class Opened(NamedTuple):
    """Evidence whose files were held against its manifest.

    ``manifest`` is None where it was changed so much that it cannot be read. ``there`` are the
    files that may be opened, by name, each with its place; ``digest`` is that of the manifest.
    """

    manifest: Mapping[str, Any] | None
    digest: str
    there: Mapping[str, str]
    changes: tuple[Change, ...]
    files: int


@contextmanager
def opened(path: str) -> Iterator[Opened]:
    """The evidence at a path, for as long as the context lasts.

    Raises UsageError for what is none.
    """
    if os.path.isdir(path):
        yield _held(path, path, ())
        return
    source = Source(path, path, named=True)
    try:
        is_zip = source.head(4) in ZIP_SIGNATURES
    except InputError as error:
        raise UsageError(f"{path}: {error.text}") from None
    if not is_zip:
        raise UsageError(f"{path}: neither a folder nor a zip: not evidence")
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - start-up: only a zip needs it

    with TemporaryDirectory(prefix="nspermaudit-") as place:
        changes = tuple(Change(*item) for item in packed.unpack(source, place))
        yield _held(path, place, changes)


def _held(name: str, place: str, before: tuple[Change, ...]) -> Opened:
    """The files of a folder, held against its manifest."""
    there, strange = _files(place)
    if MANIFEST not in there and DIGEST in there:
        lost = (
            before
            if MANIFEST in {item.path for item in before}
            else (
                *before,
                Change("missing", MANIFEST),
            )
        )
        return Opened(None, "", there, tuple(sorted({*lost, *strange})), len(there))
    if MANIFEST not in there:
        raise UsageError(f"{name}: not evidence: there is no {MANIFEST} in it")
    source = Source(f"{name}/{MANIFEST}", there[MANIFEST])
    if os.stat(there[MANIFEST]).st_size > MAX_MANIFEST:
        raise UsageError(f"{source.path}: larger than {MAX_MANIFEST >> 20} MB: not evidence")
    digest = _measured(source)
    changes = [*before, *_of_digest(there, digest)]
    try:
        value = manifest.read(source)
    except UsageError:
        if DIGEST not in there or not changes:
            raise
        return Opened(None, digest, there, tuple(sorted({*changes, *strange})), len(there))
    changes += [*strange, *_changed(value, there, {change.path for change in before})]
    return Opened(value, digest, there, tuple(sorted(set(changes))), len(value["files"]) + 2)


def _of_digest(there: Mapping[str, str], digest: str) -> Iterator[Change]:
    """What is wrong with the manifest's digest, or with the manifest."""
    if DIGEST not in there:
        yield Change("missing", DIGEST)
        return
    with open(there[DIGEST], "rb") as stream:
        text = stream.read(1000).decode("latin-1")
    if text == digest_text(digest):
        return
    hexadecimal, rest = text[:64], text[64:]
    if rest != digest_text("") or not set(hexadecimal) <= set("0123456789abcdef"):
        yield Change("changed", DIGEST, "it is no digest of a manifest")
    else:
        reason = f"{DIGEST} has the digest of another one: one of the two was changed"
        yield Change("changed", MANIFEST, reason)


def _files(folder: str) -> tuple[dict[str, str], list[Change]]:
    """The files that may be evidence, by name; what else is there, by name."""
    there: dict[str, str] = {}
    strange: list[Change] = []
    pending = [""]
    while pending:
        below = pending.pop()
        with os.scandir(os.path.join(folder, below)) as entries:
            for entry in entries:
                name = f"{below}{entry.name}"
                if entry.is_symlink():
                    strange.append(Change("additional", name, "a link, which is not followed"))
                elif entry.is_dir(follow_symlinks=False):
                    pending.append(f"{name}/")
                elif not is_name(name) or not entry.is_file(follow_symlinks=False):
                    strange.append(Change("additional", name))
                else:
                    there[name] = entry.path
                if len(there) + len(strange) + len(pending) > MOST_FILES:
                    raise UsageError(f"{folder}: more than {MOST_FILES} files: not evidence")
    return there, strange


def _changed(
    value: Mapping[str, Any], there: Mapping[str, str], known: set[str]
) -> Iterator[Change]:
    """What is not as a manifest says: of the files that it lists, and of others."""
    listed = {MANIFEST, DIGEST}
    for item in value["files"]:
        path = item["path"]
        listed.add(path)
        if path in known:
            continue
        if path not in there:
            yield Change("missing", path)
            continue
        size = os.stat(there[path]).st_size
        if size != item["bytes"]:
            reason = f"{size} bytes, and {item['bytes']} are recorded"
            yield Change("changed", path, reason)
        elif _measured(Source(path, there[path])) != item["sha256"]:
            yield Change("changed", path, "its digest is another one")
    yield from (Change("additional", path) for path in there if path not in listed)


def _measured(source: Source) -> str:
    """The digest of a file; an empty one where it cannot be read."""
    try:
        return digest_of(source).sha256
    except InputError:
        return ""
