"""``nspermaudit diff`` as its users meet it: any two formats, options, output, exit codes."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from conftest import FIXTURES, ROOT, Ran, sdf

from nspermaudit import change_lines, escaping
from nspermaudit.cli.schema import SCHEMAS
from nspermaudit.difference import FORMATS

Run = Callable[..., Ran]
EXPORTS = sorted((FIXTURES / "exports").iterdir())
SEARCH = FIXTURES / "exports" / "role-search.csv"
SOURCE = FIXTURES / "acme" / "src"
ROLES = ("--role", "*order sync", "--role", "*ap_clerk", "--role", "*A/P Clerk")
NAME = "::error::x%0A|<script>`@everyone`[x](http://x)##vso[a]\x9b\u202e"


@pytest.fixture
def raised(tmp_path: Path) -> Path:
    """The search of the fixtures with one level raised."""
    file = tmp_path / "raised.csv"
    text = SEARCH.read_text("utf-8").replace("Sales Order,Edit", "Sales Order,Full")
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: path.name)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_formats_agree(export: Path, *, is_reversed: bool, run: Run) -> None:
    """The same roles as SDF objects and in every other format: no difference."""
    sides = (export, SOURCE) if is_reversed else (SOURCE, export)
    ran = run("diff", *sides, *ROLES, "--no-new-access")
    assert ran.out.splitlines()[-1] == "No difference in grants and attributes."
    assert (ran.code, ran.err) == (0, "")


def test_one_level_raised(raised: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that names the permission, the old and the new level, and the place."""
    monkeypatch.chdir(raised.parent)
    ran = run("diff", SOURCE, "raised.csv", *ROLES)
    (line,) = [line for line in ran.out.splitlines() if "->" in line]
    assert line == (
        '! raised   Sales Order: Edit -> Full  "ACME Order Sync" (customrole_acme_order_sync)  '
        "raised.csv:5"
    )
    assert ran.out.splitlines()[-1] == "1 grant raised."
    assert ran.code == 0
    assert run("diff", SOURCE, "raised.csv", *ROLES, "--no-new-access").code == 1
    assert run("diff", "raised.csv", SOURCE, *ROLES, "--no-new-access").code == 0


def test_only_on_one_side(run: Run, tmp_path: Path) -> None:
    """What is deployed but not in the project, the reverse, and standard roles left out."""
    account = tmp_path / "account.csv"
    rows = "3,administrator,Administrator,Items,Full\n9,customrole_acme_x,ACME X,Items,View\n"
    account.write_text("Internal ID,Script ID,Name,Permission,Level\n" + rows)
    ran = run("diff", SOURCE, account)
    kinds = [line.split()[:4] for line in ran.out.splitlines() if " role with " in line]
    assert kinds == [
        ["added", "role", "with", "1"],
        *[["removed", "role", "with", number] for number in ("3", "11", "4")],
    ]
    assert "note: 1 standard role left out: SuiteCloud projects hold custom" in ran.out
    assert "1 role added, 3 removed." in ran.out


def test_standard_input(raised: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the two can be standard input, not both."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raised.read_bytes())))
    ran = run("diff", SEARCH, "-")
    assert "new: <stdin> (csv: 2 roles" in ran.out
    assert "1 grant raised." in ran.out
    both = run("diff", "-", "-")
    assert (both.code, both.err) == (2, 'error: only one of the two can be "-"\n')


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "nothing to check"),
        ("Name,City\nACME,Rome\n", "could not be read whole"),
        ("Role,Permission,Level\nACME,Items,Voll\n", "could not be read whole"),
        ('<role scriptid="customrole_x"><name>X</name><permissions>', "could not be read whole"),
    ],
)
def test_not_complete(
    place: int, content: str | None, words: str, run: Run, tmp_path: Path
) -> None:
    """A side without roles, or one that cannot be read whole, is told: exit 3."""
    if content is None:
        side = tmp_path / "empty"
        side.mkdir()
    else:
        side = tmp_path / "side"
        side.write_text(content)
    sides = [SEARCH, SEARCH]
    sides[place] = side
    ran = run("diff", *sides)
    assert ran.code == 3
    assert f"Not complete: {('OLD', 'NEW')[place]} (" in ran.out
    assert words in ran.out
    assert "No difference" not in ran.out


def test_roles_of_no_such_name(run: Run) -> None:
    """A glob that matches nothing on either side is told; one that matches on one side is fine."""
    ran = run("diff", SOURCE, SEARCH, "--role", "ACME Warehouse*")
    assert (ran.code, "1 role removed." in ran.out) == (0, True)
    ran = run("diff", SOURCE, SEARCH, "--role", "nobody")
    assert (ran.code, 'no role is named "nobody"' in ran.out) == (3, True)


