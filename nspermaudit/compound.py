"""The streams of an OLE2 compound file, in which binary .xls workbooks come ([MS-CFB])."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nspermaudit.errors import InputError
from nspermaudit.model import Location

_HEADER = struct.Struct("<8s18xHHHH10xLL4xLLLLL")
_IN_HEADER = 109
_FREE = 0xFFFFFFFA  # from here on numbers mean no sector
_ENTRY = struct.Struct("<64sHB49xLQ")
_STREAM, _ROOT = 2, 5
_SHIFTS = (9, 12)
_MINI_SHIFT = 6
_DAMAGED = "damaged: the workbook is cut off or contradicts itself"


class Stream(NamedTuple):
    """A stream: its name, where it begins, how many bytes it has, and whether it is the root."""

    name: str
    start: int
    size: int
    is_root: bool


def damaged() -> InputError:
    """What is told of a file that cannot be what it says."""
    return InputError(_DAMAGED, Location(""))


class Compound:
    """A compound file in memory. Raises InputError where the bytes do not fit together."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            found = _HEADER.unpack_from(data)
        except struct.error:
            raise damaged() from None
        _, _, _, shift, mini, _, first, self._cutoff, mini_first, _, difat, _ = found
        if shift not in _SHIFTS or mini != _MINI_SHIFT:
            raise damaged()
        self._size = 1 << shift
        self._fat = self._table(self._fat_sectors(difat))
        if any(len(self._fat) <= number < _FREE for number in self._fat):
            raise damaged()  # other readers make room for sectors of such numbers
        self.streams = list(self._directory(first))
        self._mini_fat = self._table(self._chain(mini_first, self._fat))
        root = next((stream for stream in self.streams if stream.is_root), None)
        self._mini = self._joined(root.start) if root else b""

    def read(self, stream: Stream) -> bytes:
        """All bytes of a stream."""
        if stream.size >= self._cutoff:
            whole = self._joined(stream.start)
        else:
            size = 1 << _MINI_SHIFT
            places = (number * size for number in self._chain(stream.start, self._mini_fat))
            whole = b"".join(self._mini[place : place + size] for place in places)
        if len(whole) < stream.size:
            raise damaged()
        return whole[: stream.size]

    def _sector(self, number: int) -> bytes:
        place = (number + 1) * self._size
        return self._data[place : place + self._size]

    def _joined(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._chain(start, self._fat)))

    def _chain(self, start: int, table: Sequence[int]) -> list[int]:
        """The numbers of the sectors that follow each other."""
        found: list[int] = []
        while start < _FREE:
            if start >= len(table) or len(found) > len(table):
                raise damaged()
            found.append(start)
            start = table[start]
        return found

    def _table(self, sectors: Sequence[int]) -> Sequence[int]:
        whole = b"".join(map(self._sector, sectors))
        return struct.unpack(f"<{len(whole) // 4}L", whole[: len(whole) // 4 * 4])

    def _fat_sectors(self, difat: int) -> list[int]:
        """The sectors that say which sector follows which."""
        end = _HEADER.size + 4 * _IN_HEADER
        if len(self._data) < end:
            raise damaged()
        listed = [*struct.unpack(f"<{_IN_HEADER}L", self._data[_HEADER.size : end])]
        seen = 0
        while difat < _FREE:
            more = self._table([difat])
            seen += 1
            if not more or seen > len(self._data) // self._size:
                raise damaged()
            listed += more[:-1]
            difat = more[-1]
        return [number for number in listed if number < _FREE]

    def _directory(self, first: int) -> Iterator[Stream]:
        whole = self._joined(first)
        for place in range(0, len(whole) - _ENTRY.size + 1, _ENTRY.size):
            name, length, kind, start, size = _ENTRY.unpack_from(whole, place)
            if kind in (_STREAM, _ROOT):
                text = name[: max(0, length - 2)].decode("utf-16-le", "replace")
                yield Stream(text, start, size & 0xFFFFFFFF, kind == _ROOT)
