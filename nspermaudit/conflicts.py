"""What is told of one role, or one user, together: conflicts, and privileged permissions.

Thirteen conflicts of one role are one matter with thirteen parts: they are ranked, and often one
grant is behind most of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from nspermaudit.finding import Finding
from nspermaudit.model import Permission

CONFLICT = "conflict"
PRIVILEGE = "privilege"
RANKS = ("critical", "high", "medium", "low")
"""The words by which auditors rank; a rule has one of them among its tags."""


class Cure:
    """A permission without which so many conflicts would be gone."""

    def __init__(self, permission: Permission, gone: int) -> None:
        self.permission = permission
        self.gone = gone


def kind_of(finding: Finding) -> str:
    """What a finding is told together with: ``conflict``, ``privilege``, or nothing.

    A finding that somebody has accepted is told by itself.
    """
    if finding.is_accepted:
        return ""
    if finding.verdict.problem == CONFLICT:
        return CONFLICT
    return PRIVILEGE if PRIVILEGE in finding.rule.tags else ""


def block_of(finding: Finding) -> tuple[str, ...]:
    """What findings have in common that are told in one block; empty if it is told by itself.

    It is the role in one file, or the user over all their roles.
    """
    kind = kind_of(finding)
    if not kind:
        return ()
    path = "" if finding.verdict.user else finding.location.path
    return (kind, finding.subject_id, path)


def rank_of(finding: Finding) -> str:
    """The word by which auditors rank it; its severity where the rule says none."""
    tags = finding.rule.tags
    return next((word for word in RANKS if word in tags), finding.severity.word)


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first; then the best evidence; then what can be done in most ways."""
    return sorted(findings, key=_rank)


def _rank(finding: Finding) -> tuple[int, int, str, int, str, str]:
    word, rule = rank_of(finding), finding.rule
    place = RANKS.index(word) if word in RANKS else len(RANKS)
    ways = sum(map(len, finding.verdict.sides))
    return (-finding.severity, place, rule.evidence or "D", -ways, rule.id, finding.verdict.subject)


def counted_ranks(findings: Iterable[Finding]) -> str:
    """``3 critical, 8 high``: how many there are of each rank, the worst first."""
    numbers = Counter(map(rank_of, findings))
    order = [*RANKS, *(word for word in numbers if word not in RANKS)]
    return ", ".join(f"{numbers[word]} {word}" for word in order if numbers[word])


def cure_of(findings: Iterable[Finding]) -> Cure | None:
    """The permission whose loss alone undoes most of some conflicts; None if none undoes any.

    A conflict is undone when one of its sides has no other grant, and no attribute of the role is
    enough for it. Of several that undo as many it is the first by name.
    """
    gone: Counter[str] = Counter()
    permissions: dict[str, Permission] = {}
    for finding in findings:
        for permission in _breaking(finding):
            permissions[permission.id] = permission
            gone[permission.id] += 1
    best = min(gone, key=lambda key: (-gone[key], permissions[key].name, key), default=None)
    return None if best is None else Cure(permissions[best], gone[best])


def _breaking(finding: Finding) -> Iterable[Permission]:
    """The permissions each of which is all that one side of a conflict rests on."""
    verdict = finding.verdict
    marks: Sequence[Sequence[str]] = verdict.marks or [()] * len(verdict.sides)
    found: dict[str, Permission] = {}
    for grants, words in zip(verdict.sides, marks, strict=True):
        held = {grant.permission.id: grant.permission for grant in grants}
        if len(held) == 1 and not words:
            found.update(held)
    return found.values()


def worst(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """The roles and users that have conflicts, with their number; those with most first."""
    found = [item for item in findings if kind_of(item) == CONFLICT]
    numbers = Counter(map(block_of, found))
    names = {block_of(item): item.subject for item in found}
    return sorted(
        ((names[key], number) for key, number in numbers.items()),
        key=lambda item: (-item[1], item[0]),
    )
