"""Excel workbooks: what is read of their cells and sheets, and what is told."""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from books import (
    BOOK,
    GRANT,
    HEADINGS,
    MAIN,
    RELATIONS,
    book,
    cell,
    parts,
    raw_book,
    row,
    worksheet,
)
from conftest import FIXTURES, Ran, audited
from reading import read
from zips import zipped

from nspermaudit import excel_child, excel_rows, extras, ooxml
from nspermaudit.errors import InputError
from nspermaudit.excel_child import text_of
from nspermaudit.excel_rows import heads, rows

Run = Callable[..., Ran]
HEAD = ("Role", "Permission", "Level")
TABLE = [HEAD, ("A", "Items", "Full"), ("A", "Bills", "View")]
LEVELS = {"A": {"LIST_ITEM": "FULL", "TRAN_VENDBILL": "VIEW"}}
BINARY = FIXTURES / "exports" / "role-search-binary.xls"


def test_plain_table() -> None:
    """Roles, levels, and the row of each grant as its line."""
    found = read(book(TABLE))
    assert (found.status, found.levels, found.lines) == ("read", LEVELS, [2, 3])
    assert (found.inputs[0].format, found.inputs[0].rows) == ("excel", 2)
    assert found.inputs[0].sha256
    assert found.inputs[0].size
    found.assert_told([])


def test_table_that_does_not_begin_in_the_corner() -> None:
    """Rows and columns before it are left out, and lines are those of the sheet."""
    shifted = [[None] * 5] * 4 + [[None, None, *cells] for cells in TABLE]
    found = read(book(shifted))
    assert (found.levels, found.lines) == (LEVELS, [6, 7])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1042.0, "1042"),
        (4, "4"),
        (4.5, "4.5"),
        (-3.0, "-3"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (123456789012345678.0, "1.2345678901234568e+17"),
        (True, "Yes"),
        (False, "No"),
        ("x", "x"),
        ("", ""),
        (dt.date(2026, 11, 2), "2026-11-02"),
        (dt.datetime(2026, 11, 2, 1, 2), "2026-11-02T01:02:00"),  # noqa: DTZ001 - as in a cell
        (dt.time(1, 2), "01:02:00"),
        (dt.timedelta(hours=30), "1 day, 6:00:00"),
    ],
)
def test_value_of_a_cell(value: object, text: str) -> None:
    """A number without a fraction is one, and is never rounded to another one."""
    assert text_of(value) == text


def test_numbers_and_yes_and_no() -> None:
    """Ids and levels that Excel has as numbers, and an attribute that it has as a truth value."""
    head = ("Role ID", "Role Name", "Permkey", "Permlevel", "Inactive")
    found = read(book([head, (1042, "A", "LIST_ITEM", 4.0, False), (1042, "A", "X", 4.5, False)]))
    (role,) = found.roles
    assert (role.id, role.name, role.attributes["inactive"]) == ("1042", "A", False)
    assert found.levels["1042"] == {"LIST_ITEM": "FULL"}
    found.assert_told([("error", 3, '"4.5" is no level for X')])


def test_merged_cells_stand_in_each_row() -> None:
    """A role that is merged over its rows, and a level over its permissions."""
    table = [HEAD, ("A", "Items", "Full"), (None, "Bills", None), ("B", "Items", "View")]
    found = read(book(table, merged=[(1, 0, 2, 0), (1, 2, 2, 2)]))
    both = {"LIST_ITEM": "FULL", "TRAN_VENDBILL": "FULL"}
    assert found.levels == {"A": both, "B": {"LIST_ITEM": "VIEW"}}
    found.assert_told([])


def test_role_in_its_first_row_only() -> None:
    """Without merged cells it is filled down, and told, as of a CSV."""
    found = read(book([HEAD, ("A", "Items", "Full"), (None, "Bills", "View")]))
    assert found.levels == LEVELS
    found.assert_told([("info", 0, "1 row took the role from a row above")])


