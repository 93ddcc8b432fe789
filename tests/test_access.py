"""``who`` and ``matrix`` as their users meet them: queries, views, formats, exit codes."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import FIXTURES, Ran, sdf
from markdown_it import MarkdownIt

from nspermaudit import matrix_formats, who_formats
from nspermaudit.cli.schema import SCHEMAS

Run = Callable[..., Ran]
HARBOUR = FIXTURES / "harbour"
SUITEQL = HARBOUR / "suiteql"
KEEPER = "HB Vendor Keeper"
NAME = "=HYPERLINK(1)\x1b[31m|`@x`\u202e"


def _who(run: Run, *arguments: str | Path) -> Any:
    ran = run("who", *arguments, "--format", "json")
    document = json.loads(ran.out)
    jsonschema.validate(document, SCHEMAS["who"]())
    assert ran.code == (0 if document["complete"] else 3)
    return document


@pytest.mark.parametrize(
    ("query", "roles", "users"),
    [
        ("Vendors>=create", ["HB Purser", "HB Vendor Keeper"], 6),
        ("LIST_VENDOR >= create", ["HB Purser", "HB Vendor Keeper"], 6),
        ("Lists > Vendors >= Create", ["HB Purser", "HB Vendor Keeper"], 6),
        ("vendors=full", ["HB Vendor Keeper"], 3),
        ("Vendors = 1", ["HB Payments"], 3),
        ("Vendors", ["HB Payments", "HB Purser", "HB Vendor Keeper"], 7),
        ("Vendors=none", ["HB Old Payments"], 1),
        ("TRAN_*", ["HB Old Payments", "HB Payments", "HB Purser"], 6),
        ("tran_*=create", ["HB Purser"], 1),
        ("TRAN_JOURNAL>=view", [], 0),
        ("CUSTOMRECORD_X=none", ["HB Old Payments", "HB Payments", "HB Purser", KEEPER], 7),
    ],
)
def test_queries(query: str, roles: list[str], users: int, run: Run) -> None:
    """Names, ids and globs; any level, a level or higher, a level alone, and lacking it."""
    found = _who(run, query, SUITEQL)
    assert [role["name"] for role in found["roles"]] == roles
    assert len(found["users"]) == users


def test_both_views(run: Run) -> None:
    """In one role, over several, in an inactive one; global permissions count in each."""
    found = _who(run, "Vendors>=create", "--and", "TRAN_*>=create", SUITEQL)
    assert [role["name"] for role in found["roles"]] == ["HB Purser"]
    told = [(user["user"], user["state"], user["how"], user["roles"]) for user in found["users"]]
    assert told == [
        (*("Amir Poe", "inactive", "over several roles"), ["HB Payments", "HB Vendor Keeper"]),
        (*("Jane Roe", "active", "over several roles"), ["HB Payments", "HB Vendor Keeper"]),
        (*("Kim Woe", "without login access", "in one role"), ["HB Purser"]),
        (*("Tomas Zoe", "active", "in one role"), ["HB Payments"]),
    ]
    (tomas,) = (user for user in found["users"] if user["user"] == "Tomas Zoe")
    places = [item["location"]["path"].rpartition("/")[2] for item in tomas["grants"]]
    assert places == ["globals.csv", "rolepermissions.csv"]
    table = run("who", "Vendors>=create", "--and", "Pay Bills>=create", SUITEQL).out
    (row,) = (line for line in table.splitlines() if line.startswith("Tomas Zoe"))
    assert row.endswith("Vendors Edit (global permission), Pay Bills Full")
    assert table.count("(global permission)") == 1
    ola = [user for user in _who(run, "Pay Bills", SUITEQL)["users"] if user["user"] == "Ola Moe"]
    assert ola[0]["how"] == "in an inactive role"
    assert any("one role at a time" in note for note in found["notes"])


def test_without_people(run: Run) -> None:
    """Roles alone are an answer; what would tell the users is said."""
    ran = run("who", "Pay Bills>=create", HARBOUR / "roles.csv")
    assert "Pay Bills (TRAN_VENDPYMT) >= Create: held by 2 of 4 roles" in ran.out
    assert "no input says who has which role: export the employees" in ran.out
    assert "held by none of 4 roles" in run("who", "Vendors=create", HARBOUR / "roles.csv").out
    quiet = run("who", "Vendors=create", HARBOUR / "roles.csv", "--quiet").out
    assert quiet == "Vendors (LIST_VENDOR) = Create: held by none of 4 roles\n"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Pay Bils>=create", 'unknown permission "Pay Bils" (did you mean "Pay Bills"?)'),
        ("XYZ_*", 'no permission id matches "XYZ_*"'),
        ("Vendors>=much", '"much" is no level; levels are none, view, create, edit, full'),
        ("Vendors<edit", "use >= or ="),
        ("Vendors>=none", "is true of every role"),
        (">=full", "names no permission"),
        ("", "names no permission"),
    ],
)
def test_queries_that_mean_nothing(query: str, words: str, run: Run) -> None:
    """Wrong usage, with what was meant where that is near."""
    ran = run("who", query, SUITEQL)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_permissions_that_no_catalogue_has(run: Run, tmp_path: Path) -> None:
    """Custom ids, and unknown ones that a role holds."""
    file = tmp_path / "x.xml"
    file.write_text(sdf(("TRAN_NEVERHEARD", "FULL"), ("[scriptid=customrecord_x]", "EDIT")))
    for query in ("tran_neverheard=full", "customrecord_x>=create"):
        assert [role["id"] for role in _who(run, query, file)["roles"]] == ["customrole_example"]
    assert "has no level Create" in run("who", "User Access Tokens=create", file).out


def test_not_complete(run: Run, tmp_path: Path) -> None:
    """No roles, unread levels, no such role: exit 3, and what is not known is told."""
    assert run("who", "Vendors", tmp_path).code == 3
    assert run("matrix", tmp_path).code == 3
    assert 'no role is named "nobody"' in run("who", "Vendors", SUITEQL, "--role", "nobody").out
    file = tmp_path / "odd.csv"
    file.write_text("Role,Permission,Level\nOdd,Vendors,Voll\nOdd,Items,Full\n")
    ran = run("who", "Vendors", file)
    assert (ran.code, "not known of 1 role" in ran.out) == (3, True)
    ran = run("matrix", file)
    assert ran.code == 3
    assert ["Vendors", "?"] in [line.split() for line in ran.out.splitlines()]


@pytest.mark.parametrize("form", who_formats.FORMATS)
def test_who_in_every_format(form: str, run: Run) -> None:
    """Roles and users are there in each; what is not complete is, too."""
    ran = run("who", "Vendors>=create", SUITEQL, "--format", form)
    assert (ran.out.count("Tomas Zoe"), ran.code) == (1, 0)
    assert ran.out.count("HB Purser") >= 2
    assert (
        "could not be read whole" in run("who", "Items", FIXTURES / "broken", "--format", form).out
    )


def test_matrix_as_csv(run: Run) -> None:
    """A row a permission; long, a row a grant; with users, the highest of their roles."""
    rows = list(csv.DictReader(io.StringIO(run("matrix", SUITEQL, "--format", "csv").out)))
    by_id = {row["permission_id"]: row for row in rows}
    assert list(by_id) == ["LIST_ITEM", "LIST_VENDOR", "TRAN_CHECK", "TRAN_VENDPYMT"]
    assert by_id["LIST_VENDOR"]["HB Purser"] == "EDIT"
    assert by_id["TRAN_CHECK"]["HB Payments"] == ""
    assert run("matrix", SUITEQL, "--long").code == 2
    long = run("matrix", SUITEQL, "--format", "csv", "--long").out
    grants = list(csv.DictReader(io.StringIO(long)))
    assert len(grants) == 7
    assert grants[0]["path"].endswith("rolepermissions.csv")
    users = run("matrix", SUITEQL, "--format", "csv", "--users", "--permission", "Vendors").out
    (row,) = csv.DictReader(io.StringIO(users))
    assert (row["Tomas Zoe"], row["Jane Roe"], row["Lea Noe"]) == ("EDIT", "FULL", "VIEW")


def test_matrix_as_json(run: Run) -> None:
    """The document fits its schema; columns and levels go together."""
    for options in ((), ("--users",), ("--only-differences",), ("--permission", "LIST_*")):
        ran = run("matrix", SUITEQL, "--format", "json", *options)
        document = json.loads(ran.out)
        jsonschema.validate(document, SCHEMAS["matrix"]())
        for row in document["permissions"]:
            assert len(row["levels"]) == len(document["columns"])


def test_matrix_restricted(run: Run) -> None:
    """By role, by permission or category, to what differs."""
    roles = ("--role", "HB P*", "--only-differences")
    ran = run("matrix", SUITEQL, *roles)
    assert ran.out.startswith("2 roles, 3 permissions: V View")
    assert "Items" not in ran.out
    ran = run("matrix", SUITEQL, "--permission", "transactions")
    assert ran.out.startswith("4 roles, 2 permissions: V View")
    ran = run("matrix", SUITEQL, "--permission", "Pay Bils")
    assert (ran.code, 'did you mean "Pay Bills"?' in ran.err) == (2, True)


def test_matrix_on_a_narrow_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that fit, each with the permissions; together all roles."""
    wide = run("matrix", SUITEQL, "--quiet").out
    monkeypatch.setattr("nspermaudit.cli.matrix.width_of", lambda _: 40)
    narrow = run("matrix", SUITEQL, "--quiet").out
    assert (wide.count("[Lists]"), narrow.count("[Lists]")) == (1, 2)
    body = narrow.splitlines()[1:]
    assert max(map(len, body)) <= 40
    letters = "".join(wide.split("none", 1)[1].split()).count("F")
    assert "".join(narrow.split("none", 1)[1].split()).count("F") == letters


