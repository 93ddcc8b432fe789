"""What a change adds: the same audit of two states, and what only the new one has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from nspermaudit import new_access
from nspermaudit.auditing import Kept, Request, audit
from nspermaudit.comparing import compare
from nspermaudit.config import Config
from nspermaudit.finding import Finding, Outcome, Report
from nspermaudit.rule import Result
from nspermaudit.snapshot import Snapshot
from nspermaudit.source import Reading, Source
from nspermaudit.style import counted, listed


def audit_since(  # noqa: PLR0913 - it is an audit and what it is compared with
    sources: Iterable[Source],
    old: Iterable[Source],
    config: Config,
    request: Request,
    reading: Reading,
    *,
    name: str,
    no_new_access: bool = False,
) -> Report:
    """Audit two states alike; the report has the findings that only the new one has.

    ``old`` is the state of the same paths at the commit that ``name`` tells people. A finding whose
    level moved farther from what is required counts as new, and so does one of which the waiver
    holds no longer. With ``no_new_access`` each change that lets somebody do more is one, too.
    Raises UsageError as ``audit`` does.
    """
    kept = Kept(Snapshot())
    report = audit(sources, config, request, reading, kept)
    before = Kept(Snapshot(), kept.scope)
    earlier = audit(old, config, request._replace(strict=False), reading, before)
    notes = [*report.notes, *_unread(earlier, before.roles.forget_unread(), name)]
    comparison = compare(before.roles, kept.roles)
    new = _only_new(report.findings, earlier.findings)
    notes += comparison.notes
    dropped = len(report.findings) - len(new)
    if dropped:
        notes.append(f"{counted(dropped, 'finding')} left out: there at {name} already")
    unfinished = (*report.unfinished, *(f"not compared: {words}" for words in comparison.unsure))
    told = _reduced(report, new)._replace(
        notes=tuple(notes), changes=comparison.changes, unfinished=unfinished
    )
    return _with_new_access(told) if no_new_access else told


def _with_new_access(report: Report) -> Report:
    """The report with a finding for each change that lets somebody do more."""
    gained = new_access.findings(report.changes or ())
    found = sorted((*report.findings, *gained), key=lambda finding: finding.order)
    results = {**report.results, Result.FINDING: report.results[Result.FINDING] + len(gained)}
    outcomes = report.outcomes
    if outcomes is not None:
        added = (Outcome(*finding[:5]) for finding in gained)
        outcomes = tuple(sorted((*outcomes, *added), key=lambda outcome: outcome.order))
    return report._replace(
        findings=tuple(found), results=results, outcomes=outcomes, rules=report.rules + 1
    )


def _only_new(findings: Sequence[Finding], earlier: Iterable[Finding]) -> list[Finding]:
    """The findings that were not there before, or not as bad; as often as they are there more."""
    known: dict[str, list[Finding]] = {}
    for finding in earlier:
        known.setdefault(finding.fingerprint, []).append(finding)
    by_identity: dict[str, list[Finding]] = {}
    for finding in findings:
        by_identity.setdefault(finding.fingerprint, []).append(finding)
    new: set[int] = set()
    for identity, group in by_identity.items():
        new |= {id(finding) for finding in _unmatched(group, known.get(identity, []))}
    return [finding for finding in findings if finding.is_back or id(finding) in new]


def _unmatched(group: Iterable[Finding], earlier: Iterable[Finding]) -> list[Finding]:
    """Of findings of one identity those for which no earlier one is as bad."""
    left = sorted(earlier, key=_distance)
    paths = {finding.location.path for finding in left}
    unmatched = []
    for finding in sorted(group, key=lambda one: (one.location.path not in paths, -_distance(one))):
        fitting = next((one for one in left if _distance(one) >= _distance(finding)), None)
        if fitting is None:
            unmatched.append(finding)
        else:
            left.remove(fitting)
    return unmatched


def _distance(finding: Finding) -> int:
    """How far what is granted stands from what is required, in levels."""
    return abs((finding.verdict.granted or 0) - (finding.verdict.required or 0))


def _reduced(report: Report, findings: Sequence[Finding]) -> Report:
    """The report with these findings alone, its counts and its outcomes to match."""
    kept = {*map(id, findings)}
    dropped = [finding for finding in report.findings if id(finding) not in kept]
    less = Counter(Result.WAIVED if finding.waiver else Result.FINDING for finding in dropped)
    results = {result: number - less[result] for result, number in report.results.items()}
    outcomes = report.outcomes
    if outcomes is not None:
        outcomes = tuple(_without(outcomes, dropped))
    return report._replace(findings=tuple(findings), results=results, outcomes=outcomes)


def _without(outcomes: Iterable[Outcome], dropped: Iterable[Finding]) -> Iterable[Outcome]:
    """The outcomes but those that became the dropped findings."""
    gone = Counter(map(_place_of, dropped))
    for outcome in outcomes:
        is_finding = outcome.verdict.result in (Result.FINDING, Result.WAIVED)
        if is_finding and gone[_place_of(outcome)]:
            gone[_place_of(outcome)] -= 1
        else:
            yield outcome


def _place_of(item: Finding | Outcome) -> tuple[object, ...]:
    verdict = item.verdict
    return (item.rule.id, item.role_id, verdict.subject, verdict.message, item.location)


def _unread(earlier: Report, titles: Sequence[str], name: str) -> Iterable[str]:
    """What of the earlier state could not be read: there everything counts as new."""
    texts: Mapping[str, str] = {
        item.path: item.messages[-1].text if item.messages else item.status
        for item in earlier.inputs
        if item.status in ("partial", "failed")
    }
    words = [f"{path} ({text})" for path, text in sorted(texts.items())]
    words += [f'some of "{title}"' for title in titles]
    if words:
        yield f"what could not be read at {name} counts as new: {listed(words)}"
