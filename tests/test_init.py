"""``nspermaudit init``: what it writes, what it leaves, and what it says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from scratch import project, role

EVERYTHING = ("config", "suitecloud", "pre-commit", "github", "gitlab", "azure", "bitbucket")
Run = Callable[..., Ran]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A SuiteCloud project in a git repository, without a configuration; the current folder."""
    project(tmp_path / "larkfield")
    (tmp_path / "larkfield" / "nspermaudit.yaml").unlink()
    (tmp_path / "larkfield" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "larkfield")
    return tmp_path / "larkfield"


def _files(place: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(place)): file.read_bytes()
        for file in sorted(place.rglob("*"))
        if file.is_file()
    }


def test_everything(place: Path, run: Run) -> None:
    """Everything at once; a second time nothing changes, and it says so."""
    before = _files(place)
    first = run("init", *EVERYTHING)
    assert first.code == 0
    assert first.out.startswith("project: . (found by its src/manifest.xml)\n")
    after = _files(place)
    written = set(after) - set(before)
    assert written == {
        "nspermaudit.yaml",
        "suitecloud.config.js",
        "nspermaudit.gate.js",
        ".pre-commit-config.yaml",
        ".github/workflows/nspermaudit.yml",
        ".gitlab-ci.yml",
        "azure-pipelines.nspermaudit.yml",
        "bitbucket-pipelines.yml",
    }
    assert {f"wrote: {name}" for name in written} <= set(first.out.splitlines())
    assert "next: nspermaudit check src" in first.out
    second = run("init", *EVERYTHING)
    assert second.code == 0
    assert second.out.count("left: ") == len(written)
    assert "next:" not in second.out
    assert _files(place) == after


def test_dry_run(place: Path, run: Run) -> None:
    """With --dry-run the differences are shown and nothing is written."""
    (place / "suitecloud.config.js").write_text("module.exports = {\n\tcommands: {},\n};\n")
    before = _files(place)
    done = run("init", *EVERYTHING, "--dry-run")
    assert done.code == 0
    assert "--- suitecloud.config.js\n+++ suitecloud.config.js\n" in done.out
    assert "+module.exports = require('./nspermaudit.gate.js')(module.exports);\n" in done.out
    assert " \tcommands: {},\n" in done.out
    assert "--- /dev/null\n+++ .github/workflows/nspermaudit.yml\n" in done.out
    assert _files(place) == before


def test_force_replaces_only_what_is_ours(place: Path, run: Run) -> None:
    """Without --force what differs is left; with it only files that are wholly ours are written."""
    run("init", *EVERYTHING)
    written = _files(place)
    ours = ("nspermaudit.yaml", "nspermaudit.gate.js", ".github/workflows/nspermaudit.yml")
    theirs = {
        "suitecloud.config.js": "module.exports = {};\nreturn;\n",
        ".pre-commit-config.yaml": "repos: []\n",
        ".gitlab-ci.yml": "test:\n  script: make\n",
        "bitbucket-pipelines.yml": "pipelines: {}\n",
    }
    for name in ours:
        (place / name).write_text("# mine\n")
    for name, text in theirs.items():
        (place / name).write_text(text)
    left = run("init", *EVERYTHING)
    assert left.out.count("--force replaces it)") == len(ours)
    assert left.code == 2
    assert all((place / name).read_text() == "# mine\n" for name in ours)
    assert run("init", *EVERYTHING, "--force").code == 2
    now = _files(place)
    assert all(now[name] == written[name] for name in ours)
    assert all(now[name] == text.encode() for name, text in theirs.items())


