"""Zip archives as folders: the members of one that the user named, inflated when they are read.

Nothing is unpacked to disk, and nothing that an archive says of itself is believed: each member
must stand where the directory says, apart from all others and under the same name, and inflate to
the size and the checksum that are stated for it. The bytes of an archive must all be accounted for,
so that no other program can find a role in it which is not read here.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import NamedTuple

from nspermaudit.errors import InputError
from nspermaudit.model import Location
from nspermaudit.source import (
    HEAD_BYTES,
    OFFICE_DOCUMENT,
    OFFICE_NAMES,
    ZIP_SIGNATURES,
    Source,
    unreadable,
)

MAX_ENTRIES = 50_000
"""A project of 5,000 objects has 5,000 and its scripts."""
MAX_DIRECTORY = 8 << 20
"""Bytes of the directory: 420 KB for 5,000 objects."""
MAX_TOTAL = 4 << 30
"""Bytes of all members, inflated: several times the largest export that was ever measured."""
MAX_RATIO = 500
"""How often its own size an archive may inflate to: objects reach 10, tables 25, one row over and
over 330; Deflate itself ends at 1,032."""
FREE = 64 << 20
"""An archive may inflate to so many bytes, whatever its size."""

_LOCAL = struct.Struct("<4s2xHH16xHH")
_DESCRIPTOR = 24  # bytes that may follow a member whose size was not known when it was begun
_HAS_DESCRIPTOR, _IS_UTF_8, _IS_ENCRYPTED = 0x8, 0x800, 0x1 | 0x40 | 0x2000
_CHUNK = 64 * 1024
_BROKEN = (
    *(zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, OverflowError),
    struct.error,
)


class Entry(NamedTuple):
    """Where a member stands in its archive, and what the directory states of it.

    ``start`` and ``packed`` are the place and the number of its bytes in the archive, ``size`` is
    how many they inflate to and ``crc`` the checksum of these.
    """

    start: int
    packed: int
    size: int
    crc: int
    is_deflated: bool


class Member(Source):
    """A member of an archive; ``file`` is that of the archive."""

    __slots__ = ("_archive", "_entry")

    def __init__(self, path: str, archive: Source, entry: Entry) -> None:
        super().__init__(path, archive.file)
        self._archive = archive
        self._entry = entry

    def open_raw(self) -> io.RawIOBase:
        """Its bytes, inflated as they are read."""
        return _Inflating(self._archive.open_raw(), self._entry, Location(self.path))

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """The first bytes, at most ``size``."""
        try:
            with self.open_raw() as raw:
                return raw.read(size) or b""
        except OSError as error:
            raise unreadable(self.path, error) from None


class _Inflating(io.RawIOBase):
    """The bytes of a member. Raises InputError where they are not what the directory states."""

    def __init__(self, raw: io.RawIOBase, entry: Entry, place: Location) -> None:
        self._raw = raw
        self._entry = entry
        self._place = place
        self._left = entry.packed
        self._count = self._crc = 0
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS) if entry.is_deflated else None
        raw.seek(entry.start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # narrower than io's
        filled = 0
        while filled < len(buffer):
            data = self._inflated(len(buffer) - filled)
            if not data:
                self._check()
                break
            buffer[filled : filled + len(data)] = data
            filled += len(data)
            self._count += len(data)
            self._crc = zlib.crc32(data, self._crc)
            if self._count > self._entry.size:
                raise self._damaged("more bytes than it states")
        return filled

    def _inflated(self, most: int) -> bytes:
        """Some bytes, at most so many; none at the end."""
        if self._inflater is None:
            return self._packed(most)
        data = b""
        while not data and not self._inflater.eof:
            packed = self._inflater.unconsumed_tail or self._packed(_CHUNK)
            try:
                data = self._inflater.decompress(packed, most)
            except zlib.error:
                raise self._damaged("bytes that do not inflate") from None
            if not packed and not data:
                break
        return data

    def _packed(self, most: int) -> bytes:
        """Some bytes as they stand in the archive, at most so many; none at the member's end."""
        data = self._raw.read(min(most, self._left)) or b""
        self._left -= len(data)
        return data

    def _check(self) -> None:
        is_whole = not self._left and (self._inflater is None or self._inflater.eof)
        if not is_whole or self._count != self._entry.size:
            raise self._damaged("fewer bytes than it states")
        if self._crc != self._entry.crc:
            raise self._damaged("another checksum than it states")

    def _damaged(self, reason: str) -> InputError:
        return InputError(f"damaged: the archive holds {reason}", self._place)

    def close(self) -> None:
        self._raw.close()
        super().close()


def members(archive: Source, is_passed_over: Callable[[str], bool]) -> list[Source]:
    """The files in a zip as inputs, called by its path and theirs, in the order of their names.

    Folders for which ``is_passed_over`` holds are left out. A file that cannot be read has its
    ``trouble``; of an archive that is not read at all there is only itself, with its trouble.
    """
    try:
        try:
            with archive.open_raw() as raw:
                found = _members(archive, raw, is_passed_over)
        except OSError as error:
            raise unreadable(archive.path, error) from None
    except InputError as error:
        found = [Source(archive.path, archive.file, named=True, trouble=error.text)]
    return sorted(found, key=attrgetter("path"))


