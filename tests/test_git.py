"""The earlier state is read from git: nothing is touched, run or fetched; wrong usage is told."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import FIXTURES, sdf
from repositories import GRANTS, ROLE, Repository, Run, changes_in, needs_git, repository
from zips import zip_of

from nspermaudit import auditing

__all__ = ("repository",)
pytestmark = needs_git


def _state(repository: Repository) -> tuple[str, str, int, bytes]:
    index = repository.folder / ".git" / "index"
    files = sorted(str(path) for path in repository.folder.rglob("*"))
    status = repository.git("--no-optional-locks", "status", "--porcelain", "--ignored")
    return (status, "\n".join(files), index.stat().st_mtime_ns, index.read_bytes())


def test_nothing_is_touched(repository: Repository, run: Run) -> None:
    """With changes staged and not staged: work tree, index and objects stay as they are."""
    repository.write(LIST_ITEM="EDIT")
    repository.git("add", "--all")
    file = repository.write(LIST_ITEM="FULL")
    os.utime(file)
    (repository.folder / "untracked.txt").write_text("x")
    before = _state(repository)
    ran = run("check", ".", "--since", "HEAD", "--pack", "integrity")
    assert changes_in(ran)[0].startswith("raised Items: View -> Full")
    assert _state(repository) == before


def test_hostile_repository(repository: Repository, run: Run) -> None:
    """No program that a repository's configuration names is run."""
    mark = repository.folder.parent / "mark"
    program = repository.folder.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(0o755)
    hooks = repository.folder.parent / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "post-checkout", "reference-transaction"):
        shutil.copy(program, hooks / name)
    (repository.folder / ".gitattributes").write_text("*.xml filter=bad diff=bad\n")
    repository.commit()
    settings = (
        *("core.fsmonitor", "diff.external", "filter.bad.smudge", "filter.bad.clean"),
        *("filter.bad.process", "diff.bad.textconv", "diff.bad.command", "core.pager"),
        *("core.sshCommand", "core.askPass", "credential.helper", "alias.cat-file"),
        *("core.gitProxy", "remote.origin.uploadpack", "core.editor", "alias.rev-parse"),
    )
    for setting in settings:
        repository.git("config", setting, str(program))
    repository.git("config", "core.hooksPath", str(hooks))
    os.utime(repository.objects / ROLE)
    repository.write(LIST_ITEM="EDIT")
    ran = run("check", "src", "--since", "HEAD", "--pack", "integrity")
    assert changes_in(ran)[0].startswith("raised Items: View -> Edit")
    assert not mark.exists()


def test_nothing_is_fetched(repository: Repository, run: Run, tmp_path: Path) -> None:
    """A partial clone that lacks a file does not get it; what is not there counts as new."""
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    address = f"file://{repository.folder}"
    repository.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", address, str(clone))
    objects = clone / "src" / "Objects"
    objects.mkdir(parents=True)
    shutil.copy(repository.objects / ROLE, objects)
    ran = run("check", clone / "src", "--since", "HEAD", "--pack", "integrity")
    assert "counts as new" in ran.out
    assert "is not in this clone of the repository" in ran.out
    assert changes_in(ran)[0].startswith("added role with 3 grants")


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
@pytest.mark.parametrize(
    "name", ["a b.xml", "é ü.xml", "a\nb.xml", "[x].xml", ":(top)x.xml", "*.xml", "-x.xml"]
)
def test_names_of_files(name: str, repository: Repository, run: Run) -> None:
    """Whatever a file is called, its earlier state is found."""
    repository.write(name, role="customrole_b")
    repository.commit()
    repository.write(name, role="customrole_b", **(GRANTS | {"LIST_ITEM": "FULL"}))
    ran = run("check", f"src/Objects/{name}", "--since", "HEAD", "--pack", "integrity")
    assert len(changes_in(ran)) == 1
    assert changes_in(ran)[0].startswith('raised Items: View -> Full "Customrole_B"')