def test_columns_of_reviewers() -> None:
    """Headings that nobody knows, and notes under no heading, change nothing."""
    table: list[tuple[str | None, ...]] = [("Reviewed",), (*HEAD, "Reviewer", None)]
    table += [(*cells, "ok", "a note") for cells in TABLE[1:]]
    assert read(book(table)).levels == LEVELS


@pytest.mark.parametrize("column", [0, 2])
def test_error_is_no_blank_cell(column: int) -> None:
    """``#N/A`` in place of a role or a level is neither filled down nor no grant."""
    texts = ["A", "Bills", "View"]
    cells = [cell(f"{'ABC'[place]}3", text) for place, text in enumerate(texts)]
    cells[column] = f'<c r="{"ABC"[column]}3" t="e"><f>VLOOKUP(1,2,3)</f><v>#N/A</v></c>'
    found = read(raw_book(HEADINGS + GRANT + f'<row r="3">{"".join(cells)}</row>'))
    assert found.levels == {"A": {"LIST_ITEM": "FULL"}}
    assert found.status == "partial"
    what = '"#N/A" is no level for Bills' if column else "the role is #N/A, which Excel could not"
    found.assert_told([("error", 3, what)])


@pytest.mark.parametrize("end", ["", "<v/>", "<v></v>"])
def test_formula_that_was_never_calculated(end: str) -> None:
    """It is no level; a blank cell in a matrix would have been no grant."""
    table = row(1, "Permission", "A", "B") + row(2, "Items", "View", "View")
    odd = f'<row r="3">{cell("A3", "Bills")}<c r="B3"><f>B2</f>{end}</c>{cell("C3", "View")}</row>'
    found = read(raw_book(table + odd))
    assert found.levels == {
        "A": {"LIST_ITEM": "VIEW"},
        "B": {"LIST_ITEM": "VIEW", "TRAN_VENDBILL": "VIEW"},
    }
    found.assert_told([("error", 3, '"#FORMULA?" is no level for Bills')])


def test_formula_with_its_value() -> None:
    """A value that Excel calculated is the value."""
    odd = f'<row r="3">{cell("A3", "A")}{cell("B3", "Bills")}<c r="C3" t="str"><f>"Vi"&amp;"ew"</f>'
    assert read(raw_book(f"{HEADINGS}{GRANT}{odd}<v>View</v></c></row>")).levels == LEVELS


def test_error_in_a_binary_workbook() -> None:
    """The same of a .xls: a cell that shows an error says so."""
    data = BINARY.read_bytes()
    sheets = heads(data, "x.xls")
    place = data.index(b"\xfd\x00\x0a\x00\x03\x00\x04\x00")  # the level in the fourth row
    padded = data[:place] + b"\x05\x02\x0a\x00" + data[place + 4 : place + 10] + b"\x2a\x01\0\0"
    found = heads(padded + data[place + 14 :], "x.xls")
    assert (sheets[0].rows[3][1][4], found[0].rows[3][1][4]) == ("View", "#N/A")


def test_sheets_of_different_kinds() -> None:
    """Grants and the table of roles in one workbook: each says what it says as a file."""
    roles = [
        ("id", "scriptid", "name", "isinactive", "centertype"),
        (7, "customrole_a", "A", "T", "X"),
    ]
    grants = [("role", "permkey", "name", "permlevel"), (7, "LIST_ITEM", "Items", 4)]
    found = read(book({"Cover": [("Review",)], "role": roles, "rolepermissions": grants}))
    (role,) = found.roles
    assert (role.id, role.name, role.attributes["inactive"]) == ("customrole_a", "A", True)
    text = 'read of its sheets: "role", "rolepermissions"; passed over: "Cover"'
    found.assert_told([("info", 0, text)])
    assert found.inputs[0].rows == 2


def test_companion_alone() -> None:
    """A workbook of assignments holds no roles, and is read before all that do."""
    found = read(book([("Employee", "Role"), ("ada@acme.example", "A")]))
    assert (found.status, found.roles) == ("read", ())
    assert {(fact.user, fact.role) for fact in found.account.assignments} == {
        ("ada@acme.example", "A")
    }


