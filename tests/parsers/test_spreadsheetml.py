from __future__ import annotations

from collections.abc import Callable

import pytest
from reading import Levels, Told, read

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
LEVELS: Levels = {
    "LT Clerk": {"TRAN_VENDBILL": "FULL", "LIST_VENDOR": "EDIT"},
    "LT Lead": {"LIST_ITEM": "VIEW"},
}


def _data(text: str) -> str:
    return f'<Data ss:Type="String">{text}</Data>'


def _cell(text: str, index: str = "") -> str:
    place = f' ss:Index="{index}"' if index else ""
    return f"<Cell{place}>{_data(text)}</Cell>"


def _row(*cells: str) -> str:
    made = (cell if cell.startswith("<") else _cell(cell) for cell in cells)
    return f"<Row>{''.join(made)}</Row>"


def _workbook(*rows: str) -> str:
    """A workbook with each row in a line of its own, the first in line 3."""
    lines = "\n".join(rows)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<Workbook xmlns="{NAMESPACE}" '
        f'xmlns:ss="{NAMESPACE}"><Worksheet ss:Name="Results"><Table>\n{lines}\n'
        "</Table></Worksheet></Workbook>"
    )


HEADINGS = _row("Role", "Permission", "Level")
BILLS = _row("LT Clerk", "Bills", "Full")
VENDORS = _row("LT Clerk", "Vendors", "Edit")
ITEMS = _row("LT Lead", "Items", "View")

READ: dict[str, tuple[str, list[Told]]] = {
    "plain": (_workbook(HEADINGS, BILLS, VENDORS, ITEMS), []),
    "preamble and blank rows": (
        _workbook(
            _row("Larkfield Tools"), "<Row/>", HEADINGS, BILLS, "<Row></Row>", VENDORS, ITEMS
        ),
        [],
    ),
    "an index in every cell": (
        _workbook(
            HEADINGS,
            BILLS,
            _row(_cell("LT Clerk", "1"), _cell("Vendors", "2"), _cell("Edit", "3")),
            ITEMS,
        ),
        [],
    ),
    "cells left out": (
        _workbook(HEADINGS, BILLS, _row(_cell("Vendors", "2"), "Edit"), ITEMS),
        [("info", 0, "took the role from a row above")],
    ),
    "empty cells": (
        _workbook(
            HEADINGS, _row("LT Clerk", "Bills", "Full", "<Cell/>", "<Cell></Cell>"), VENDORS, ITEMS
        ),
        [],
    ),
    "entities and cdata": (
        _workbook(
            HEADINGS,
            _row("LT&#32;Clerk", "B&#105;lls", "Fu<![CDATA[ll]]>"),
            _row("LT Clerk", "Vend<!-- x -->ors", "Ed<?x y?>it"),
            ITEMS,
        ),
        [],
    ),
    "rich text": (
        _workbook(
            HEADINGS,
            _row(
                "LT Clerk", "Bills", '<Cell><ss:Data ss:Type="String"><B>Fu</B>ll</ss:Data></Cell>'
            ),
            VENDORS,
            ITEMS,
        ),
        [],
    ),
    "rows and cells in comments": (
        _workbook(HEADINGS, BILLS, f"<!-- {_row('LT Clerk', 'Items', 'Full')} -->", VENDORS, ITEMS),
        [],
    ),
    "comments on cells": (
        _workbook(
            HEADINGS,
            BILLS,
            _row(
                "LT Clerk",
                "Vendors",
                f"<Cell>{_data('Edit')}<Comment><ss:Data>View?</ss:Data></Comment></Cell>",
            ),
            ITEMS,
        ),
        [],
    ),
    "text outside of data": (
        _workbook(
            HEADINGS,
            f"x{BILLS}y",
            _row("LT Clerk", "Vendors", f"<Cell>x{_data('Edit')}y</Cell>"),
            ITEMS,
        ),
        [],
    ),
    "dates": (
        _workbook(
            _row("Role", "Permission", "Level", "Permission Change Date"),
            *(
                row.replace(
                    "</Row>",
                    '<Cell><Data ss:Type="DateTime">2026-07-01T00:00:00.000</Data></Cell></Row>',
                )
                for row in (BILLS, VENDORS, ITEMS)
            ),
        ),
        [],
    ),
    "numbers for levels": (
        _workbook(
            HEADINGS,
            _row("LT Clerk", "Bills", '<Cell><Data ss:Type="Number">4</Data></Cell>'),
            _row("LT Clerk", "Vendors", '<Cell><Data ss:Type="Number">3.0</Data></Cell>'),
            _row("LT Lead", "Items", '<Cell><Data ss:Type="Number">1</Data></Cell>'),
        ),
        [],
    ),
    "totals": (
        _workbook(HEADINGS, BILLS, VENDORS, ITEMS, _row("Total", "3"), _row("Overall Total")),
        [("info", 0, "2 rows of totals")],
    ),
    "merged cells": (
        _workbook(
            HEADINGS,
            _row(f'<Cell ss:MergeDown="1">{_data("LT Clerk")}</Cell>', "Bills", "Full"),
            _row(_cell("Vendors", "2"), "Edit"),
            ITEMS,
        ),
        [("info", 0, "took the role from a row above")],
    ),
    "another sheet with the same headings": (
        _workbook(
            HEADINGS, BILLS, VENDORS, "</Table></Worksheet><Worksheet><Table>", HEADINGS, ITEMS
        ),
        [("info", 0, "1 row of totals, categories or repeated headings")],
    ),
    "a sheet of notes before": (
        _workbook(
            _row("Notes", "by Ada"),
            "</Table></Worksheet><Worksheet><Table>",
            HEADINGS,
            BILLS,
            VENDORS,
            ITEMS,
        ),
        [],
    ),
    "a level that is none": (
        _workbook(HEADINGS, BILLS, VENDORS, _row("LT Clerk", "Items", "#N/A"), ITEMS),
        [("error", 6, '"#N/A" is no level for Items')],
    ),
    "no cell for the level": (
        _workbook(HEADINGS, BILLS, VENDORS, _row("LT Clerk", "Items"), ITEMS),
        [("error", 6, "the level is missing for Items")],
    ),
    "two levels in one cell": (
        _workbook(
            HEADINGS,
            BILLS,
            VENDORS,
            _row("LT Clerk", "Items", f"<Cell>{_data('View')}{_data('Full')}</Cell>"),
            ITEMS,
        ),
        [("error", 6, "is no level for Items")],
    ),
    "phantom cells": (
        _workbook(
            HEADINGS, BILLS, VENDORS, _row("LT Clerk", "Items", "Full", _cell("x", "9")), ITEMS
        ),
        [("error", 6, "the row has 9 cells, the headings are 3")],
    ),
}


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("case", READ)
def test_workbook_is_read(case: str, *, named: bool) -> None:
    """A workbook gives its roles; each thing that is odd about it is told at its line."""
    text, told = READ[case]
    found = read(text, named=named)
    found.assert_told(told)
    assert found.levels == LEVELS


