"""The process that reads a workbook: its bytes on standard input, its rows as JSON on the output.

python-calamine is fast, and written in a language whose programs end at once where memory does. So
it has a process of its own (``excel_rows`` starts it), which may fail, and has its limits.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from nspermaudit.errors import InputError
from nspermaudit.extent import Faults, Place
from nspermaudit.headings import HEAD_ROWS
from nspermaudit.model import Location

MEMORY = 1536 << 20
"""Bytes of address space; a sheet of the largest size that is read takes half of it."""
SECONDS = 120
"""Seconds of work; the largest sheet takes some 15."""

_MOST_EXACT = 2**53
_DAMAGED = "damaged, or no workbook: open it in Excel and save it again, or save the sheet as CSV"
_ENCRYPTED = "encrypted: save the workbook without a password"


def main() -> None:
    """Read a workbook, print what is in it or why it cannot be read."""
    _limit()
    data = sys.stdin.buffer.read()
    sys.stdin.close()
    try:
        for record in records(data):
            sys.stdout.write(json.dumps(record) + "\n")
    except InputError as error:
        sys.stdout.write(json.dumps({"error": error.text}) + "\n")
    sys.stdout.flush()


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or hard >= most:
            resource.setrlimit(kind, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def records(data: bytes) -> Iterator[Any]:
    """First the sheets, each with its name and first rows; then each sheet's number, and its rows.

    A row is its number and its cells; blank ones are left out, as are blank cells at its end.
    Raises InputError for what cannot be read.
    """
    faults = _faults(data)
    try:
        yield from _records(data, faults)
    except (KeyboardInterrupt, MemoryError, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of the library is no Exception
        is_locked = type(error).__name__ == "PasswordError"
        raise InputError(_ENCRYPTED if is_locked else _DAMAGED, Location("")) from None


def _records(data: bytes, faults: Sequence[Faults]) -> Iterator[Any]:
    sheets = [
        (name, sheet, faults[index] if index < len(faults) else {})
        for index, (name, sheet) in enumerate(_sheets(data))
    ]
    yield [[name, [*islice(_rows(sheet, wrong), HEAD_ROWS)]] for name, sheet, wrong in sheets]
    for index, (_, sheet, wrong) in enumerate(sheets):
        yield index
        yield from _rows(sheet, wrong)


def _faults(data: bytes) -> Sequence[Faults]:
    """What is known of cells that have no value, by sheet. Raises InputError."""
    if data.startswith(b"PK"):
        from nspermaudit.ooxml import inspected  # noqa: PLC0415 - a workbook is one or the other
    else:
        from nspermaudit.biff import inspected  # noqa: PLC0415 - the same
    return inspected(data)


def _sheets(data: bytes) -> Iterator[tuple[str, Any]]:
    from python_calamine import SheetTypeEnum, load_workbook  # noqa: PLC0415 - after the inspection

    book = load_workbook(io.BytesIO(data))
    for index, sheet in enumerate(book.sheets_metadata):
        is_table = sheet.typ == SheetTypeEnum.WorkSheet
        yield sheet.name, book.get_sheet_by_index(index) if is_table else None


def _rows(sheet: Any, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet; a cell that is merged with those below it stands in each of them."""
    if sheet is None or sheet.start is None:
        return
    left = sheet.start[1]
    wrong: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in faults.items():
        wrong.setdefault(row, []).append((column - left, text))
    merged = _Merged(sheet.merged_cell_ranges or (), left)
    for index, values in enumerate(sheet.iter_rows()):
        if not (merged.below or index in wrong or any(value != "" for value in values)):
            continue
        cells = [value if isinstance(value, str) else text_of(value) for value in values]
        for column, text in wrong.get(index, ()):
            if 0 <= column < len(cells):
                cells[column] = text
        merged.fill(index, cells)
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield index + 1, cells


class _Merged:
    """The cells that are merged with those below them, from the row that is read on."""

    def __init__(self, ranges: Iterable[tuple[Place, Place]], left: int) -> None:
        self.below: dict[int, tuple[int, str]] = {}
        self._starts: dict[int, list[tuple[int, int]]] = {}
        for (top, column), (bottom, _) in ranges:
            if bottom > top:
                self._starts.setdefault(top, []).append((column - left, bottom))

    def fill(self, index: int, cells: list[str]) -> None:
        """Put into a row what stands above, as far as it is merged with that."""
        for column, (bottom, text) in [*self.below.items()]:
            if index > bottom:
                del self.below[column]
            elif not cells[column]:
                cells[column] = text
        for column, bottom in self._starts.get(index, ()):
            if 0 <= column < len(cells):
                self.below[column] = bottom, cells[column]


def text_of(value: object) -> str:
    """A value as a person reads it in the cell: ``1042`` for 1042.0."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _MOST_EXACT else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


if __name__ == "__main__":
    main()
