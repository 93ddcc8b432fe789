"""A baseline only shrinks: pruning it, and writing it anew on a build server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from waiving import CHECK, FILE, at_home_in, write_role

from nspermaudit.cli.baseline import BUILD_SERVERS

Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at_home_in(tmp_path, monkeypatch)


def test_prune(run: Run, tmp_path: Path) -> None:
    """Mended entries are told and dropped; those of rules that were not asked stay."""
    write_role(tmp_path)
    write_role(tmp_path, "VIEW", "customrole_other")
    run("baseline", "write", ".")
    assert "mended" not in run(*CHECK).out
    write_role(tmp_path, "FULL")
    words = f"note: 1 entry of the baseline {FILE} is mended; nspermaudit baseline prune drops"
    assert words in run(*CHECK).out
    assert "mended" not in run(*CHECK, "--pack", "guide/token", "--role", "*").out
    before = Path(FILE).read_text()
    ran = run("baseline", "prune", ".", "--dry-run")
    assert (ran.code, Path(FILE).read_text()) == (0, before)
    assert ran.out.count("\n-{") == 1
    assert run("baseline", "prune").out == f"{FILE}: 1 mended, 1 finding left\n"
    assert '"customrole_other"' in Path(FILE).read_text()
    assert run("baseline", "prune").out == f"{FILE}: nothing is mended, 1 finding left\n"


def test_prune_of_roles_that_are_gone(run: Run, tmp_path: Path) -> None:
    """Where a folder of SDF objects was given, not by files of it, nor by a table."""
    write_role(tmp_path)
    other = write_role(tmp_path, "VIEW", "customrole_other")
    run("baseline", "write", ".")
    other.unlink()
    assert "mended" not in run(*CHECK).out
    kept = f"{FILE}: nothing is mended, 2 findings left\n"
    assert run("baseline", "prune", "customrole_example.xml").out == kept
    assert run("baseline", "prune", ".", "--pack", "guide/token").out == kept
    table = tmp_path / "roles.csv"
    table.write_text("Role,Permission,Level\nX,Items,Full\n")
    assert run("baseline", "prune", ".").out == kept
    table.unlink()
    ran = run("baseline", "prune", ".")
    assert ran.out == f"{FILE}: 0 mended, 1 of roles that are gone, 1 finding left\n"
    assert '"customrole_other"' not in Path(FILE).read_text()


def test_not_complete(run: Run, tmp_path: Path) -> None:
    """An audit that is not complete writes no baseline and prunes none."""
    write_role(tmp_path)
    run("baseline", "write", ".")
    before = Path(FILE).read_text()
    write_role(tmp_path, "FULL")
    (tmp_path / "broken.xml").write_text("<role><permissions>")
    for arguments in (("write", "--force"), ("prune",)):
        ran = run("baseline", *arguments)
        assert (ran.code, Path(FILE).read_text()) == (3, before)
        assert "The baseline is left as it is." in ran.err
    assert "mended" not in run(*CHECK).out


@pytest.mark.parametrize("name", BUILD_SERVERS)
def test_it_only_shrinks_on_a_build_server(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a new finding nor a worse one gets in; less is fine."""
    write_role(tmp_path)
    run("baseline", "write", ".")
    before = Path(FILE).read_text()
    assert "--force writes it anew" in run("baseline", "write", ".").err
    monkeypatch.setenv(name, "true")
    for level, role in (("VIEW", "customrole_example"), ("EDIT", "customrole_new")):
        file = write_role(tmp_path, level, role)
        ran = run("baseline", "write", ".", "--force")
        assert (ran.code, Path(FILE).read_text()) == (2, before)
        assert f"on a build server ({name} is set) it can only shrink" in ran.err
        file.unlink()
    write_role(tmp_path, "FULL")
    assert run("baseline", "write", ".", "--force").out == f"{FILE}: 0 findings\n"


def test_prune_keeps_objects_that_were_not_judged(run: Run, tmp_path: Path) -> None:
    """What is only context of a named file was not asked: its entries stay."""
    objects = tmp_path / "src" / "Objects"
    objects.mkdir(parents=True)
    manifest = '<manifest projecttype="ACCOUNTCUSTOMIZATION"/>'
    (tmp_path / "src" / "manifest.xml").write_text(manifest)
    text = '<customrecordtype scriptid="{}"><accesstype>NONENEEDED</accesstype></customrecordtype>'
    for name in ("customrecord_one", "customrecord_two"):
        (objects / f"{name}.xml").write_text(text.format(name))
    pack = ("--pack", "hygiene/project")
    assert run("baseline", "write", "src", *pack).out == f"{FILE}: 2 findings\n"
    ran = run("baseline", "prune", "src/Objects/customrecord_one.xml", *pack)
    assert "nothing is mended, 2 findings left" in ran.out
    mended = text.format("customrecord_one").replace("NONENEEDED", "USEPERMISSIONLIST")
    (objects / "customrecord_one.xml").write_text(mended)
    ran = run("baseline", "prune", "src/Objects/customrecord_one.xml", *pack)
    assert "1 mended" in ran.out
    assert "1 finding left" in ran.out
