"""SpreadsheetML 2003: what NetSuite's "Excel" export is, in a file called .xls or .xml."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from nspermaudit import repeats, table
from nspermaudit.errors import InputError, OtherReadingError
from nspermaudit.grouping import Grouping
from nspermaudit.headings import HEAD_ROWS, MAX_COLUMNS, Columns
from nspermaudit.sifting import Row, Sieve
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Head, Reader

_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*\sencoding\s*=\s*[\"']([^\"']*)")
_ROW, _CELL = b"<Row", b"<Cell/>"
_NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"
_CHUNK = 64 * 1024
_MAX_TEXT = 128 * 1024  # of a cell, as in CSV


def recognises(head: Head, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether the root is a ``<Workbook>`` of the SpreadsheetML namespace."""
    return head.root.name == "Workbook" and _NAMESPACE in head.data.replace(b"\0", b"")


def holds_roles(source: Source, reading: Reading) -> bool:
    """Whether its rows are grants, and not facts about roles or users."""
    try:
        found = table.find_columns(source.path, islice(_rows(source), HEAD_ROWS), reading)
    except InputError:
        return True  # it will be told when the rows are read
    return found is None or table.grants_permissions(found[1])


def parse(source: Source, reading: Reading) -> Iterator[table.Fact]:
    """The roles of the workbook, or what else its rows say."""
    start = None if reading.plain else _start_of_body(source, reading)
    if start:
        yield from _repeating(source, reading, start)
    else:
        yield from table.read(source.path, _rows(source), reading, "spreadsheetml")


class _Start(NamedTuple):
    """Where the rows below the headings begin, and a builder that has read so far."""

    columns: Columns
    heading_line: int
    place: int
    line: int
    builder: _Builder


def _start_of_body(source: Source, reading: Reading) -> _Start | None:
    """Where the rows begin that may repeat themselves; None if they do not suit."""
    head = source.head()
    builder = _Builder(Reader(source.path))
    place, rows = 0, list[Row]()
    try:
        found = table.find_columns(source.path, islice(_rows(source), HEAD_ROWS), reading)
        if found is None or not repeats.suits(found[1]):
            return None
        while len(rows) <= found[0]:
            start, place = place, head.index(_CellsApart.end, place) + len(_CellsApart.end)
            builder.reader.feed(head[start:place], last=False)
            rows += builder.rows
            builder.rows.clear()
    except (InputError, ValueError):
        return None
    encoding = _ENCODING.match(head)
    is_utf_8 = b"\0" not in head and (not encoding or encoding[1].lower() == b"utf-8")
    if not is_utf_8 or repeats.has_lone_returns(head[:place]) or len(rows) > found[0] + 1:
        return None
    return _Start(found[1], rows[-1][0], place, head.count(b"\n", 0, place) + 1, builder)


def _repeating(source: Source, reading: Reading, start: _Start) -> Iterator[table.Fact]:
    """The same facts as the plain way gives, of rows that repeat themselves."""
    sieve = Sieve(source.path, start.columns, reading, start.heading_line)
    table.tell_of_headings(sieve)
    grouping = Grouping(sieve, "spreadsheetml", fragment="")
    rows = repeats.Repeats(sieve, grouping, _CellsApart(start.builder))
    with source.open() as stream:
        stream.read(start.place)
        yield from rows.roles(stream, start.line)
    try:
        start.builder.reader.feed(rows.rest, last=True)
    except InputError:  # its place is another one in the whole document
        raise OtherReadingError(plain=True) from None
    if start.builder.rows:
        raise OtherReadingError(plain=True)
    yield from grouping.rest()
    yield from table.closing(sieve)


class _CellsApart:
    """Rows of simple markup, as ``repeats`` reads them: each for itself, as if it stood alone."""

    end = b"</Row>"

    def __init__(self, around: _Builder) -> None:
        self._around = around

    def cut(self, row: bytes, count: int) -> tuple[Sequence[str], int]:
        """The cells of a row, and the place behind the end tag that closes ``count`` of them."""
        if not row.lstrip().startswith(_ROW):
            raise OtherReadingError(plain=True)
        builder = self._read(row)
        place = builder.ends.get(count)
        if place is None:
            raise OtherReadingError(plain=True)
        return builder.rows[0][1], place

    def cells_after(self, tail: bytes, count: int) -> Sequence[str]:
        """The cells of what follows such a place."""
        return self._read(_ROW + b">" + _CELL * count + tail).rows[0][1][count:]

    def _read(self, row: bytes) -> _RowBuilder:
        """Read a row without its end. Raises OtherReadingError if it is more or less than one."""
        if b"<!" in row or b"<?" in row:
            raise OtherReadingError(plain=True)
        builder = _RowBuilder(row, self._around)
        try:
            builder.reader.feed(row + self.end, last=True)
        except InputError:
            raise OtherReadingError(plain=True) from None
        if len(builder.rows) != 1:
            raise OtherReadingError(plain=True)
        return builder


def _rows(source: Source) -> Iterator[Row]:
    """Every row of the workbook with its line; cells that were left out are empty."""
    builder = _Builder(Reader(source.path))
    with source.open() as stream:
        while data := stream.read(_CHUNK):
            builder.reader.feed(data, last=False)
            while builder.rows:
                yield builder.rows.popleft()
        builder.reader.feed(b"", last=True)
    yield from builder.rows


class _Builder:
    """Listens to a parser and puts rows together."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.rows: deque[Row] = deque()
        self.open: list[str] = []
        self._line = 0
        self.cells: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._in_data = False
        reader.parser.StartElementHandler = self._start
        reader.parser.EndElementHandler = self._end
        reader.parser.CharacterDataHandler = self._characters

    def _characters(self, text: str) -> None:
        if self._in_data:
            self._text.append(text)
            self._length += len(text)
            if self._length > _MAX_TEXT:
                raise self.reader.refuse(f"a cell of more than {_MAX_TEXT} characters")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.reader.refuse_excess(len(self.open), attributes)
        local = name.rpartition(":")[2]
        if local == "Data":
            self._in_data = self.open[-1:] == ["Cell"]
        elif local == "Cell":
            self._open_cell(attributes.get("ss:Index") or attributes.get("Index"))
        elif local == "Row":
            self._line = self.reader.parser.CurrentLineNumber
            self.cells = []
        self.open.append(local)

    def _open_cell(self, index: str | None) -> None:
        self._text.clear()
        self._length = 0
        if index is None:
            return
        is_number = index.isdecimal() and len(index) <= len(str(MAX_COLUMNS))
        if not is_number or not len(self.cells) < int(index) <= MAX_COLUMNS:
            text = f'a cell cannot stand at ss:Index="{index[:9]}": export the workbook again'
            raise self.reader.refuse(text)
        self.cells.extend([""] * (int(index) - 1 - len(self.cells)))

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self.open.pop()
        if local == "Data":
            self._in_data = False
        elif local == "Cell":
            self.cells.append("".join(self._text))
        elif local == "Row":
            self.rows.append((self._line, self.cells))


class _RowBuilder(_Builder):
    """Listens to a parser that reads one row alone, and notes where its cells end."""

    def __init__(self, row: bytes, around: _Builder) -> None:
        super().__init__(Reader(around.reader.path))
        self.open += around.open
        self.ends: dict[int, int] = {}
        self._row = row
        self._depth = len(around.open) + 1

    def _end(self, name: str) -> None:
        super()._end(name)
        if len(self.open) == self._depth:
            place = self.reader.parser.CurrentByteIndex
            if self._row.startswith(b"</", place):
                place = self._row.index(b">", place) + 1
            self.ends.setdefault(len(self.cells), place)
