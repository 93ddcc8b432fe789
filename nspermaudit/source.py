"""Untrusted bytes: opening inputs safely, knowing what was read."""

import io
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from nspermaudit.errors import InputError
from nspermaudit.model import Level, Location

if TYPE_CHECKING:
    import hashlib

HEAD_BYTES = 64 * 1024
_MOST_OBJECTS = 256 * 1024
OBJECT_BYTES = 8 << 20  # an SDF object with every permission is about 150 KB
STDIN = "-"
STDIN_BYTES = 256 << 20
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
"""How a zip begins: with a member, with the end of an empty one, or as a part of several."""
OLE2 = b"\xd0\xcf\x11\xe0"
"""How a binary .xls begins, and other files of Office before 2007."""
OFFICE_NAMES = ("[Content_Types].xml", "xl/workbook.xml", "mimetype")
"""What stands in a zip that is an office document."""

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_ASSETS = frozenset(
    (
        *("js", "mjs", "cjs", "jsx", "ts", "tsx", "map", "css", "scss", "less", "ftl", "py", "md"),
        *("png", "jpg", "jpeg", "gif", "svg", "ico", "woff", "woff2", "ttf", "eot"),
    )
)


FIELDS = (
    "role",
    "role id",
    "permission",
    "permission id",
    "level",
    "restriction",
    "user",
    "user name",
    "global permission",
    "global level",
    "application",
    "state",
    "token based",
)
"""The fields that a user can map to headings of their own."""


class Reading(NamedTuple):
    """How the user wants inputs to be read.

    ``encoding`` is what the user says, ``guess`` what an earlier attempt at reading suggests.
    ``columns`` leads from a field ("role", "permission", "level", ...) to the heading that an
    export has for it, ``levels`` from a word of that export to the level it means. ``role`` is
    the role of an export that has no role column. ``grouped`` says that the rows of a role are
    expected to stand together; a parser that finds otherwise raises OtherReadingError. ``plain``
    takes no short cuts; ``many`` says that there are many inputs, so that it pays to remember what
    one has in common with others.
    """

    encoding: str = ""
    guess: str = ""
    columns: Mapping[str, str] = MappingProxyType({})
    levels: Mapping[str, Level] = MappingProxyType({})
    role: str = ""
    grouped: bool = True
    plain: bool = False
    many: bool = False


class Skipped(NamedTuple):
    """What became of an input that an earlier audit passed over, and that nobody opens again.

    ``format`` is what it was taken for at first, empty for nothing; ``is_export`` says that it was
    taken for an export of roles. ``notes`` are what was said of it: line, column, severity, text.
    """

    format: str = ""
    is_export: bool = False
    notes: tuple[tuple[int, int, int, str], ...] = ()


