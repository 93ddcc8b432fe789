"""What ``check --evidence`` keeps, and that the same audit can be made again from it."""

from __future__ import annotations

import getpass
import io
import json
import os
import shutil
import socket
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from jsonschema import Draft7Validator
from keeping import TODAY, WAIVER, Run, files_of, fill, kept, manifest_of
from waiving import listed
from zips import zip_of

from nspermaudit import auditing, forking, schemas
from nspermaudit.cli import asking


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An account's files, where the program runs."""
    folder = tmp_path / "home"
    folder.mkdir()
    fill(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(asking, "today", lambda: TODAY)
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the evidence goes."""
    return tmp_path / "kept"


def _identical(run: Run, target: Path, *arguments: str | Path) -> None:
    ran = run("verify", target, *arguments)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, f"{target}: identical"), ran


@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_it_is_identical_elsewhere(
    suffix: str, run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved, with the originals gone, and from another folder."""
    target = tmp_path / f"kept{suffix}"
    ran = kept(run, target, ".", "--waivers", "more.yaml")
    assert ran.code == 1
    digest = ran.err.splitlines()[-1]
    assert ran.err.splitlines()[0].startswith(f"evidence: {target} (")
    elsewhere = tmp_path / "another" / "place" / f"audit{suffix}"
    elsewhere.parent.mkdir(parents=True)
    shutil.move(target, elsewhere)
    shutil.rmtree(home / "src")
    monkeypatch.chdir(ROOT)
    _identical(run, elsewhere, "--digest", digest)
    ran = run("verify", elsewhere, "--digest", "0" * 64)
    assert (ran.code, "manifest.json" in ran.out) == (1, True)


def test_its_results_are_those_of_the_run(run: Run, home: Path, target: Path) -> None:
    """Every result, as the JSON report has them with everything shown; every finding as text."""
    del home
    kept(run, target, ".")
    shown = run("check", ".", "--show", "all", "--format", "json", "-v")
    assert (target / "report.json").read_text() == shown.out
    report = json.loads(shown.out)
    assert report["results"]
    manifest = manifest_of(target)
    assert manifest["result"]["findings"] == len(report["findings"])
    assert manifest["result"]["accepted"] == sum(bool(x["waiver"]) for x in report["findings"]) == 1
    told = {item["path"]: item for item in report["inputs"]}
    for item in manifest["inputs"]:
        same = ("format", "status", "rows", "roles", "grants")
        assert [item[key] for key in same] == [told[item["path"]][key] for key in same]
    assert "Müller & Söhne" in (target / "report.txt").read_text(encoding="utf-8")


def test_what_is_in_it(run: Run, home: Path, target: Path) -> None:
    """Exports byte for byte, packs that ship and others, settings; and a manifest of it all."""
    kept(run, target, ".", "--waivers", "more.yaml")
    manifest = manifest_of(target)
    errors = Draft7Validator(schemas.load("evidence")).iter_errors(manifest)
    assert not [error.message for error in errors]
    found = files_of(target)
    listed_files = {item["path"] for item in manifest["files"]}
    assert listed_files == {*found} - {"manifest.json", "manifest.sha256"}
    copied = {item["path"]: item["file"] for item in manifest["inputs"] if "file" in item}
    for path, file in copied.items():
        assert found[file] == (home / path).read_bytes()
    assert {"roles.csv", "src/manifest.xml", "src/deploy.xml"} <= {*copied}
    for item in manifest["packs"]:
        source = home / "own.yaml" if item["path"] else ROOT / "rules" / f"{item['id']}.yaml"
        assert found[item["file"]] == source.read_bytes()
    own = next(item for item in manifest["packs"] if item["path"])
    assert (own["path"], own["parameters"]) == ("own.yaml", {"strict": False})
    settings = {item["path"]: found[item["file"]] for item in manifest["settings"]}
    assert settings == {
        name: (home / name).read_bytes() for name in ("nspermaudit.yaml", "more.yaml")
    }


def test_what_is_not_in_it(run: Run, home: Path, target: Path) -> None:
    """No file that is no export, and nothing of this machine, its user or its clock."""
    kept(run, target, str(home), "--output", f"json={home.parent / 'r.json'}")
    found = files_of(target)
    inputs = {item["path"]: item for item in manifest_of(target)["inputs"]}
    assert {path for path, item in inputs.items() if "file" not in item} >= {
        *(".env", "notes.txt", "script.js", "tools.json"),
    }
    everything = b"\n".join(found.values()) + "\n".join(found).encode()
    assert b"not-for-anybody" not in everything
    for word in (str(home.parent), str(ROOT), socket.gethostname(), f"/{getpass.getuser()}/"):
        assert word.encode() not in everything, word


@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_two_runs_are_the_same_bytes(suffix: str, run: Run, home: Path, tmp_path: Path) -> None:
    """Into other places, at another time."""
    del home
    one, other = (tmp_path / f"{name}{suffix}" for name in ("one", "other"))
    kept(run, one, ".")
    for file in Path.cwd().rglob("*"):
        os.utime(file, (1, 1))
    kept(run, other, ".")
    if suffix:
        assert one.read_bytes() == other.read_bytes()
        with zipfile.ZipFile(one) as archive:
            names = archive.namelist()
        assert names == sorted(names)
    else:
        assert files_of(one) == files_of(other)


def test_waivers_hold_on_the_day_of_the_audit(
    run: Run, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A waiver that has expired meanwhile holds in the audit that is made again."""
    del home
    kept(run, target, ".")
    monkeypatch.setattr(asking, "today", lambda: "2027-02-01")
    monkeypatch.setattr(auditing, "strftime", lambda _: "2027-02-01")
    ran = run("verify", target)
    assert (ran.code, f"waivers had to hold on {TODAY}" in ran.out) == (0, True)
    again = target.with_name("again")
    kept(run, again, ".")
    assert (target / "report.txt").read_text() != (again / "report.txt").read_text()


def test_without_waivers_there_is_no_day(run: Run, home: Path, target: Path) -> None:
    """The day of the run says nothing where nothing can expire."""
    (home / "nspermaudit.yaml").write_text("use: [integrity]\n")
    kept(run, target, ".")
    assert manifest_of(target)["today"] is None


def test_baseline(run: Run, home: Path, target: Path) -> None:
    """Known findings are known again."""
    del home
    run("baseline", "write", ".")
    ran = kept(run, target, ".", "--baseline", "nspermaudit-baseline.json")
    assert ran.code == 0
    assert manifest_of(target)["result"]["exit_code"] == 0
    shutil.rmtree("src")
    _identical(run, target)


def test_packs_of_the_command_line(run: Run, home: Path, target: Path) -> None:
    """A pack file, and one that extends it; a waiver may speak of a pack that is not used."""
    (home / "packs").mkdir()
    text = "pack: own/all\ntitle: All\nextends: [../own.yaml, guide/token]\n"
    (home / "packs" / "all.yaml").write_text(text)
    waivers = listed(WAIVER, {**WAIVER, "rule": "own-items", "permission": "Items"})
    file = home / "nspermaudit.yaml"
    file.write_text(file.read_text().partition("waivers:")[0] + waivers)
    kept(run, target, ".", "--pack", "packs/all.yaml")
    packs = {item["id"]: item for item in manifest_of(target)["packs"]}
    assert {*packs} >= {"own/all", "own/items", "guide/token"}
    assert packs["own/all"]["used"]
    kept(run, target.with_name("other"), ".", "--pack", "guide/sales-orders")
    packs = {item["id"]: item for item in manifest_of(target.with_name("other"))["packs"]}
    assert not packs["own/items"]["used"]
    shutil.rmtree(home / "packs")
    (home / "own.yaml").unlink()
    _identical(run, target)
    _identical(run, target.with_name("other"))


OPTIONS = (
    ("--role", "ACME *", "--strict"),
    ("--select", "*order*", "--ignore", "purchase*"),
    ("--map", "role=Role,permission=Permission,level=Level,full=Voll", "--encoding", "utf-8"),
    ("--fail-on", "never", "--show", "all", "--verbose"),
    ("src/Objects/customrole_acme_order_sync.xml",),
    ("src/Objects", "roles.csv"),
)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: options[0])
def test_options(options: tuple[str, ...], run: Run, home: Path, target: Path) -> None:
    """What was wanted of the audit is wanted again, and its context is there."""
    del home
    paths = () if options[0].startswith("src") else (".",)
    kept(run, target, *paths, *options)
    shutil.rmtree("src")
    _identical(run, target)


def test_standard_input(
    run: Run, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept as what it was called, and its words on origin with it."""
    data = io.BytesIO((home / "roles.csv").read_bytes())
    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": data}))
    kept(run, target, "-", "src", "--source", "-=saved search 412")
    manifest = manifest_of(target)
    assert manifest["sources"] == [{"path": "<stdin>", "text": "saved search 412"}]
    assert any(item["path"] == "<stdin>" and item["file"] for item in manifest["inputs"])
    _identical(run, target)


def test_zip_project(run: Run, home: Path, target: Path) -> None:
    """The zip itself is kept, not what is in it."""
    (home / "project.zip").write_bytes(zip_of(home / "src"))
    shutil.rmtree(home / "src")
    kept(run, target, "project.zip", "roles.csv")
    (item,) = (item for item in manifest_of(target)["inputs"] if "archive" in item)
    assert (target / item["file"]).read_bytes() == (home / "project.zip").read_bytes()
    assert any(member["roles"] for member in item["members"])
    (home / "project.zip").unlink()
    _identical(run, target)
    packed = target.with_suffix(".zip")
    (home / "broken.zip").write_bytes(b"PK\x03\x04 and nothing more")
    assert kept(run, packed, "broken.zip", "roles.csv").code == 3
    ran = run("verify", packed)
    assert (ran.code, "the audit was not complete" in ran.out) == (0, True)


def test_an_audit_that_is_not_complete(run: Run, home: Path, target: Path) -> None:
    """It is kept, and says so; an input that cannot be opened cannot be opened again."""
    (home / "src" / "Objects" / "customrole_broken.xml").write_text("<role><name>x</role>")
    (home / "gone.xml").symlink_to("nowhere.xml")
    (home / "linked").symlink_to("src")
    assert kept(run, target, ".").code == 3
    manifest = manifest_of(target)
    assert not manifest["result"]["complete"]
    assert manifest["result"]["unfinished"]
    by_path = {item["path"]: item for item in manifest["inputs"]}
    assert by_path["gone.xml"]["trouble"] == "cannot be opened: no such file or directory"
    assert "link" in by_path["linked"]["passed_over"]
    _identical(run, target)


def test_names_that_are_hostile(run: Run, home: Path, target: Path) -> None:
    """Whatever inputs are called, their copies have names that every system takes."""
    names = ["CON.csv", "a\\..\\b.csv", "roles.csv.", "..csv", "é\u202e:?*.csv", "Roles.CSV"]
    names += ["x" * 240 + ".csv", "a\nb.csv"]
    for name in names:
        (home / name).write_bytes((home / "roles.csv").read_bytes())
    (home / os.fsdecode(b"\xff.csv")).write_bytes((home / "roles.csv").read_bytes())
    packed = target.with_suffix(".zip")
    kept(run, packed, ".")
    with zipfile.ZipFile(packed) as archive:
        stored = [name for name in archive.namelist() if name.startswith("inputs/")]
    assert len({name.casefold() for name in stored}) == len(stored) > len(names)
    assert all(name.isascii() and len(name) < 100 for name in stored)
    assert not {character for name in stored for character in name} & set('\\:?*"<>|\n')
    shutil.rmtree(home / "src")
    _identical(run, packed)


def test_two_processes(run: Run, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence of a large project is that of one process, to the byte, but for its own place."""
    del home
    monkeypatch.setattr(forking, "is_possible", lambda: False)
    kept(run, target, ".")
    monkeypatch.setattr(forking, "is_possible", lambda: hasattr(os, "fork"))
    monkeypatch.setattr(auditing, "MANY_OBJECTS", 2)
    other = target.with_name("other")
    kept(run, other, ".")
    assert files_of(target) == files_of(other)
    _identical(run, other)


@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_no_inputs(
    suffix: str, run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only digests are kept; who has the inputs can make the audit again, wherever they are."""
    target = tmp_path / f"kept{suffix}"
    (home / "project.zip").write_bytes(zip_of(home / "src"))
    kept(run, target, ".", "project.zip", "--no-inputs")
    ran = run("verify", target)
    assert (ran.code, "name them after it" in ran.out) == (3, True)
    moved = tmp_path / "moved"
    shutil.move(home, moved)
    monkeypatch.chdir(ROOT)
    (moved / "roles.csv").rename(moved / "other.csv")
    _identical(run, target, moved, moved / "project.zip")
    ran = run("verify", target, moved / "src")
    assert (ran.code, "changed: project.zip" in ran.out) == (1, True)
    (moved / "other.csv").write_bytes((moved / "other.csv").read_bytes() + b"A,Bills,View\n")
    ran = run("verify", target, moved, moved / "project.zip")
    assert (ran.code, "changed: roles.csv (no input given" in ran.out) == (1, True)
    if not suffix:
        assert not (target / "inputs").exists()
        assert all(item.get("file") is None for item in manifest_of(target)["inputs"])


def test_inputs_that_are_stored_are_not_named(run: Run, home: Path, target: Path) -> None:
    """It would not be clear which of the two is meant."""
    del home
    kept(run, target, "src")
    ran = run("verify", target, "src")
    assert (ran.code, "the inputs are stored in this evidence" in ran.err + ran.out) == (2, True)
