"""Tables on a terminal that is too narrow for them: nothing sticks out, and nothing is lost."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest
from conftest import FIXTURES
from hypothesis import given
from hypothesis import strategies as st
from terminals import read_all, resize

from nspermaudit.reporters.table import drawn

HEADINGS = ("Severity", "Role", "Permission", "Place")
ROW = ("error", "ACME Order Sync", "Sales Order", "src/Objects/customrole_order_sync.xml:25:7")

CELLS = st.text(st.sampled_from("ab-/ _é"), max_size=60)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=4)


def test_a_table_that_fits_is_one_line_a_row() -> None:
    """Its last column stands beside the others, as without a terminal."""
    assert drawn(HEADINGS, [ROW], 200) == drawn(HEADINGS, [ROW])


def test_a_place_goes_below_its_row() -> None:
    """It is not broken while it fits into a line of its own: people copy it."""
    assert drawn(HEADINGS, [ROW], 60).splitlines() == [
        "Severity  Role             Permission",
        "    Place",
        "--------  ---------------  -----------",
        "error     ACME Order Sync  Sales Order",
        "    src/Objects/customrole_order_sync.xml:25:7",
    ]


def test_a_very_narrow_table_breaks_its_cells() -> None:
    """At blanks and slashes first, then inside words."""
    assert drawn(HEADINGS, [ROW], 28).splitlines() == [
        "Severity  Role      Permissi",
        "                    on",
        "    Place",
        "--------  --------  --------",
        "error     ACME      Sales",
        "          Order     Order",
        "          Sync",
        "    src/Objects/customrole",
        "    _order_sync.xml:25:7",
    ]


@given(rows=ROWS, width=st.integers(40, 120))
def test_nothing_sticks_out_and_nothing_is_lost(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    """All characters of all cells are there, in order of the columns."""
    text = drawn(HEADINGS, rows, width)
    assert max(map(len, text.splitlines())) <= width
    for kind in "abé_":
        assert text.count(kind) == "".join(map("".join, (HEADINGS, *rows))).count(kind)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", ".", "--format", "table", "--quiet", "--select", "sales-order-permissions"),
        ("who", "Sales Order>=view", ".", "--quiet"),
    ],
)
def test_commands_know_how_wide_their_terminal_is(arguments: tuple[str, ...]) -> None:
    """The real program on a terminal of 70 columns."""
    ours, theirs = pty.openpty()
    resize(theirs, 70)
    env = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    command = [sys.executable, "-m", "nspermaudit", *arguments]
    place = FIXTURES / "acme" / "src"
    with subprocess.Popen(
        command, stdout=theirs, env={**env, "NO_COLOR": "1"}, cwd=place, stderr=subprocess.DEVNULL
    ):
        os.close(theirs)
        told = read_all(ours)
    table, _, _ = told.replace("\r\n", "\n").partition("\n\nChecked")
    assert "\n    Objects/customrole_acme_order_sync.xml:25:7\n" in f"{table}\n"
    assert max(map(len, table.splitlines())) <= 70
