"""Evidence as one zip: written in one way only, and unpacked with care."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable

from nspermaudit import archive
from nspermaudit.errors import InputError, UsageError
from nspermaudit.evidence.layout import (
    File,
    NotWrittenError,
    chunks,
    digest_of,
    is_name,
)
from nspermaudit.source import Source
from nspermaudit.zip_layout import MAX_ENTRIES, MAX_TOTAL

_DAY = (1980, 1, 1, 0, 0, 0)
"""The first that a zip can state: evidence has no clock in it."""
_UNIX, _MODE, _VERSION = 3, 0o100644 << 16, 20


def write(folder: str, files: Iterable[File], target: str) -> None:
    """Write a zip of the files of a folder: sorted, not compressed, the same bytes each time.

    Raises NotWrittenError for more than can be read again.
    """
    found = sorted(files)
    if sum(file.size for file in found) > MAX_TOTAL or len(found) > MAX_ENTRIES:
        raise NotWrittenError(
            f"more than {MAX_TOTAL >> 30} GB or {MAX_ENTRIES} files: name a folder, not a zip"
        )
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as packed:
        for file in found:
            info = zipfile.ZipInfo(file.path, _DAY)
            info.create_system, info.external_attr = _UNIX, _MODE
            info.create_version = info.extract_version = _VERSION
            info.file_size = file.size
            with packed.open(info, "w") as stream:
                for data in chunks(Source(file.path, os.path.join(folder, *file.path.split("/")))):
                    stream.write(data)


def unpack(source: Source, place: str) -> list[tuple[str, str, str]]:
    """Put the files of a zip of evidence into an empty folder.

    What it has that is no evidence, or is damaged, is told: what is wrong, of which file, and why.
    Raises UsageError for an archive that cannot be read.
    """
    told: list[tuple[str, str, str]] = []
    found: list[File] = []
    for member in archive.members(source, lambda _: False):
        if member.path == source.path:
            raise UsageError(f"{source.path}: not evidence that can be read: {member.trouble}")
        name = member.path[len(source.path) + 1 :]
        if not is_name(name):
            told.append(("additional", name, member.trouble))
            continue
        try:
            found.append(_unpacked(member, place, name))
        except InputError as error:
            told.append(("changed", name, error.text))
    if not told and not _is_as_written(source, place, found):
        reason = "its files aside, it is not as nspermaudit writes it: packed again, or changed"
        told.append(("changed", source.path, reason))
    return told


def _unpacked(member: Source, place: str, name: str) -> File:
    file = os.path.join(place, *name.split("/"))
    os.makedirs(os.path.dirname(file), exist_ok=True)
    try:
        with open(file, "xb") as stream:
            stream.writelines(chunks(member))
    except InputError:
        os.unlink(file)
        raise
    return File(name, "", os.path.getsize(file))


def _is_as_written(source: Source, place: str, files: Iterable[File]) -> bool:
    """Whether the archive has the bytes that these files make."""
    again = os.path.join(place, ".zip")
    try:
        write(place, files, again)
        return digest_of(Source(again, again)).sha256 == digest_of(source).sha256
    finally:
        os.unlink(again)
