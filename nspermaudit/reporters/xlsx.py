"""``xlsx``: a workbook for an audit file; text cells alone. Needs the extra ``nspermaudit[excel]``.

Every result stands in it, whatever is shown elsewhere, and what the audit saw and did not see.
"""

from __future__ import annotations

from collections.abc import Iterator

from nspermaudit.changes import Change
from nspermaudit.finding import Input, Report
from nspermaudit.finding_sheets import (
    RESULTS,
    SEVERITIES,
    add_actions,
    add_findings,
    add_matrix,
    add_results,
    add_waivers,
)
from nspermaudit.model import AttributeValue, Level
from nspermaudit.rule import Result, Severity
from nspermaudit.style import Style, counted
from nspermaudit.summary import verdict
from nspermaudit.workbook import Book, Cell, Column, Row, Sheet

_INDEX = (Column("", 26), Column("", 12), Column("", 110))
_STATUSES = {"read": "good", "partial": "bad", "failed": "bad", "skipped": "faint"}
_INPUTS = (
    *(Column("Input", 48), Column("Format", 14), Column("Status", 10, _STATUSES)),
    *(Column("Roles", 8), Column("Grants", 8), Column("Rows", 9), Column("Bytes", 12)),
    *(Column("SHA-256", 66), Column("Messages", 70)),
)
_CHANGES = (
    *(Column("What", 10), Column("New access", 9, {"yes": "bad"}), Column("Sensitive", 18)),
    *(Column("Role", 28), Column("Id", 26), Column("Permission or attribute", 28)),
    *(Column("Before", 14), Column("After", 14), Column("Restriction before", 14)),
    *(Column("Restriction after", 14), Column("Place", 34)),
)
_METHOD = (Column("Topic", 22), Column("Item", 40), Column("Detail", 100))

_HELD = {
    "Findings": "one row a finding: what is wrong, why, where, and how to mend it",
    "Results": "every role by every requirement: pass, finding, waived, baselined, not applicable, "
    "or not evaluated and why",
    "Matrix": "every role by every rule: the worst of its results",
    "Waivers": "risks that somebody has accepted: by whom, why, until when",
    "Action plan": "one row a role and rule with findings that count, the worst first; Response, "
    "Owner and Due date are to be filled in",
    "Changes": "what differs from the earlier state",
    "Inputs": "what was read, with digests, and what could not be",
    "Method and limits": "how it was judged, what was assumed, what no export shows",
}
_MEANINGS = {
    "roles": "that were judged",
    "grants": "distinct entries of a permission in a role, an explicit None included",
    "packs": "of rules, each with its digest on the sheet Method and limits",
    "rules": "in use",
    "error": "the requirement is not met, and that is serious",
    "warning": "it should be looked at",
    "info": "worth knowing",
    "baselined": "findings that the baseline knows; they do not count",
    "pass": "the requirement is met, as far as the inputs show",
    "finding": "it is not met; baselined ones are among them",
    "waived": "a finding that somebody has accepted, with a reason and a last day",
    "not applicable": "the rule's own condition says that it is not asked of this role",
    "not evaluated": "the inputs do not say it: neither pass nor finding",
}
_TEXTS = (
    "Every cell is text; characters that cannot be seen are spelled out.",
    "A finding says what a role lets its holders do, never what anybody did.",
)


def render(report: Report, style: Style) -> Iterator[bytes]:
    """The whole workbook, in pieces. Raises OSError where there is no room to make it."""
    rest = "--format json --show all has all of it"
    with Book("NetSuite role permissions: audit report", rest) as book:
        index = book.sheet("Index", _INDEX, has_headings=False)
        sheets = [add_findings(book, report), add_results(book, report)]
        sheets += [add_matrix(book, report), add_waivers(book, report), add_actions(book, report)]
        if report.changes is not None:
            sheets.append(_add_changes(book, report.changes))
        sheets += [_add_inputs(book, report, style), _add_method(book, report)]
        index.rows(_index(report, sheets))
        yield from book.pieces()


def _index(report: Report, sheets: list[Sheet]) -> Iterator[Row]:
    """What this is, how the audit ended, and where to find what."""
    yield [Cell("NetSuite role permissions: audit report", "title")]
    yield [Cell(f"made by nspermaudit {report.version}", "plain")]
    yield []
    yield [Cell("Result", "strong"), _outcome(report), verdict(report)]
    complete = Cell("yes", "good") if report.is_complete else Cell("no", "bad")
    reasons = report.unfinished or ("all that was to be judged was read and judged",)
    yield [Cell("Complete", "strong"), complete, Cell(reasons, "plain")]
    yield []
    yield from _numbers(report)
    yield []
    yield [Cell(text, "head") for text in ("Sheet", "Rows", "What it holds")]
    for sheet in sheets:
        yield [Cell(sheet.name), Cell(str(sheet.count)), Cell(_HELD[sheet.name])]
    yield []
    for text in _TEXTS:
        yield ["", "", text]


