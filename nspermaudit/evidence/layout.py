"""How evidence is laid out: the names of its files, and writing them with their digests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from nspermaudit.errors import InputError, NspermauditError
from nspermaudit.secrecy import looks_secret
from nspermaudit.source import Source, may_be_workbook, sha256, unreadable

SCHEMA = "nspermaudit-evidence/1"
MANIFEST = "manifest.json"
DIGEST = "manifest.sha256"
ABOUT = "README.txt"
RESULTS = {"json": "report.json", "text": "report.txt", "html": "report.html"}
"""The file of each format in which evidence has the results."""

INPUTS, PACKS, SETTINGS = FOLDERS = "inputs", "packs", "settings"

MAX_MANIFEST = 64 << 20
"""Bytes of a manifest: some 120,000 inputs."""

ABOUT_TEXT = """\
This is the evidence of an audit that nspermaudit made: what it read (inputs), what it held that
against (packs, settings), what it found (report.*), and a list of all with digests (manifest.json).

    nspermaudit verify THIS-FOLDER-OR-ZIP

holds every file against the list and makes the audit again. Whoever can change these files can
change the list too: that it is the list of then, only its digest tells that you keep elsewhere. It
stands in manifest.sha256, and nspermaudit prints it.
"""

_CHUNK = 1 << 20
_OVERLAP = 160
_MAX_WORKBOOK = 64 << 20
_NAME = re.compile(
    rf"(?:{'|'.join(FOLDERS)})/[0-9]{{1,7}}-[A-Za-z0-9_](?:[A-Za-z0-9._-]{{0,78}}[A-Za-z0-9_])?"
)


class NotWrittenError(NspermauditError):
    """No evidence came to be: its text is the reason."""


class File(NamedTuple):
    """A file of some evidence: its path below the folder, its digest, its number of bytes."""

    path: str
    sha256: str
    size: int


def is_name(path: str) -> bool:
    """Whether evidence can have a file of this path: no other is ever opened."""
    return path in (MANIFEST, DIGEST, ABOUT, *RESULTS.values()) or bool(_NAME.fullmatch(path))


def digest_text(digest: str) -> str:
    """What stands in ``manifest.sha256``, as ``sha256sum --check`` reads it."""
    return f"{digest}  {MANIFEST}\n"


def safe_name(path: str) -> str:
    """The last part of a path in characters that every file system and archive has."""
    text = re.sub(r"[^A-Za-z0-9._-]", "_", re.split(r"[/\\]", path)[-1])[-60:]
    return text.strip(".-") or "input"


class Folder:
    """A folder that is being filled, and the files that it has so far."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.files: list[File] = []
        self._numbers = dict.fromkeys(FOLDERS, 0)
        os.mkdir(place)

    def keep(self, folder: str, source: Source) -> File:
        """Keep a copy of a source, byte for byte.

        Raises InputError where it cannot be read, NotWrittenError where a secret seems to stand
        in it.
        """
        self._numbers[folder] += 1
        name = f"{folder}/{self._numbers[folder]:04}-{safe_name(source.path)}"
        os.makedirs(os.path.join(self.place, folder), exist_ok=True)
        try:
            return self.write(name, _without_secrets(source))
        except InputError:
            with suppress(FileNotFoundError):
                os.unlink(self.place_of(name))
            raise

    def place_of(self, name: str) -> str:
        """Where a file of this name stands."""
        return os.path.join(self.place, *name.split("/"))

    def write(self, name: str, pieces: Iterable[bytes]) -> File:
        """Write a file piece by piece."""
        digest, size = sha256(), 0
        with open(self.place_of(name), "xb") as stream:
            for piece in pieces:
                stream.write(piece)
                digest.update(piece)
                size += len(piece)
        file = File(name, digest.hexdigest(), size)
        self.files.append(file)
        return file


def chunks(source: Source) -> Iterator[bytes]:
    """The bytes of a source. Raises InputError where it cannot be read."""
    try:
        with source.open_raw() as raw:
            while data := raw.read(_CHUNK):
                yield data
    except OSError as error:
        raise unreadable(source.path, error) from None


def digest_of(source: Source) -> File:
    """The digest and the number of bytes of a source. Raises InputError as ``chunks`` does."""
    return _measured(source.path, chunks(source))


def checked(source: Source) -> File:
    """The same of a source that is kept inside another; refuses secrets as ``Folder.keep``."""
    return _measured(source.path, _without_secrets(source))


def _measured(path: str, pieces: Iterable[bytes]) -> File:
    digest, size = sha256(), 0
    for data in pieces:
        digest.update(data)
        size += len(data)
    return File(path, digest.hexdigest(), size)


def _without_secrets(source: Source) -> Iterator[bytes]:
    """The bytes of a source, which may not look like those of a secret."""
    if may_be_workbook(source.head()):
        _look_into(source)
    yield from _looked_at(source)


def _look_into(workbook: Source) -> None:
    """Refuse secrets in the parts of a workbook, which are compressed."""
    from nspermaudit import archive, zip_layout  # noqa: PLC0415 - start-up: few inputs are workbooks

    pieces, size = [], 0
    for data in chunks(workbook):
        pieces.append(data)
        size += len(data)
        if size > _MAX_WORKBOOK:  # too large to be read by the audit, too
            return
    copy = Source(workbook.path, data=b"".join(pieces))
    with suppress(InputError):  # it is damaged, and the audit has told that
        for entry in zip_layout.entries(copy.open_raw(), workbook.path, is_office=True):
            for _ in _looked_at(archive.Member(workbook.path, copy, entry)):
                pass


def _looked_at(source: Source) -> Iterator[bytes]:
    before = b""
    for data in chunks(source):
        text = (before + data).replace(b"\0", b"")  # of UTF-16, what is ASCII
        if looks_secret(text.decode("latin-1")):
            raise NotWrittenError(
                f"{source.path} has what looks like a key or a token, and would be copied: "
                "remove it, or use --no-inputs"
            )
        before = data[-_OVERLAP:]
        yield data
