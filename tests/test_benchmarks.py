"""The benchmarks' own arithmetic, their generators, and how they tell what they found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from reading import said

from benchmarks import cases, inputs, make_project, make_roles, report
from benchmarks.environment import PEERS, Environment
from benchmarks.inputs import Facts, Input
from benchmarks.measure import BenchError, Case, Command, Figure, Goal, Run, compare, figure
from nspermaudit import Request, audit, find
from nspermaudit.rule import Use

MAKERS = (
    (make_roles.table, "table.csv", 1000),
    (make_roles.workbook, "workbook.xls", 1000),
    (make_roles.faulty, "faulty.csv", 150),
    (make_roles.project, "project", 20),
    (make_project.mixed, "mixed", 100),
)


@pytest.mark.parametrize(("make", "name", "size"), MAKERS)
def test_a_generator_knows_what_the_audit_finds(
    make: Callable[[Path, int], Facts], name: str, size: int, tmp_path: Path
) -> None:
    """Roles, grants and findings by permission."""
    facts = make(tmp_path / name, size)
    request = Request(packs=(Use("guide"),), roles=("*",))
    found = audit(find([str(tmp_path / name)]), request=request)
    assert found.is_complete
    assert (found.roles, found.grants) == (facts["roles"], facts["grants"])
    names = (item.verdict.permission.name for item in found.findings if item.verdict.permission)
    assert Counter(names) == facts["findings"]


@pytest.mark.parametrize(("make", "name", "size"), MAKERS)
def test_short_cuts_change_nothing(
    make: Callable[[Path, int], Facts], name: str, size: int, tmp_path: Path
) -> None:
    """What is found of generated data with every short cut is what the plain readers find."""
    make(tmp_path / name, size)
    assert said(tmp_path, plain=False) == said(tmp_path, plain=True)


def test_one_cell_in_eight_is_quoted(tmp_path: Path) -> None:
    """As the title of the case promises, roughly."""
    make_roles.table(tmp_path / "table.csv", 50_000)
    text = (tmp_path / "table.csv").read_text(encoding="utf-8")
    assert text.count('"') / 2 / (4 * text.count("\n")) == pytest.approx(0.12, abs=0.03)


def _case(*goals: Goal, missing: str = "") -> Case:
    commands = (
        Command("nspermaudit", (), Input(Path(), {"rows": 1000})),
        Command("tenth", (), Input(Path(), {"rows": 100}), missing=missing),
    )
    return Case("case", "a case", 3, commands, goals)


RUNS = {
    "nspermaudit": [Run(2.0, 40_000_000), Run(6.0, 50_000_000), Run(3.0, 60_000_000)],
    "tenth": [Run(1.0, 20_000_000), Run(2.0, 20_000_000)],
}


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        (Goal("nspermaudit", "tenth"), Figure(2.5, 2.0, 3.0)),
        (Goal("nspermaudit", "tenth", "memory"), Figure(2.25, 2.0, 2.5)),
        (Goal("nspermaudit", "tenth", "time per row"), Figure(0.25, 0.2, 0.3)),
        (Goal("nspermaudit", what="memory"), Figure(50, 40, 60)),
    ],
)
def test_figure(goal: Goal, expected: Figure) -> None:
    """Ratios are those of runs of one round."""
    found = figure(goal, _case(goal), RUNS)
    assert found is not None
    assert found == pytest.approx(expected)


def test_the_table_fits_and_tells_what_was_not_measured() -> None:
    """No row is dropped; a hundred columns are enough."""
    goals = (Goal("nspermaudit", "tenth", limit=2.0), Goal("nspermaudit", what="memory", aim=100))
    missing = "xmllint is not installed (apt install libxml2-utils)"
    found = report.results(_case(*goals, missing=missing), {**RUNS, "tenth": []})
    lines = [*report.lines(found)]
    assert max(map(len, lines)) <= 100
    assert f"  tenth: not measured: {missing}" in lines
    assert [goal["aim_kept"] for goal in found["goals"]] == [None, True]
    assert [goal["limit_kept"] for goal in found["goals"]] == [None, None]
    assert "2 -" in lines[-2]
    assert "100 kept" in lines[-1]


def test_readme_block(tmp_path: Path) -> None:
    """The block is replaced, what is around it stays."""
    environment = Environment(tmp_path, {}, {})
    goal = Goal("nspermaudit", "tenth", limit=2.0)
    found = report.machine(environment, 1)
    found["cases"].append(report.results(_case(goal), RUNS))
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.MARKS[0]}old\n{report.MARKS[1]}\nafter\n", encoding="utf-8")
    report.fill(readme, json.loads(json.dumps(found)))
    text = readme.read_text(encoding="utf-8")
    assert "| a case | tenth | 2.50 [2.00-3.00] | 2 missed |  |\n" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")


@pytest.mark.parametrize("seen", [{"rows": 2}, {"lines": 1}, {}])
def test_a_difference_is_an_error(seen: Facts) -> None:
    """Also where there is nothing to compare."""
    compare("a peer", {"rows": 1}, {"rows": 1, "roles": 1})
    with pytest.raises(BenchError, match="a peer"):
        compare("a peer", seen, {"rows": 1})


@pytest.mark.parametrize("name", cases.CASES)
def test_goals_speak_of_commands_that_there_are(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every case can be made, also where no peer is installed."""
    for module in (cases, inputs):
        monkeypatch.setattr(module, "PLACE", tmp_path)
    missing = dict.fromkeys((*PEERS, "xmllint"), "not here")
    case = cases.CASES[name](cases.Bench(Environment(tmp_path, {}, missing), smaller=200))
    names = [command.name for command in case.commands]
    assert case.name == name
    assert len(names) == len(set(names))
    assert {part for goal in case.goals for part in (goal.ours, goal.beside) if part} <= {*names}
    assert any(command.missing for command in case.commands)
