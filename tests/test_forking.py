"""Work in a second process: the answer is that of one, and a child that fails costs nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, sdf
from reading import said

from nspermaudit import auditing, forking

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of good, odd and broken objects."""
    for number in range(20):
        level = "VIEW" if number % 3 else "FULL"
        script_id = f"customrole_{number // 2}"
        text = sdf(("LIST_ITEM", level), (f"LIST_X{number}", "FULL"), script_id=script_id)
        (tmp_path / f"{number:02}.xml").write_text(text[: -20 * (number % 7 == 3)] or text)
    return tmp_path


@pytest.mark.parametrize("place", ["project", "larkfield"])
def test_two_processes_say_the_same(
    place: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Findings, counts and what is said of each input, to the byte."""
    folder = project if place == "project" else FIXTURES / "larkfield"
    alone = said(folder, plain=False)
    monkeypatch.setattr(auditing, "MANY_OBJECTS", 2)
    monkeypatch.setattr(forking, "is_possible", lambda: True)
    children = _counted(monkeypatch)
    assert said(folder, plain=False) == alone
    assert len(children) == 1


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    children: list[object] = []
    begin: Callable[..., None] = forking.Child.__init__

    def counted(child: forking.Child, *arguments: object) -> None:
        children.append(child)
        begin(child, *arguments)

    monkeypatch.setattr(forking.Child, "__init__", counted)
    return children


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit, MemoryError])
def test_a_child_that_fails(
    fault: type[BaseException], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its part is done by the parent; it prints nothing and does not go on as its parent would."""
    alone = said(project, plain=False)
    monkeypatch.setattr(auditing, "MANY_OBJECTS", 2)
    monkeypatch.setattr(forking, "is_possible", lambda: True)
    parent = os.getpid()
    judge = auditing._judge

    def failing(*arguments: Any) -> object:
        if os.getpid() != parent:
            raise fault
        return judge(*arguments)

    monkeypatch.setattr(auditing, "_judge", failing)
    assert said(project, plain=False) == alone


def test_an_answer_without_what_both_have() -> None:
    """What is shared comes back as the parent's own object; what is not, as a copy."""
    shared, other = [1], [2]
    answer = forking.Child(lambda: (shared, other), [shared]).answer()
    assert answer[0] is shared
    assert answer[1] == other
    assert answer[1] is not other