def test_grants_have_the_line_of_their_row() -> None:
    """Each grant stands in the line in which its row begins."""
    text = _workbook(HEADINGS, BILLS, VENDORS.replace("<Cell>", "\n<Cell>"), ITEMS)
    assert read(text).lines == [4, 5, 9]


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8 with mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.replace("utf-8", "utf-16").encode("utf-16"),
    "windows-1252": lambda text: text.replace("utf-8", "windows-1252").encode("cp1252"),
    "nothing declared": lambda text: text.partition("\n")[2].encode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encoding_is_the_declared_one(encoding: str) -> None:
    """A workbook is read in the encoding that it declares."""
    text = _workbook(HEADINGS, BILLS.replace("Clerk", "Käufer"))
    assert read(ENCODINGS[encoding](text)).levels == {"LT Käufer": {"TRAN_VENDBILL": "FULL"}}


def test_prefixed_elements_are_the_same() -> None:
    """A workbook whose elements carry a prefix is the same workbook."""
    rows = f"{HEADINGS}{BILLS}{VENDORS}{ITEMS}".replace("</", "</ss:")
    for name in ("Row", "Cell", "Data"):
        rows = rows.replace(f"<{name}", f"<ss:{name}")
    text = f'<ss:Workbook xmlns:ss="{NAMESPACE}"><ss:Table>{rows}</ss:Table></ss:Workbook>'
    assert read(text, named=False).levels == LEVELS


@pytest.mark.parametrize(
    "index", ["0", "-1", "1", "2", "16385", "9" * 30, "9" * 5000, "a", "1.5", "²"]
)
def test_place_that_is_none_is_refused(index: str) -> None:
    """A cell can stand only after the one before it, and within what a sheet can hold."""
    row = _row("LT Clerk", "Items", f'<Cell ss:Index="{index}">{_data("Full")}</Cell>')
    found = read(_workbook(HEADINGS, row))
    found.assert_told([("error", 4, "a cell cannot stand at")])
    assert found.status == "failed"


def test_last_place_of_a_sheet_is_one() -> None:
    """A cell may stand in the last column that is read."""
    found = read(_workbook(HEADINGS, _row("LT Clerk", "Items", "View", _cell("", "1024"))))
    assert found.levels == {"LT Clerk": {"LIST_ITEM": "VIEW"}}


BROKEN = {
    "cut": (_workbook(HEADINGS, BILLS).partition("</Table>")[0], 5, "not well-formed XML"),
    "an ampersand": (_workbook(HEADINGS, _row("A & B", "Bills", "Full")), 4, "not well-formed XML"),
    "a doctype": (
        _workbook(HEADINGS).replace("<Workbook", '<!DOCTYPE Workbook [<!ENTITY a "b">]><Workbook'),
        2,
        "DOCTYPE",
    ),
    "too deep": (_workbook(HEADINGS, "<a>" * 70), 4, "nested more than 64 deep"),
    "too many attributes": (
        _workbook(HEADINGS, "<Row " + " ".join(f"a{number}=''" for number in range(65)) + "/>"),
        4,
        "more than 64 attributes",
    ),
    "other headings": (
        _workbook(_row("Item", "Price"), _row("Spade", "3")),
        3,
        'found: "Item", "Price"',
    ),
    "no rows": (_workbook(), 0, "no headings of a role export"),
    "the same heading twice": (
        _workbook(_row("Larkfield Tools"), _row("Role", "Role", "Permission", "Level"), BILLS),
        4,
        'the heading "Role" stands here twice',
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_workbook_is_told(case: str) -> None:
    """A workbook that cannot be read is one error with its line."""
    text, line, part = BROKEN[case]
    found = read(text)
    found.assert_told([("error", line, part)])
    assert (found.status, found.roles) == ("failed", ())


def test_other_workbook_is_no_export() -> None:
    """A <Workbook> of another namespace is not this format, and is passed over."""
    found = read(_workbook(HEADINGS, BILLS).replace(NAMESPACE, "urn:x"), named=False)
    assert found.status == "skipped"


def test_companion_is_no_permission_table() -> None:
    """A workbook that says who has which role gives no role."""
    found = read(_workbook(_row("Email", "Role"), _row("ada@lt.example", "LT Clerk")))
    assert (found.status, found.levels) == ("read", {})
    assert {item.role for item in found.account.assignments} == {"LT Clerk"}
