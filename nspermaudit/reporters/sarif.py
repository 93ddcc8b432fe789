"""``sarif``: SARIF 2.1.0, for GitHub code scanning, Azure DevOps and editors; ASCII, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nspermaudit.escaping import markdown, uri
from nspermaudit.finding import Finding, Report, messages_of
from nspermaudit.model import Location
from nspermaudit.rule import Rule, Severity
from nspermaudit.streamed_json import listed, opened
from nspermaudit.style import Style, one_line, sentence
from nspermaudit.version import HOMEPAGE
from nspermaudit.waiver import Waiver

MAX_RESULTS = 25_000
"""GitHub refuses a file with more results."""

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_RULES = f"{HOMEPAGE}/blob/main/docs/rules.md"
_MAX_TAGS = 10
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_SECURITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.0", Severity.INFO: "2.0"}
"""GitHub shows 7 and more as high, 4 and more as medium, less as low."""
_PRECISION = {"A": "very-high", "B": "high", "C": "medium", "": "high"}


def render(report: Report, style: Style) -> Iterator[str]:
    """The report as one SARIF log with one run; results come last, one by one."""
    del style
    rules = dict(sorted({item.rule.id: item.rule for item in report.findings}.items()))
    order = {name: index for index, name in enumerate(rules)}
    shipped = {pack.id for pack in report.packs if pack.ships}
    run = {
        "tool": {"driver": _driver(report, [_rule(rule, shipped) for rule in rules.values()])},
        "automationDetails": {"id": "nspermaudit/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": _text("The folder of the audit.")}},
        "invocations": [
            {
                "executionSuccessful": report.is_complete,
                "toolExecutionNotifications": list(_notifications(report)),
            }
        ],
    }
    yield opened({"$schema": _SCHEMA, "version": "2.1.0"})
    yield f',\n  "runs": [\n    {opened(run, 4)},\n      "results": '
    has_waivers = any(item.waiver for item in report.findings)
    results = (
        _result(item, order, has_waivers=has_waivers, has_baseline=report.has_baseline)
        for item in report.findings
    )
    yield from listed(results, depth=6)
    yield "\n    }\n  ]\n}\n"


def _driver(report: Report, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "nspermaudit",
        "version": report.version,
        "semanticVersion": report.version,
        "informationUri": HOMEPAGE,
        "rules": rules,
    }


def _text(text: str) -> dict[str, str]:
    """A text that is one of its own: no placeholder, no link."""
    plain = one_line(text).replace("{", "{{").replace("}", "}}")
    if "](" in plain:
        plain = plain.replace("[", "\\[").replace("]", "\\]")
    return {"text": plain}


def _rule(rule: Rule, shipped: set[str]) -> dict[str, Any]:
    title = sentence(rule.title)
    found = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": _text(title),
        "fullDescription": _text(sentence(rule.because or rule.title)),
        "help": _help(rule),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": _tags(rule),
            "precision": _PRECISION.get(rule.evidence, "high"),
            "problem.severity": _PROBLEMS[rule.severity],
            "security-severity": _SECURITY[rule.severity],
        },
    }
    if rule.pack in shipped:
        found["helpUri"] = f"{_RULES}#{rule.id}"
    return found


def _help(rule: Rule) -> dict[str, str]:
    """All that is said of a rule, as text and as Markdown."""
    texts = {
        "Why": rule.because,
        "Fix": rule.fix,
        "Compensating controls": rule.compensating_controls,
        "Beware": rule.false_positives,
    }
    parts = [(name, sentence(text)) for name, text in texts.items() if text.strip()]
    plain = [f"{name}: {text}" for name, text in parts] or [sentence(rule.title)]
    marked = [f"**{name}:** {markdown(text)}" for name, text in parts]
    if rule.references:
        plain.append(f"Sources: {'; '.join(rule.references)}")
        marked.append(f"**Sources:** {'; '.join(map(_reference, rule.references))}")
    about = f"**Rule:** {markdown(sentence(rule.title))}"
    return {**_text(" ".join(plain)), "markdown": "\n\n".join((about, *marked))}


def _reference(text: str) -> str:
    """A source: a link if it is nothing but an address."""
    is_address = re.fullmatch(r"https?://[\w./?&=%#~+-]+", text, re.ASCII)
    return f"<{text}>" if is_address else markdown(text)


def _tags(rule: Rule) -> list[str]:
    """What the rule is about: GitHub looks at ten tags and wants "security" among them."""
    words = dict.fromkeys(("security", "netsuite", rule.pack, *rule.tags))
    return [one_line(word) for word in words][:_MAX_TAGS]


def _notifications(report: Report) -> Iterator[dict[str, Any]]:
    """What the audit could not do: why it is not complete, and what is wrong with inputs."""
    for reason in report.unfinished:
        yield {"level": "error", "message": _text(sentence(f"Not complete: {reason}"))}
    for message in messages_of(report.inputs):
        yield {
            "level": _LEVELS[message.severity],
            "message": _text(sentence(message.text)),
            "locations": [{"physicalLocation": _physical(message.location)}],
        }
    if len(report.findings) > MAX_RESULTS:
        text = f"GitHub takes {MAX_RESULTS} results at most; these are {len(report.findings)}."
        yield {"level": "warning", "message": _text(text)}


def _physical(location: Location) -> dict[str, Any]:
    place: dict[str, Any] = {
        "artifactLocation": {"uri": uri(location.path), "uriBaseId": _ROOT},
    }
    if location.line:
        place["region"] = {"startLine": location.line}
        if location.column:
            place["region"]["startColumn"] = location.column
    return place


def _logical(finding: Finding) -> dict[str, str]:
    """What is judged: a role, a permission of it, or another object."""
    verdict = finding.verdict
    owner = finding.subject_id or finding.subject
    if verdict.permission is None:
        kind = "role" if finding.role_id else "object"
        return {"name": finding.subject, "fullyQualifiedName": owner, "kind": kind}
    name, inner = verdict.permission.name, verdict.permission.id
    return {"name": name, "fullyQualifiedName": f"{owner}/{inner}", "kind": "permission"}


def _result(
    finding: Finding, order: Mapping[str, int], *, has_waivers: bool, has_baseline: bool
) -> dict[str, Any]:
    verdict = finding.verdict
    fix = f" Fix: {sentence(finding.fix)}" if finding.fix.strip() else ""
    result = {
        "ruleId": finding.rule.id,
        "ruleIndex": order[finding.rule.id],
        "level": _LEVELS[finding.severity],
        "message": _text(sentence(verdict.message) + fix),
        "locations": [
            {
                "physicalLocation": _physical(finding.location),
                "logicalLocations": [
                    {key: one_line(text) for key, text in _logical(finding).items()}
                ],
            }
        ],
        "partialFingerprints": {"nspermaudit/v1": finding.fingerprint.removeprefix("v1:")},
    }
    if verdict.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _physical(place), "message": _text(sentence(words))}
            for number, (place, words) in enumerate(dict.fromkeys(verdict.related), 1)
        ]
    if has_waivers:  # SARIF: all results of a run have it, or none
        result["suppressions"] = [_suppression(finding.waiver)] if finding.waiver else []
    if has_baseline:
        result["baselineState"] = "unchanged" if finding.is_baselined else "new"
    levels = {"problem": verdict.problem, "granted": verdict.granted, "required": verdict.required}
    result["properties"] = {
        key: getattr(value, "name", value) for key, value in levels.items() if value is not None
    }
    return result


def _suppression(waiver: Waiver) -> dict[str, Any]:
    return {
        "kind": "external",
        "status": "accepted",
        "justification": one_line(f"Accepted {waiver.terms}"),
        "location": {"physicalLocation": _physical(waiver.location)},
    }
