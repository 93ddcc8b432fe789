"""Runs the commands of a case in turn, after holding what they saw against each other."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.inputs import PLACE, Facts, Input

SPAWN = Path(__file__).with_name("spawn.py")
OUTPUT = PLACE / "output.txt"
MB = 1_000_000


class BenchError(Exception):
    """A run that means nothing: a program failed, or both sides saw different things."""


class Command(NamedTuple):
    """A program to measure.

    ``tells`` reads what it saw from its output, or from that of ``proof`` where the measured
    command prints nothing of use. ``rounds`` is for slow ones: at most so many. ``missing`` says
    why it cannot be measured.
    """

    name: str
    arguments: Sequence[str]
    given: Input
    tells: Callable[[str], Facts] | None = None
    proof: Sequence[str] = ()
    rounds: int | None = None
    exits: tuple[int, ...] = (0,)
    missing: str = ""


class Goal(NamedTuple):
    """A figure with its limit and its aim, neither of which it should exceed.

    ``what`` is ``time``, ``memory`` or ``time per row``, and the figure is that of ``ours`` by that
    of ``beside``; without ``beside`` it is the peak memory itself in MB.
    """

    ours: str
    beside: str = ""
    what: str = "time"
    limit: float | None = None
    aim: float | None = None


class Case(NamedTuple):
    """Commands that are measured together, round by round, and the goals they are held to."""

    name: str
    title: str
    rounds: int
    commands: Sequence[Command]
    goals: Sequence[Goal]


class Run(NamedTuple):
    """One run of a command."""

    seconds: float
    peak: int


class Figure(NamedTuple):
    """The median of something, with the least and the greatest."""

    median: float
    low: float
    high: float


def run(command: Command, arguments: Sequence[str]) -> Run:
    """Run a command of a case once; its output is in ``OUTPUT``."""
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    launcher = (sys.executable, "-I", "-S", SPAWN, OUTPUT)
    folder = command.given.path if command.given.path.is_dir() else command.given.path.parent
    done = subprocess.run(
        [*launcher, *arguments],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"{command.name} cannot be run: {done.stderr.strip()}")
    seconds, code, peak = done.stdout.split()
    if int(code) not in command.exits:
        errors = Path(f"{OUTPUT}.err").read_text(encoding="utf-8", errors="replace")
        raise BenchError(f"{command.name}: exit {code}\n{errors[-2000:]}")
    return Run(float(seconds), int(peak))


def _environment() -> dict[str, str]:
    own = ("PYTHON", "NSPERMAUDIT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "NO_COLOR": "1", "POLARS_MAX_THREADS": "2"}


def prove(case: Case) -> None:
    """Run every command once and compare what they saw, also with what the inputs' makers know.

    Raises BenchError for a difference.
    """
    for command in case.commands:
        if command.missing:
            continue
        run(command, command.proof or command.arguments)
        if command.tells:
            output = OUTPUT.read_text(encoding="utf-8", errors="replace")
            compare(f"{case.name}: {command.name}", command.tells(output), command.given.facts)


def compare(who: str, seen: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Raise BenchError where two say different things of the same, or speak of nothing alike."""
    shared = sorted(seen.keys() & known.keys())
    if not shared:
        raise BenchError(f"{who} tells nothing that can be compared")
    for what in shared:
        if seen[what] != known[what]:
            text = f"{who} saw other {what} than the rest: {seen[what]}, not {known[what]}"
            raise BenchError(text)


def measure(case: Case) -> dict[str, list[Run]]:
    """Prove, then run all commands in turn, round by round."""
    prove(case)
    runs: dict[str, list[Run]] = {command.name: [] for command in case.commands}
    for number in range(case.rounds):
        for command in case.commands:
            most = case.rounds if command.rounds is None else command.rounds
            if number < most and not command.missing:
                runs[command.name].append(run(command, command.arguments))
    return runs


def figure(goal: Goal, case: Case, runs: Mapping[str, Sequence[Run]]) -> Figure | None:
    """What a goal is held against; None if a side of it was not measured.

    A ratio is the median of the ratios of runs of one round.
    """
    ours, theirs = runs[goal.ours], runs.get(goal.beside, ())
    if not goal.beside:
        return spread([item.peak / MB for item in ours]) if ours else None
    pairs = [*zip(ours, theirs, strict=False)]
    if not pairs:
        return None
    if goal.what == "memory":
        return spread([own.peak / other.peak for own, other in pairs])
    by = 1.0
    if goal.what == "time per row":
        rows = {command.name: command.given.facts["rows"] for command in case.commands}
        by = rows[goal.beside] / rows[goal.ours]
    return spread([by * own.seconds / other.seconds for own, other in pairs])


def spread(values: Sequence[float]) -> Figure:
    """Median, minimum and maximum."""
    return Figure(statistics.median(values), min(values), max(values))