def _outcome(report: Report) -> Cell:
    """The worst in a word; an audit that is not complete is never clean."""
    if report.worst:
        return Cell(report.worst.word, SEVERITIES[report.worst.word])
    return Cell("no findings", "good") if report.is_complete else Cell("not complete", "bad")


def _numbers(report: Report) -> Iterator[Row]:
    """The sums, as every format has them."""
    yield [Cell(text, "head") for text in ("Number of", "", "What it means")]
    for name, number in (
        *(("roles", report.roles), ("grants", report.grants)),
        *(("packs", len(report.packs)), ("rules", report.rules)),
    ):
        yield _number(name, name, number)
    for severity in sorted(Severity, reverse=True):
        word, number = severity.word, report.number_of(severity)
        yield _number(f"findings: {word}", word, number, SEVERITIES[word])
    yield _number("findings in the baseline", "baselined", report.baselined)
    for result in Result:
        word = result.value.replace("_", " ")
        yield _number(f"results: {word}", word, report.results[result])


def _number(name: str, word: str, number: int, look: str = "") -> Row:
    return [Cell(name), Cell(str(number), look if number else ""), Cell(_MEANINGS[word])]


def _add_inputs(book: Book, report: Report, style: Style) -> Sheet:
    """One row an input; those that are no exports only if they were asked for, or say something."""
    sheet = book.sheet("Inputs", _INPUTS, frozen=1)
    shows_all = style.show_all or style.verbosity > 0
    for item in report.inputs:
        if shows_all or item.status != "skipped" or item.messages:
            sheet.row(_input(item))
    return sheet


def _input(item: Input) -> Row:
    numbers = (item.roles, item.grants, item.rows, item.size)
    messages = Cell([str(message) for message in item.messages])
    return [item.path, item.format, item.status, *map(str, numbers), item.sha256, messages]


def _add_changes(book: Book, changes: tuple[Change, ...]) -> Sheet:
    sheet = book.sheet("Changes", _CHANGES)
    for change in changes:
        what = change.permission.name if change.permission else change.attribute or "the whole role"
        sheet.row(
            [
                *(change.kind.value, "yes" if change.is_new_access else "", change.sensitivity),
                *(change.role_name.strip() or change.role_id, change.role_id, what),
                *(_value(change.before), _value(change.after), *change.restrictions),
                str(change.location),
            ]
        )
    return sheet


def _value(value: Level | AttributeValue | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.title if isinstance(value, Level) else value


def _add_method(book: Book, report: Report) -> Sheet:
    sheet = book.sheet("Method and limits", _METHOD)
    sheet.rows(_method(report))
    return sheet


def _method(report: Report) -> Iterator[Row]:
    yield ["Tool", "nspermaudit", report.version]
    for reason in report.unfinished:
        yield [Cell("Not complete", "bad"), "", reason]
    for pack in report.packs:
        digest = f"{counted(pack.rules, 'rule')}; SHA-256 of its YAML: {pack.sha256}"
        yield ["Pack", pack.id, Cell((pack.title, digest))]
    skipped = sum(item.status == "skipped" for item in report.inputs)
    rows = sum(item.rows for item in report.inputs)
    sums = f"{counted(report.roles, 'role')}, {counted(report.grants, 'grant')}"
    read = f"{counted(len(report.inputs) - skipped, 'file')} ({counted(rows, 'row')}): {sums}"
    yield ["Inputs", read, "each with its SHA-256 on the sheet Inputs"]
    if skipped:
        yield ["Inputs", f"{counted(skipped, 'file')} passed over", "no exports of roles"]
    for text in report.assumptions:
        yield ["Assumed", "", text]
    for text in report.notes:
        yield ["Note", "", text]
    for reason, number in report.not_evaluated.items():
        yield ["Not evaluated", counted(number, "time"), reason]
    for text in report.limits:
        yield ["No export shows", "", text]
    for word, look in RESULTS.items():
        yield ["Result", Cell(word, look), _MEANINGS[word]]
    for text in _TEXTS:
        yield ["How to read", "", text]
