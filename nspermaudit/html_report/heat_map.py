"""The heat map: what became of every rule on every role, a sign in each cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from nspermaudit.finding import Report
from nspermaudit.html_page import text
from nspermaudit.html_report.subjects import Key, Rules, Subject, key_of
from nspermaudit.rule import Result, Severity
from nspermaudit.style import counted

MAX_ROLES = 300
"""So many roles have a row, unless every result is asked for: those with the worst findings."""

MAX_CELLS = 20_000
"""So many cells there are at most, unless every result is asked for."""

_OTHERS: Key = ("", "", "")


class Sign(NamedTuple):
    """What stands in a cell: a letter, the class that colours it, and what it means."""

    letter: str
    kind: str
    meaning: str


_FOUND: Mapping[Severity, Sign] = MappingProxyType(
    {
        Severity.ERROR: Sign("E", "e", "error"),
        Severity.WARNING: Sign("W", "w", "warning"),
        Severity.INFO: Sign("I", "i", "info"),
    }
)
_ACCEPTED = Sign("A", "a", "accepted: waived, or in the baseline")
_RESULTS: Mapping[Result, Sign] = MappingProxyType(
    {
        Result.NOT_EVALUATED: Sign("?", "q", "not evaluated: the inputs do not say"),
        Result.PASS: Sign("\u2713", "", "pass"),
        Result.NOT_APPLICABLE: Sign("-", "", "not applicable"),
    }
)
"""What a cell shows if there is no finding: the first of these that there is."""


class _Cells:
    """Results of each subject and rule; what is no role shares one row."""

    def __init__(self, report: Report) -> None:
        self.found: dict[Key, Counter[tuple[str, Severity]]] = {}
        self.accepted: dict[Key, Counter[str]] = {}
        self.results: dict[Key, dict[str, set[Result]]] = {}
        self.names: dict[Key, str] = {}
        for finding in report.findings:
            key = self._row(key_of(finding))
            if finding.is_accepted:
                self.accepted.setdefault(key, Counter())[finding.rule.id] += 1
            else:
                numbers = self.found.setdefault(key, Counter())
                numbers[finding.rule.id, finding.severity] += 1
        for outcome in report.outcomes or ():
            results = self.results.setdefault(self._row(key_of(outcome)), {})
            results.setdefault(outcome.rule.id, set()).add(outcome.verdict.result)

    def _row(self, key: Key) -> Key:
        row = _OTHERS if key[2] else key
        self.names[row] = row[1] or row[0] or "what is no role"
        return row

    def cell(self, key: Key, rule_id: str) -> str:
        """One cell; its end tag is left out."""
        found = self.found.get(key, Counter())
        for severity, sign in _FOUND.items():
            number = found[rule_id, severity]
            if number:
                return f"<td class={sign.kind}>{_numbered(sign, number)}"
        number = self.accepted.get(key, Counter())[rule_id]
        if number:
            return f"<td class={_ACCEPTED.kind}>{_numbered(_ACCEPTED, number)}"
        results = self.results.get(key, {}).get(rule_id, set())
        for result, sign in _RESULTS.items():
            if result in results:
                kind = f" class={sign.kind}" if sign.kind else ""
                return f"<td{kind}>{text(sign.letter)}"
        return "<td>"


def _numbered(sign: Sign, number: int) -> str:
    return sign.letter if number == 1 else f"{sign.letter}{number}"


def rows(
    report: Report, subjects: Sequence[Subject], rules: Rules, *, is_whole: bool
) -> Iterator[str]:
    """The table, with what its signs mean and which roles it leaves out; nothing without rules."""
    if not rules.all:
        return
    cells = _Cells(report)
    by_key = {subject.key: subject for subject in subjects}
    ordered = sorted(
        cells.names,
        key=lambda key: (
            key == _OTHERS,
            by_key[key].number if key in by_key else len(by_key),
            cells.names[key].casefold(),
            key,
        ),
    )
    roles = len(ordered) - (_OTHERS in cells.names)
    most = max(min(MAX_ROLES, MAX_CELLS // len(rules.all)), 1)
    shown = ordered if is_whole else ordered[:most]
    yield _legend(report)
    if len(shown) < len(ordered):
        yield (
            f"<p><strong>{len(shown)} of {counted(roles, 'role')}</strong> are shown, those with "
            "the worst findings first: <code>--show all</code> or <code>--format json</code> has "
            "them all.\n"
        )
    yield from _head(rules)
    for key in shown:
        subject = by_key.get(key)
        heading = subject.link if subject and key != _OTHERS else text(cells.names[key])
        cells_ = "".join(cells.cell(key, rule.id) for rule in rules.all)
        yield f"<tr><th scope=row>{heading}{cells_}\n"
    yield "</table>\n</div>\n"


def _legend(report: Report) -> str:
    signs = (*_FOUND.values(), _ACCEPTED, *_RESULTS.values())
    meanings = "".join(
        f"<li><b{f' class={sign.kind}' if sign.kind else ''}>{text(sign.letter)}</b> {sign.meaning}"
        for sign in signs
    )
    left_out = (
        "" if report.outcomes is not None else " Only findings are known to this page, no passes."
    )
    return (
        f"<ul class=legend>{meanings}<li><b>&nbsp;</b> not asked of the role</ul>\n"
        "<p>A number says how many findings; of several results the worst is shown. "
        f"Roles lead to their findings, rules to what they ask.{left_out}\n"
    )


def _head(rules: Rules) -> Iterator[str]:
    columns = "".join(
        f"<th scope=col><a href=#{rules.anchor(rule)}>{text(rule.id)}</a>" for rule in rules.all
    )
    label = "Results of each rule on each role"
    yield (
        f'<div class="wide heat" role=region tabindex=0 aria-label="{label}">\n<table>\n'
        f"<caption>{label}</caption>\n<thead><tr><th scope=col>Role{columns}\n<tbody>\n"
    )
