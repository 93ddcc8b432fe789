"""The summary of a GitHub step: appended where GitHub says, told where that is not possible."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES, Ran, sdf

from nspermaudit.cli import step_summary

ACME = FIXTURES / "acme"
Run = Callable[..., Ran]


@pytest.fixture
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty file, as GitHub makes one for each step."""
    file = tmp_path / "summary"
    file.touch()
    monkeypatch.setenv(step_summary.VARIABLE, str(file))
    return file


def test_it_is_appended(run: Run, summary: Path) -> None:
    """What another part of the step wrote stays; the report comes after it."""
    summary.write_text("# Before\n")
    ran = run("check", ACME, "--format", "github")
    assert (ran.code, ran.err) == (1, "")
    assert summary.read_text().startswith("# Before\n\n## nspermaudit: 5 errors, 1 warning, 1 info")
    assert run("check", ACME, "--output", f"github={os.devnull}", "--show", "all").code == 1
    assert summary.read_text().count("## nspermaudit") == 2
    assert "Every result" not in summary.read_text()


@pytest.mark.parametrize("form", ["text", "markdown", "sarif"])
def test_other_formats_write_nothing(form: str, run: Run, summary: Path) -> None:
    """Who asks for no annotations gets no summary."""
    run("check", ACME, "--format", form)
    assert summary.read_text() == ""


@pytest.mark.parametrize("name", ["", "nowhere", "."])
def test_no_regular_file(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is made and nothing fails; with --verbose it is told."""
    monkeypatch.setenv(step_summary.VARIABLE, str(tmp_path / name) if name else "")
    quiet = run("check", ACME, "--format", "github")
    told = run("check", ACME, "--format", "github", "--verbose")
    assert (quiet.code, quiet.err) == (told.code, "") == (1, "")
    assert ("names no regular file" in told.err) == bool(name)
    assert list(tmp_path.iterdir()) == []


def test_full(run: Run, summary: Path) -> None:
    """GitHub would refuse all of it: the report is left out, which is told."""
    summary.write_bytes(b"x" * (step_summary.MAX_BYTES - 100))
    ran = run("check", ACME, "--format", "github")
    assert ran.code == 1
    assert "GITHUB_STEP_SUMMARY is full" in ran.err
    assert summary.stat().st_size == step_summary.MAX_BYTES - 100


def test_never_into_what_is_read(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An input that the variable names stays as it is."""
    role = tmp_path / "role.xml"
    role.write_text(sdf(("LIST_ITEM", "VIEW")))
    monkeypatch.setenv(step_summary.VARIABLE, str(role))
    ran = run("check", tmp_path, "--format", "github", "--pack", "integrity")
    assert ran.code == 0
    assert "names a file that is read" in ran.err
    assert role.read_text() == sdf(("LIST_ITEM", "VIEW"))


def test_it_cannot_be_written(run: Run, summary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs the summary, not the audit, and is told."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step_summary, "_append", fail)
    ran = run("check", ACME, "--format", "github")
    assert ran.code == 1
    assert "the summary is missing: no space left on device" in ran.err
    assert summary.read_text() == ""
