"""The workbook, opened by two other libraries than the one that wrote it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from conftest import FIXTURES, Ran
from openpyxl.worksheet.worksheet import Worksheet
from reported import accepted, changed, rendered

from nspermaudit import Config, Level, Request, Use, find, workbook
from nspermaudit.auditing import audit
from nspermaudit.changes import Change, Kind
from nspermaudit.finding import Finding, Report
from nspermaudit.finding_sheets import ACTIONS, FINDINGS, OUTCOMES
from nspermaudit.model import Location
from nspermaudit.reporters import REPORTERS
from nspermaudit.rule import Result
from nspermaudit.style import Style, one_line
from nspermaudit.workbook import Book, Cell, Column, sheet_name, written
from nspermaudit.workbook_looks import LOOKS

SHEETS = ["Index", "Findings", "Results", "Matrix", "Waivers", "Action plan", "Inputs"]
SHEETS += ["Method and limits"]
NAMES = (
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(A1)",
    "+1",
    "-5",
    "1e5",
    "007",
    "TRUE",
    "2026-11-22",
    "#N/A",
    "http://evil.example",
    "mailto:x@evil.example",
    "_x0041_",
    " blank ",
    "x\x0by\x1b[31m",
    "\ud800",
    "\U0001f600",
    "<t>&amp;</t>",
)
ACME = FIXTURES / "acme"
Run = Callable[..., Ran]


def _whole() -> Report:
    """An audit of the invented company with every result."""
    request = Request(packs=(Use("guide"), Use("integrity")), roles=("*",), keep_all=True)
    return audit(find([str(ACME)]), Config(), request)


def _bytes(report: Report) -> bytes:
    return b"".join(REPORTERS["xlsx"].render(report, Style()))


def _called(name: str) -> Report:
    return changed(_whole(), lambda one: one._replace(role_name=name, role_id=name))


def _tables(data: bytes) -> dict[str, list[dict[str, str]]]:
    """The rows of each sheet by its headings, as calamine reads them; all are text."""
    tables = {}
    with python_calamine.load_workbook(io.BytesIO(data)) as book:
        for name in book.sheet_names:
            head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            assert all(isinstance(cell, str) for row in (head, *rows) for cell in row)
            texts = [[str(cell) for cell in row] for row in rows]
            tables[name] = [dict(zip(map(str, head), row, strict=True)) for row in texts]
    return tables


def _sheets(data: bytes) -> Iterator[Worksheet]:
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        assert isinstance(sheet, Worksheet)
        yield sheet


def test_two_libraries_read_the_same() -> None:
    """Sheets, cells and their text; no cell is anything but text."""
    data = _bytes(accepted(_whole()))
    with python_calamine.load_workbook(io.BytesIO(data)) as book:
        assert book.sheet_names == SHEETS
        for sheet in _sheets(data):
            rows = book.get_sheet_by_name(sheet.title).to_python(skip_empty_area=False)
            cells = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
            assert rows == cells


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_stay_text(name: str) -> None:
    """Whatever a role is called, it is that text: no formula, no link, no number, no date."""
    data = _bytes(_called(name))
    shown = one_line(name).strip()
    found = {row["Role or object"] for row in _tables(data)["Findings"]}
    assert found == {shown}
    for sheet in _sheets(data):
        assert not sheet._hyperlinks  # type: ignore[attr-defined] # there is no other way to ask
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.value is None or (cell.data_type, cell.number_format) == ("s", "@")
                assert cell.hyperlink is None
    members = zipfile.ZipFile(io.BytesIO(data))
    texts = [members.read(member).decode() for member in members.namelist()]
    assert not [text for text in texts if re.search(r"<f[ >]|<hyperlink|<definedName[^>]*>=", text)]


def test_values_are_the_reports() -> None:
    """Every finding and every result is a row that says what the report says."""
    report = accepted(_whole())
    tables = _tables(_bytes(report))
    assert len(tables["Findings"]) == len(report.findings) > 20
    for row, finding in zip(tables["Findings"], report.findings, strict=True):
        verdict = finding.verdict
        assert row["Severity"] == finding.severity.word
        assert row["Status"] == finding.status
        assert row["Role or object"] == finding.subject
        assert (row["Id"], row["Rule"]) == (finding.role_id, finding.rule.id)
        assert row["What is wrong"] == verdict.message
        assert row["Permission id"] == (verdict.permission.id if verdict.permission else "")
        assert row["Required"] == (verdict.required.title if verdict.required else "")
        assert (row["Fix"], row["Why"]) == (finding.fix, finding.rule.because)
        assert row["References"] == "\n".join(finding.rule.references)
        assert (row["Place"], row["Fingerprint"]) == (str(finding.location), finding.fingerprint)
        assert row["Waiver"].startswith(finding.waiver.terms if finding.waiver else "")
    assert report.outcomes
    assert len(tables["Results"]) == len(report.outcomes)
    for row, outcome in zip(tables["Results"], report.outcomes, strict=True):
        assert row["Requirement"] == outcome.verdict.requirement
        assert (row["Id"], row["Rule"]) == (outcome.role_id, outcome.rule.id)


def test_numbers_are_those_of_json(run: Run, tmp_path: Path) -> None:
    """Findings, each kind of result, inputs and their digests, from one and the same run."""
    files = [tmp_path / name for name in ("r.xlsx", "r.json")]
    outputs = [f"--output={file.suffix[1:]}={file}" for file in files]
    ran = run("check", FIXTURES / "larkfield", "--role", "*", *outputs, "--show", "all")
    assert ran.code == 3
    document = json.loads(files[1].read_text())
    tables = _tables(files[0].read_bytes())
    assert len(tables["Findings"]) == len(document["findings"])
    counted = Counter(row["Result"].replace(" ", "_") for row in tables["Results"])
    assert counted == {key: n for key, n in document["summary"]["results"].items() if n}
    told = {(row["Input"], row["SHA-256"], row["Status"]) for row in tables["Inputs"]}
    assert told == {(one["path"], one["sha256"], one["status"]) for one in document["inputs"]}
    reasons = {row["Detail"] for row in tables["Method and limits"]}
    assert {*document["summary"]["not_evaluated"], *document["summary"]["unfinished"]} <= reasons
    assert {*document["limits"], *document["notes"], *document["assumptions"]} <= reasons
    text = rendered("xlsx", _whole())
    assert "Index!B4 error\n" in text


def test_matrix_has_the_worst_of_each_rule() -> None:
    """A row a role, a column a rule; what a rule was not asked of is empty."""
    report = _whole()
    rows = {row["Id"]: row for row in _tables(_bytes(report))["Matrix"]}
    assert report.outcomes
    for role_id, row in rows.items():
        for rule_id in {one.rule.id for one in report.outcomes}:
            of_cell = [
                one.verdict.result
                for one in report.outcomes
                if (one.role_id, one.rule.id) == (role_id, rule_id)
            ]
            if not of_cell:
                assert row[rule_id] == ""
            elif Result.FINDING in of_cell:
                often = of_cell.count(Result.FINDING)
                few = "" if often == len(of_cell) else f" ({often} of {len(of_cell)})"
                assert row[rule_id] == f"finding{few}"
            elif Result.NOT_EVALUATED in of_cell:
                assert row[rule_id].startswith("not evaluated")
            elif {*of_cell} == {Result.NOT_APPLICABLE}:
                assert row[rule_id] == "not applicable"
            else:
                assert row[rule_id] == "pass"


def test_action_plan_is_to_be_filled_in() -> None:
    """One row a role and rule, the worst first; Response is offered as a list."""
    report = accepted(_whole())
    data = _bytes(report)
    rows = _tables(data)["Action plan"]
    counting = [one for one in report.findings if not one.is_accepted]
    expected = Counter((one.role_id, one.rule.id) for one in counting)
    assert {(row["Id"], row["Rule"]): int(row["Findings"]) for row in rows} == expected
    order = ["error", "warning", "info"]
    assert [row["Severity"] for row in rows] == sorted(
        (row["Severity"] for row in rows), key=order.index
    )
    assert {row[name] for row in rows for name in ("Response", "Owner", "Due date")} == {""}
    (sheet,) = (one for one in _sheets(data) if one.title == "Action plan")
    (validation,) = sheet.data_validations.dataValidation
    column = [one.heading for one in ACTIONS].index("Response")
    assert str(validation.sqref) == f"{'ABCDEFGHIJKLM'[column]}2:K{len(rows) + 1}"
    assert validation.formula1 == '"Fix,Accept,Not applicable"'


def test_waivers_in_use_and_of_no_use() -> None:
    """Each waiver is a row: what it accepts, its terms, and those that do nothing or came back."""
    report = accepted(_whole())
    waiver = next(one.waiver for one in report.findings if one.waiver)
    assert waiver
    words = ((waiver.location, "the waiver expired on 2026-01-01"),)
    last = report.findings[-1]
    back = last._replace(verdict=last.verdict._replace(related=words), is_back=True)
    idle = waiver._replace(role="customrole_gone")
    report = report._replace(findings=(*report.findings[:-1], back), idle_waivers=(idle,))
    used, returned, unused = _tables(_bytes(report))["Waivers"]
    assert (used["State"], used["Findings"], used["Expires"]) == ("in use", "2", "2027-03-31")
    assert (used["Approved by"], used["Reason"]) == (waiver.approved_by, waiver.reason)
    assert (returned["State"], returned["Reason"]) == ("holds no longer", words[0][1])
    assert returned["Rule"] == last.rule.id
    assert (unused["State"], unused["Role"]) == ("matches no finding", "customrole_gone")


def test_changes_are_a_sheet() -> None:
    """What a comparison with an earlier state gives stands in the workbook, too."""
    place = Location("src/a.xml", 3)
    change = Change(Kind.RAISED, "customrole_a", "A", place, None, "inactive", before=True)
    (row,) = _tables(_bytes(_whole()._replace(changes=(change,))))["Changes"]
    assert (row["What"], row["Permission or attribute"]) == ("raised", "inactive")
    assert (row["Before"], row["New access"], row["Place"]) == ("yes", "yes", "src/a.xml:3")
    level = change._replace(attribute="", before=Level.VIEW, after=Level.FULL)
    (row,) = _tables(_bytes(_whole()._replace(changes=(level,))))["Changes"]
    assert (row["Before"], row["After"]) == ("View", "Full")


def test_finding_about_no_role() -> None:
    """What is about the account itself is told as that; nothing is left blank."""

    def about_nothing(finding: Finding) -> Finding:
        return finding._replace(role_name="", role_id="")

    tables = _tables(_bytes(changed(_whole(), about_nothing)))
    for name in ("Findings", "Action plan"):
        assert {row["Role or object"] for row in tables[name]} == {"the account"}


def test_print_and_reading_set_up() -> None:
    """Headings stay in sight and stand on every page; all columns can be filtered."""
    for sheet in _sheets(_bytes(_whole())):
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        if sheet.title != "Index":
            assert sheet.freeze_panes
            assert sheet.print_title_rows == "$1:$1"
            assert sheet.auto_filter.ref
            assert sheet.auto_filter.ref.startswith("A1:")


def test_same_bytes_and_no_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same report gives the same bytes, and no temporary file is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    one, two = (_bytes(_whole()) for _ in range(2))
    assert one == two
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(one)).infolist()} == {
        (1980, 1, 31, 0, 0, 0)
    }
    properties = zipfile.ZipFile(io.BytesIO(one)).read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\d", properties)) == {"2000-01-01"}
    begun = REPORTERS["xlsx"].render(_whole(), Style())
    next(begun)
    assert os.listdir(tmp_path)
    begun.close()  # type: ignore[attr-defined] # it is a generator
    assert os.listdir(tmp_path) == []


def test_rows_that_do_not_fit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that is full says so in its last row; exactly full is not too full."""
    report = _whole()
    assert report.outcomes
    number = len(report.outcomes)
    for room, last in ((number + 1, ""), (number, "... and 2 more: an Excel sheet holds")):
        monkeypatch.setattr(workbook, "MAX_ROWS", room)
        rows = _tables(_bytes(report))["Results"]
        assert len(rows) == room - 1
        assert rows[-1]["Result"].startswith(last)
    assert rows[-1]["Result"].endswith("--format json --show all has all of it")
    text = rendered("xlsx", report)
    (line,) = re.findall(r"^Index!A(\d+) Results$", text, re.MULTILINE)
    assert f"Index!B{line} {number}\n" in text


