"""SpreadsheetML 2003: what NetSuite's "Excel" export is, in a file called .xls or .xml."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice

from nspermaudit import table
from nspermaudit.errors import InputError
from nspermaudit.headings import HEAD_ROWS, MAX_COLUMNS
from nspermaudit.sifting import Row
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Reader, looks_like_xml, root_of

_NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"
_CHUNK = 64 * 1024
_MAX_TEXT = 128 * 1024  # of a cell, as in CSV


def recognises(head: bytes, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether the root is a ``<Workbook>`` of the SpreadsheetML namespace."""
    if not looks_like_xml(head) or root_of(head).name != "Workbook":
        return False
    return _NAMESPACE in head.replace(b"\0", b"")


def holds_roles(source: Source, reading: Reading) -> bool:
    """Whether its rows are grants, and not facts about roles or users."""
    try:
        found = table.find_columns(source.path, islice(_rows(source), HEAD_ROWS), reading)
    except InputError:
        return True  # it will be told when the rows are read
    return found is None or table.grants_permissions(found[1])


def parse(source: Source, reading: Reading) -> Iterator[table.Fact]:
    """The roles of the workbook, or what else its rows say."""
    yield from table.read(source.path, _rows(source), reading, "spreadsheetml")


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
        self._open: list[str] = []
        self._line = 0
        self._cells: list[str] = []
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
        self.reader.refuse_excess(len(self._open), attributes)
        local = name.rpartition(":")[2]
        if local == "Data":
            self._in_data = self._open[-1:] == ["Cell"]
        elif local == "Cell":
            self._open_cell(attributes.get("ss:Index") or attributes.get("Index"))
        elif local == "Row":
            self._line = self.reader.parser.CurrentLineNumber
            self._cells = []
        self._open.append(local)

    def _open_cell(self, index: str | None) -> None:
        self._text.clear()
        self._length = 0
        if index is None:
            return
        is_number = index.isdecimal() and len(index) <= len(str(MAX_COLUMNS))
        if not is_number or not len(self._cells) < int(index) <= MAX_COLUMNS:
            text = f'a cell cannot stand at ss:Index="{index[:9]}": export the workbook again'
            raise self.reader.refuse(text)
        self._cells.extend([""] * (int(index) - 1 - len(self._cells)))

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self._open.pop()
        if local == "Data":
            self._in_data = False
        elif local == "Cell":
            self._cells.append("".join(self._text))
        elif local == "Row":
            self.rows.append((self._line, self._cells))