class Source:
    """One input: a file, or bytes that are already in memory.

    ``path`` is what reports call it: relative, with forward slashes; ``file`` is what opens it.
    ``named`` says that the user named this very input, ``trouble`` why it cannot be opened if that
    is known already, ``passed_over`` why it is not even tried, ``inode`` its number in its file
    system, 0 for a link or if it was not asked for. ``is_context`` says that nobody asked for it,
    but that it belongs to the project of what was asked for; ``archive`` is the zip that it stands
    in, ``skipped`` what became of it before if it is not to be opened, ``watch`` is told of bytes
    as they are read. ``size`` and, unless ``is_digested``
    is off, ``sha256`` are known once it was read to its end.
    """

    __slots__ = (
        *("archive", "data", "file", "inode", "is_context", "is_digested", "named", "passed_over"),
        *("path", "sha256", "size", "skipped", "trouble", "watch"),
    )

    def __init__(  # noqa: PLR0913 - it is a record
        self,
        path: str,
        file: str | None = None,
        data: bytes | None = None,
        *,
        named: bool = False,
        trouble: str = "",
        passed_over: str = "",
        inode: int = 0,
    ) -> None:
        self.path = path
        self.file = file
        self.data = data
        self.named = named
        self.trouble = trouble
        self.passed_over = passed_over
        self.inode = inode
        self.archive: Source | None = None
        self.skipped: Skipped | None = None
        self.watch: Callable[[int], None] | None = None
        self.is_context = False
        self.is_digested = True
        self.sha256 = ""
        self.size = 0

    @property
    def is_asset(self) -> bool:
        """Whether its name says that it is program text or a picture, and nobody named it."""
        return not self.named and self.path.rpartition(".")[2].lower() in _ASSETS

    def open(self) -> BinaryIO:
        """Open for reading from the start; closing it reads the rest for the digest.

        Raises InputError for what is no regular file or cannot be opened.
        """
        return io.BufferedReader(_Digesting(self.open_raw(), self), buffer_size=256 * 1024)

    def open_raw(self) -> io.RawIOBase:
        """Open for reading from the start, without a digest. Raises InputError as ``open``."""
        return self._open_file() if self.data is None else InMemory(self.data)

    def _open_file(self) -> io.RawIOBase:
        return io.FileIO(self._handle(), closefd=True)

    def _handle(self) -> int:
        """Open the file for reading: its descriptor."""
        if self.trouble or self.file is None:
            raise InputError(self.trouble or "nothing to read", Location(self.path))
        try:
            handle = os.open(self.file, _OPEN_FLAGS)
        except OSError as error:
            reason = (error.strerror or "cannot be opened").lower()
            raise InputError(f"cannot be opened: {reason}", Location(self.path)) from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise InputError("not a regular file", Location(self.path))
        return handle

    def measured(self) -> int:
        """The number of bytes, without reading them. Raises InputError as ``open``."""
        if self.data is not None:
            return len(self.data)
        handle = self._handle()
        try:
            return os.fstat(handle).st_size
        finally:
            os.close(handle)

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """The first bytes, at most ``size``; for recognising, so without a digest."""
        if self.data is not None:
            return self.data[:size]
        handle = self._handle()
        try:
            return os.read(handle, size)
        except OSError as error:
            raise unreadable(self.path, error) from None
        finally:
            os.close(handle)

    def read(self, limit: int = OBJECT_BYTES) -> bytes:
        """All bytes. Raises InputError if there are more than ``limit``."""
        try:
            with self.open_raw() as raw:
                data = raw.read(_MOST_OBJECTS) or b""
                while len(data) <= limit and (more := raw.read(limit + 1 - len(data))):
                    data += more  # one read need not give all that is asked for
        except OSError as error:
            raise unreadable(self.path, error) from None
        if len(data) > limit:
            if self.is_digested:
                self.open().close()
            raise InputError(f"larger than {limit >> 20} MB", Location(self.path))
        self.size = len(data)
        if self.is_digested:
            self.sha256 = sha256(data).hexdigest()
        return data


def may_be_workbook(head: bytes) -> bool:
    """Whether first bytes are those of an .xlsx workbook: a zip with a member in its folder."""
    import re  # noqa: PLC0415 - start-up: few inputs are zips

    is_zip = head.startswith(ZIP_SIGNATURES[0])
    return is_zip and re.search(rb"(?s)PK\x03\x04.{26}xl/", head) is not None


def unreadable(path: str, error: OSError) -> InputError:
    """What is told of an input that fails while it is read."""
    reason = (error.strerror or "input/output error").lower()
    return InputError(f"cannot be read: {reason}", Location(path))


def sha256(data: bytes = b"") -> "hashlib._Hash":
    """A digest of data, to which more can be added."""
    import hashlib  # noqa: PLC0415 - start-up: OpenSSL takes long to load

    return hashlib.sha256(data)


class InMemory(io.BytesIO, io.RawIOBase):
    """Bytes in memory with the face of a raw file."""


class _Digesting(io.RawIOBase):
    """A raw file that hashes what is read of it, the rest of it on closing included."""

    def __init__(self, raw: io.RawIOBase, source: Source) -> None:
        self._raw = raw
        self._source = source
        self._hash = sha256() if source.is_digested else None
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # narrower than io's
        count = self._raw.readinto(buffer) or 0
        if self._hash:
            self._hash.update(memoryview(buffer)[:count])
        self._size += count
        if self._source.watch:
            self._source.watch(count)
        return count

    def close(self) -> None:
        if self.closed:
            return
        try:
            with suppress(InputError, OSError):  # nobody asked for the rest but the digest
                rest = bytearray(256 * 1024)
                while self._hash and self.readinto(rest):
                    pass
                if self._hash:
                    self._source.sha256 = self._hash.hexdigest()
                self._source.size = self._size
        finally:
            self._raw.close()
            super().close()


def from_bytes(data: bytes, path: str) -> Source:
    """An input that is in memory already, standard input for one."""
    if len(data) > STDIN_BYTES:
        raise InputError(f"larger than {STDIN_BYTES >> 20} MB: give it as a file", Location(path))
    return Source(path, data=data, named=True)


def lines_of(source: Source, wanted: Iterable[int], limit: int = OBJECT_BYTES) -> dict[int, str]:
    """Some lines of an input, for quoting; none of one that is large or no UTF-8."""
    numbers = set(wanted)
    if source.size > limit:
        return {}
    try:
        lines = source.read(limit).decode("utf-8-sig").split("\n")
    except (InputError, UnicodeDecodeError):
        return {}
    return {
        number: lines[number - 1].rstrip("\r") for number in numbers if 0 < number <= len(lines)
    }
