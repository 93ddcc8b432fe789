"""Rows that repeat themselves: each role's prefix and each distinct rest of a row is read once.

An export of millions of rows names each role in hundreds of them that stand together, and all roles
hold the same few thousand (permission, level) pairs. So a row is cut where its role ends: the rows
of a role are split at that prefix and looked up by what follows it, which is C's work, and only
what was never seen before is read by the format's own parser. The plain reader stays the
definition of what is right: whatever is not in this simple form (quotes that span lines, rows of
another width, sums, roles that are filled down, faults) raises OtherReadingError, and the plain
reader reads the file from its start.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate, repeat
from typing import BinaryIO, Protocol

from nspermaudit.errors import OtherReadingError
from nspermaudit.grouping import Grouping
from nspermaudit.headings import ROLE_FIELDS, Columns
from nspermaudit.held import Entry
from nspermaudit.model import Role
from nspermaudit.sifting import Sieve

BLOCK = 1 << 20
MAX_ROW = 1 << 20
"""A longer row is the plain reader's to refuse."""
MAX_DISTINCT = 100_000
"""With more distinct rests than this (a column of notes, say) nothing repeats itself."""


class Syntax(Protocol):
    """How the rows of a format are told apart and read.

    What is no row, or more than one, raises OtherReadingError.
    """

    end: bytes
    """What ends a row."""

    def cut(self, row: bytes, count: int) -> tuple[Sequence[str], int]:
        """The cells of a row, without its end, and the place right after ``count`` of them."""

    def cells_after(self, tail: bytes, count: int) -> Sequence[str]:
        """The cells of what follows such a place."""


def suits(columns: Columns) -> bool:
    """Whether rows are grants, name their role before what it is granted, and name no user."""
    fields = columns.fields
    if columns.kind != "permissions" or columns.level_in_permission:
        return False
    role = [fields[name] for name in ROLE_FIELDS if name in fields]
    others = [place for name, place in fields.items() if name not in ROLE_FIELDS]
    return bool(role) and "user" not in fields and max(role) < min(others)


def has_lone_returns(data: bytes) -> bool:
    """Whether a carriage return stands there that no line feed follows: it ends a line too.

    Lines are counted by their line feeds here. The last byte is not looked at.
    """
    if b"\r" not in data:
        return False
    return data.count(b"\r") - data.endswith(b"\r") != data.count(b"\r\n")


class Repeats:
    """Reads the rows below the headings of one file."""

    def __init__(self, sieve: Sieve, grouping: Grouping, syntax: Syntax) -> None:
        self.rest = b""
        self._sieve = sieve
        self._grouping = grouping
        self._syntax = syntax
        fields = sieve.columns.fields
        self._width = len(sieve.columns.headings)
        self._leading = max(fields[name] for name in ROLE_FIELDS if name in fields) + 1
        self._known: dict[bytes, Entry] = {}
        self._prefix = b""
        self._heights: set[int] = set()
        self._line = self._lead = self._height = self._roles = self._size = 0

    def roles(self, stream: BinaryIO, line: int) -> Iterator[Role]:
        """The roles of the rows that stream holds; ``line`` is where the first row begins.

        What follows the end of the last row is left in ``rest``, the roles that were not handed on
        yet in the grouping. Raises OtherReadingError for whatever is not in simple form.
        """
        self._line = line
        while block := stream.read(BLOCK):
            data = self.rest + block
            if len(data) > MAX_ROW + BLOCK or has_lone_returns(data):
                raise OtherReadingError(plain=True)
            *rows, self.rest = data.split(self._syntax.end)
            yield from self.take(rows)

    def take(self, rows: list[bytes]) -> Iterator[Role]:
        """The roles of rows that follow those taken before, each without its end."""
        start = 0
        while start < len(rows):
            if not self._prefix or not rows[start].startswith(self._prefix):
                yield from self._turn_to(rows[start])
            end = self._end_of_group(rows, start)
            tails = self._tails(rows[start:end])
            try:
                entries = [*map(self._known.__getitem__, tails)]
            except KeyError:
                self._read_new(tails)
                entries = [*map(self._known.__getitem__, tails)]
            self._size += len(tails)
            self._sieve.count += len(tails)
            self._grouping.take_span(entries, self._lines(entries))
            start += len(tails)

    def _end_of_group(self, rows: list[bytes], start: int) -> int:
        """Where the rows seem to end that stand together from ``start`` on, going by a few."""
        prefix, low = self._prefix, start
        high = low + (self._size or 1)
        while high < len(rows) and rows[high].startswith(prefix):
            low, high = high, 2 * high - low
        high = min(high, len(rows))
        if rows[high - 1].startswith(prefix):
            return high
        return bisect(rows, False, low + 1, high, key=lambda row: not row.startswith(prefix))  # noqa: FBT003

    def _tails(self, rows: list[bytes]) -> list[bytes]:
        """What follows the prefix in rows, up to the first that has it not."""
        tails = [*map(bytes.removeprefix, rows, repeat(self._prefix))]
        removed = sum(map(len, rows)) - sum(map(len, tails))
        if removed == len(self._prefix) * len(rows):
            return tails
        same = [*map(bytes.startswith, rows, repeat(self._prefix))]
        return tails[: same.index(False)]

    def _lines(self, entries: Sequence[Entry]) -> Sequence[int]:
        """The line of each of some rows, which follow those before."""
        if len(self._heights) == 1 and (height := self._height + min(self._heights)):
            first, self._line = self._line, self._line + height * len(entries)
            return range(first + self._lead, self._line + self._lead, height)
        heights = [self._height + entry.lines for entry in entries]
        *lines, self._line = accumulate(heights, initial=self._line)
        return [self._lead + line for line in lines]

    def _turn_to(self, row: bytes) -> Iterator[Role]:
        """Begin the role that a row names, and note the prefix that its rows share."""
        read, place = self._syntax.cut(row, self._leading)
        prefix = row[:place]
        if place > MAX_ROW // 2:
            raise OtherReadingError(plain=True)
        self._lead = prefix[: -len(prefix.lstrip())].count(b"\n")
        self._height = (prefix + self._syntax.end).count(b"\n")
        self._prefix = prefix
        line = self._line + self._lead
        sifted = [*self._sieve.sift([(line, read)])]
        if len(sifted) != 1 or self._sieve.may_be_sum(read):
            raise OtherReadingError(plain=True)
        self._sieve.count -= 1  # it is counted with its group
        self._roles += 1
        if self._roles > MAX_DISTINCT // 10 and self._roles * 4 > self._sieve.count:
            raise OtherReadingError(plain=True)  # nothing repeats itself
        yield from self._grouping.begin(sifted[0][1], line)

    def _read_new(self, tails: list[bytes]) -> None:
        """Read what rows grant whose prefix was taken off, if it was never seen before."""
        width = self._width - self._leading
        for tail in set(tails).difference(self._known):
            cells = self._syntax.cells_after(tail, self._leading)
            is_excessive = len(self._known) >= MAX_DISTINCT or len(tail) > MAX_ROW // 2
            if len(cells) > width or is_excessive:
                raise OtherReadingError(plain=True)
            missing = [""] * (width - len(cells))
            entry = self._grouping.entry_of([*[""] * self._leading, *cells, *missing])
            if entry is None:
                raise OtherReadingError(plain=True)
            self._known[tail] = entry._replace(lines=tail.count(b"\n"))
            self._heights.add(tail.count(b"\n"))
