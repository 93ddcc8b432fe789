"""``csv``: one row a finding, as RFC 4180 has it, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from nspermaudit.escaping import cell
from nspermaudit.finding import Finding, Message, Outcome, Report, messages_of
from nspermaudit.model import Location, Permission
from nspermaudit.rule import Result, Rule, Severity, Verdict
from nspermaudit.style import Style

COLUMNS = (
    *("status", "severity", "rule", "pack", "problem", "role_id", "role_name", "object"),
    *("permission_id", "permission_name", "permission_category", "requirement"),
    *("granted", "required", "path", "line", "column", "related", "message", "because", "fix"),
    *("references", "fingerprint", "waiver_reason", "waiver_approved_by", "waiver_expires"),
    "waiver_place",
)
"""Columns are added at the end, never renamed or removed."""

Row = dict[str, str]


def render(report: Report, style: Style) -> Iterator[str]:
    """What could not be read or judged, then the findings; with all results, these as well."""
    return written(COLUMNS, _rows(report, style))


def written(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Rows of cells by their columns, with the headings first, row by row."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*map(cell, columns)])
    for row in rows:
        writer.writerow([cell(row.get(name, "")) for name in columns])
        yield stream.getvalue()
        stream.seek(0)
        stream.truncate()
    yield stream.getvalue()


def _rows(report: Report, style: Style) -> Iterable[Row]:
    for reason in report.unfinished:
        yield {"status": "not complete", "severity": "error", "message": reason}
    yield from map(_message, messages_of(report.inputs))
    yield from map(_finding, report.findings)
    if report.outcomes is not None and style.show_all:
        told = (Result.FINDING, Result.WAIVED)
        yield from (_outcome(item) for item in report.outcomes if item.verdict.result not in told)


def _place(location: Location) -> Row:
    return {
        "path": location.path,
        "line": str(location.line or ""),
        "column": str(location.column or ""),
    }


def _message(message: Message) -> Row:
    status = "not read" if message.severity is Severity.ERROR else "note"
    told = {"status": status, "severity": message.severity.word, "message": message.text}
    return told | _place(message.location)


def _judged(item: Finding | Outcome) -> Row:
    """What findings and other results have in common."""
    verdict, rule = item.verdict, item.rule
    return {
        "rule": rule.id,
        "pack": rule.pack,
        "role_id": item.role_id,
        "role_name": item.role_name,
        "object": verdict.about or verdict.user,
        "requirement": verdict.requirement,
        **_permission(verdict.permission),
        **_levels(verdict),
        **_place(item.location),
    }


def _permission(permission: Permission | None) -> Row:
    if permission is None:
        return {}
    return {
        "permission_id": permission.id,
        "permission_name": permission.name,
        "permission_category": permission.category,
    }


def _levels(verdict: Verdict) -> Row:
    levels = {"granted": verdict.granted, "required": verdict.required}
    return {name: level.name for name, level in levels.items() if level is not None}


def _reasons(rule: Rule) -> Row:
    return {"because": rule.because, "references": "; ".join(rule.references)}


def _finding(finding: Finding) -> Row:
    verdict, waiver = finding.verdict, finding.waiver
    row = _judged(finding) | _reasons(finding.rule)
    row |= {
        "status": finding.status,
        "severity": finding.severity.word,
        "problem": verdict.problem,
        "related": "; ".join(f"{place}: {words}" for place, words in verdict.related),
        "message": verdict.message,
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
    }
    if waiver:
        row |= {
            "waiver_reason": waiver.reason,
            "waiver_approved_by": waiver.approved_by,
            "waiver_expires": waiver.expires,
            "waiver_place": str(waiver.location),
        }
    return row


def _outcome(outcome: Outcome) -> Row:
    verdict = outcome.verdict
    status = verdict.result.value.replace("_", " ")
    return _judged(outcome) | {"status": status, "message": verdict.reason}