@pytest.mark.parametrize("form", [*sorted(matrix_formats.FORMATS.keys() - {"xlsx"}), "who"])
def test_hostile_names(form: str, run: Run, tmp_path: Path) -> None:
    """A name is text: no formula, no control character, no markup, no column of another's."""
    table = [
        ["Role", "Permission", "Level"],
        [NAME, "Items", "Full"],
        ["permission_id", "Items", "Full"],
    ]
    written = io.StringIO()
    csv.writer(written).writerows(table)
    (tmp_path / "x.csv").write_text(written.getvalue())
    forms = who_formats.FORMATS if form == "who" else [form]
    for name in forms:
        command = ("who", "Items") if form == "who" else ("matrix",)
        out = run(*command, tmp_path / "x.csv", "--format", name).out
        assert not {"\x1b", "\u202e"} & set(out)
        if name == "csv":
            cells = [cell for row in csv.reader(io.StringIO(out)) for cell in row]
            assert not any(cell.startswith("=") for cell in cells)
            assert len(set(cells)) > 3
        if name == "markdown":
            kinds = {token.type for token in MarkdownIt("commonmark").enable("table").parse(out)}
            assert not {"html_block", "fence"} & kinds
    if form == "csv":
        (row,) = csv.DictReader(
            io.StringIO(run("matrix", tmp_path / "x.csv", "--format", "csv").out)
        )
        assert (row["permission_id"], row["permission_id (2)"]) == ("LIST_ITEM", "FULL")


def test_output_and_standard_input(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports go into files, never over an input; "-" is standard input."""
    data = (HARBOUR / "roles.csv").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    file = tmp_path / "matrix.csv"
    assert run("matrix", "-", "--output", f"csv={file}").code == 0
    assert file.read_text().startswith("permission_id,")
    assert run("who", "Items", file, "--output", f"csv={file}").code == 2
