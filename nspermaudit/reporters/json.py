"""``json``: the whole report, version 1 of a published schema; ASCII only, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nspermaudit.finding import Finding, Outcome, Report
from nspermaudit.json_values import (
    change_value,
    input_value,
    location_value,
    permission_value,
    side_values,
)
from nspermaudit.rule import Result, Severity
from nspermaudit.streamed_json import listed, opened
from nspermaudit.style import Style
from nspermaudit.waiver import Waiver

SCHEMA = "nspermaudit-report/1"


def render(report: Report, style: Style) -> Iterator[str]:
    """The report as one JSON object; ``nspermaudit schema report`` prints its schema."""
    yield opened(_head(report, style))
    if report.changes is not None:
        yield ',\n  "changes": '
        yield from listed(map(change_value, report.changes), depth=2)
    yield ',\n  "findings": '
    yield from listed(map(_finding, report.findings), depth=2)
    if report.outcomes is not None and style.show_all:
        yield ',\n  "results": '
        yield from listed(map(_outcome, report.outcomes), depth=2)
    yield "\n}\n"


def _head(report: Report, style: Style) -> dict[str, Any]:
    """What stands before the lists that can be long."""
    skipped = [item for item in report.inputs if item.status == "skipped"]
    all_inputs = style.show_all or style.verbosity > 0
    return {
        "schema": SCHEMA,
        "tool": {"name": "nspermaudit", "version": report.version},
        "packs": [
            {
                "id": pack.id,
                "title": pack.title,
                "sha256": pack.sha256,
                "rules": pack.rules,
            }
            for pack in report.packs
        ],
        "inputs": [
            input_value(item)
            for item in report.inputs
            if all_inputs or item.status != "skipped" or item.messages
        ],
        "summary": _summary(report, len(skipped)),
        "assumptions": list(report.assumptions),
        "notes": list(report.notes),
        "limits": list(report.limits),
        **({"changes": None} if report.changes is None else {}),
    }


def _summary(report: Report, skipped: int) -> dict[str, Any]:
    return {
        "roles": report.roles,
        "grants": report.grants,
        "rules": report.rules,
        "skipped": skipped,
        "complete": report.is_complete,
        "unfinished": list(report.unfinished),
        "results": {result.value: report.results[result] for result in Result},
        "findings": {
            severity.word: report.number_of(severity) for severity in sorted(Severity, reverse=True)
        },
        "baselined": report.baselined,
        "not_evaluated": dict(report.not_evaluated),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    verdict, rule = finding.verdict, finding.rule
    return {
        "rule": rule.id,
        "pack": rule.pack,
        "severity": rule.severity.word,
        "problem": verdict.problem,
        "role": _role(finding),
        "object": verdict.about or None,
        "user": verdict.user or None,
        "permission": permission_value(verdict.permission),
        "granted": verdict.granted.name if verdict.granted is not None else None,
        "required": verdict.required.name if verdict.required is not None else None,
        "location": location_value(finding.location),
        "related": [
            {"text": words, "location": location_value(place)} for place, words in verdict.related
        ],
        "message": verdict.message,
        "because": rule.because,
        "fix": finding.fix,
        "references": list(rule.references),
        "evidence": rule.evidence or None,
        "tags": list(rule.tags),
        "compensating_controls": rule.compensating_controls or None,
        "sides": side_values(verdict),
        "step": rule.step or None,
        "fingerprint": finding.fingerprint,
        "waiver": _waiver(finding.waiver),
        "baselined": finding.is_baselined,
    }


def _role(item: Finding | Outcome) -> dict[str, str] | None:
    """The role that is judged; None where it is another object, a user or the account."""
    return None if not item.role_id else {"id": item.role_id, "name": item.role_name}


def _waiver(waiver: Waiver | None) -> dict[str, Any] | None:
    if waiver is None:
        return None
    return {
        "reason": waiver.reason,
        "approved_by": waiver.approved_by,
        "expires": waiver.expires,
        "location": location_value(waiver.location),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    verdict = outcome.verdict
    return {
        "rule": outcome.rule.id,
        "pack": outcome.rule.pack,
        "role": _role(outcome),
        "object": verdict.about or None,
        "user": verdict.user or None,
        "requirement": verdict.requirement or None,
        "permission": permission_value(verdict.permission),
        "result": verdict.result.value,
        "reason": verdict.reason,
    }
