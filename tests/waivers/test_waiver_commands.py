"""``nspermaudit waivers``: list, lint, add and prune."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from waiving import HOLDS, TODAY, USE, listed, write_config, write_role

from nspermaudit.config import FILE_NAME

Run = Callable[..., Ran]
OTHER = {**HOLDS, "permission": "Items"}
EXPIRED = {**HOLDS, "permission": "Locations", "expires": "2026-11-21"}


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for module in ("asking", "waivers"):
        monkeypatch.setattr(f"nspermaudit.cli.{module}.today", lambda: TODAY)
    monkeypatch.chdir(tmp_path)


def _options(**changes: str) -> list[str]:
    values = {key.replace("_", "-"): value for key, value in {**HOLDS, **changes}.items()}
    return [text for key, value in values.items() for text in (f"--{key}", value)]


def test_list(run: Run, tmp_path: Path) -> None:
    """Every waiver with its state; which are unused is known only if PATHS are given."""
    write_role(tmp_path)
    soon = {**HOLDS, "expires": "2026-11-30", "level": "edit"}
    write_config(tmp_path, [soon, OTHER, EXPIRED])
    ran = run("waivers", "list")
    states = [line.split("  ")[0] for line in ran.out.splitlines()[2:]]
    assert ran.code == 0
    assert states == ["expires in 8 days (2026-11-30)", "until 2027-03-31", "expired on 2026-11-21"]
    assert "TRAN_SALESORD up to Edit" in ran.out
    states = [line.split("  ")[0] for line in run("waivers", "list", ".").out.splitlines()[2:]]
    assert states[1:] == ["unused, until 2027-03-31", "unused, expired on 2026-11-21"]
    found = json.loads(run("waivers", "list", ".", "--format", "json").out)
    assert [item["state"] for item in found] == ["holds", "unused", "expired"]
    assert (found[0]["level"], found[0]["days_left"]) == ("EDIT", 8)


def test_list_of_none(run: Run, tmp_path: Path) -> None:
    """No waivers are no error; inputs that cannot be judged are told."""
    (tmp_path / FILE_NAME).write_text(USE)
    assert run("waivers", "list") == Ran(0, "no waivers\n", "")
    assert json.loads(run("waivers", "list", "--format", "json").out) == []
    ran = run("waivers", "list", ".")
    assert ran.code == 3
    assert "nothing to check" in ran.err


@pytest.mark.parametrize(
    ("waivers", "code", "told"),
    [
        ([HOLDS], 0, "1 waiver: 0 faults, 0 expired\n"),
        ([HOLDS, EXPIRED], 1, "2 waivers: 0 faults, 1 expired\n"),
        ([{**HOLDS, "rule": "x"}], 2, 'nspermaudit.yaml:3:5: no rule is called "x"\n'),
        ([{**HOLDS, "expires": "x"}, {**HOLDS, "level": "x"}], 2, "0 waivers: 2 faults, 0 expired"),
        ([{**HOLDS, "expires": "2026-11-23"}], 0, "3:5: expires tomorrow (2026-11-23)\n"),
    ],
)
def test_lint(
    waivers: list[dict[str, str]], code: int, told: str, run: Run, tmp_path: Path
) -> None:
    """Exit 2 for a fault, 1 for an expired waiver, 0 otherwise."""
    write_config(tmp_path, waivers)
    ran = run("waivers", "lint")
    assert ran.code == code
    assert told in ran.out


def test_lint_of_files(run: Run, tmp_path: Path) -> None:
    """Files of waivers are held against the limit of the configuration above this folder."""
    assert run("waivers", "lint").code == 2
    (tmp_path / "w.yaml").write_text(listed(HOLDS))
    assert run("waivers", "lint", "w.yaml").code == 0
    (tmp_path / FILE_NAME).write_text("waiver_limits: {days: 7}\n")
    ran = run("waivers", "lint", "w.yaml", FILE_NAME)
    assert ran.code == 2
    assert "w.yaml:2:5: lasts until 2027-03-31, 129 days from now" in ran.out
    (tmp_path / "w.yaml").write_text("waivers: [\n")
    assert "not valid YAML" in run("waivers", "lint", "w.yaml").out
    assert run("waivers", "lint", "nowhere.yaml").code == 2


def test_add(run: Run, tmp_path: Path) -> None:
    """The entry is there, holds, and the rest of the file is as it was."""
    write_role(tmp_path)
    file = tmp_path / FILE_NAME
    text = f"# ours\r\n{USE.rstrip()}  # one\r\n"
    file.write_bytes(text.encode())
    file.chmod(0o600)
    assert run("check", ".").code == 1
    ran = run("waivers", "add", *_options(level="edit"), "--dry-run")
    assert (ran.code, file.read_bytes()) == (0, text.encode())
    assert "+  - rule: sales-order-permissions\n" in ran.out
    ran = run("waivers", "add", *_options(level="edit"))
    assert ran.code == 0, ran.err
    assert ran.out == (
        "added waiver nspermaudit.yaml:4:5 (sales-order-permissions, customrole_example, "
        "TRAN_SALESORD): until 2027-03-31\n"
    )
    assert file.read_bytes().startswith(text.encode())
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert run("check", ".").code == 0
    assert run("check", ".", "--quiet", "--config", file).code == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "is about the same: keep one"),
        ({"permission": "TRAN_SALESORD"}, "is about the same: keep one"),
        ({"expires": "soon"}, '"soon" is not a date'),
        ({"permission": "Itmes"}, 'unknown permission "Itmes"'),
        ({"rule": "sales"}, 'no rule is called "sales"'),
        ({"role": "*", "permission": "*"}, "too wide"),
        ({"reason": ""}, "is not a reason"),
        ({"permission": "Items", "expires": "2030-01-01"}, "waiver_limits allows 200"),
    ],
)
def test_add_refuses(changes: dict[str, str], told: str, run: Run, tmp_path: Path) -> None:
    """What an audit would refuse is not written."""
    file = write_config(tmp_path, [HOLDS], "waiver_limits: {days: 200}\n")
    before = file.read_bytes()
    ran = run("waivers", "add", *_options(**changes))
    assert (ran.code, file.read_bytes()) == (2, before)
    assert told in ran.err


def test_add_to_a_file(run: Run, tmp_path: Path) -> None:
    """--waivers names a file that may be new; it is held against the configuration, too."""
    assert "name a file of waivers" in run("waivers", "add", *_options()).err
    assert run("waivers", "add", *_options(), "--waivers", "w.yaml").code == 0
    assert (tmp_path / "w.yaml").read_text() == listed(HOLDS)
    assert run("waivers", "add", *_options(), "--waivers", "w.yaml").code == 2
    write_config(tmp_path, [OTHER])
    ran = run("waivers", "add", *_options(permission="Items"), "--waivers", "w.yaml")
    assert ran.code == 2
    assert "is about the same" in ran.err
    assert run("waivers", "add", *_options(), "--waivers", "no/w.yaml").code == 3


def test_add_by_hand(run: Run, tmp_path: Path) -> None:
    """A file that cannot be changed safely is left alone, and the lines to add are printed."""
    file = tmp_path / FILE_NAME
    file.write_text("{use: [guide]}\n")
    ran = run("waivers", "add", *_options())
    assert ran.code == 2
    assert "nspermaudit.yaml is left as it is" in ran.err
    assert "- rule: sales-order-permissions\n  role: customrole_example\n" in ran.out
    assert file.read_text() == "{use: [guide]}\n"


def test_prune(run: Run, tmp_path: Path) -> None:
    """Expired ones go; with PATHS unused ones as well, in every file."""
    write_role(tmp_path)
    write_config(tmp_path, [HOLDS, EXPIRED])
    (tmp_path / "w.yaml").write_text("# ours\n" + listed(OTHER))
    before = (tmp_path / FILE_NAME).read_bytes()
    ran = run("waivers", "prune", "--dry-run")
    assert (ran.code, (tmp_path / FILE_NAME).read_bytes()) == (0, before)
    assert "-    permission: Locations\n" in ran.out
    ran = run("waivers", "prune", ".", "--waivers", "w.yaml")
    assert (ran.code, ran.out.count("removed waiver")) == (0, 2)
    assert (tmp_path / FILE_NAME).read_text() == USE + listed(HOLDS)
    assert (tmp_path / "w.yaml").read_text() == "# ours\n"
    ran = run("waivers", "prune", ".", "--waivers", "w.yaml")
    assert ran == Ran(0, "no waiver has expired, and none was found to be unused\n", "")


def test_prune_only_what_was_judged(run: Run, tmp_path: Path) -> None:
    """A waiver of a role that is not in PATHS stays; so do all if the audit is not complete."""
    write_role(tmp_path, "FULL", "customrole_other")
    write_config(tmp_path, [HOLDS, EXPIRED])
    (tmp_path / "broken.xml").write_text("<role><permissions>")
    before = (tmp_path / FILE_NAME).read_bytes()
    assert run("waivers", "prune", ".").code == 3
    assert (tmp_path / FILE_NAME).read_bytes() == before
    (tmp_path / "broken.xml").unlink()
    assert run("waivers", "prune", ".").code == 0
    assert (tmp_path / FILE_NAME).read_text() == USE + listed(HOLDS)


def test_prune_by_hand(run: Run, tmp_path: Path) -> None:
    """Entries in flow style are left for people to remove."""
    values = ", ".join(f"{key}: {value}" for key, value in EXPIRED.items())
    (tmp_path / FILE_NAME).write_text(f"waivers: [{{{values}}}]\n")
    ran = run("waivers", "prune")
    assert ran.code == 2
    assert "Remove yourself:\nwaiver nspermaudit.yaml:1:11" in ran.out


def test_prune_keeps_what_is_about_more(run: Run, tmp_path: Path) -> None:
    """A waiver with a glob is in use by a role that a narrower look does not see."""
    write_role(tmp_path, "FULL")
    (tmp_path / "below").mkdir()
    write_role(tmp_path / "below", "EDIT", "customrole_other")
    write_config(tmp_path, [{**HOLDS, "role": "customrole_*"}], "roles: {integration: '*'}\n")
    before = (tmp_path / FILE_NAME).read_bytes()
    for narrow in (
        ["customrole_example.xml"],
        [".", "--role", "customrole_example"],
        [".", "--pack", "guide", "--ignore", "sales-order-permissions"],
        [".", "--pack", "guide/token"],
    ):
        ran = run("waivers", "prune", *narrow)
        assert (ran.code, "removed" in ran.out) == (0, False), narrow
    (tmp_path / "manifest.xml").write_text("<manifest projecttype='ACCOUNTCUSTOMIZATION'/>")
    (tmp_path / "Objects").mkdir()
    (tmp_path / "below" / "customrole_other.xml").rename(tmp_path / "Objects" / "other.xml")
    write_role(tmp_path / "below", "FULL", "customrole_third")
    ran = run("waivers", "prune", "below")
    assert (ran.code, (tmp_path / FILE_NAME).read_bytes()) == (0, before)
    (tmp_path / "Objects" / "other.xml").unlink()
    assert "removed waiver" in run("waivers", "prune", ".").out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rule": "sales-order-permission"}, 'error: waivers add: no rule is called "sales-'),
        ({"reason": ""}, 'error: waivers add: "" is not a reason'),
        ({"expires": "2020-01-01"}, "error: --expires: 2020-01-01 is over"),
    ],
)
def test_add_tells_what_is_wrong_with_its_options(
    given: dict[str, str], told: str, run: Run, tmp_path: Path
) -> None:
    """No line of the file is blamed for an entry that is not in it."""
    (tmp_path / FILE_NAME).write_text("use: [integrity]\n")
    values = {**HOLDS, **given}
    options = [word for key in values for word in (f"--{key.replace('_', '-')}", values[key])]
    ran = run("waivers", "add", *options)
    assert ran.code == 2
    assert ran.err.startswith(told)
    assert (tmp_path / FILE_NAME).read_text() == "use: [integrity]\n"
