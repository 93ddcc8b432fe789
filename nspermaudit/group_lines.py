"""The conflicts, or the privileged permissions, of one role or user as one block of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence

from nspermaudit import conflicts
from nspermaudit.finding import Finding
from nspermaudit.functions import said
from nspermaudit.model import Location
from nspermaudit.style import Style, counted, listed, one_line, sentence

MAX_PAIRS = 4
"""So many conflicts of a role are shown unless more is asked for."""
_MAX_GRANTS = 2
_MAX_NAMES = 8
_MAX_WORST = 5
_MANY = 10
"""With more roles than this that have conflicts, the worst are told at the end."""


def block(findings: Sequence[Finding], style: Style) -> Iterator[str]:
    """The lines of one block; ``findings`` are of one kind and about one role or user."""
    ranked = conflicts.ranked(findings)
    if conflicts.kind_of(ranked[0]) == conflicts.CONFLICT:
        return _conflicts(ranked, style)
    return _privileges(ranked, style)


def _head(label: str, message: str, findings: Sequence[Finding], style: Style) -> Iterator[str]:
    word = max(item.severity for item in findings).word
    yield f"{style.paint(f'{word}[{label}]', word)}: {style.paint(one_line(message), 'bold')}"
    yield f" --> {one_line(str(findings[0].location))}"


def _conflicts(findings: Sequence[Finding], style: Style) -> Iterator[str]:
    total = len(findings)
    if total == 1:
        yield from _single(findings[0], style)
        return
    can = "can, over all their roles," if findings[0].verdict.user else "can"
    words = f'"{findings[0].subject.strip()}" {can} do both sides of {total} pairs of duties'
    ranks = conflicts.counted_ranks(findings)
    yield from _head(conflicts.CONFLICT, f"{words}: {ranks}", findings, style)
    is_short = not _is_full(style) and total > MAX_PAIRS + 1
    rest = [] if is_short else findings[MAX_PAIRS:]
    shared = _shared(findings)
    rest = rest or [item for item in findings[MAX_PAIRS:] if _remarks(item, shared)]
    shown = [*findings[:MAX_PAIRS], *rest]
    width = max(len(item.rule.id) for item in shown)
    for item in shown:
        yield f"  | {_pair(item, width, style)}"
        yield from _told(_remarks(item, shared))
        yield from _details(item, style)
    if len(shown) < total:
        yield f"  = and {total - len(shown)} more: -v or --show all tells them"
    cure = conflicts.cure_of(findings)
    if cure and cure.gone > 1 and style.verbosity >= 0:
        name = f"{cure.permission.name} ({cure.permission.id})"
        of = f"{cure.gone} of these {total}" if cure.gone < total else f"all {total}"
        yield f"  = most: without {one_line(name)} {of} would be gone"
    yield from (f"  = {one_line(words)} ({one_line(str(place))})" for place, words in shared)


def _single(finding: Finding, style: Style) -> Iterator[str]:
    yield from _head(finding.rule.id, finding.verdict.message, [finding], style)
    evidence = finding.rule.evidence
    yield f"  | {conflicts.rank_of(finding)}{evidence and f', evidence {evidence}'}"
    yield from _told(_remarks(finding))
    if style.verbosity <= 0:
        yield from _why(finding, style)
    yield from _details(finding, style)
    yield f"  = fix: {one_line(finding.fix)}"


def _is_full(style: Style) -> bool:
    return style.show_all or style.verbosity > 0


def _pair(finding: Finding, width: int, style: Style) -> str:
    """One conflict in a line: how bad, who says so, which rule, by which grants.

    Of a user also in which roles these are.
    """
    verdict, rule = finding.verdict, finding.rule
    spoken = dict(verdict.related) if verdict.user else {}
    marks = verdict.marks or ((),) * len(verdict.sides)
    names = [
        [*(spoken.get(grant.location, grant.permission.name) for grant in grants), *words]
        for grants, words in zip(verdict.sides, marks, strict=True)
    ]
    sides = [listed(side, len(side) if _is_full(style) else _MAX_GRANTS) for side in names]
    rank = f"{conflicts.rank_of(finding):<8} {rule.evidence or ' '}"
    return f"{rank} {rule.id:<{width}}  {one_line(' with '.join(sides))}"


def _details(finding: Finding, style: Style) -> Iterator[str]:
    """What only those see who ask for more."""
    if style.verbosity <= 0:
        return
    yield from _why(finding, style)
    controls = finding.rule.compensating_controls
    if controls:
        yield f"  |   controls: {one_line(sentence(controls))}"
    yield from _told(_grants(finding))


def _grants(finding: Finding) -> list[tuple[Location, str]]:
    """The places of what it rests on, in the words of the finding where it has some."""
    verdict = finding.verdict
    words = dict(verdict.related)
    grants = [grant for side in verdict.sides for grant in side]
    return [(grant.location, words.get(grant.location, said(grant))) for grant in grants]


def _remarks(
    finding: Finding, shared: Container[tuple[Location, str]] = ()
) -> list[tuple[Location, str]]:
    """What else there is to see, and is not shared: a waiver that holds no longer."""
    own = {place for place, _ in _grants(finding)}
    return [
        (place, words)
        for place, words in finding.verdict.related
        if place not in own and (place, words) not in shared
    ]


def _shared(findings: Sequence[Finding]) -> list[tuple[Location, str]]:
    """What is to see of several findings of a role, such as its users: told once of them all."""
    every = Counter(remark for item in findings for remark in set(item.verdict.related))
    remarks = dict.fromkeys(remark for item in findings for remark in _remarks(item))
    least = 1 if findings[0].verdict.user else len(findings)
    return [remark for remark in remarks if every[remark] >= least]


def _told(places: Iterable[tuple[Location, str]]) -> Iterator[str]:
    for place, words in places:
        yield f"  |   see: {one_line(str(place))}: {one_line(words)}"


def _privileges(findings: Sequence[Finding], style: Style) -> Iterator[str]:
    told = [item for item in findings if item.verdict.problem == "report"]
    held_ones = [item for item in findings if item.verdict.problem != "report"]
    if not held_ones:
        for item in told:
            yield from _head(item.rule.id, item.verdict.message, [item], style)
            yield from _told(_remarks(item))
            yield from _why(item, style)
        return
    number = counted(len(held_ones), "privileged permission")
    ranks = conflicts.counted_ranks(held_ones)
    message = f'"{held_ones[0].subject.strip()}" has {number}: {ranks}'
    yield from _head(conflicts.PRIVILEGE, message, held_ones, style)
    for rank in dict.fromkeys(map(conflicts.rank_of, held_ones)):
        yield from _tier(
            rank, [item for item in held_ones if conflicts.rank_of(item) == rank], style
        )
    for item in told:
        yield f"  = {one_line(item.verdict.message)}"
        yield from _told(_remarks(item))


def _tier(rank: str, findings: Sequence[Finding], style: Style) -> Iterator[str]:
    if style.verbosity > 0:
        for item in findings:
            yield f"  | {rank:<8} {one_line(_name(item))} ({item.rule.id})"
            yield from _told(_remarks(item))
            yield from _why(item, style)
        return
    names = [_name(item) for item in findings]
    yield f"  | {rank:<8} {one_line(listed(names, len(names) if style.show_all else _MAX_NAMES))}"
    for item in findings:
        yield from _told((place, f"{words} ({_name(item)})") for place, words in _remarks(item))


def _why(finding: Finding, style: Style) -> Iterator[str]:
    if finding.rule.because and style.verbosity >= 0:
        yield f"  |   why: {one_line(finding.rule.because)}"


def _name(finding: Finding) -> str:
    """The permission, with its level where a lower one would be no matter."""
    verdict = finding.verdict
    if verdict.permission is None:
        return f"{verdict.subject} (attribute)"
    level = f": {verdict.granted.title}" if verdict.required and verdict.granted else ""
    return f"{verdict.permission.name}{level}"


def worst(findings: Iterable[Finding]) -> str:
    """Which roles have most conflicts, where many have some; else empty."""
    found = conflicts.worst(findings)
    if len(found) <= _MANY:
        return ""
    words = ", ".join(f'"{one_line(name)}" {number}' for name, number in found[:_MAX_WORST])
    return f"most conflicts: {words}; {len(found) - _MAX_WORST} more roles have some"
