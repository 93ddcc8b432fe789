"""``table``: one row a finding; with every result asked for, one row a role and requirement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest

from nspermaudit.finding import Finding, Outcome, Report, messages_of
from nspermaudit.model import Level
from nspermaudit.rule import STEPS, Result, Verdict
from nspermaudit.style import Style, listed, one_line
from nspermaudit.summary import changes, closing, more, paragraphs, step_results

_FEW = 2
"""So many permissions of a side of a conflict are named."""

MAX_ROWS = 10_000
"""So many findings are shown unless all results are asked for."""

_FINDINGS = (
    "Severity",
    "Role",
    "Rule",
    "Permission",
    "Problem",
    "Granted",
    "Required",
    "Place",
)
_CHECKLIST = ("Step", "Result", "Role or what", "Requirement", "Granted", "Place")
_WIDTHS = (4, 13, 15, 27, 7, 24)
_WIDTH = 100
_LEAST = 8
"""No column is made narrower than this where a terminal is narrow."""
_BELOW = " " * 4
_INDENT = " " * 21
_RESULTS = ("Result", "Role", "Rule", "Requirement", "Granted", "Place")


def render(report: Report, style: Style) -> Iterator[str]:
    """A table drawn with ASCII characters, messages on inputs, and the sums.

    Of very many findings the first are shown, and how many more there are.
    """
    rest, told = "", set()
    if report.outcomes is not None and style.show_all:
        others = [_outcome(item) for item in report.outcomes if not item.rule.step]
        told = {item.verdict.reason for item in report.outcomes if item.rule.step}
        rest_of_all = drawn(_RESULTS, others, style.width)
        rows = "\n\n".join(filter(None, (checklist(report), rest_of_all)))
    else:
        shown = report.findings[:MAX_ROWS]
        rows = drawn(_FINDINGS, [_finding(item) for item in shown], style.width)
        rest = more(len(report.findings) - len(shown), "finding")
    messages = [one_line(str(message)) for message in messages_of(report.inputs)]
    ending = ("\n".join(messages), "\n".join(closing(report, style, told)))
    return paragraphs((rows, rest, changes(report, style), *ending))


def checklist(report: Report) -> str:
    """The steps of the connector guide in their order, each with its requirements; else empty."""
    steps = step_results(report)
    outcomes = [item for item in report.outcomes or () if item.rule.step]
    blocks = ["\n".join((*_aligned(_CHECKLIST), "  ".join("-" * width for width in _WIDTHS)))]
    for step, title in enumerate(STEPS, 1):
        asked = [item for item in outcomes if item.rule.step == step]
        if step in steps or asked:
            result = f": {_word(steps[step])}" if step in steps else ""
            blocks.append("\n".join((f"{step} {title}{result}", *_step(asked))))
    return "\n\n".join(blocks) if len(blocks) > 1 else ""


def _step(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What became of the rules of one step; a place is not said again in the next row."""
    place = ""
    for rule_id, group in groupby(outcomes, key=lambda item: item.rule.id):
        items = list(group)
        if len(items) > 1:
            yield one_line(f"      {items[0].rule.title} ({rule_id})")
        for item in items:
            known, place = place, str(item.location)
            yield from _requirement(item, "" if place == known else place)


def _requirement(outcome: Outcome, place: str) -> Iterator[str]:
    """One requirement of a step, in as many lines as it takes, and below it what is to do."""
    from textwrap import wrap  # noqa: PLC0415 - start-up: for this table alone

    rule, verdict = outcome.rule, outcome.verdict
    is_missing = verdict.result is Result.FINDING and verdict.permission and not verdict.granted
    cells = (
        str(rule.step),
        _word(verdict.result),
        outcome.subject,
        verdict.requirement or rule.title,
        "None" if is_missing else _level(verdict.granted),
        place,
    )
    yield from _aligned(cells)
    told = verdict.reason or ("" if verdict.permission else verdict.message)
    width = _WIDTH - len(_INDENT)
    yield from (_INDENT + line for line in wrap(one_line(told), width, break_on_hyphens=False))


