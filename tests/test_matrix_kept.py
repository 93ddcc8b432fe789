"""``matrix`` as a page and as a workbook: looked at in a browser, opened by another library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsers import Look
from conftest import FIXTURES, Ran
from openpyxl import load_workbook

Run = Callable[..., Ran]
SUITEQL = FIXTURES / "harbour" / "suiteql"
NAME = "=HYPERLINK(1)<b>"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A table with a role whose name is a formula and markup."""
    file = tmp_path / "roles.csv"
    file.write_text(
        f"Role,Permission,Level\n{NAME},Items,Full\nPlain,Vendors,View\nPlain,Items,X\n"
    )
    return file


def test_page(run: Run, look: Look, hostile: Path) -> None:
    """Nothing is fetched or refused, no barrier, no name that is markup."""
    ran = run("matrix", SUITEQL, hostile, "--format", "html")
    assert (ran.code, ran.err) == (3, "")
    for words in ("=HYPERLINK(1)&lt;b&gt;", "Not complete:", "l-f>F", "l-u>?"):
        assert words in ran.out
    seen = look(ran.out)
    assert [seen[key] for key in ("requests", "violations", "messages")] == [[], [], []]
    assert seen["axe"] == {"light": [], "dark": [], "narrow": []}


def test_workbook(run: Run, hostile: Path, tmp_path: Path) -> None:
    """All levels in cells of text, whatever the names; what is not known and why beside them."""
    file = tmp_path / "matrix.xlsx"
    assert run("matrix", SUITEQL, hostile, "--output", f"xlsx={file}").code == 3
    book = load_workbook(file)
    rows = [*_texts(book["Matrix"])]
    assert rows[0][:3] == ["Permission", "Id", "Category"]
    assert NAME in rows[0]
    by_id = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert by_id["LIST_ITEM"][NAME] == "Full"
    assert by_id["LIST_ITEM"]["Plain"] == "?"
    assert by_id["LIST_VENDOR"]["HB Purser"] == "Edit"
    assert any(row[0] == "Not complete" for row in _texts(book["About"]))
    kinds = {cell.data_type for sheet in book for row in sheet.rows for cell in row}
    assert kinds == {"s", "n"}  # "n" is that of a blank cell
    numbers = [c for sheet in book for row in sheet.rows for c in row if c.data_type == "n"]
    assert {cell.value for cell in numbers} == {None}


def test_a_workbook_is_no_text_for_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused there before anything is read; into a pipe it goes."""
    assert run("matrix", SUITEQL, "--format", "xlsx", "--output", "xlsx=/").code == 2
    monkeypatch.setattr("nspermaudit.cli.matrix.refuse_terminal", _refuse)
    assert run("matrix", SUITEQL, "--format", "xlsx").code == 2


def _refuse(form: str) -> None:
    from nspermaudit import UsageError  # noqa: PLC0415 - for this case alone

    raise UsageError(form)


def _texts(sheet: object) -> Iterator[list[str | None]]:
    for row in sheet.iter_rows(values_only=True):  # type: ignore[attr-defined]
        yield [*row]
