"""Excel workbooks, written: sheets of text alone, and the same bytes for the same content.

Every cell is written as a string, whatever it looks like: a role called ``=HYPERLINK(...)`` stays
that text, in a cell of the format "Text", also when somebody edits the cell. What cannot be seen is
spelled out (``style.one_line``). What an Excel sheet cannot hold is cut, with a sentence that says
so (Microsoft's "Excel specifications and limits"). Needs XlsxWriter, the extra
``nspermaudit[excel]``.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, final

from nspermaudit.extras import require
from nspermaudit.style import one_line
from nspermaudit.workbook_looks import BASE, LOOKS

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_576
"""Rows of a sheet, its headings included."""
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
"""UTF-16 units in a cell."""
MAX_NAME = 31
"""Characters in the name of a sheet."""

_CHUNK = 64 * 1024
_UNNAMEABLE = re.compile(r"[\[\]:*?/\\]|^'|'$")
_A4 = 9
_ON_A_PAGE = 190
"""So many characters of a row stand side by side on a sheet of paper that can still be read."""
_LINE_HEIGHT, _MAX_HEIGHT = 13.5, 409  # points; Excel makes no row higher
_BREADTH = 0.92  # of a letter beside a digit, in which column widths are counted


class Cell(NamedTuple):
    """What stands in a cell, line by line, and how it looks: one of ``workbook_looks.LOOKS``."""

    text: str | Sequence[str]
    look: str = ""


class Column(NamedTuple):
    """A column: its heading, its width in characters, the looks of words that stand in it.

    ``choices`` are what Excel offers for a cell that somebody is to fill in.
    """

    heading: str
    width: float = 20
    looks: Mapping[str, str] = MappingProxyType({})
    choices: Sequence[str] = ()


Row = Sequence[str | Cell]


def refuse_missing() -> None:
    """Raise UsageError, with the cure, if workbooks cannot be written here."""
    require("xlsxwriter", "writing a workbook (xlsx)")


@final
class Book:
    """A workbook that is being written; ``rest`` says where to find what a sheet cannot hold.

    It keeps no row in memory: they go into a folder for temporary files, which is gone at the end.
    """

    def __init__(self, title: str, rest: str) -> None:
        self.rest = rest
        self._title = title
        self._looks: dict[str, Any] = {}
        self._sheets: list[Sheet] = []

    def __enter__(self) -> Book:
        import xlsxwriter  # noqa: PLC0415 - start-up: few reports are workbooks

        self._folder = tempfile.TemporaryDirectory(prefix="nspermaudit-")
        self._file = os.path.join(self._folder.name, "book.xlsx")
        options = {"constant_memory": True, "tmpdir": self._folder.name}
        texts = dict.fromkeys(
            ("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False
        )
        self._book: Workbook = xlsxwriter.Workbook(self._file, options | texts)
        self._book.set_properties(_properties(self._title))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for sheet in self._sheets:
            sheet.release()
        self._folder.cleanup()

    def sheet(
        self, name: str, columns: Sequence[Column], *, frozen: int = 0, has_headings: bool = True
    ) -> Sheet:
        """Add a sheet. The first ``frozen`` columns stay in sight, as the headings do."""
        taken = {sheet.name.casefold() for sheet in self._sheets}
        worksheet = self._book.add_worksheet(sheet_name(name, taken))
        sheet = Sheet(self, worksheet, columns, frozen=frozen, has_headings=has_headings)
        self._sheets.append(sheet)
        return sheet

    def look(self, name: str) -> Any:
        """The format of cells that look so."""
        if name not in self._looks:
            self._looks[name] = self._book.add_format({**BASE, **LOOKS[name]})
        return self._looks[name]

    def pieces(self) -> Iterator[bytes]:
        """The whole file, once all rows are written. Raises OSError where it cannot be made."""
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - as above

        for sheet in self._sheets:
            sheet.finish()
        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(*getattr(error.args[0], "args", ())) from None
        with open(self._file, "rb") as stream:
            while data := stream.read(_CHUNK):
                yield data


class Sheet:
    """A sheet that is being written, row after row. ``count`` is the number of rows given to it."""

    def __init__(
        self,
        book: Book,
        worksheet: Worksheet,
        columns: Sequence[Column],
        *,
        frozen: int,
        has_headings: bool,
    ) -> None:
        self.name: str = worksheet.get_name()
        self.count = 0
        self._book = book
        self._sheet = worksheet
        self._columns = _fitting(columns, book.rest)
        self._has_headings = has_headings
        self._place = 0
        self._held: Row | None = None
        self._left_out = 0
        self._set_up(frozen)

    def _set_up(self, frozen: int) -> None:
        sheet = self._sheet
        for index, column in enumerate(self._columns):
            sheet.set_column(index, index, column.width)
        sheet.hide_gridlines(2 if not self._has_headings else 1)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        width = sum(column.width for column in self._columns)
        sheet.fit_to_pages(max(1, round(width / _ON_A_PAGE)), 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&RPage &P of &N")
        if self._has_headings:
            sheet.freeze_panes(1, frozen)
            sheet.repeat_rows(0)
            if frozen:
                sheet.repeat_columns(0, frozen - 1)
            self._write([Cell(column.heading, "head") for column in self._columns])

    def row(self, cells: Row) -> None:
        """Write a row. What is beyond the last row of a sheet is counted, and told in that row."""
        self.count += 1
        if self._place < MAX_ROWS - 1:
            self._write(cells)
        elif self._held is None and not self._left_out:
            self._held = cells  # the last one, if none follows
        else:
            self._left_out += 1 if self._held is None else 2
            self._held = None

    def rows(self, rows: Iterable[Row]) -> None:
        """Write some rows."""
        for cells in rows:
            self.row(cells)

    def finish(self) -> None:
        """Write what can be known only now."""
        if self._held is not None:
            self._write(self._held)
        elif self._left_out:
            holds = f"an Excel sheet holds {MAX_ROWS:,} rows; {self._book.rest}"
            self._write([f"... and {self._left_out:,} more: {holds}"])
        last, right = max(self._place - 1, 1), len(self._columns) - 1
        if self._has_headings:
            self._sheet.autofilter(0, 0, last, right)
        for index, column in enumerate(self._columns):
            if column.choices:
                offered = {"validate": "list", "source": [*column.choices]}
                self._sheet.data_validation(1, index, last, index, offered)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MAX_ROWS}"})

    def release(self) -> None:
        """Close the file of rows that were not made into a workbook."""
        rows = getattr(self._sheet, "row_data_fh", None)
        if rows and not rows.closed:
            rows.close()

    def _write(self, cells: Row) -> None:
        if len(cells) > len(self._columns):  # the last column says what is left out
            cells = cells[: len(self._columns) - 1]
        lines = 1
        for index, (column, value) in enumerate(zip(self._columns, cells, strict=False)):
            cell = value if isinstance(value, Cell) else Cell(value, self._look(column, value))
            text, look = written(cell.text), self._book.look(cell.look)
            if not text:
                self._sheet.write_blank(self._place, index, None, look)
            elif self._sheet.write_string(self._place, index, text, look):
                raise ValueError(f"row {self._place} of the sheet {self.name} cannot be written")
            big = 2 if cell.look == "title" else _lines(text, column.width)
            lines = max(lines, big)
        if lines > 1:  # LibreOffice does not see to it
            self._sheet.set_row(self._place, min(lines * _LINE_HEIGHT + 2, _MAX_HEIGHT))
        self._place += 1

    def _look(self, column: Column, text: str) -> str:
        return column.looks.get(text, "" if self._has_headings else "plain")


def written(text: str | Sequence[str]) -> str:
    """A text, or its lines, as it stands in a cell: no longer than Excel bears."""
    lines = (text,) if isinstance(text, str) else text
    whole = "\n".join(map(one_line, lines))
    size = len(whole) if whole.isascii() else len(whole.encode("utf-16-le")) // 2
    if size <= MAX_TEXT:
        return whole
    words = f" ... (cut: a cell of Excel holds {MAX_TEXT:,} characters, this text has {size:,})"
    units = whole.encode("utf-16-le")[: 2 * (MAX_TEXT - len(words))]
    return units.decode("utf-16-le", "ignore") + words


def _lines(text: str, width: float) -> int:
    """About how many lines a text takes in a column of a width."""
    return sum(1 + int(len(line) * _BREADTH / width) for line in text.split("\n"))


def sheet_name(text: str, taken: Iterable[str]) -> str:
    """A name that Excel takes, unlike those that are ``taken`` (in small letters)."""
    plain = _UNNAMEABLE.sub("_", one_line(text))[:MAX_NAME].strip() or "Sheet"
    name, number, others = plain, 1, {*taken, "history"}  # Excel keeps that one for itself
    while name.casefold() in others:
        number += 1
        end = f" ({number})"
        name = plain[: MAX_NAME - len(end)] + end
    return name


def _fitting(columns: Sequence[Column], rest: str) -> list[Column]:
    """The columns, or so many of them as a sheet holds."""
    if len(columns) <= MAX_COLUMNS:
        return [*columns]
    left_out = len(columns) - MAX_COLUMNS + 1
    text = f"... and {left_out:,} more: an Excel sheet holds {MAX_COLUMNS:,} columns; {rest}"
    return [*columns[: MAX_COLUMNS - 1], Column(text)]


def _properties(title: str) -> Mapping[str, Any]:
    """What the file says of itself; a fixed day, for the same content gives the same bytes."""
    from datetime import datetime, timezone  # noqa: PLC0415 - start-up: few reports are workbooks

    first = datetime(2000, 1, 1, tzinfo=timezone.utc)
    return {"title": title, "author": "nspermaudit", "created": first}
