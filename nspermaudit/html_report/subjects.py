"""What the page is about, in its order: roles and other objects, and the rules they broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from nspermaudit.finding import Finding, Outcome, Report
from nspermaudit.html_page import text
from nspermaudit.model import Location
from nspermaudit.rule import Rule, Severity

SEVERITIES = tuple(sorted(Severity, reverse=True))

Key = tuple[str, str, str]
"""What tells one subject from another: id and name of a role, or what else is judged."""


def key_of(item: Finding | Outcome) -> Key:
    """Of whom or what a finding or a result is."""
    if item.role_id or item.role_name.strip():
        return (item.role_id, item.role_name.strip(), "")
    return ("", "", item.verdict.user or item.verdict.about)


class Subject(NamedTuple):
    """A role, or what else is judged (an object, a user, the account), with its findings.

    ``number`` is its place in the page, from 0. ``findings`` are sorted by rule, the worst first;
    of very many only those that are ``listed`` stand in the page.
    """

    number: int
    key: Key
    findings: tuple[Finding, ...]
    listed: tuple[Finding, ...] = ()

    @property
    def title(self) -> str:
        """What to call it: its name, else its id."""
        role_id, name, about = self.key
        return name or role_id or about.strip() or "the account and its projects"

    @property
    def link(self) -> str:
        """Its title; a link to its findings, if they are listed."""
        title = text(self.title)
        return f"<a href=#s{self.number}>{title}</a>" if self.listed else title

    @property
    def is_role(self) -> bool:
        """Whether it is a role."""
        return not self.key[2] and any(self.key)

    @property
    def path(self) -> str:
        """The input in which most of its findings are."""
        paths = Counter(item.location.path for item in self.findings)
        return min(paths, key=lambda path: (-paths[path], path))

    @property
    def by_rule(self) -> Iterator[tuple[Rule, Sequence[Finding]]]:
        """The findings of each rule that are listed, the worst rule first."""
        for _, group in groupby(self.listed, key=lambda item: _order(item.rule)):
            broken = [*group]
            yield broken[0].rule, broken

    def number_of(self, severity: Severity) -> int:
        """The number of findings that count, of one severity."""
        return sum(item.severity is severity for item in self.findings if not item.is_accepted)

    @property
    def counts(self) -> tuple[int, ...]:
        """The number of findings that count, of each severity, the worst first."""
        return tuple(map(self.number_of, SEVERITIES))


def place(location: Location, path: str) -> str:
    """A place as it is told where the path was told already: its line and column."""
    if location.path != path or not location.line:
        return str(location)
    return str(location).removeprefix(f"{path}:")


def subjects_of(report: Report, most: int) -> list[Subject]:
    """All that has findings: roles before the rest, the worst first, then by name.

    Of all findings together only the first ``most`` are listed.
    """
    by_key: dict[Key, list[Finding]] = {}
    for finding in report.findings:
        by_key.setdefault(key_of(finding), []).append(finding)
    found = [
        Subject(0, key, tuple(sorted(group, key=lambda item: (*_order(item.rule), item.order))))
        for key, group in by_key.items()
    ]
    found.sort(key=_rank)
    left, numbered = most, []
    for number, subject in enumerate(found):
        numbered.append(subject._replace(number=number, listed=subject.findings[: max(left, 0)]))
        left -= len(subject.findings)
    return numbered


def _rank(subject: Subject) -> tuple[object, ...]:
    worst_first = tuple(-number for number in subject.counts)
    return (not subject.is_role, worst_first, subject.title.casefold(), subject.key)


def _order(rule: Rule) -> tuple[object, ...]:
    return (-rule.severity, rule.id, rule.pack)


class Rules(NamedTuple):
    """The rules that the page speaks of, by pack, each with a number for its anchor."""

    all: tuple[Rule, ...]
    numbers: dict[str, int]

    def anchor(self, rule: Rule) -> str:
        """The id of the element that tells the rule."""
        return f"r{self.numbers[rule.id]}"


def rules_of(report: Report) -> Rules:
    """The rules with a finding or a result, in the order of the packs."""
    packs = {pack.id: number for number, pack in enumerate(report.packs)}
    last = len(packs)
    known = {outcome.rule.id: outcome.rule for outcome in report.outcomes or ()}
    known |= {finding.rule.id: finding.rule for finding in report.findings}
    ordered = sorted(
        known.values(), key=lambda rule: (packs.get(rule.pack, last), rule.pack, *_order(rule))
    )
    return Rules(tuple(ordered), {rule.id: number for number, rule in enumerate(ordered)})