def _word(result: Result) -> str:
    return result.value.replace("_", " ")


def _aligned(cells: Sequence[str]) -> Iterator[str]:
    """The cells of one row of the checklist beside each other, none wider than its column."""
    *texts, place = (one_line(cell) for cell in cells)
    columns = [
        _wrapped(text, width, break_on_hyphens=False)
        for text, width in zip(texts, _WIDTHS, strict=False)
    ]
    return _beside([*columns, _broken(place, _WIDTHS[-1])], _WIDTHS)


def _beside(columns: Iterable[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """Cells of so many lines each beside each other."""
    for line in zip_longest(*columns, fillvalue=""):
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _broken(cell: str, width: int) -> list[str]:
    """A cell in lines of a column's width; a path parts at its slashes."""
    if len(cell) <= width:
        return [cell]
    return [line.replace("/ ", "/") for line in _wrapped(cell.replace("/", "/ "), width)]


def _wrapped(text: str, width: int, *, break_on_hyphens: bool = True) -> list[str]:
    from textwrap import wrap  # noqa: PLC0415 - start-up: for tables alone

    return wrap(text, width, break_on_hyphens=break_on_hyphens)


def drawn(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int = 0) -> str:
    """Rows under their headings, with what could act on a terminal spelled out; empty for none.

    Where they are wider than a terminal of ``width`` characters, the last cell of a row stands
    below the others, and these are broken if they are still too wide.
    """
    if not rows:
        return ""
    from tabulate import tabulate  # noqa: PLC0415 - start-up: it takes as long as an audit

    cells = [[one_line(cell) for cell in row] for row in rows]
    text: str = tabulate(
        cells,
        headings,
        tablefmt="simple",
        disable_numparse=True,
        preserve_whitespace=True,
    )
    lines = [line.rstrip() for line in text.splitlines()]
    if width and max(map(len, lines)) > width:
        lines = [*_narrow(headings, cells, width)]
    return "\n".join(lines)


def _narrow(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """The same rows for a terminal that is too narrow for them."""
    widths = _fitting([column[:-1] for column in (headings, *rows)], width)
    for number, row in enumerate((headings, *rows)):
        yield from _beside(map(_broken, row[:-1], widths), widths)
        below = _broken(row[-1], max(width - len(_BELOW), 1)) if row[-1] else []
        yield from (_BELOW + line for line in below)
        if not number:
            yield "  ".join("-" * wide for wide in widths)


def _fitting(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The widths of columns, the widest made narrower until all fit; below ``_LEAST`` is none."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    space = width - 2 * (len(widths) - 1)
    while sum(widths) > space and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _level(level: Level | None) -> str:
    return level.title if level is not None else ""


def _finding(finding: Finding) -> tuple[str, ...]:
    verdict = finding.verdict
    return (
        _severity(finding),
        finding.subject,
        finding.rule.id,
        verdict.permission.name if verdict.permission else _sides(verdict),
        verdict.problem,
        _level(verdict.granted),
        _level(verdict.required),
        str(finding.location),
    )


def _sides(verdict: Verdict) -> str:
    """The permissions of both sides of a conflict; empty for what is none."""
    names = ([grant.permission.name for grant in side] for side in verdict.sides)
    return " with ".join(listed(side, _FEW) for side in names if side)


def _severity(finding: Finding) -> str:
    word = finding.severity.word
    return f"{word} ({finding.status})" if finding.is_accepted else word


def _outcome(outcome: Outcome) -> tuple[str, ...]:
    verdict = outcome.verdict
    return (
        _word(verdict.result),
        outcome.subject,
        outcome.rule.id,
        verdict.requirement or verdict.reason or verdict.message,
        _level(verdict.granted),
        str(outcome.location),
    )