@pytest.mark.parametrize(
    ("way_in", "file", "text", "line"),
    [
        ("suitecloud", "suitecloud.config.js", "export default {};\n", "module.exports = require("),
        (
            "suitecloud",
            "suitecloud.config.js",
            "module.exports = {};\nif (!process.env.CI) {\n\treturn;\n}\n",
            "module.exports = require(",
        ),
        ("pre-commit", ".pre-commit-config.yaml", "repos: []\n", "- repo: https://github.com/"),
        ("gitlab", ".gitlab-ci.yml", "test:\n  script: make\n", "- local: .gitlab/nspermaudit.yml"),
        ("bitbucket", "bitbucket-pipelines.yml", "pipelines: {}\n", "- step:"),
    ],
)
def test_what_is_left_to_the_user(  # noqa: PLR0913, PLR0917 - a case and two fixtures
    way_in: str, file: str, text: str, line: str, place: Path, run: Run
) -> None:
    """Where a file cannot be extended the lines are printed, and the exit code is 2."""
    (place / file).write_text(text)
    done = run("init", way_in)
    assert done.code == 2
    assert f"left to you: {file}: " in done.out
    assert line in done.out.partition("add these lines:")[2]
    assert (place / file).read_text() == text


def test_bitbucket_lines_are_a_step(place: Path, run: Run) -> None:
    """The step that is printed for a pipeline that is there begins at its margin."""
    (place / "bitbucket-pipelines.yml").write_text("pipelines: {}\n")
    lines = run("init", "bitbucket").out.partition("add these lines:\n")[2].splitlines()
    assert lines[:3] == ["    - step:", "        name: Check roles", "        script:"]


def test_gitlab_beside_a_pipeline(place: Path, run: Run) -> None:
    """The job goes into a file of its own; the file that is there is left."""
    (place / ".gitlab-ci.yml").write_text("test:\n  script: make\n")
    assert run("init", "gitlab").code == 2
    assert (place / ".gitlab" / "nspermaudit.yml").is_file()


INCLUDED = ".gitlab/nspermaudit.yml"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"include:\n  - local: {INCLUDED}\n", 0),
        (f"include:\n  - template: Jobs/SAST.yml\n  - local: /{INCLUDED} # ours\n", 0),
        (f"include: {INCLUDED}\n", 0),
        (f"include: ['/{INCLUDED}', other.yml]\n", 0),
        (f"include:\n  local: '{INCLUDED}'\n  rules: [{{if: $CI}}]\n", 0),
        (f"test: &a\n  script: !reference [.a, script]\nb: *a\ninclude: {INCLUDED}\n", 0),
        (f"# once: {INCLUDED}\nstages: [test]\n", 2),
        (f"stages: [test] # include: {INCLUDED}\n", 2),
        (f"test:\n  script: cat {INCLUDED}\n", 2),
        (f"include: other/{INCLUDED}\n", 2),
        (f"include:\n  - project: larkfield/ci\n    file: {INCLUDED}\n", 2),
        ("include: {\n", 2),
        ("include: [7, {local: 7}]\n", 2),
    ],
)
def test_gitlab_includes(text: str, code: int, place: Path, run: Run) -> None:
    """Only a pipeline that includes the file has our job; otherwise the lines are printed."""
    (place / ".gitlab-ci.yml").write_text(text)
    done = run("init", "gitlab")
    assert done.code == code
    assert ("it has our job already" in done.out) is (code == 0)
    assert (place / ".gitlab-ci.yml").read_text() == text