def test_environment_of_a_hook(
    repository: Repository, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What git tells a hook of another repository does not matter."""
    repository.write(LIST_ITEM="FULL")
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_PREFIX", "src/")
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    ran = run("check", "src", "--since", "HEAD", "--pack", "integrity")
    assert changes_in(ran)[0].startswith("raised Items: View -> Full")
    assert not (tmp_path / "trace").exists()


def test_a_git_in_the_project_is_not_run(
    repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search path with the current folder in it does not lead to the project's own "git"."""
    program = repository.folder / "git"
    program.write_text("#!/bin/sh\ntouch mark\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    assert run("check", "src", "--since", "HEAD", "--pack", "integrity").code == 0
    assert not (repository.folder / "mark").exists()


def test_links_and_submodules(repository: Repository, run: Run, tmp_path: Path) -> None:
    """Links in a tree are no files of it, a submodule's files are not the repository's."""
    outside = tmp_path / "outside.xml"
    outside.write_text(sdf(("LIST_ITEM", "VIEW"), script_id="customrole_out"))
    (repository.objects / "link.xml").symlink_to(outside)
    hidden = repository.folder / "src" / ".hidden"
    hidden.mkdir()
    (hidden / "x.xml").write_text(sdf(script_id="customrole_hidden"))
    repository.commit()
    commit = repository.git("rev-parse", "HEAD").strip()
    entry = f"160000,{commit},src/module"
    repository.git("update-index", "--add", "--cacheinfo", entry)
    repository.git("commit", "--quiet", "--message", "x")
    (repository.objects / "link.xml").unlink()
    ran = run("check", "src", "--since", "HEAD", "--pack", "integrity")
    assert "Changes: none." in ran.out


def test_size_limit(repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is too large is told; the files after it are read all the same."""
    repository.write("zz.xml", role="customrole_z")
    (repository.objects / "a.csv").write_text("x" * 100_000)
    repository.commit()
    monkeypatch.setattr("nspermaudit.git.STDIN_BYTES", 5000)
    ran = run("check", "src", "--since", "HEAD", "--pack", "integrity")
    assert "src/Objects/a.csv (larger than 0 MB)" in ran.out
    assert "Changes: none." in ran.out


def test_pointer_to_lfs(repository: Repository, run: Run) -> None:
    """A file that Git LFS keeps has no earlier state here: it counts as new."""
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    (repository.objects / "roles.csv").write_text(pointer)
    repository.commit()
    shutil.copy(FIXTURES / "exports" / "role-search.csv", repository.objects / "roles.csv")
    ran = run("check", "src", "--since", "HEAD", "--pack", "integrity")
    assert "roles.csv (only a pointer to Git LFS stands in the repository)" in ran.out
    assert [line.split()[0] for line in changes_in(ran)] == ["added", "added"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("src", "--since", "nothing"), 'there is no commit "nothing"'),
        (("src", "--since", ""), 'there is no commit ""'),
        (("src", "--since", "--output=x"), 'there is no commit "--output=x"'),
        (("src", "--since", "HEAD:src"), 'there is no commit "HEAD:src"'),
        (("-", "--since", "HEAD"), "standard input has no earlier state"),
        (("src", str(FIXTURES), "--since", "HEAD"), "is not in the repository"),
        ((str(FIXTURES.parents[1]), "--since", "HEAD~99"), "--since: "),
        (("src", "--no-new-access"), "--no-new-access needs --since"),
    ],
)
def test_wrong_usage(
    arguments: tuple[str, ...],
    words: str,
    repository: Repository,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One line, no audit, exit 2."""
    assert repository.objects.is_dir()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    ran = run("check", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert len(ran.err.splitlines()) == 2


def test_no_repository_and_no_git(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are told as what they are."""
    (tmp_path / "x.xml").write_text(sdf())
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    ran = run("check", tmp_path, "--since", "HEAD")
    assert (ran.code, "no git repository here" in ran.err) == (2, True)
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = run("check", tmp_path, "--since", "HEAD")
    assert (ran.code, "the program git is not here" in ran.err) == (2, True)


def test_shallow_clone(repository: Repository, run: Run, tmp_path: Path) -> None:
    """What a clone of the last commit lacks, and how to get it."""
    repository.write(LIST_ITEM="FULL")
    repository.commit()
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(clone))
    ran = run("check", clone / "src", "--since", "HEAD~1")
    assert ran.code == 2
    assert "fetch-depth: 0" in ran.err


def test_many_paths_and_a_folder_above(repository: Repository, run: Run) -> None:
    """Files by the hundred, as pre-commit names them, and a path from elsewhere."""
    for number in range(250):
        repository.write(f"{number}.xml", role=f"customrole_{number}", LIST_ITEM="VIEW")
    repository.commit()
    repository.write("7.xml", role="customrole_7", LIST_ITEM="FULL")
    files = sorted(str(file) for file in repository.objects.iterdir())
    for arguments in (files, [str(repository.folder)], ["."]):
        ran = run("check", *arguments, "--since", "HEAD", "--pack", "integrity")
        assert len(changes_in(ran)) == 1


def test_judged_in_two_processes(
    repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second process reads the earlier state of its half through a git of its own."""
    for number in range(30):
        repository.write(f"{number:02}.xml", role=f"customrole_{number}", LIST_ITEM="VIEW")
    repository.commit()
    for number in range(30):
        repository.write(f"{number:02}.xml", role=f"customrole_{number}", LIST_ITEM="EDIT")
    arguments = ("check", "src", "--since", "HEAD", "--format", "json")
    alone = run(*arguments)
    monkeypatch.setattr(auditing, "MANY_OBJECTS", 2)
    monkeypatch.setattr("nspermaudit.forking.is_possible", lambda: hasattr(os, "fork"))
    assert run(*arguments) == alone
    assert len(json.loads(alone.out)["changes"]) == 30


def test_a_zip_that_is_committed(repository: Repository, run: Run) -> None:
    """It is a folder in the old state, too."""
    archive = repository.folder / "project.zip"
    archive.write_bytes(zip_of(repository.folder / "src"))
    repository.commit()
    arguments = ("check", "project.zip", "--since", "HEAD", "--pack", "integrity")
    ran = run(*arguments, "--no-new-access")
    assert ("Changes: none." in ran.out, ran.code) == (True, 0)
    repository.write(LIST_ITEM="EDIT", TRAN_FIND="FULL", TRAN_SALESORD="EDIT")
    archive.write_bytes(zip_of(repository.folder / "src"))
    (line,) = changes_in(run(*arguments))
    assert line.startswith("raised Items: View -> Edit")
    archive.write_bytes(b"PK\x03\x04 broken")
    repository.commit()
    archive.write_bytes(zip_of(repository.folder / "src"))
    ran = run(*arguments)
    assert "what could not be read at HEAD counts as new: project.zip" in ran.out
