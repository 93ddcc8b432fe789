"""What a zip archive holds and where, once all that it says of itself has been found to agree.

A zip says everything twice or more: its directory at the end, and a header before each member.
Programs differ in what they believe. So an archive is read only if it can be read in one way:
from its first byte to its directory, members stand one after the other, each under the name that
the directory has for it, and there is one directory. Then no other program finds a role in it that
is not seen here.
"""

import io
import struct
import zipfile
from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from nspermaudit.errors import InputError, NotAFolderError
from nspermaudit.model import Location
from nspermaudit.source import OFFICE_NAMES, ZIP_SIGNATURES

MAX_ENTRIES = 50_000
"""A project of 5,000 objects has 5,000, and its scripts."""
MAX_DIRECTORY = 8 << 20
"""Bytes of the directory: 420 KB for 5,000 objects."""
MAX_TOTAL = 4 << 30
"""Bytes of all members, inflated: several times the largest export that was ever measured."""
MAX_RATIO = 500
"""How often its own size an archive may inflate to: objects reach 10, tables 25, one row over and
over 330; what is only made to be large reaches 1,032."""
FREE = 64 << 20
"""An archive may inflate to so many bytes, whatever its size."""

_HEADER = struct.Struct("<4s2xHH4xLLLHH")
_END = struct.Struct("<4s6xH4xLH")
_END_SIGNATURE = b"PK\x05\x06"
_MAX_COMMENT = 0xFFFF
_IN_ZIP64 = 0xFFFF, 0xFFFFFFFF
"""What stands for a count and for a size or place that the zip64 records say."""
_DESCRIPTOR = 24
"""So many bytes may follow a member whose size was not known when it was begun."""
_HAS_DESCRIPTOR, _IS_UTF_8, _IS_ENCRYPTED = 0x8, 0x800, 0x1 | 0x40 | 0x2000
_BROKEN = (
    *(zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, OverflowError),
    struct.error,
)
_CUT_OFF = "a zip archive that is cut off or broken: make it again"


class Entry(NamedTuple):
    """A member: its name with forward slashes, where its bytes stand, and what they must become.

    ``start`` and ``packed`` are the place and the number of its bytes in the archive, ``size`` is
    how many they inflate to, ``crc`` the checksum of these, ``method`` how they are compressed
    (as in ``zipfile``), ``mode`` the Unix mode or 0.
    """

    name: str
    start: int
    packed: int
    size: int
    crc: int
    method: int
    mode: int
    is_encrypted: bool

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, and nothing more."""
        return self.name[-1:] in ("", "/") and not self.size


def entries(raw: io.RawIOBase, path: str, *, is_office: bool = False) -> list[Entry]:
    """The members of an archive, each name once. ``path`` is what messages call it.

    Raises InputError for an archive that cannot be read, or be read in more than one way, and
    NotAFolderError for a workbook or another office document, unless ``is_office``.
    """
    archive = _Archive(raw, path)
    infos, end = archive.directory()
    if not is_office and not {info.orig_filename for info in infos}.isdisjoint(OFFICE_NAMES):
        raise NotAFolderError("an office document", Location(path))
    archive.refuse_bomb(infos)
    found: dict[str, Entry] = {}
    for entry in archive.laid_out(infos, end):
        if entry.name in found and not entry.is_folder:
            raise archive.refused(f'a zip archive with two members called "{entry.name}"')
        found[entry.name] = entry
    return [*found.values()]


class _TooLargeError(Exception):
    """More bytes were asked for than a directory may have."""


class _Bounded(io.BufferedReader):
    """A file of which nobody reads a huge directory at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        if (size or 0) > MAX_DIRECTORY:
            raise _TooLargeError
        return super().read(size)


