"""What two results of one audit differ in, in words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from nspermaudit.style import counted, one_line

MOST = 5
"""So many differences of a kind are told; the rest is counted."""
MOST_BYTES = 64 << 20
"""Of results larger than this the first line that differs is told, and no more."""

_LONGEST = 300


def explained(name: str, now: bytes, file: str | None) -> Iterator[str]:
    """Lines on what differs between a result that was recorded and the one of now.

    ``file`` is where the recorded one stands, if it is there and as it was.
    """
    if file is None:
        yield f"{name}: not what is found now (the one of then is not here as it was)"
        return
    with open(file, "rb") as stream:
        then = stream.read()
    lines: list[str] = []
    if name.endswith(".json") and max(len(then), len(now)) <= MOST_BYTES:
        try:
            lines = list(_in_words(name, then, now))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            lines = []  # the one of then is no report
    yield from lines or _first_line(name, then, now)


def _in_words(name: str, then: bytes, now: bytes) -> Iterator[str]:
    """Findings and results that only one of two JSON reports has."""
    old, new = json.loads(then), json.loads(now)
    kinds: Mapping[str, Callable[[Any], Iterable[str]]] = {
        "not complete": lambda report: report["summary"]["unfinished"],
        "findings": lambda report: map(_finding, report["findings"]),
        "results": lambda report: map(_result, report["results"]),
        "inputs": lambda report: map(_input, report["inputs"]),
        "notes": lambda report: [*report["assumptions"], *report["notes"]],
    }
    for key, lines in kinds.items():
        before, after = (Counter(lines(report)) for report in (old, new))
        yield from _told(f"{name}: {key}, then and not now", before - after)
        yield from _told(f"{name}: {key}, now and not then", after - before)


def _told(what: str, lines: Counter[str]) -> Iterator[str]:
    found = sorted(lines.elements())
    yield from (f"{what}: {_short(line)}" for line in found[:MOST])
    if len(found) > MOST:
        yield f"{what}: {counted(len(found) - MOST, 'line')} more"


def _finding(item: Any) -> str:
    state = "waived, " if item["waiver"] else "in the baseline, " if item["baselined"] else ""
    place = item["location"]
    where = f"{place['path']}:{place['line'] or 1}"
    return f"{item['rule']}, {state}{item['severity']}, {where}: {item['message']}"


def _result(item: Any) -> str:
    role = item["role"]["name"] or item["role"]["id"] if item["role"] else item["object"]
    about = f", {item['requirement']}" if item["requirement"] else ""
    return f"{item['rule']}, {role}{about}: {item['result']}"


def _input(item: Any) -> str:
    messages = ", ".join(message["text"] for message in item["messages"])
    told = f"{item['path']}, {item['status']}, {counted(item['roles'], 'role')}"
    return f"{told}, {counted(item['grants'], 'grant')}" + (f": {messages}" if messages else "")


def _first_line(name: str, then: bytes, now: bytes) -> Iterator[str]:
    for number, (old, new) in enumerate(zip_longest(then.split(b"\n"), now.split(b"\n")), 1):
        if old != new:
            yield f"{name}, line {number}, then: {_line(old)}"
            yield f"{name}, line {number}, now: {_line(new)}"
            return


def _line(line: bytes | None) -> str:
    return "(the end)" if line is None else _short(line.decode("utf-8", "replace").strip())


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