@pytest.mark.parametrize("name", ["it's", "${{ github.token }}", "a;b", "-rf", "a\nb", "%x"])
def test_names_that_would_need_escaping(
    name: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder whose name could mean something in another tool's file gets into none."""
    (tmp_path / ".git").mkdir()
    place = project(tmp_path / name)
    monkeypatch.chdir(place)
    done = run("init", "github")
    assert done.code == 2
    assert "rename it" in done.err
    assert not (tmp_path / ".github").exists()


def test_links_out_of_the_project(place: Path, run: Run, tmp_path: Path) -> None:
    """Neither a link in place of a file nor one in place of its folder is followed outwards."""
    (tmp_path / "elsewhere").mkdir()
    (place / "nspermaudit.yaml").symlink_to(tmp_path / "elsewhere" / "file")
    (place / ".github").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    for way_in in ("config", "github"):
        done = run("init", way_in, "--force")
        assert done.code == 2
        assert "a link leads out of ." in done.err
    assert not list((tmp_path / "elsewhere").iterdir())


def test_files_that_cannot_be_read(place: Path, run: Run) -> None:
    """No text, a pipe, a folder: one line each, and nothing is written."""
    (place / "suitecloud.config.js").write_bytes(b"module.exports = {}; // \xff\n")
    assert "suitecloud.config.js: not UTF-8" in run("init", "suitecloud").err
    (place / ".pre-commit-config.yaml").mkdir()
    assert "not a regular file" in run("init", "pre-commit").err
    if hasattr(os, "mkfifo"):
        os.mkfifo(place / ".gitlab-ci.yml")
        assert "not a regular file" in run("init", "gitlab").err
    assert not (place / "nspermaudit.gate.js").exists()


def test_files_that_cannot_be_written(
    place: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line with the file and the reason, and no temporary file is left."""
    (place / ".github").write_text("")
    done = run("init", "github")
    assert done.code == 2
    assert (
        done.err == "error: .github/workflows/nspermaudit.yml cannot be written: not a directory\n"
    )

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    done = run("init")
    assert done.code == 2
    assert done.err.endswith("nspermaudit.yaml cannot be written: no space left on device\n")
    assert not [file for file in place.iterdir() if "nspermaudit" in file.name]


def test_es_modules(place: Path, run: Run) -> None:
    """In a package of ES modules the CLI would not take the gate: nothing is written."""
    (place / "package.json").write_text('{"type": "module"}')
    done = run("init", "suitecloud")
    assert done.code == 2
    assert 'package.json has "type": "module"' in done.err
    assert not (place / "suitecloud.config.js").exists()
    (place / "package.json").write_text("{")
    assert run("init", "suitecloud").code == 0


def test_windows_line_ends_stay(place: Path, run: Run) -> None:
    """What is added has the line ends of the file."""
    (place / "suitecloud.config.js").write_bytes(b"module.exports = {};\r\n")
    run("init", "suitecloud")
    text = (place / "suitecloud.config.js").read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n") == 4


def test_likely_roles(place: Path, run: Run) -> None:
    """Without questions, the roles for web services only are named; else the only role there is."""
    run("init")
    assert "integration: [customrole_sync]" in (place / "nspermaudit.yaml").read_text()
    for name in ("clerk", "api"):
        text = role(script_id=f"customrole_{name}")
        if name == "api":
            text = text.replace(
                "<permissions>", "<iswebserviceonlyrole>T</iswebserviceonlyrole><permissions>"
            )
        (place / "src" / "Objects" / f"customrole_{name}.xml").write_text(text)
    run("init", "--force")
    assert "integration: [customrole_api]" in (place / "nspermaudit.yaml").read_text()


def test_waivers_are_not_replaced(place: Path, run: Run) -> None:
    """Not even with --force: what a team has accepted is lost at no stroke of a key."""
    run("init", "--force")
    file = place / "nspermaudit.yaml"
    assert "it is as init writes it" in run("init", "--force").out
    text = file.read_text() + "waivers: []\n"
    file.write_text(text)
    ran = run("init", "--force")
    assert (ran.code, file.read_text()) == (2, text)
    assert "it has waivers: init does not replace it" in ran.out


def test_second_project_of_a_repository(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook that checks another project's folder does not count for this one."""
    (tmp_path / ".git").mkdir()
    for name in ("one", "two"):
        project(tmp_path / name)
        monkeypatch.chdir(tmp_path / name)
        ran = run("init", "pre-commit", "github")
    assert ran.code == 2
    assert "its hook checks other folders" in ran.out
    assert "args: [two/src]" in ran.out
    assert ran.out.count("left to you") == 2
