"""``junit``: JUnit XML, which every build server reads; ASCII only, no clock.

A role is a suite, a finding a test that failed, or was skipped if the finding is accepted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from nspermaudit.escaping import xml
from nspermaudit.finding import Finding, Input, Outcome, Report
from nspermaudit.model import Location
from nspermaudit.rule import Result
from nspermaudit.style import Style
from nspermaudit.summary import closing

_UNREAD = ("partial", "failed")


class _Case(NamedTuple):
    """A test; ``verdict`` is "failure", "error", "skipped", or "" if it passed."""

    name: str
    place: Location
    verdict: str = ""
    type: str = ""
    message: str = ""
    lines: tuple[str, ...] = ()


def render(report: Report, style: Style) -> Iterator[str]:
    """Suites for the audit itself, for its inputs and for each role; all have their sums."""
    suites = list(_suites(report, style))
    cases = [case for _, group in suites for case in group]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="nspermaudit" {_sums(cases)}>\n'
    for name, group in suites:
        yield from _suite(name, group)
    yield "</testsuites>\n"


def _suites(report: Report, style: Style) -> Iterator[tuple[str, list[_Case]]]:
    yield "nspermaudit", list(_audit(report, style))
    inputs = [_input(item) for item in report.inputs if item.status in _UNREAD or item.messages]
    if inputs:
        yield "inputs", inputs
    by_role: dict[str, list[_Case]] = {}
    for finding in report.findings:
        by_role.setdefault(_title(finding), []).append(_finding(finding))
    if report.outcomes is not None and style.show_all:
        for outcome in report.outcomes:
            if outcome.verdict.result not in (Result.FINDING, Result.WAIVED):
                by_role.setdefault(_title(outcome), []).append(_outcome(outcome))
    yield from by_role.items()


def _audit(report: Report, style: Style) -> Iterator[_Case]:
    """There is always one test: many build servers take a report without any for a fault."""
    lines = tuple(closing(report, style._replace(color=False)))
    reasons = report.unfinished
    verdict = "error" if reasons else ""
    yield _Case("complete", Location(""), verdict, "not complete", "; ".join(reasons), lines)


def _input(item: Input) -> _Case:
    verdict = "error" if item.status in _UNREAD else ""
    lines = tuple(map(str, item.messages))
    message = item.messages[0].text if item.messages else item.status
    place = item.messages[0].location if item.messages else Location(item.path)
    return _Case(item.path, place, verdict, item.status, message, lines)


def _title(item: Finding | Outcome) -> str:
    """What a suite is called: the role's name and id, or another's id."""
    name, role = item.role_name.strip(), item.subject_id
    return f"{name} ({role})" if name and role and name != role else name or role or item.subject


def _finding(finding: Finding) -> _Case:
    verdict, rule = finding.verdict, finding.rule
    what = verdict.permission.name if verdict.permission else verdict.requirement
    lines = [str(finding.location)]
    lines += [f"{place}: {words}" for place, words in verdict.related]
    lines += [f"why: {rule.because}"] if rule.because else []
    lines += [f"fix: {finding.fix}"] if finding.fix else []
    message, kind = verdict.message, "failure"
    if finding.is_accepted:
        how = f" {finding.waiver.terms}" if finding.waiver else ""
        message, kind = f"{finding.status}{how}: {message}", "skipped"
    name, place = _name(rule.id, what), finding.location
    return _Case(name, place, kind, finding.severity.word, message, tuple(lines))


def _outcome(outcome: Outcome) -> _Case:
    verdict = outcome.verdict
    what = verdict.requirement or (verdict.permission.name if verdict.permission else "")
    name = _name(outcome.rule.id, what)
    if verdict.result is Result.PASS:
        return _Case(name, outcome.location)
    result = verdict.result.value.replace("_", " ")
    message = f"{result}: {verdict.reason}"
    return _Case(name, outcome.location, "skipped", result, message)


def _name(rule_id: str, what: str) -> str:
    return f"{rule_id}: {what}" if what else rule_id


def _sums(cases: Iterable[_Case]) -> str:
    verdicts = Counter(case.verdict for case in cases)
    counts = {
        "tests": verdicts.total(),
        "failures": verdicts["failure"],
        "errors": verdicts["error"],
        "skipped": verdicts["skipped"],
    }
    return _attributes(counts)


def _suite(name: str, cases: list[_Case]) -> Iterator[str]:
    yield f'  <testsuite name="{xml(name)}" {_sums(cases)}>\n'
    seen: Counter[str] = Counter()
    for case in cases:
        seen[case.name] += 1
        again = f" ({seen[case.name]})" if seen[case.name] > 1 else ""
        yield from _written(case, name, case.name + again)
    yield "  </testsuite>\n"


def _written(case: _Case, owner: str, name: str) -> Iterator[str]:
    attributes: dict[str, str | int] = {"classname": owner, "name": name}
    if case.place.path:
        attributes["file"] = case.place.path
    if case.place.line:
        attributes["line"] = case.place.line
    yield f'    <testcase {_attributes(attributes)} time="0"'
    lines = "\n".join(map(xml, case.lines))
    if case.verdict:
        told = _attributes({"type": case.type, "message": case.message})
        yield f">\n      <{case.verdict} {told}>{lines}</{case.verdict}>\n    </testcase>\n"
    elif lines:
        yield f">\n      <system-out>{lines}</system-out>\n    </testcase>\n"
    else:
        yield "/>\n"


def _attributes(values: Mapping[str, str | int]) -> str:
    return " ".join(f'{name}="{xml(str(value))}"' for name, value in values.items())
