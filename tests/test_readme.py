"""README and docs are run: every console block prints what it says, every Python block runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Ran

from nspermaudit.cli import cli
from nspermaudit.cli.check import check

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])


def _blocks(language: str) -> list[tuple[Path, str]]:
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [
        (document, block)
        for document in DOCUMENTS
        for block in fence.findall(document.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("document", "block"), _blocks("console"))
def test_console_block(
    document: Path, block: str, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that a document shows prints exactly what the document shows."""
    monkeypatch.chdir(ROOT)
    command, _, expected = block.partition("\n")
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "nspermaudit", document
    ran = run(*arguments)
    assert ran.out + ran.err == expected


@pytest.mark.parametrize(("document", "block"), _blocks("python"))
def test_python_block(
    document: Path,
    block: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Python that a document shows runs and prints something."""
    monkeypatch.chdir(ROOT)
    exec(compile(block, str(document), "exec"), {})  # noqa: S102 - it is our own
    assert capsys.readouterr().out


def test_links_lead_somewhere() -> None:
    """Every relative link of a document leads to a file."""
    for document in DOCUMENTS:
        for target in re.findall(
            r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")
        ):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_options_that_documents_name_exist() -> None:
    """Every long option that README names is one of a command."""
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / "README.md").read_text("utf-8")))
    known = {option for parameter in (*check.params, *cli.params) for option in parameter.opts}
    assert named <= known
