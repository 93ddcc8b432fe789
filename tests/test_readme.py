"""README and docs are run: every console block prints what it says, every Python block runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from conftest import ROOT, Ran

from nspermaudit import config, pack_file
from nspermaudit.cli import cli

README = (ROOT / "README.md").read_text("utf-8")
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


@pytest.mark.parametrize(("document", "block"), _blocks("yaml"))
def test_yaml_block(document: Path, block: str, tmp_path: Path) -> None:
    """A configuration or a pack that a document shows, or a part of one, has no fault."""
    keys = set(re.findall(r"^[a-z_]+(?=:)", block, re.MULTILINE))
    if keys & {"pack", "functions"}:
        file = tmp_path / "pack.yaml"
        head = "" if "pack" in keys else "pack: example\ntitle: Example\n"
        file.write_text(head + block, encoding="utf-8")
        pack_file.read(str(file))
    elif keys & set(config.config_schema()["properties"]):
        file = tmp_path / config.FILE_NAME
        file.write_text(block, encoding="utf-8")
        config.read(str(file))
    else:
        assert document.name in {"github.md", "pre-commit.md", "ci.md", "gitlab.md"}, block


def test_links_lead_somewhere() -> None:
    """Every relative link of a document leads to a file."""
    for document in DOCUMENTS:
        for target in re.findall(
            r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")
        ):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_options_that_documents_name_exist() -> None:
    """Every long option that README names is one of a command."""
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    assert named <= {option for command in _commands(cli) for option in _options(command)}


def test_readme_lists_commands_and_formats_as_the_help_does(run: Callable[..., Ran]) -> None:
    """README's commands are those of --help, its formats those of --format, in the same order."""
    help_text = run("--help").out
    commands = re.findall(r"^  ([a-z]+)  ", help_text.partition("Commands:")[2], re.MULTILINE)
    _, _, table = README.partition("| command | does |")
    assert re.findall(r"^\| `([a-z]+)`", table.partition("\n\n")[0], re.MULTILINE) == commands
    offered = re.search(r"--format \[([a-z|]+)\]", "".join(run("check", "--help").out.split("\n")))
    assert offered
    listed = re.search(r"^Reports: (.*?), one with", README, re.MULTILINE | re.DOTALL)
    assert listed
    assert re.findall("`([a-z]+)`", listed[1]) == offered[1].split("|")


def _commands(command: click.Command) -> list[click.Command]:
    """A command, and all that are below it."""
    if not isinstance(command, click.Group):
        return [command]
    context = click.Context(command)
    names = command.list_commands(context)
    below = [found for name in names if (found := command.get_command(context, name))]
    return [command, *(item for one in below for item in _commands(one))]


def _options(command: click.Command) -> list[str]:
    return [option for parameter in command.params for option in parameter.opts]
