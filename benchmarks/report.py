"""What was measured, as JSON, as a table for the terminal, and as README's table."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.environment import Environment
from benchmarks.inputs import ROOT
from benchmarks.measure import MB, Case, Figure, Run, figure, spread

SCHEMA = "nspermaudit-bench/1"
MARKS = ("<!-- made by make bench-readme -->\n", "<!-- end -->")

_NAME = 49
_WORDS = {True: "kept", False: "missed", None: "-"}

Results = dict[str, Any]


def machine(environment: Environment, smaller: int) -> Results:
    """The head of the results: where they come from; no path and no host name."""
    return {
        "schema": SCHEMA,
        "sizes": "full" if smaller == 1 else f"quick: 1/{smaller} of the full sizes",
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "versions": dict(environment.versions),
        "cases": [],
    }


def results(case: Case, runs: Mapping[str, Sequence[Run]], *, judged: bool = True) -> Results:
    """One case with its figures; ``judged`` says that it has the size that its limits are for."""
    return {
        "name": case.name,
        "title": case.title,
        "rounds": case.rounds,
        "commands": [_command(item.name, item.missing, runs[item.name]) for item in case.commands],
        "goals": [
            {
                **goal._asdict(),
                "figure": (found := figure(goal, case, runs)) and _figure(found),
                "limit_kept": _kept(found, goal.limit) if judged else None,
                "aim_kept": _kept(found, goal.aim) if judged else None,
            }
            for goal in case.goals
        ],
    }


def _command(name: str, missing: str, runs: Sequence[Run]) -> Results:
    if missing:
        return {"name": name, "missing": missing}
    return {
        "name": name,
        "seconds": _figure(spread([run.seconds for run in runs])),
        "peak": max(run.peak for run in runs),
        "runs": [[round(run.seconds, 4), run.peak] for run in runs],
    }


def _figure(found: Figure) -> Results:
    return {name: round(value, 4) for name, value in found._asdict().items()}


def _kept(found: Figure | None, most: float | None) -> bool | None:
    """Whether a figure, as it is printed, is within a limit or an aim."""
    return None if found is None or most is None else round(found.median, 2) <= most


def lines(case: Mapping[str, Any]) -> Iterator[str]:
    """A case as a table: its commands, then its goals."""
    yield f"{case['name']}: {case['title']}"
    yield f"  {'':{_NAME}} {'median':>9} {'min':>9} {'peak':>9}"
    for item in case["commands"]:
        if item.get("missing"):
            yield f"  {item['name']}: not measured: {item['missing']}"
        else:
            times = " ".join(f"{_time(item['seconds'][at]):>9}" for at in ("median", "low"))
            yield f"  {item['name']:{_NAME}} {times} {item['peak'] / MB:6.0f} MB"
    yield f"  {'':{_NAME}} {'median [min-max]':<22} {'limit':<12} aim"
    for goal in case["goals"]:
        held = f"{_held(goal, 'limit'):<12} {_held(goal, 'aim')}"
        yield f"  {_label(goal):{_NAME}} {_spread(goal):<22} {held}".rstrip()


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _label(goal: Mapping[str, Any]) -> str:
    """What a goal is about; ours is named only where it is not the usual one."""
    ours, beside = _short(goal["ours"]), _short(goal["beside"])
    what = f"{goal['what']} / {beside}" if beside else f"peak {goal['what']} in MB"
    label = what if ours == "nspermaudit" else f"{ours}: {what}"
    return label if len(label) <= _NAME else f"{label[: _NAME - 2]}.."


def _short(name: str) -> str:
    return name.removeprefix("nspermaudit, ")


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 - digits that tell


def _spread(goal: Mapping[str, Any]) -> str:
    found = goal["figure"]
    if found is None:
        return "not measured"
    low, high = _number(found["low"]), _number(found["high"])
    return f"{_number(found['median'])} [{low}-{high}]"


def _held(goal: Mapping[str, Any], what: str) -> str:
    if goal[what] is None:
        return ""
    kept = goal[f"{what}_kept"]
    return f"{goal[what]:g} {_WORDS[kept]}"


def closing(found: Mapping[str, Any]) -> str:
    """The last line: how many limits were kept, how many aims."""
    goals = [goal for case in found["cases"] for goal in case["goals"]]
    parts = []
    for what in ("limit", "aim"):
        held = [goal[f"{what}_kept"] for goal in goals if goal[what] is not None]
        parts.append(f"{held.count(True)} of {len(held)} {what}s kept, {held.count(False)} missed")
    return "; ".join(parts)


def head(found: Mapping[str, Any]) -> str:
    """One line about the machine and the programs."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    python = f"Python {found['python']}, {found['cores']} cores, {found['platform']}"
    return f"{python}, {found['sizes']}\n{versions}"


def markdown(found: Mapping[str, Any]) -> str:
    """README's table: every goal with a limit or an aim."""
    rows = [
        f"{found['cores']} cores, Python {found['python']}, {found['platform']}:\n",
        "| what | beside | median [min-max] | limit | aim |",
        "|---|---|---|---|---|",
    ]
    for case in found["cases"]:
        told = [goal for goal in case["goals"] if goal["limit"] or goal["aim"]]
        for number, goal in enumerate(told):
            what = "the same" if number else case["title"]
            held = f"{_held(goal, 'limit')} | {_held(goal, 'aim')}"
            rows.append(f"| {what} | {_beside(goal)} | {_spread(goal)} | {held} |")
    return "\n".join(rows) + "\n"


def _beside(goal: Mapping[str, Any]) -> str:
    """The peer of a goal in README's table, with what is compared if that is not the time."""
    peer = _short(goal["beside"])
    shown = f"`{peer}`" if peer.startswith("python ") else peer
    if goal["what"] == "time":
        return shown
    return f"{shown}: {goal['what']}" if shown else "(peak memory in MB)"


def fill(file: Path, found: Mapping[str, Any]) -> None:
    """Put the table between the marks of a document."""
    text = file.read_text(encoding="utf-8")
    block = re.compile(f"{re.escape(MARKS[0])}.*?{re.escape(MARKS[1])}", re.DOTALL)
    if not block.search(text):
        raise ValueError(f"{file.relative_to(ROOT)} has no place for the table")
    made = f"{MARKS[0]}{markdown(found)}{MARKS[1]}"
    file.write_text(block.sub(lambda _: made, text), encoding="utf-8", newline="\n")
