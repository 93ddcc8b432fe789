"""Findings and results as sheets of a workbook: one row each, and summed up by role and rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from nspermaudit.finding import Finding, Outcome, Report
from nspermaudit.model import Level, Permission
from nspermaudit.rule import Result, Rule
from nspermaudit.style import counted
from nspermaudit.waiver import Waiver
from nspermaudit.workbook import Book, Cell, Column, Row, Sheet

SEVERITIES = {"error": "bad", "warning": "warning", "info": "note"}
STATUSES = {"waived": "accepted", "baselined": "accepted"}
RESULTS = {
    "finding": "bad",
    "waived": "accepted",
    "baselined": "accepted",
    "not evaluated": "open",
    "pass": "good",
    "not applicable": "faint",
}
"""What became of a requirement, the worst first, and how it looks."""

RESPONSES = ("Fix", "Accept", "Not applicable")
ACCOUNT = "the account"
"""What a finding is about that is about no role, user or object."""

_MAX_TOLD = 20
"""So many findings stand in one cell of the action plan."""

_ABOUT = (Column("Role or object", 28), Column("Id", 26))
_RULE = Column("Rule", 28)
_PERMISSION = (Column("Permission", 26), Column("Permission id", 28))
_LEVELS = (Column("Granted", 9), Column("Required", 9))
_PLACE = Column("Place", 46)

FINDINGS = (
    *(Column("Severity", 10, SEVERITIES), Column("Status", 11, STATUSES), *_ABOUT, _RULE),
    *(*_PERMISSION, *_LEVELS, Column("Problem", 16), Column("What is wrong", 48)),
    *(Column("Fix", 48), Column("Why", 48), _PLACE, Column("See also", 34)),
    *(Column("Title", 34), Column("Category", 14), Column("Evidence", 9)),
    *(Column("References", 40), Column("Pack", 22), Column("Waiver", 34)),
    Column("Fingerprint", 38),
)
OUTCOMES = (
    *(Column("Result", 14, RESULTS), *_ABOUT, _RULE, Column("Requirement", 36), *_PERMISSION),
    *(*_LEVELS, Column("Reason", 48), Column("Severity of the rule", 11), Column("Pack", 22)),
    _PLACE,
)
WAIVERS = (
    *(Column("State", 18, {"in use": "accepted", "holds no longer": "bad"}), _RULE),
    *(Column("Role", 28), Column("Permission", 22), Column("Level at most", 10)),
    *(Column("Findings", 10), Column("Reason", 48), Column("Approved by", 24)),
    *(Column("Expires", 12), _PLACE),
)
ACTIONS = (
    *(Column("No.", 6), Column("Severity", 10, SEVERITIES), *_ABOUT, _RULE, Column("Title", 34)),
    *(Column("Findings", 9), Column("What is wrong", 52), Column("Why", 44), Column("Fix", 52)),
    *(Column("Response", 16, choices=RESPONSES), Column("Owner", 20), Column("Due date", 13)),
)


def add_findings(book: Book, report: Report) -> Sheet:
    """One row a finding, the accepted ones too."""
    sheet = book.sheet("Findings", FINDINGS, frozen=3)
    sheet.rows(map(_finding, report.findings))
    return sheet


def add_results(book: Book, report: Report) -> Sheet:
    """One row a role and requirement, whatever became of it."""
    sheet = book.sheet("Results", OUTCOMES, frozen=2)
    baselined = _baselined(report)
    sheet.rows(_outcome(item, baselined) for item in report.outcomes or ())
    return sheet


def add_matrix(book: Book, report: Report) -> Sheet:
    """A row a role, a column a rule: in each cell the worst that became of its requirements."""
    baselined = _baselined(report)
    rules: dict[str, Rule] = {}
    table: dict[tuple[str, str], dict[str, Counter[str]]] = {}
    for item in report.outcomes or ():
        rules.setdefault(item.rule.id, item.rule)
        cells = table.setdefault((_about(item), _id(item)), {})
        cells.setdefault(item.rule.id, Counter())[_result(item, baselined)] += 1
    order = sorted(rules.values(), key=lambda rule: (rule.pack, rule.id))
    columns = (*_ABOUT, *(Column(rule.id, 14) for rule in order))
    sheet = book.sheet("Matrix", columns, frozen=2)
    for about, found in table.items():
        sheet.row([*about, *(_worst(found.get(rule.id)) for rule in order)])
    return sheet


def add_waivers(book: Book, report: Report) -> Sheet:
    """What is accepted, why, by whom and until when; what no longer is; what does nothing."""
    sheet = book.sheet("Waivers", WAIVERS, frozen=2)
    used = Counter(item.waiver for item in report.findings if item.waiver)
    for waiver in sorted(used, key=lambda one: (one.expires, one.location)):
        sheet.row(_waiver("in use", waiver, used[waiver]))
    for finding in report.findings:
        if finding.is_back:
            sheet.row(_returned(finding))
    for waiver in report.idle_waivers:
        sheet.row(_waiver("matches no finding", waiver, 0))
    return sheet


def add_actions(book: Book, report: Report) -> Sheet:
    """One row a role and rule with findings that count, the worst first, to be filled in."""
    sheet = book.sheet("Action plan", ACTIONS, frozen=4)
    for number, task in enumerate(_tasks(report), 1):
        rule = task.rule
        sheet.row(
            [
                *(str(number), rule.severity.word, task.about, task.id, rule.id, rule.title),
                *(
                    str(len(task.findings)),
                    Cell(_some(item.verdict.message for item in task.findings)),
                ),
                *(rule.because, Cell(_some(item.fix for item in task.findings))),
                *[Cell("", "input")] * 3,
            ]
        )
    return sheet


class _Task(NamedTuple):
    """The findings of one rule on one role."""

    rule: Rule
    about: str
    id: str
    findings: Sequence[Finding]


def _tasks(report: Report) -> list[_Task]:
    def key(item: Finding) -> tuple[str, str, str]:
        return (_about(item), _id(item), item.rule.id)

    counting = sorted((item for item in report.findings if not item.is_accepted), key=key)
    groups = [[*group] for _, group in groupby(counting, key=key)]
    tasks = [_Task(group[0].rule, *key(group[0])[:2], group) for group in groups]
    return sorted(tasks, key=lambda task: (-task.rule.severity, -len(task.findings)))


def _some(texts: Iterable[str]) -> list[str]:
    """Each text once, a line each; of very many the first."""
    lines = [*dict.fromkeys(text for text in texts if text)]
    if len(lines) <= _MAX_TOLD:
        return lines
    more = f"... and {len(lines) - _MAX_TOLD} more: they stand on the sheet Findings"
    return [*lines[:_MAX_TOLD], more]


def _about(item: Finding | Outcome) -> str:
    return item.subject or ACCOUNT


def _id(item: Finding | Outcome) -> str:
    return item.role_id or item.verdict.about


def _names(permission: Permission | None) -> tuple[str, str]:
    return (permission.name, permission.id) if permission else ("", "")


def _levels(*levels: Level | None) -> Iterator[str]:
    return ("" if level is None else level.title for level in levels)


def _finding(finding: Finding) -> Row:
    rule, verdict, waiver = finding.rule, finding.verdict, finding.waiver
    return [
        *(finding.severity.word, finding.status, _about(finding), _id(finding)),
        *(rule.id, *_names(verdict.permission), *_levels(verdict.granted, verdict.required)),
        *(verdict.problem, verdict.message, finding.fix, rule.because, str(finding.location)),
        Cell([f"{place}: {words}" for place, words in verdict.related]),
        rule.title,
        verdict.permission.category if verdict.permission else "",
        *(rule.evidence, Cell(rule.references), rule.pack),
        f"{waiver.terms} ({waiver.location})" if waiver else "",
        finding.fingerprint,
    ]


def _baselined(report: Report) -> set[str]:
    return {item.fingerprint for item in report.findings if item.is_baselined}


def _result(item: Outcome, baselined: set[str]) -> str:
    """The result in words; a finding that a baseline knows is told as such."""
    if item.verdict.result is Result.FINDING and baselined and item.fingerprint in baselined:
        return "baselined"
    return item.verdict.result.value.replace("_", " ")


def _outcome(item: Outcome, baselined: set[str]) -> Row:
    rule, verdict = item.rule, item.verdict
    is_finding = verdict.result in (Result.FINDING, Result.WAIVED)
    return [
        *(_result(item, baselined), _about(item), _id(item), rule.id, verdict.requirement),
        *(*_names(verdict.permission), *_levels(verdict.granted, verdict.required)),
        verdict.reason or (verdict.message if is_finding else ""),
        *(rule.severity.word, rule.pack, str(item.location)),
    ]


def _worst(found: Counter[str] | None) -> Cell:
    """The worst of some results, with how often of how many."""
    if not found:
        return Cell("", "faint")
    word = next(word for word in RESULTS if found[word])
    total, often = sum(found.values()), found[word]
    return Cell(word if often == total else f"{word} ({often} of {total})", RESULTS[word])


def _waiver(state: str, waiver: Waiver, findings: int) -> Row:
    return [
        *(state, waiver.rule, waiver.role, waiver.permission, *_levels(waiver.level)),
        *(str(findings), waiver.reason, waiver.approved_by, waiver.expires, str(waiver.location)),
    ]


def _returned(finding: Finding) -> Row:
    """A finding that a waiver is about which holds no longer."""
    related = [words for _, words in finding.verdict.related if words.startswith("the waiver")]
    places = [str(place) for place, words in finding.verdict.related if words in related]
    names = (_about(finding), _names(finding.verdict.permission)[0])
    told = Cell(related or [f"{counted(1, 'finding')} counts again"])
    return ["holds no longer", finding.rule.id, *names, "", "1", told, "", "", Cell(places)]
