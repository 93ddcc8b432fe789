"""Scratch repositories with the real git, and what ``check --since`` says of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran, sdf

Run = Callable[..., Ran]
ROLE = "customrole_example.xml"
GRANTS = {"LIST_ITEM": "VIEW", "TRAN_FIND": "FULL", "TRAN_SALESORD": "EDIT"}

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")


class Repository:
    """A scratch repository, which is the current folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.objects = folder / "src" / "Objects"
        self.objects.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        """Run git; its standard output."""
        settings = ("user.name=ACME", "user.email=acme@example.com", "commit.gpgsign=false")
        options = [word for setting in settings for word in ("-c", setting)]
        command = ["git", *options, *arguments]
        place = folder or self.folder
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=True)
        return done.stdout

    def write(self, name: str = ROLE, /, role: str = "customrole_example", **grants: str) -> Path:
        """Write a role with these grants."""
        file = self.objects / name
        levels = grants or GRANTS
        file.write_text(sdf(*levels.items(), script_id=role, name=role.title()), "utf-8")
        return file

    def commit(self) -> None:
        """Commit all that there is."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "x")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with one role in one commit."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    made = Repository(folder)
    made.write()
    made.commit()
    return made


def changes_in(ran: Ran) -> list[str]:
    """The lines of a text report that tell changes, without the places."""
    kinds = ("added", "raised", "changed", "lowered", "removed")
    lines = [line.removeprefix("!").strip() for line in ran.out.splitlines()]
    return [" ".join(line.split()) for line in lines if line.startswith(kinds)]
