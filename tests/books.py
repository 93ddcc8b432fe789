"""Workbooks for tests: of rows, and of parts that no honest program writes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import xlsxwriter
from zips import zipped

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
BOOK = (
    f'<workbook {MAIN} xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    f'<Relationships {_PACKAGE}><Relationship Id="rId1" Type="{_OFFICE}/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)
ROOT = (
    f'<Relationships {_PACKAGE}><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
SHEET = "xl/worksheets/sheet1.xml"


def book(
    sheets: Mapping[str, Sequence[Sequence[Any]]] | Sequence[Sequence[Any]],
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """A workbook of sheets with rows, of numbers and texts; some cells merged on each sheet."""
    stream = io.BytesIO()
    named = sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "d"}) as written:
        written.set_properties({"created": datetime(2000, 1, 1, tzinfo=timezone.utc)})
        for name, rows in named.items():
            sheet = written.add_worksheet(name)
            for place in merged:
                sheet.merge_range(*place, "")
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None:
                        sheet.write(number, column, value)
    return stream.getvalue()


def parts(sheet: str | bytes, **others: str | bytes) -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet; ``others`` take the place of its usual ones."""
    usual: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT,
        "xl/workbook.xml": others.pop("workbook", BOOK),
        "xl/_rels/workbook.xml.rels": others.pop("relations", RELATIONS),
        SHEET: sheet,
    }
    return {**usual, **others}


def raw_book(rows: str, **others: str | bytes) -> bytes:
    """A workbook with one sheet of rows as XML."""
    return zipped(parts(worksheet(rows), **others))


def worksheet(rows: str) -> str:
    """A sheet of rows as XML."""
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"


def cell(place: str, text: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, *texts: str) -> str:
    """A row of texts."""
    cells = "".join(
        cell(f"{letter}{number}", text) for letter, text in zip("ABCDEFGH", texts, strict=False)
    )
    return f'<row r="{number}">{cells}</row>'


HEADINGS = row(1, "Role", "Permission", "Level")
GRANT = row(2, "A", "Items", "Full")