def test_columns_that_do_not_fit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last heading says how many are left out; no value stands below it."""
    monkeypatch.setattr(workbook, "MAX_COLUMNS", 5)
    (row, *_) = (row for row in _tables(_bytes(_whole()))["Matrix"] if row["Id"])
    *names, last = row
    assert len(names) == 4
    assert re.match(r"\.\.\. and \d+ more: an Excel sheet holds 5 columns; ", last)
    assert row[last] == ""


def test_text_that_does_not_fit_is_cut() -> None:
    """Excel counts UTF-16 units; what is cut says so."""
    assert written("x" * 32_767) == "x" * 32_767
    for text in ("x" * 32_768, "\U0001f600" * 16_384):
        short = written(text)
        assert len(short.encode("utf-16-le")) // 2 in (32_766, 32_767)
        assert short.endswith(" characters, this text has 32,768)")
    report = changed(_whole(), lambda one: one._replace(role_name="y" * 40_000))
    row = _tables(_bytes(report))["Findings"][0]
    assert len(row["Role or object"]) == 32_767


def test_names_of_sheets() -> None:
    """They are what Excel takes, and unlike each other."""
    assert sheet_name("a" * 40, ()) == "a" * 31
    assert sheet_name("a" * 40, ["a" * 31]) == "a" * 27 + " (2)"
    assert sheet_name("[x]:*?/\\'", ()) == "_x_______"
    assert sheet_name("History", ()) == "History (2)"
    assert sheet_name("", ()) == "Sheet"


def test_book_of_another_command() -> None:
    """A book holds any table: with lines in a cell, looks, and no rows at all."""
    with Book("Matrix", "see elsewhere") as book:
        sheet = book.sheet("Roles", [Column("Role"), Column("Level", 9, {"Full": "bad"})])
        sheet.rows([["=A1", "Full"], [Cell(("a", "b")), ""]])
        book.sheet("Nothing", [Column("Role")])
        data = b"".join(book.pieces())
    roles, nothing = _sheets(data)
    assert [[cell.value for cell in row] for row in roles.iter_rows()] == [
        ["Role", "Level"],
        ["=A1", "Full"],
        ["a\nb", None],
    ]
    assert roles["B2"].fill.start_color.rgb == "FFFFC7CE"
    assert nothing.max_row == 1


def test_without_the_extra(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that names the cure, before anything is read; other formats work."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    file = tmp_path / "r.xlsx"
    for option in (["--format", "xlsx"], ["--output", f"xlsx={file}"]):
        ran = run("check", ACME, *option)
        assert (ran.code, ran.out) == (2, "")
        assert "pip install 'nspermaudit[excel]'" in ran.err.splitlines()[0]
        assert ran.err.splitlines()[1:] == ["No audit was performed."]
    assert not file.exists()
    assert run("check", ACME, "--format", "csv").code == 1


def _program(*arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-m", "nspermaudit", "check", ACME, *arguments]


def test_into_a_pipe_and_into_a_file(tmp_path: Path) -> None:
    """Both get the same bytes."""
    file = tmp_path / "r.xlsx"
    done = subprocess.run(_program("--format", "xlsx"), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    subprocess.run(_program("--output", f"xlsx={file}"), capture_output=True, check=False)
    assert file.read_bytes() == done.stdout
    assert [*_tables(done.stdout)] == SHEETS


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no such terminals here")
def test_not_onto_a_terminal() -> None:
    """A terminal gets one sentence and no bytes."""
    ours, theirs = os.openpty()
    done = subprocess.run(
        _program("--format", "xlsx"), stdout=theirs, stderr=subprocess.PIPE, check=False
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert b"--output xlsx=FILE" in done.stderr


@pytest.mark.parametrize("option", [["--format", "xlsx"], ["--output", "xlsx=r.xlsx"]])
def test_no_room_to_make_it(
    option: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told in a line, the audit counts as not delivered, and no file is begun."""

    def fail(_: Book) -> Iterator[bytes]:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Book, "pieces", fail)
    ran = run("check", ACME, *option)
    assert ran.code == 3
    assert "no space left on device" in ran.err
    assert os.listdir(tmp_path) == []


def _luminance(colour: str) -> float:
    """As WCAG 2 has it, of ``#RRGGBB``."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", LOOKS)
def test_colours_can_be_read(name: str) -> None:
    """Letters stand out from their ground by 4.5 to 1, as WCAG asks for."""
    look = LOOKS[name]
    colours = (look.get("font_color", "#000000"), look.get("bg_color", "#FFFFFF"))
    dark, light = sorted(map(_luminance, colours))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_columns_are_what_auditors_ask_for() -> None:
    """No heading stands there twice."""
    for columns in (FINDINGS, OUTCOMES, ACTIONS):
        headings = [column.heading for column in columns]
        assert len(set(headings)) == len(headings)
