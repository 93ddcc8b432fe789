"""Excel workbooks, .xlsx and binary .xls; needs the extra ``nspermaudit[excel]`` to be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nspermaudit import excel_rows, extras, table
from nspermaudit.errors import InputError
from nspermaudit.finding import MAX_TOLD, Message
from nspermaudit.headings import MAX_COLUMNS, ROLE_FIELDS
from nspermaudit.model import Location, Role
from nspermaudit.rule import Severity
from nspermaudit.sifting import Row
from nspermaudit.source import OLE2, Reading, Source, may_be_workbook
from nspermaudit.style import listed
from nspermaudit.xml import Head

_ERROR = re.compile(r"#(?:N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|ERROR!|FORMULA\?|SPILL!|CALC!)")
"""What stands in a cell that Excel could not calculate."""


def recognises(head: Head, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether it is a zip with the parts of a workbook, or an OLE2 file; if it can be read here."""
    is_workbook = head.data.startswith(OLE2) or may_be_workbook(head.data)
    return is_workbook and extras.has("python_calamine")


def holds_roles(source: Source, reading: Reading) -> bool:
    """Whether a sheet has grants, or what is wrong with the workbook is to be told."""
    try:
        sheets = _sheets(source, source.read(excel_rows.MAX_BYTES), reading)
    except InputError:
        return True  # it will be told when the rows are read
    return any(sheet.grants for sheet in sheets) or not any(sheet.is_table for sheet in sheets)


def holds_companions(source: Source, reading: Reading) -> bool:
    """Whether a sheet has facts about roles or users, beside another one with grants."""
    try:
        sheets = _sheets(source, source.read(excel_rows.MAX_BYTES), reading)
    except InputError:
        return False
    return any(sheet.is_table and not sheet.grants for sheet in sheets)


def parse(source: Source, reading: Reading) -> Iterator[table.Fact]:
    """The roles of all sheets with grants, and what other sheets say; which ones were passed over.

    Raises NotAnExportError if no sheet has headings that are known, InputError for what cannot be
    read.
    """
    path, data = source.path, source.read(excel_rows.MAX_BYTES)
    sheets = _sheets(source, data, reading)
    if not any(sheet.is_table for sheet in sheets):
        first = max(sheets, key=lambda sheet: min(len(sheet.head), 2), default=None)
        yield from table.read(path, first.head if first else (), reading, "excel")
        return
    yield from _told(sheets, path)
    places: dict[str, list[str]] = {}
    for number, rows in excel_rows.rows(data, path):
        sheet = sheets[number]
        if not sheet.is_table:
            continue
        unknown: list[Row] = []
        legible = _legible(_padded(rows, sheet.width), sheet.role_columns, unknown)
        for fact in table.read(path, legible, reading, "excel"):
            if isinstance(fact, Role):
                places.setdefault(fact.id, []).append(sheet.name)
            yield fact
        yield from _of_unknown_roles(path, unknown)
    for role, names in places.items():
        if len(names) > 1:
            quoted = listed([f'"{name}"' for name in names])
            text = f'the role "{role}" stands on more than one sheet, each is judged: {quoted}'
            yield Message(Location(path), Severity.WARNING, text)


class _Sheet(NamedTuple):
    """A sheet: its first rows, all of one width, and whether it is a table, and one of grants.

    ``is_doubtful`` says that it has the headings of one, and rows that do not look like them.
    ``role_columns`` are those that tell which role a row is about.
    """

    name: str
    head: Sequence[Row]
    width: int
    is_table: bool
    grants: bool
    is_doubtful: bool = False
    role_columns: Sequence[int] = ()


def _sheets(source: Source, data: bytes, reading: Reading) -> list[_Sheet]:
    """The sheets of a workbook. Of several those count whose rows look like their headings."""
    heads = excel_rows.heads(data, source.path)
    plain = [_sheet(head, reading, only_plausible=False) for head in heads]
    found = [_sheet(head, reading, only_plausible=True) for head in heads]
    if not any(sheet.is_table for sheet in found):
        return plain
    return [
        sheet._replace(is_doubtful=other.is_table and not sheet.is_table)
        for sheet, other in zip(found, plain, strict=True)
    ]


def _sheet(head: excel_rows.Head, reading: Reading, *, only_plausible: bool) -> _Sheet:
    widths = (len(cells) for _, cells in head.rows)
    width = min(max(widths, default=0), MAX_COLUMNS)
    rows = [*_padded(head.rows, width)]
    try:
        found = table.find_columns("", rows, reading, only_plausible=only_plausible)
    except InputError:  # a heading stands there twice: it is told when the rows are read
        return _Sheet(head.name, rows, width, is_table=True, grants=True)
    if found is None:
        return _Sheet(head.name, rows, width, is_table=False, grants=False)
    fields = found[1].fields
    about = [fields[name] for name in ROLE_FIELDS if name in fields]
    is_of_grants = table.grants_permissions(found[1])
    return _Sheet(head.name, rows, width, is_table=True, grants=is_of_grants, role_columns=about)


def _padded(rows: Iterable[Row], width: int) -> Iterator[Row]:
    """Rows of at least a width: cells under no heading are not an odd row."""
    for line, cells in rows:
        yield line, [*cells, *[""] * (width - len(cells))]


def _legible(rows: Iterable[Row], columns: Sequence[int], unknown: list[Row]) -> Iterator[Row]:
    """The rows of which the role can be told; the others go into ``unknown``."""
    for line, cells in rows:
        wrong = [cells[column] for column in columns if _ERROR.fullmatch(cells[column])]
        if wrong:
            unknown.append((line, wrong))
        else:
            yield line, cells


def _of_unknown_roles(path: str, rows: Sequence[Row]) -> Iterator[Message]:
    for line, (word, *_) in rows[:MAX_TOLD]:
        text = f"the role is {word}, which Excel could not calculate: the row is left out"
        yield Message(Location(path, line), Severity.ERROR, text)
    if len(rows) > MAX_TOLD:
        text = f"of {len(rows) - MAX_TOLD} more rows the role could not be calculated"
        yield Message(Location(path), Severity.ERROR, text)


def _told(sheets: Sequence[_Sheet], path: str) -> Iterator[Message]:
    """Which of several sheets are read, and which are not."""
    names = {
        is_read: [f'"{one.name}"' for one in sheets if one.is_table is is_read]
        for is_read in (True, False)
    }
    doubtful = [f'"{one.name}"' for one in sheets if one.is_doubtful]
    if len(sheets) > 1:
        over = f"; passed over: {listed(names[False])}" if names[False] else ""
        text = f"read of its sheets: {listed(names[True])}{over}"
        yield Message(Location(path), Severity.INFO, text)
    if doubtful:
        text = "passed over, though its headings are those of an export, for its rows are not"
        yield Message(Location(path), Severity.WARNING, f"{text}: {listed(doubtful)}")