def test_roles_on_several_sheets() -> None:
    """Each sheet of grants is read; a role that stands on two is told."""
    found = read(book({"One": TABLE, "Two": [*TABLE, ("B", "Items", "View")]}))
    assert [role.id for role in found.roles] == ["A", "A", "B"]
    text = 'the role "A" stands on more than one sheet, each is judged: "One", "Two"'
    found.assert_told([("info", 0, 'read of its sheets: "One", "Two"'), ("warning", 0, text)])


def test_prose_beside_a_table_is_no_table() -> None:
    """A sheet that explains the columns is passed over where another one is the export."""
    legend = [("Role", "Permission", "Level"), ("who", "which one", "how far it reaches")]
    found = read(book({"Legend": legend, "Data": TABLE}))
    assert found.levels == LEVELS
    passed = (
        'passed over, though its headings are those of an export, for its rows are not: "Legend"'
    )
    told = ("info", 0, 'read of its sheets: "Data"; passed over: "Legend"')
    found.assert_told([told, ("warning", 0, passed)])


def test_chart_is_no_sheet_of_rows() -> None:
    """It is passed over, and the sheets after it keep their places."""
    folder = io.BytesIO()
    with xlsxwriter.Workbook(folder, {"in_memory": True}) as written:
        chart = written.add_chart({"type": "bar"})
        chart.add_series({"values": "=Data!$E$1:$E$2"})
        written.add_chartsheet("Picture").set_chart(chart)
        sheet = written.add_worksheet("Data")
        for number, cells in enumerate(TABLE):
            sheet.write_row(number, 0, cells)
    assert read(folder.getvalue()).levels == LEVELS


def test_heading_twice() -> None:
    """It is told with its row, as of a CSV."""
    found = read(book([(*HEAD, "Level"), ("A", "Items", "Full", "View")]))
    found.assert_told([("error", 1, 'the heading "Level" stands here twice')])


def test_no_headings() -> None:
    """One that is named is told what is wanted; one in a folder is passed over."""
    data = book({"Empty": [], "Money": [("Month", "Sum"), ("May", 7)]})
    read(data).assert_told([("error", 1, 'no headings of a role export (found: "Month", "Sum"')])
    assert read(data, named=False).status == "skipped"
    read(book([])).assert_told([("error", 0, "no headings of a role export (found: none")])


def test_strict_and_prefixed_forms() -> None:
    """Names with a prefix, quotes of the other kind, no references at all."""
    prefixed = (
        f"<x:worksheet {MAIN.replace('xmlns', 'xmlns:x')}><x:sheetData><x:row>"
        + "".join(f"<x:c t='inlineStr'><x:is><x:t>{text}</x:t></x:is></x:c>" for text in HEAD)
        + "</x:row><x:row>"
        + "".join(f"<x:c t='inlineStr'><x:is><x:t>{text}</x:t></x:is></x:c>" for text in TABLE[1])
        + "</x:row></x:sheetData></x:worksheet>"
    )
    assert read(zipped(parts(prefixed))).levels == {"A": {"LIST_ITEM": "FULL"}}


def test_macros_are_never_looked_at() -> None:
    """A workbook with a project of macros is read as one without."""
    data = raw_book(HEADINGS + GRANT, **{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"x" * 99})
    assert read(data).levels == {"A": {"LIST_ITEM": "FULL"}}


def test_workbook_in_a_zip_and_in_a_folder(tmp_path: Path) -> None:
    """It is the same input by whatever way it comes."""
    (tmp_path / "a.xlsx").write_bytes(book(TABLE))
    folder = audited(tmp_path, packs=["integrity"])
    (tmp_path / "p.zip").write_bytes(zipped({"a.xlsx": book(TABLE)}))
    archive = audited(tmp_path / "p.zip", packs=["integrity"])
    named = audited(tmp_path / "a.xlsx", packs=["integrity"])
    assert folder.grants == archive.grants == named.grants == 2
    assert {item.sha256 for one in (archive, named) for item in one.inputs} == {
        named.inputs[0].sha256
    }


