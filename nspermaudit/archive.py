"""Zip archives as folders: the members of one that the user named, inflated when they are read.

Nothing is unpacked to disk. A member must inflate to the size and the checksum that the archive
states for it; it is read piece by piece, and never beyond that size.
"""

import io
import stat
import zipfile
import zlib
from collections.abc import Callable
from operator import attrgetter

from nspermaudit.errors import InputError, NotAFolderError
from nspermaudit.model import Location
from nspermaudit.source import HEAD_BYTES, Source, unreadable
from nspermaudit.zip_layout import Entry, entries

_CHUNK = 64 * 1024


class Member(Source):
    """A member of an archive; ``file`` is that of the archive."""

    __slots__ = ("_entry",)

    def __init__(self, path: str, archive: Source, entry: Entry) -> None:
        super().__init__(path, archive.file)
        self.archive = archive
        self._entry = entry

    def open_raw(self) -> io.RawIOBase:
        """Its bytes, inflated as they are read."""
        if self.archive is None:  # its maker gave it one
            raise InputError("nothing to read", Location(self.path))
        return _Inflating(self.archive.open_raw(), self._entry, Location(self.path))

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """The first bytes, at most ``size``."""
        try:
            with self.open_raw() as raw:
                return raw.read(size) or b""
        except OSError as error:
            raise unreadable(self.path, error) from None


class _Inflating(io.RawIOBase):
    """The bytes of a member. Raises InputError where they are not what the archive states."""

    def __init__(self, raw: io.RawIOBase, entry: Entry, place: Location) -> None:
        self._raw = raw
        self._entry = entry
        self._place = place
        self._left = entry.packed
        self._count = self._crc = 0
        is_deflated = entry.method == zipfile.ZIP_DEFLATED
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS) if is_deflated else None
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
        is_whole = not self._left and (
            self._inflater is None or (self._inflater.eof and not self._inflater.unused_data)
        )
        if not is_whole or self._count != self._entry.size:
            raise self._damaged("fewer bytes than it states")
        if self._crc != self._entry.crc:
            raise self._damaged("other bytes than were put into it")

    def _damaged(self, reason: str) -> InputError:
        return InputError(f"damaged: the archive holds {reason}", self._place)

    def close(self) -> None:
        self._raw.close()
        super().close()


def members(archive: Source, is_passed_over: Callable[[str], bool]) -> list[Source]:
    """The files in a zip as inputs, called by its path and theirs, in the order of their names.

    Files for which ``is_passed_over`` holds are left out. A file that cannot be read has its
    ``trouble``; of an archive that is not read at all there is only itself, with its trouble, and
    of one that is a document only itself.
    """
    try:
        try:
            with archive.open_raw() as raw:
                listed = entries(raw, archive.path)
        except OSError as error:
            raise unreadable(archive.path, error) from None
    except NotAFolderError:
        return [archive]
    except InputError as error:
        return [_refused(archive, error.text)]
    found = [
        _source(archive, entry)
        for entry in listed
        if not entry.is_folder and not is_passed_over(entry.name)
    ]
    if not found:
        return [_refused(archive, "a zip archive without files to read")]
    return sorted(found, key=attrgetter("path"))


def _refused(archive: Source, trouble: str) -> Source:
    refused = Source(archive.path, archive.file, named=True, trouble=trouble)
    refused.archive = archive
    return refused


def _source(archive: Source, entry: Entry) -> Source:
    path = f"{archive.path}/{entry.name}"
    kind = stat.S_IFMT(entry.mode)
    if entry.is_encrypted:
        trouble = "encrypted: make the archive without a password"
    elif kind == stat.S_IFLNK:
        trouble = "a link, which is not followed in an archive"
    elif kind not in (0, stat.S_IFREG) or entry.name.endswith("/"):
        trouble = "not a regular file"
    elif entry.method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        trouble = f"compressed in a way that is not read (method {entry.method}): use Deflate"
    else:
        return Member(path, archive, entry)
    unread = Source(path, archive.file, trouble=trouble)
    unread.archive = archive
    return unread
