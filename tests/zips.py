"""Zips for tests: of folders and of members, honest ones and such as no program makes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

Content = str | bytes


def zipped(members: Mapping[str, Content], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of some members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def zip_of(folder: Path) -> bytes:
    """An archive of all files below a folder."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return zipped({file.relative_to(folder).as_posix(): file.read_bytes() for file in files})


class Part(NamedTuple):
    """A member as the bytes of an archive say it, each of them free to be wrong.

    What is None follows from ``packed``, the bytes that stand in the archive; ``listed`` is the
    name in the directory, ``before`` are bytes in front of the member, ``after`` such behind it.
    """

    name: bytes
    packed: bytes = b""
    size: int | None = None
    crc: int | None = None
    method: int = 0
    flags: int = 0
    mode: int = 0
    listed: bytes | None = None
    is_listed: bool = True
    before: bytes = b""
    after: bytes = b""


def deflated(name: bytes, content: bytes) -> Part:
    """An honest part."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = machine.compress(content) + machine.flush()
    return Part(name, packed, len(content), zlib.crc32(content), zipfile.ZIP_DEFLATED)


def assembled(*parts: Part, comment: bytes = b"", count: int | None = None) -> bytes:
    """An archive of such parts."""
    body, directory = bytearray(), bytearray()
    for part in parts:
        body += part.before
        size = len(part.packed) if part.size is None else part.size
        crc = zlib.crc32(part.packed) if part.crc is None else part.crc
        common = struct.pack(
            "<HHHHHLLL", 20, part.flags, part.method, 0, 33, crc, len(part.packed), size
        )
        listed = part.name if part.listed is None else part.listed
        if part.is_listed:
            directory += b"PK\1\2\x14\3" + common + struct.pack("<HHHHH", len(listed), 0, 0, 0, 0)
            directory += struct.pack("<LL", part.mode << 16, len(body)) + listed
        body += b"PK\3\4" + common + struct.pack("<HH", len(part.name), 0) + part.name
        body += part.packed + part.after
    ending = end(len(body), len(directory), count or len(parts), comment)
    return bytes(body + directory) + ending


def end(start: int, length: int, count: int, comment: bytes = b"") -> bytes:
    """The end of an archive, with the place and the length of its directory."""
    most = min(count, 0xFFFF)
    sizes = struct.pack("<HHHHLLH", 0, 0, most, most, length, start, len(comment))
    return b"PK\5\6" + sizes + comment


def with_zip64(archive: bytes, length: int | None = None, start: int | None = None) -> bytes:
    """An archive with zip64 records, which say where its directory is and how long, or else."""
    count, real_length, real_start = struct.unpack("<HLL", archive[-12:-2])
    length = real_length if length is None else length
    start = real_start if start is None else start
    record = struct.pack("<LQHHLLQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, length, start)
    locator = struct.pack("<LLQL", 0x07064B50, 0, len(archive) - 22, 1)
    return archive[:-22] + record + locator + end(0xFFFFFFFF, 0xFFFFFFFF, 0xFFFF)


def of_zeros(megabytes: int) -> bytes:
    """So many zeros, deflated: a thousandth of their size."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(1 << 20)
    first = machine.compress(block) + machine.flush(zlib.Z_FULL_FLUSH)
    again = machine.compress(block) + machine.flush(zlib.Z_FULL_FLUSH)
    return first + again * (megabytes - 1) + machine.flush()