@pytest.mark.parametrize("name", ["role-review.xlsx", "role-search-binary.xls"])
def test_without_the_extra(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is named fails with the cure; one in a folder is told, and passed over."""
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    file = tmp_path / name
    file.write_bytes((FIXTURES / "exports" / name).read_bytes())
    ran = run("check", file)
    assert ran.code == 3
    (line,) = (line for line in ran.out.splitlines() if line.startswith("error: "))
    assert line.endswith(f"workbook: {extras.CURE}, or save the sheet as CSV")
    ran = run("check", tmp_path)
    assert f"{name}: not read: " in ran.out
    assert extras.CURE in ran.out


def test_a_workbook_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit asks for its sheets several times; the process is started once."""
    started = Counter[str]()
    real = excel_rows._started

    def counted() -> subprocess.Popen[bytes]:
        started["process"] += 1
        return real()

    monkeypatch.setattr(excel_rows, "_started", counted)
    monkeypatch.setattr(excel_rows, "_kept", {})
    monkeypatch.setattr(excel_rows, "_MAX_KEPT", 2_000)
    data = [book([HEAD, *[(f"{role}{n}", "Items", "Full") for n in range(99)]]) for role in "AB"]
    for one in (data[0], data[0], data[1]):
        assert len([line for _, body in rows(one, "x") for line in body]) == 100
        assert len(heads(one, "x")) == 1
    assert started["process"] == 2


def test_process_imports_nothing_from_the_folder_it_runs_in(tmp_path: Path) -> None:
    """A module that lies beside the exports is not run."""
    (tmp_path / "a.xlsx").write_bytes(book(TABLE))
    for name in ("json", "python_calamine", "nspermaudit"):
        (tmp_path / f"{name}.py").write_text("open('pwned', 'w')")
    command: list[str | Path] = [
        Path(sys.executable).parent / "nspermaudit",
        "check",
        "a.xlsx",
        "--pack",
        "integrity",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "pwned" not in os.listdir(tmp_path)


def _records(data: bytes) -> list[Any]:
    return list(excel_child.records(data))


def test_the_child_in_this_process() -> None:
    """What it prints: the sheets with their first rows, then the number of each and its rows."""
    assert _records(book(TABLE)) == [
        [["Sheet1", [(line, [*cells]) for line, cells in enumerate(TABLE, 1)]]],
        0,
        *((line, [*cells]) for line, cells in enumerate(TABLE, 1)),
    ]


def test_panic_of_the_library_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A panic is no Exception; it is told as a damaged workbook. An interruption goes on."""

    class PanicException(BaseException):
        pass

    for raised, expected in ((PanicException, InputError), (KeyboardInterrupt, KeyboardInterrupt)):

        def panic(_: bytes, raised: type[BaseException] = raised) -> None:
            raise raised

        monkeypatch.setattr(excel_child, "_sheets", panic)
        with pytest.raises(expected):
            _records(book(TABLE))


def test_inspection_sees_what_stands_apart() -> None:
    """Errors by their places, sheet by sheet in the order of the workbook."""
    second = worksheet('<row r="2"><c r="AB2" t="e"><v>#REF!</v></c></row>')
    sheets = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{3 - n}"/>' for n in (1, 2))
    opened, _, closed = BOOK.partition('<sheet name="Sheet1" sheetId="1" r:id="rId1"/>')
    more = '<Relationship Id="rId2" Type="x/worksheet" Target="/xl/other.xml"/></Relationships>'
    data = zipped(
        parts(
            worksheet(GRANT),
            workbook=f"{opened}{sheets}{closed}",
            relations=RELATIONS.replace("</Relationships>", more),
            **{"xl/other.xml": second},
        )
    )
    assert ooxml.inspected(data) == [{(1, 27): "#REF!"}, {}]
