"""CSV rows that repeat themselves: each role's prefix and each distinct rest is read once.

An export of millions of rows names each role in hundreds of them that stand together, and all roles
hold the same few thousand (permission, level) pairs. So a row is cut where its role ends; rows are
compared with the role's prefix and looked up by what follows it, which is C's work, and only what
was never seen before is read as CSV. The plain reader stays the definition of what is right:
whatever is not in this simple form (quotes that span lines, rows of another width, sums, roles that
are filled down, faults) raises OtherReadingError, and the plain reader reads the file from its
start.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import BinaryIO

from nspermaudit.errors import OtherReadingError
from nspermaudit.grouping import Grouping
from nspermaudit.headings import ROLE_FIELDS, Columns
from nspermaudit.model import Role
from nspermaudit.sifting import Sieve

BLOCK = 1 << 20
MAX_DISTINCT = 100_000
"""With more distinct rests than this (a column of notes, say) nothing repeats itself."""

MAX_LINE = 1 << 20
"""A longer line is the plain reader's to refuse."""

_PROBE = 256


def suits(columns: Columns) -> bool:
    """Whether the columns that name the role stand before those that grant, and users in none."""
    fields = columns.fields
    role = [fields[name] for name in ROLE_FIELDS if name in fields]
    others = [place for name, place in fields.items() if name not in ROLE_FIELDS]
    return bool(role) and "user" not in fields and max(role) < min(others)


def _refuse_lone_returns(lines: list[bytes]) -> None:
    """A carriage return that no line feed follows ends a line too, which is not counted here."""
    returns = b"\n".join(lines).count(b"\r")
    if returns and returns != sum(map(bytes.endswith, lines, repeat(b"\r"))):
        raise OtherReadingError(plain=True)


class Repeats:
    """Reads the rows below the headings of one file."""

    def __init__(self, sieve: Sieve, grouping: Grouping, delimiter: str, encoding: str) -> None:
        self._sieve = sieve
        self._grouping = grouping
        self._delimiter = delimiter
        self._encoding = encoding
        fields = sieve.columns.fields
        self._width = len(sieve.columns.headings)
        self._leading = max(fields[name] for name in ROLE_FIELDS if name in fields) + 1
        self._numbers: dict[bytes, int] = {}
        self._prefix = b""
        self._groups = self._rows = 0

    def roles(self, stream: BinaryIO, line: int) -> Iterator[Role]:
        """The roles of the rows that stream holds, the first of which is ``line`` of the file.

        Raises OtherReadingError for whatever is not in simple form.
        """
        rest = b""
        while block := stream.read(BLOCK):
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            if len(rest) > MAX_LINE:
                raise OtherReadingError(plain=True)
            _refuse_lone_returns(lines)
            yield from self._take_all(lines, line)
            line += len(lines)
        if rest:
            _refuse_lone_returns([rest])
            yield from self._take_all([rest], line)
        yield from self._grouping.rest()

    def _take_all(self, lines: list[bytes], first: int) -> Iterator[Role]:
        start, count = 0, len(lines)
        while start < count:
            if not self._prefix or not lines[start].startswith(self._prefix):
                yield from self._turn_to(lines[start], first + start)
            end = self._end_of_group(lines, start)
            tails = [*map(bytes.removeprefix, lines[start:end], repeat(self._prefix))]
            try:
                numbers = [*map(self._numbers.__getitem__, tails)]
            except KeyError:
                self._read_new(tails)
                numbers = [*map(self._numbers.__getitem__, tails)]
            self._grouping.take_span(numbers, range(first + start, first + end))
            self._sieve.count += end - start
            start = end

    def _end_of_group(self, lines: list[bytes], start: int) -> int:
        """The first row after ``start`` that does not begin with the role's prefix."""
        end = start + 1
        while end < len(lines):
            ahead = lines[end : end + _PROBE]
            same = [*map(bytes.startswith, ahead, repeat(self._prefix))]
            if False in same:
                return end + same.index(False)
            end += len(ahead)
        return end

    def _cells(self, row: bytes) -> list[str]:
        """The cells of one row. Raises OtherReadingError if it is more or less than one."""
        if b"\0" in row:
            raise OtherReadingError(plain=True)
        try:
            reader = csv.reader(
                [row.decode(self._encoding)], delimiter=self._delimiter, strict=True
            )
            (cells,) = reader
        except (csv.Error, ValueError):
            raise OtherReadingError(plain=True) from None
        return cells

    def _turn_to(self, row: bytes, line: int) -> Iterator[Role]:
        """Begin the role that a row names, and note the prefix that its rows share."""
        cells = self._cells(row)
        if len(cells) != self._width or [*self._sieve.sift([(line, cells)])] != [(line, cells)]:
            raise OtherReadingError(plain=True)
        self._sieve.count -= 1  # it is counted with its group
        self._groups += 1
        self._refuse_if_nothing_repeats(line)
        yield from self._grouping.begin(cells, line)
        self._prefix = self._prefix_of(row, cells)

    def _refuse_if_nothing_repeats(self, line: int) -> None:
        if self._groups > MAX_DISTINCT // 10 and self._groups * 4 > line:
            raise OtherReadingError(plain=True)

    def _prefix_of(self, row: bytes, cells: Sequence[str]) -> bytes:
        """The bytes of the leading cells, with the delimiter after them.

        A cut is right if what is before it reads as those cells and what is after it as the rest:
        at a delimiter outside quotes the reading of a row starts anew.
        """
        delimiter = self._delimiter.encode(self._encoding)
        leading, cut = cells[: self._leading], 0
        for _ in range(row.count(delimiter)):
            cut = row.index(delimiter, cut) + len(delimiter)
            before, after = row[:cut], row[cut:]
            is_outside_quotes = before.count(b'"') % 2 == 0
            if is_outside_quotes and self._cells(before) == [*leading, ""]:
                if self._cells(after or b"x") != cells[self._leading :]:
                    break
                return before
        raise OtherReadingError(plain=True)

    def _read_new(self, tails: list[bytes]) -> None:
        """Read what rows grant whose prefix was taken off, if it was never seen before."""
        for tail in set(tails).difference(self._numbers):
            cells = self._cells(tail)
            if len(cells) != self._width - self._leading or len(self._numbers) >= MAX_DISTINCT:
                raise OtherReadingError(plain=True)
            number = self._grouping.number([""] * self._leading + cells)
            if number is None:
                raise OtherReadingError(plain=True)
            self._numbers[tail] = number