class _Archive:
    """The bytes of an archive, and what reports call it."""

    def __init__(self, raw: io.RawIOBase, path: str) -> None:
        self._raw = raw
        self._path = path

    def refused(self, text: str) -> InputError:
        """The error that ends the reading of this archive."""
        return InputError(text, Location(self._path))

    def directory(self) -> tuple[list[zipfile.ZipInfo], int]:
        """What it says that it holds, and where it begins to say so."""
        stream = _Bounded(self._raw)
        try:
            with zipfile.ZipFile(stream) as opened:
                infos, start = opened.infolist(), opened.start_dir
        except _TooLargeError:
            size = f"more than {MAX_DIRECTORY >> 20} MB"
            text = f"a zip archive whose directory has {size}: unpack it, and name the folder"
            raise self.refused(text) from None
        except _BROKEN:
            raise self.refused(_CUT_OFF) from None
        finally:
            stream.detach()
        if len(infos) > MAX_ENTRIES:
            count = f"more than {MAX_ENTRIES} members"
            raise self.refused(f"a zip archive of {count}: unpack it, and name the folder")
        ends = self._ends()
        counts, starts = (len(infos), _IN_ZIP64[0]), (start, _IN_ZIP64[1])
        if len(ends) != 1 or ends[0][0] not in counts or ends[0][1] not in starts:
            raise self.refused(_CUT_OFF)
        return infos, start

    def _ends(self) -> list[tuple[int, int]]:
        """Every end that it could have: how many members, and where the directory begins.

        A comment that looks like an end makes two; which one counts is each program's own choice.
        """
        size = self._raw.seek(0, io.SEEK_END)
        self._raw.seek(max(0, size - _END.size - _MAX_COMMENT))
        tail = self._raw.read(_END.size + _MAX_COMMENT) or b""
        found: list[tuple[int, int]] = []
        place = tail.find(_END_SIGNATURE)
        while 0 <= place <= len(tail) - _END.size:
            _, count, start, comment = _END.unpack_from(tail, place)
            if place + _END.size + comment == len(tail):
                found.append((count, start))
            place = tail.find(_END_SIGNATURE, place + 1)
        return found

    def refuse_bomb(self, infos: Iterable[zipfile.ZipInfo]) -> None:
        """Raise InputError if the members inflate to more than what an export can be."""
        total = sum(info.file_size for info in infos)
        if total > MAX_TOTAL:
            reason = f"more than {MAX_TOTAL >> 30} GB"
        elif total > max(FREE, MAX_RATIO * self._raw.seek(0, io.SEEK_END)):
            reason = f"more than {MAX_RATIO} times its size"
        else:
            return
        text = f"a zip archive that inflates to {reason}: unpack it, and name the folder"
        raise self.refused(text)

    def laid_out(self, infos: Iterable[zipfile.ZipInfo], end: int) -> list[Entry]:
        """The members in the order in which they stand, none over or apart from another."""
        found: list[Entry] = []
        position = allowed = 0
        for info in sorted(infos, key=attrgetter("header_offset")):
            self._refuse_gap(info.header_offset - position, allowed)
            entry = self._entry(info)
            found.append(entry)
            position = entry.start + entry.packed
            allowed = _DESCRIPTOR if info.flag_bits & _HAS_DESCRIPTOR else 0
        self._refuse_gap(end - position, allowed)
        return found

    def _refuse_gap(self, gap: int, allowed: int) -> None:
        if gap < 0:
            raise self.refused("a zip archive whose members overlap")
        if gap > allowed:
            text = "a zip archive with bytes that its directory does not list: make it again"
            raise self.refused(text)

    def _entry(self, info: zipfile.ZipInfo) -> Entry:
        written = info.orig_filename.encode("utf-8" if info.flag_bits & _IS_UTF_8 else "cp437")
        self._raw.seek(info.header_offset)
        header = self._raw.read(_HEADER.size + len(written)) or b""
        if len(header) < _HEADER.size:
            raise self.refused(_CUT_OFF)
        signature, flags, method, crc, packed, size, length, extra = _HEADER.unpack_from(header)
        name = _decoded(written)
        sizes = (info.CRC, info.compress_size, info.file_size)
        if (
            (signature, method, length) != (ZIP_SIGNATURES[0], info.compress_type, len(written))
            or header[_HEADER.size :] != written
            or (flags ^ info.flag_bits) & _IS_ENCRYPTED
            or not (flags & _HAS_DESCRIPTOR or _are_same((crc, packed, size), sizes))
        ):
            text = f'a zip archive that contradicts itself about "{name}": make it again'
            raise self.refused(text)
        return Entry(
            name=self._safe(name),
            start=info.header_offset + _HEADER.size + length + extra,
            packed=info.compress_size,
            size=info.file_size,
            crc=info.CRC,
            method=method,
            mode=info.external_attr >> 16,
            is_encrypted=bool(flags & _IS_ENCRYPTED),
        )

    def _safe(self, written: str) -> str:
        """A name with forward slashes alone: older programs for Windows write backslashes."""
        name = written.replace("\\", "/")
        parts = name.split("/")
        is_on_drive = name[1:2] == ":" and name[0].isalpha()
        if name.startswith("/") or is_on_drive or ".." in parts or "\0" in name or not name:
            text = f'a zip archive with "{written}", a name that leads out of it'
            raise self.refused(text)
        *folders, last = parts
        return "/".join((*(part for part in folders if part not in ("", ".")), last))


def _decoded(written: bytes) -> str:
    """A name as it is meant: macOS writes UTF-8 and does not say so."""
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("cp437")


def _are_same(header: tuple[int, int, int], listed: tuple[int, int, int]) -> bool:
    """Whether checksum and sizes before a member are those of the directory."""
    return all(
        here in (there, _IN_ZIP64[1]) for here, there in zip(header[1:], listed[1:], strict=True)
    ) and (header[0] == listed[0])