def _members(
    archive: Source, raw: io.RawIOBase, is_passed_over: Callable[[str], bool]
) -> list[Source]:
    infos, end = _directory(archive, raw)
    names = {info.orig_filename for info in infos}
    if not names.isdisjoint(OFFICE_NAMES):
        raise _refused(archive, OFFICE_DOCUMENT)
    size = raw.seek(0, io.SEEK_END)
    _refuse_bomb(archive, infos, size)
    starts = _starts(archive, raw, infos, end)
    found: dict[str, Source] = {}
    for info in infos:
        *folders, name = _parts(archive, info)
        if name and not any(map(is_passed_over, folders)):
            inside = "/".join((*folders, name))
            if inside in found:
                raise _refused(archive, f'two members are called "{inside}"')
            found[inside] = _source(f"{archive.path}/{inside}", archive, info, starts[id(info)])
    if not found:
        raise _refused(archive, "a zip archive without files to read")
    return [*found.values()]


def _refused(archive: Source, text: str) -> InputError:
    return InputError(text, Location(archive.path))


class _Bounded(io.BufferedReader):
    """A file of which nobody reads a huge directory at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        if (size or 0) > MAX_DIRECTORY:
            raise OverflowError
        return super().read(size)


def _directory(archive: Source, raw: io.RawIOBase) -> tuple[list[zipfile.ZipInfo], int]:
    """What an archive says that it holds, and where it begins to say so."""
    stream = _Bounded(raw)
    try:
        with zipfile.ZipFile(stream) as opened:
            infos, end = opened.infolist(), opened.start_dir
    except OverflowError:
        text = f"a zip archive with a directory of more than {MAX_DIRECTORY >> 20} MB"
        raise _refused(archive, text) from None
    except _BROKEN:
        text = "a zip archive that is cut off or broken: make it again"
        raise _refused(archive, text) from None
    finally:
        stream.detach()
    if len(infos) > MAX_ENTRIES:
        text = f"a zip archive of more than {MAX_ENTRIES} members: unpack it, and name the folder"
        raise _refused(archive, text)
    return infos, end


def _refuse_bomb(archive: Source, infos: Iterable[zipfile.ZipInfo], size: int) -> None:
    total = sum(info.file_size for info in infos)
    if total > MAX_TOTAL:
        reason = f"more than {MAX_TOTAL >> 30} GB"
    elif total > max(FREE, MAX_RATIO * size):
        reason = f"more than {MAX_RATIO} times its size"
    else:
        return
    text = f"a zip archive that inflates to {reason}: unpack it, and name the folder"
    raise _refused(archive, text)


def _starts(
    archive: Source, raw: io.RawIOBase, infos: Iterable[zipfile.ZipInfo], end: int
) -> dict[int, int]:
    """Where the bytes of each member begin, by its id. Raises InputError for an odd layout.

    Members must stand one after the other from the first byte of the file to the directory.
    """
    starts: dict[int, int] = {}
    position = allowed = 0
    for info in sorted(infos, key=attrgetter("header_offset")):
        _refuse_gap(archive, info.header_offset - position, allowed)
        starts[id(info)] = position = info.header_offset + _header_length(archive, raw, info)
        position += info.compress_size
        allowed = _DESCRIPTOR if info.flag_bits & _HAS_DESCRIPTOR else 0
    _refuse_gap(archive, end - position, allowed)
    return starts


def _refuse_gap(archive: Source, gap: int, allowed: int) -> None:
    if gap < 0:
        raise _refused(archive, "a zip archive whose members overlap")
    if gap > allowed:
        text = "a zip archive with bytes that its directory does not list: make it again"
        raise _refused(archive, text)


def _header_length(archive: Source, raw: io.RawIOBase, info: zipfile.ZipInfo) -> int:
    """How many bytes stand before the bytes of a member, all of which must say what it is."""
    name = info.orig_filename.encode("utf-8" if info.flag_bits & _IS_UTF_8 else "cp437")
    raw.seek(info.header_offset)
    header = raw.read(_LOCAL.size + len(name)) or b""
    if len(header) < _LOCAL.size or not header.startswith(ZIP_SIGNATURES[0]):
        raise _refused(archive, "a zip archive that is cut off or broken: make it again")
    _, flags, method, length, extra = _LOCAL.unpack_from(header)
    here = header[_LOCAL.size :]
    is_same = (method, length, here) == (info.compress_type, len(name), name)
    if not is_same or (flags ^ info.flag_bits) & _IS_ENCRYPTED:
        text = f'"{info.orig_filename}" is something else where its bytes stand: make it again'
        raise _refused(archive, f"a zip archive in which {text}")
    return _LOCAL.size + len(name) + int(extra)


def _parts(archive: Source, info: zipfile.ZipInfo) -> list[str]:
    """The folders of a member and its name, which is empty for a folder.

    Older programs for Windows write backslashes.
    """
    name = info.orig_filename.replace("\\", "/")
    *folders, last = name.split("/")
    if name.startswith("/") or name[1:2] == ":" or "\0" in name or ".." in (*folders, last):
        text = f'"{info.orig_filename}" is a path that leads out of the archive'
        raise _refused(archive, text)
    kept = [part for part in folders if part not in ("", ".")]
    if last or not info.file_size:
        return [*kept, last]
    return kept or [name]  # a folder with content is no folder


def _source(path: str, archive: Source, info: zipfile.ZipInfo, start: int) -> Source:
    kind = stat.S_IFMT(info.external_attr >> 16)
    method = info.compress_type
    if info.flag_bits & _IS_ENCRYPTED:
        trouble = "encrypted: make the archive without a password"
    elif kind == stat.S_IFLNK:
        trouble = "a link, which is not followed in an archive"
    elif kind not in (0, stat.S_IFREG) or info.is_dir():
        trouble = "not a regular file"
    elif method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        trouble = f"compressed in a way that is not read (method {method}): use Deflate"
    else:
        is_deflated = method == zipfile.ZIP_DEFLATED
        entry = Entry(start, info.compress_size, info.file_size, info.CRC, is_deflated)
        return Member(path, archive, entry)
    return Source(path, archive.file, trouble=trouble)
