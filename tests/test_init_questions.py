"""The three questions of ``nspermaudit init``, as somebody at a terminal answers them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from scratch import project, role

from nspermaudit import read_config

Answer = Callable[..., Ran]


@pytest.fixture
def answer(
    tmp_path: Path, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Run ``init`` in a project of two roles at a terminal, with these lines typed."""
    project(tmp_path)
    (tmp_path / "nspermaudit.yaml").unlink()
    (tmp_path / "src" / "Objects" / "customrole_api.xml").write_text(
        role(script_id="customrole_api")
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nspermaudit.cli.init._is_terminal", lambda: True)

    def call(*lines: str) -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return run("init", "--force")

    return call


def test_blank_lines_give_the_defaults(answer: Answer, tmp_path: Path) -> None:
    """Three blank lines are three answers."""
    done = answer("", "", "")
    assert done.code == 0
    assert "   1  customrole_api   Larkfield Sync\n" in done.out
    assert not (tmp_path / "nspermaudit.yaml").read_text().endswith("\n\n")
    config = read_config(str(tmp_path / "nspermaudit.yaml"))
    assert [use.name for use in config.use] == ["integrity", "guide"]
    assert config.classes == {}
    assert config.account.features == {}


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("2", "[customrole_sync]"),
        ("2 1, 2", "[customrole_sync, customrole_api]"),
        ("customrole_*", '["customrole_*"]'),
        ("CUSTOMROLE_API", "[CUSTOMROLE_API]"),
    ],
)
def test_roles(typed: str, written: str, answer: Answer, tmp_path: Path) -> None:
    """Numbers, ids and globs are taken."""
    done = answer(typed, "sales", "yes")
    assert "note" not in done.err
    text = (tmp_path / "nspermaudit.yaml").read_text()
    assert f"integration: {written}\n" in text
    config = read_config(str(tmp_path / "nspermaudit.yaml"))
    assert [use.name for use in config.use][1:] == ["guide/token", "guide/sales-orders"]
    assert config.account.features == {"TBA": True}


def test_answers_that_match_nothing(answer: Answer, tmp_path: Path) -> None:
    """What can be no role is asked again; what is no role of the project is told and written."""
    done = answer("3", "a: b", "customrole_other", "neither", "no")
    assert done.code == 0
    assert done.out.count("is no number of the list, and no role's id") == 2
    assert "note: no role of this project is customrole_other" in done.err
    config = read_config(str(tmp_path / "nspermaudit.yaml"))
    assert [use.name for use in config.use] == ["integrity", "guide/token"]
    assert config.account.features == {"TBA": False}


def test_ended_in_the_middle(answer: Answer, tmp_path: Path) -> None:
    """Nothing is written when the answers end."""
    assert answer("1").code == 3
    assert not (tmp_path / "nspermaudit.yaml").exists()
