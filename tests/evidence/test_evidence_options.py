"""The options of ``check`` that keep evidence: what they refuse, and runs that end too early."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES, sdf
from keeping import OWN_PACK, Run, fill, kept, manifest_of
from zips import zipped

from nspermaudit.cli import evidence as options
from nspermaudit.evidence import gathering, packed, target
from nspermaudit.source import Source

PROGRAM = (sys.executable, "-m", "nspermaudit")
KEY = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An account's files, where the program runs."""
    folder = tmp_path / "home"
    folder.mkdir()
    fill(folder)
    monkeypatch.chdir(folder)
    return folder


def _full(folder: Path) -> None:
    (folder / "kept").mkdir()
    (folder / "kept" / "old").write_text("old")


REFUSED: dict[str, tuple[Callable[[Path], object], str, tuple[str, ...], str]] = {
    "a full folder": (_full, "../kept", (), "a folder with something in it"),
    "a file": (lambda place: (place / "kept").write_text("old"), "../kept", (), "there already"),
    "an input": (lambda _: None, "roles.csv", (), "there already"),
    "a link": (lambda place: (place / "kept").symlink_to("x"), "../kept", (), "there already"),
    "a folder like a zip": (lambda place: (place / "k.zip").mkdir(), "../k.zip", (), "is a folder"),
    "no folder around it": (lambda _: None, "../a/kept", (), "in a folder that is not there"),
    "an audited folder": (lambda _: None, "src/kept", (), "the next audit would read it"),
    "a zip in one": (lambda _: None, "src/kept.zip", (), "the next audit would read it"),
    "the audited folder": (lambda place: (place / "home/src/new").mkdir(), "src/new", (), "next"),
    "since": (lambda _: None, "../kept", ("--since", "HEAD"), "would need the repository"),
    "no day": (lambda _: None, "../kept", ("--as-of", "2026-02-30"), '"2026-02-30" is no day'),
    "a day of words": (lambda _: None, "../kept", ("--as-of", "today"), "is no day"),
    "no input": (
        lambda _: None, "../kept", ("--source", "own.yaml=x"), "none of the files that are audited",
    ),
    "a key": (lambda _: None, "../kept", ("--source", f"token {KEY}"), "a key or a token"),
    "a pack": (lambda _: None, "../kept", ("--pack", "guid"), "no pack is called"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str, run: Run, tmp_path: Path) -> None:
    """Before anything is audited, in one sentence; what was there stays."""
    make, place, more, words = REFUSED[case]
    make(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    ran = run("check", "src", "roles.csv", "--evidence", place, *more)
    assert (ran.code, ran.out) == (2, "")
    first, last = ran.err.splitlines()
    assert words in first
    assert last == "No audit was performed."
    assert before == {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}


@pytest.mark.parametrize("option", [("--as-of", "2026-11-20"), ("--source", "x"), ("--no-inputs",)])
def test_options_without_evidence(option: tuple[str, ...], run: Run) -> None:
    """They would say nothing to anybody."""
    ran = run("check", "src", *option)
    assert (ran.code, "are in the --evidence" in ran.err or "--evidence" in ran.err) == (2, True)


def test_what_the_user_says(run: Run, tmp_path: Path) -> None:
    """Days and origins go into the manifest, and a shown command line without absolute paths."""
    place = tmp_path / "kept"
    given = ("--as-of", "2026-11-20", "--source", "all of it", "--source", "./roles.csv=search=4")
    kept(run, place, Path.cwd() / "src", "roles.csv", *given, "--output", f"json={tmp_path / 'x'}")
    manifest = manifest_of(place)
    assert manifest["as_of"] == "2026-11-20"
    assert manifest["sources"] == [
        {"path": None, "text": "all of it"},
        {"path": "roles.csv", "text": "search=4"},
    ]
    assert manifest["command"] == [
        *("check", "src", "roles.csv", *given, "--output", "json=../x"),
        *("--evidence", "EVIDENCE", "--quiet"),
    ]
    ran = run("verify", place)
    assert "as of 2026-11-20, as its maker says" in ran.out
    assert "from (roles.csv): search=4, as its maker says" in ran.out


def test_an_empty_folder_will_do(run: Run, tmp_path: Path) -> None:
    """It is filled; so is one below a hidden folder of the project, which no audit reads."""
    (tmp_path / "kept").mkdir()
    kept(run, tmp_path / "kept", "src")
    Path(".audits").mkdir()
    kept(run, ".audits/one", ".")
    kept(run, ".audits/two.zip", ".")
    assert run("verify", ".audits/one").code == run("verify", ".audits/two.zip").code == 0


def test_a_path_that_tells_of_the_machine(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused: its folders would stand in every report."""
    away = tmp_path / "home"
    monkeypatch.chdir("/usr")
    ran = run("check", away / "roles.csv", "--evidence", tmp_path / "kept")
    assert (ran.code, "run nspermaudit in a folder above" in ran.err) == (2, True)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    kept(run, tmp_path / "beside", "../home/roles.csv", "--config", "../home/nspermaudit.yaml")
    monkeypatch.setenv("HOME", str(tmp_path / "jane"))
    ran = run("check", "../home/roles.csv", "--evidence", tmp_path / "kept")
    assert ran.code == 2
    assert options._near("/usr/../etc/x") == ".../x"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("place", [0, 5_000, (1 << 20) - 30])
def test_no_secret_is_copied(encoding: str, place: int, run: Run, tmp_path: Path) -> None:
    """A file with what looks like a key makes no evidence, wherever it stands; digests will do."""
    text = "Role,Permission,Level\n" + "A,Bills,Full\n" * (place // 13) + f"B,{KEY},Full\n"
    Path("roles.csv").write_bytes(text.encode(encoding))
    ran = run("check", "roles.csv", "--evidence", tmp_path / "kept", "--quiet")
    assert ran.code == 3
    assert "error: --evidence: not written: roles.csv has what looks like a key" in ran.err
    assert KEY not in ran.err
    assert [file.name for file in tmp_path.iterdir()] == ["home"]
    kept(run, tmp_path / "kept", "roles.csv", "--no-inputs")


def test_no_secret_is_copied_in_a_zip(run: Run, tmp_path: Path) -> None:
    """The members are looked into, not only those that were read."""
    role = (Path("src/Objects") / "customrole_acme_order_sync.xml").read_text()
    for name in ("notes.txt", ".git/config", "node_modules/x.js"):
        data = zipped({"src/Objects/customrole_acme_order_sync.xml": role, name: KEY})
        Path("project.zip").write_bytes(data)
        ran = run("check", "project.zip", "--evidence", tmp_path / "kept", "--quiet")
        assert (ran.code, f"project.zip/{name} has what looks like a key" in ran.err) == (3, True)


@pytest.mark.parametrize("folder", ["", "project.zip"])
def test_no_secret_is_copied_in_a_workbook(folder: str, run: Run, tmp_path: Path) -> None:
    """The parts of a workbook are compressed: they are looked into as well."""
    pytest.importorskip("python_calamine")
    books = pytest.importorskip("books")  # it needs xlsxwriter
    rows = [["Role", "Permission", "Level", "Note"], ["A", "Bills", "Full", f"token {KEY}"]]
    data = books.book(rows)
    if folder:
        Path(folder).write_bytes(zipped({"src/roles.xlsx": data}))
    else:
        Path("roles.xlsx").write_bytes(data)
    ran = run("check", folder or "roles.xlsx", "--evidence", tmp_path / "kept", "--quiet")
    assert (ran.code, "roles.xlsx has what looks like a key" in ran.err) == (3, True)
    assert not (tmp_path / "kept").exists()


def test_a_file_that_changes_meanwhile(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence of other bytes than those that were audited is none."""

    def grow(*arguments: object) -> object:
        Path("roles.csv").write_text("Role,Permission,Level\nA,Bills,View\n")
        return gather(*arguments)  # type: ignore[arg-type] # passed on

    gather = gathering.gather
    monkeypatch.setattr(gathering, "gather", grow)
    ran = run("check", "roles.csv", "--evidence", tmp_path / "kept", "--quiet")
    assert (ran.code, "roles.csv was changed while it was read" in ran.err) == (3, True)
    assert [file.name for file in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nspermaudit.yaml", "use: [integrity]\n"),
        ("nspermaudit.yaml", "use: [guide"),
        ("more.yaml", "waivers: []\n"),
        ("known.json", '{"schema": "nspermaudit-baseline/1", "findings": []}'),
        ("own.yaml", OWN_PACK.replace("warning", "info")),
    ],
)
def test_settings_that_change_meanwhile(
    name: str, text: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for what the audit was told."""
    run("baseline", "write", ".", "--baseline", "known.json")
    gather = gathering.gather

    def change(*arguments: object) -> object:
        Path(name).write_text(text)
        return gather(*arguments)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(gathering, "gather", change)
    options = ("--waivers", "more.yaml", "--baseline", "known.json", "--quiet")
    ran = run("check", "src", *options, "--evidence", tmp_path / "kept")
    assert (ran.code, "error: --evidence: not written: " in ran.err) == (3, True), ran
    assert name in ran.err
    assert [file.name for file in tmp_path.iterdir()] == ["home"]


def test_too_much_for_a_zip(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be read again is not written."""
    monkeypatch.setattr(packed, "MAX_ENTRIES", 3)
    ran = run("check", "src", "--evidence", tmp_path / "kept.zip", "--quiet")
    assert (ran.code, "name a folder, not a zip" in ran.err) == (3, True)
    assert [file.name for file in tmp_path.iterdir()] == ["home"]


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))


@pytest.mark.parametrize("name", ["kept", "kept.zip"])
def test_full_disk(name: str, tmp_path: Path) -> None:
    """Nothing is left; the report is printed, and the exit code says that something lacks."""
    done = subprocess.run(
        [*PROGRAM, "check", "src", "--evidence", str(tmp_path / name)],
        capture_output=True, text=True, preexec_fn=_small_files, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == "error: --evidence: not written: it cannot be written: file too large\n"
    assert "Checked 3 roles" in done.stdout
    assert [file.name for file in tmp_path.iterdir()] == ["home"]


# The evidence is whole and not yet in its place when the signal comes.
STRUCK = """
import os, sys
from nspermaudit.cli import main
rename = os.rename
def struck(file, target):
    os.kill(os.getpid(), int(sys.argv[1]))
    return rename(file, target)
os.rename = struck
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize("name", ["kept", "kept.zip"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_before_it_is_in_place(number: int, name: str, tmp_path: Path) -> None:
    """No half evidence, and nothing beside it."""
    command = (sys.executable, "-c", STRUCK, str(int(number)), "check", "src")
    done = subprocess.run(
        [*command, "--evidence", str(tmp_path / name)], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.split()) == (3, [b"interrupted"])
    assert [file.name for file in tmp_path.iterdir()] == ["home"]


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """Evidence is kept even if nobody reads the report to its end."""
    (Path.cwd() / "many.xml").write_text(sdf(*((f"LIST_X{n}", "FULL") for n in range(3000))))
    command = f"{sys.executable} -m nspermaudit check . --evidence {tmp_path / 'kept'} | head -1"
    subprocess.run(command, shell=True, stdout=subprocess.PIPE, check=False)  # noqa: S602 - a pipe is what it is about
    assert (tmp_path / "kept" / "manifest.sha256").is_file()


def test_names_of_targets() -> None:
    """A zip is what is called so."""
    assert target.is_zip("a/B.ZIP")
    assert not target.is_zip("a.zip/b")


def test_sources_without_a_file_have_no_size() -> None:
    """What was read from a pipe is as long as it is."""
    assert Source("<stdin>", data=b"abc").measured() == 3
    assert (FIXTURES / "acme").is_dir()