def test_options_of_reading(run: Run, tmp_path: Path) -> None:
    """Headings, words for levels, an encoding, and a table without a role column."""
    file = tmp_path / "rolle.csv"
    file.write_text("Berechtigung,Stufe\nItems,Voll\nFind Transaction,Änderung\n", "cp1252")
    other = tmp_path / "role.csv"
    other.write_text("Permission,Level\nItems,Full\nFind Transaction,Full\n")
    mapping = "permission=Berechtigung,level=Stufe,full=Voll,edit=Änderung"
    options = ("--map", mapping, "--encoding", "cp1252", "--role", "ACME")
    ran = run("diff", file, file, *options)
    assert (ran.code, "No difference" in ran.out) == (0, True)
    assert run("diff", other, file, "--role", "ACME").code == 3


@pytest.mark.parametrize("form", FORMATS)
def test_output(form: str, raised: Path, run: Run, tmp_path: Path) -> None:
    """A file in every format says what the screen says; an input is never written over."""
    target = tmp_path / "target"
    ran = run("diff", SEARCH, raised, "--format", form, "--output", f"{form}={target}")
    assert target.read_text("utf-8") == ran.out
    text = raised.read_bytes()
    refused = run("diff", SEARCH, raised, "--output", f"{form}={raised}")
    assert (refused.code, refused.out, raised.read_bytes()) == (2, "", text)
    assert run("diff", SEARCH, raised, "--output", "table=x").code == 2


@pytest.mark.parametrize(
    "arguments", [(SEARCH, SOURCE), (FIXTURES / "larkfield", SEARCH), (ROOT / "rules", SEARCH)]
)
def test_json_fits_its_schema(arguments: tuple[Path, ...], run: Run) -> None:
    """The JSON fits the published schema, whatever was in the inputs."""
    document = json.loads(run("diff", *arguments, "--format", "json").out)
    schema = SCHEMAS["diff"]()
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(document)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A table whose role and permission have names that act."""
    file = tmp_path / "h.csv"
    header = "Role,Permission,Level\n"
    file.write_text(f'{header}"{NAME}",Items,Full\n"{NAME}","{NAME}",Full\nB,Items,View\n', "utf-8")
    return file


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("role", [(), ("--role", "*")])
def test_hostile_names(form: str, role: tuple[str, ...], hostile: Path, run: Run) -> None:
    """No name acts on a terminal, a log or a pull request."""
    before = hostile.with_name("b.csv")
    before.write_text(f'Role,Permission,Level\n"{NAME}",Items,View\n', "utf-8")
    out = run("diff", before, hostile, "--format", form, *role).out
    assert not set(out) & set("\x9b\u202e")
    assert "##" not in out.replace("### ", "")
    assert not [line for line in out.splitlines() if line.startswith("::")]
    if form == "markdown":
        assert "|" not in out
        outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", out)
        assert not set(outside) & set("`<>@[]|") - {">"}
        assert "::" not in outside


def test_code_spans() -> None:
    """A code span holds any text: its fence is longer than what stands in it."""
    assert escaping.code("a") == "`a`"
    assert escaping.code("`") == "`` ` ``"
    assert escaping.code("a``b|c") == "```a``b\\u{7c}c```"
    assert escaping.code("") == "`  `"


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_very_many_changes_are_cut(form: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What people read ends after so many lines and says so; all can be asked for."""
    monkeypatch.setattr(change_lines, "MAX_SHOWN", 1)
    arguments = ("diff", SOURCE, FIXTURES / "larkfield" / "sdf", "--format", form)
    assert re.search(r"\.\.\. and \d more changes", run(*arguments).out)
    assert "more change" not in run(*arguments, "--show", "all").out


def test_colours_and_quiet(raised: Path, run: Run) -> None:
    """Colours are an option, and so is saying less."""
    assert "\x1b[31;1m!\x1b[0m" in run("diff", SEARCH, raised, "--color", "always").out
    quiet = run("diff", SEARCH, raised, "--quiet").out
    assert quiet.startswith("! raised")
    assert "note:" not in quiet


def test_attributes(run: Run, tmp_path: Path) -> None:
    """A gained core administration and a role that works again are new access."""
    old, new = tmp_path / "old.xml", tmp_path / "new.xml"
    text = sdf(("LIST_ITEM", "VIEW"))
    fields = "<coreadminpermission>{}</coreadminpermission><isinactive>{}</isinactive></role>"
    old.write_text(text.replace("</role>", fields.format("F", "T")))
    new.write_text(text.replace("</role>", fields.format("T", "F")))
    ran = run("diff", old, new, "--no-new-access")
    assert "! changed  core administration permissions: no -> yes" in ran.out
    assert "  changed  inactive: yes -> no" in ran.out
    assert ran.err == (
        "new access: 2 attributes widened (core administration permissions, inactive) "
        "(--no-new-access)\n"
    )
    assert ran.code == 1
    assert run("diff", new, old, "--no-new-access").code == 0


def test_centers_have_ids_and_names(run: Run) -> None:
    """An SDF object has a center's id, a saved search its name: that they differ says nothing."""
    larkfield = FIXTURES / "larkfield"
    ran = run("diff", larkfield / "sdf", larkfield / "csv" / "role_search_long.csv")
    assert "changed" not in ran.out
    assert "only one side tells: center," in ran.out
