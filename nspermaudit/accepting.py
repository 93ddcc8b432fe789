"""Applying waivers and a baseline to a report: what is accepted stays in it and does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from nspermaudit import schemas
from nspermaudit.account import Account
from nspermaudit.baseline import Baseline
from nspermaudit.finding import Finding, Outcome, Report
from nspermaudit.model import Location, Role, role_key
from nspermaudit.requirement import is_glob
from nspermaudit.rule import Result, Rule
from nspermaudit.style import counted
from nspermaudit.waiver import Waiver, called
from nspermaudit.waivers import days_left

SOON = 30
"""A waiver that expires within so many days is told."""


class Judged:
    """Which rules were asked of which roles: only then is it telling that nothing was found."""

    def __init__(self) -> None:
        self.roles: dict[str, tuple[str, str]] = {}
        self._asked: set[tuple[str, str]] = set()
        self._open: set[tuple[str, str]] = set()

    def fresh(self) -> Judged:
        """An empty one."""
        return Judged()

    def see(self, role: Role) -> None:
        """Remember a role: it was there."""
        self.roles[role_key(role.id)] = (role.id, role.name)

    def ask(self, role: Role, class_name: str) -> None:
        """Remember that the rules of a class were asked of a role."""
        self._asked.add((class_name, role_key(role.id)))

    def leave_open(self, rule: Rule, about: str) -> None:
        """Remember that something about a role or object, or all of them, could not be told."""
        self._open.add((rule.id, role_key(about)))

    def see_objects(self, account: Account) -> None:
        """Remember the objects of projects that were given whole: rules about them were asked."""
        for project in account.projects.values():
            for object_id in project.objects if not project.is_partial else ():
                self.roles.setdefault(role_key(object_id), (object_id, ""))
                self._asked.add(("", role_key(object_id)))

    def add(self, other: Judged) -> None:
        """Take in what another one remembers."""
        self.roles |= other.roles
        self._asked |= other._asked
        self._open |= other._open

    def was_asked(self, rule: Rule, key: str) -> bool:
        """Whether a rule was asked of the role of that key."""
        name = "" if rule.is_about_account else rule.applies_to
        return (name, key) in self._asked

    def is_open(self, rule: Rule, key: str) -> bool:
        """Whether something that a rule asks of the role of that key could not be told."""
        return not self._open.isdisjoint(((rule.id, key), (rule.id, "")))


class Accepting(NamedTuple):
    """What is accepted of the findings of some rules, on which day (``2026-11-22``).

    ``judged`` is what the audit has to remember for it.
    """

    waivers: Sequence[Waiver]
    baseline: Baseline | None
    rules: Sequence[Rule]
    judged: Judged
    today: str

    def applied(self, report: Report, account: Account, *, is_whole: bool) -> Report:
        """The report with the findings that are waived, or known to the baseline, marked as such.

        ``is_whole`` says that more was given than single files, so that it is telling if a role is
        not there at all.
        """
        self.judged.see_objects(account)
        waiving = _Waiving(self)
        report = _with_waivers(report, waiving)
        idle = tuple(waiving.idle()) if report.is_complete else ()
        notes = (*report.notes, *waiving.notes(idle, is_whole=is_whole))
        report = report._replace(idle_waivers=idle, notes=notes)
        return self._with_baseline(report, self.baseline) if self.baseline else report

    def _with_baseline(self, report: Report, baseline: Baseline) -> Report:
        found = {finding.fingerprint for finding in report.findings}
        mended = tuple(self._mended(baseline, found)) if report.is_complete else ()
        return report._replace(
            findings=tuple(_known(finding, baseline) for finding in report.findings),
            notes=(*report.notes, *_note_on(mended, baseline)),
            has_baseline=True,
            mended=mended,
        )

    def _mended(self, baseline: Baseline, found: AbstractSet[str]) -> Iterator[str]:
        """The fingerprints that are gone, of rules that were asked of their roles."""
        rules = {rule.id: rule for rule in self.rules}
        for mark, entry in baseline.entries.items():
            rule, key = rules.get(entry.rule), role_key(entry.role)
            if mark in found or rule is None or self.judged.is_open(rule, key):
                continue
            if self.judged.was_asked(rule, key):
                yield mark


def _with_waivers(report: Report, waiving: _Waiving) -> Report:
    findings = tuple(map(waiving.applied, report.findings))
    waived = sum(finding.waiver is not None for finding in findings)
    results = {
        **report.results,
        Result.FINDING: report.results[Result.FINDING] - waived,
        Result.WAIVED: report.results[Result.WAIVED] + waived,
    }
    outcomes = report.outcomes and tuple(map(waiving.outcome, report.outcomes))
    return report._replace(findings=findings, results=results, outcomes=outcomes)


class _Waiving:
    """Some waivers, and what each has had to do so far."""

    def __init__(self, accepting: Accepting) -> None:
        self.judged = accepting.judged
        self.rules = {
            waiver: [rule for rule in accepting.rules if waiver.names_rule(rule.id)]
            for waiver in accepting.waivers
        }
        self.left = {waiver: days_left(waiver, accepting.today) for waiver in self.rules}
        self.held: Counter[Waiver] = Counter()
        self.failed: Counter[Waiver] = Counter()
        self._of_rule: dict[str, list[Waiver]] = {}
        for waiver, rules in self.rules.items():
            for rule in rules:
                self._of_rule.setdefault(rule.id, []).append(waiver)

    def applied(self, finding: Finding) -> Finding:
        """The finding with its waiver; with a word on each that no longer holds if none does."""
        about = self._about(finding)
        best = self._best(finding, about)
        if best:
            self.held.update(about)
            return finding._replace(waiver=best)
        self.failed.update(about)
        words = [(waiver.location, f"the waiver {self._why_not(waiver)}") for waiver in about]
        return _with_words(finding, words)

    def outcome(self, outcome: Outcome) -> Outcome:
        """The entry of the complete record, as waived if it is a finding that is."""
        if outcome.verdict.result is Result.FINDING and self._best(outcome, self._about(outcome)):
            return outcome._replace(verdict=outcome.verdict._replace(result=Result.WAIVED))
        return outcome

    def _about(self, item: Finding | Outcome) -> list[Waiver]:
        """The waivers that are about a finding, whether they hold or not."""
        verdict = item.verdict
        permission = verdict.permission.id if verdict.permission else verdict.subject
        return [
            waiver
            for waiver in self._of_rule.get(item.rule.id, ())
            if waiver.names_role(item.role_id or verdict.about, item.role_name)
            and waiver.names_permission(permission)
        ]

    def _best(self, item: Finding | Outcome, about: Iterable[Waiver]) -> Waiver | None:
        """Of the waivers that hold for a finding the one that lasts longest."""
        granted = item.verdict.granted
        holding = [
            waiver
            for waiver in about
            if self.left[waiver] >= 0
            and (waiver.level is None or granted is None or granted <= waiver.level)
        ]
        return max(holding, key=lambda waiver: waiver.expires, default=None)

    def _why_not(self, waiver: Waiver) -> str:
        if self.left[waiver] < 0 or waiver.level is None:
            return f"expired on {waiver.expires}"
        return f"accepts {waiver.level.title} at most"

    def idle(self) -> Iterator[Waiver]:
        """The waivers that match no finding of the roles of which their rules were asked."""
        called_so = self._roles()
        for waiver, rules in self.rules.items():
            if self.held[waiver] or self.failed[waiver]:
                continue
            pairs = [(rule, key) for rule in rules for key in self._keys(waiver, called_so)]
            if any(self.judged.was_asked(*pair) for pair in pairs) and not any(
                self.judged.is_open(*pair) for pair in pairs
            ):
                yield waiver

    def notes(self, idle: Sequence[Waiver], *, is_whole: bool) -> Iterator[str]:
        """What is worth telling of the waivers that had to do with this audit."""
        called_so = self._roles()
        for waiver in self.rules:
            number, left = self.failed[waiver], self.left[waiver]
            if number:
                counts = f"{counted(number, 'finding')} {'count' if number > 1 else 'counts'}"
                yield f"{waiver}: {self._why_not(waiver)}, {counts}"
            elif self.held[waiver] and left <= SOON:
                yield f"{waiver}: {when(waiver, left)}"
            elif waiver in idle:
                yield f"{waiver}: matches no finding; nspermaudit waivers prune removes it"
            elif called_so and is_whole and self._is_stray(waiver, called_so):
                ids = (role_id for role_id, _ in self.judged.roles.values())
                yield f"{waiver}: there is no such role here{schemas.closest(waiver.role, ids)}"

    def _is_stray(self, waiver: Waiver, called_so: Mapping[str, AbstractSet[str]]) -> bool:
        """Whether rules in use are about roles alone, and none is called as a waiver says."""
        rules = self.rules[waiver]
        about_roles = bool(rules) and not any(rule.is_about_account for rule in rules)
        return about_roles and not self._keys(waiver, called_so)

    def _roles(self) -> dict[str, set[str]]:
        """The keys of the roles that were there, by all that they may be called."""
        found: dict[str, set[str]] = {}
        for key, names in self.judged.roles.items():
            for text in called(*names):
                found.setdefault(text.casefold(), set()).add(key)
        return found

    def _keys(self, waiver: Waiver, called_so: Mapping[str, AbstractSet[str]]) -> AbstractSet[str]:
        """The keys of the roles that a waiver is about."""
        exact = called_so.get(waiver.role.casefold(), frozenset())
        if not is_glob(waiver.role):
            return exact
        roles = self.judged.roles
        return exact | {key for key, names in roles.items() if waiver.names_role(*names)}


def when(waiver: Waiver, left: int) -> str:
    """When a waiver expires, or expired, of which so many days are left."""
    if left < 0:
        return f"expired on {waiver.expires}"
    if left <= 1:
        return f"expires {'tomorrow' if left else 'today'} ({waiver.expires})"
    return f"expires in {left} days ({waiver.expires})"


def _with_words(finding: Finding, words: Iterable[tuple[Location, str]]) -> Finding:
    """The finding, with words on what stands at other places."""
    verdict = finding.verdict
    return finding._replace(verdict=verdict._replace(related=(*verdict.related, *words)))


def _known(finding: Finding, baseline: Baseline) -> Finding:
    """The finding, marked if the baseline knows it; with a word on it if it has become worse."""
    entry = baseline.entries.get(finding.fingerprint)
    if entry is None:
        return finding
    if entry.bears(finding):
        return finding._replace(is_baselined=True)
    levels = " and ".join(level.title for level in entry.granted) or "None"
    words = f"the baseline knows it at {levels}: it has become worse"
    return _with_words(finding, [(entry.location, words)])


def _note_on(mended: Sequence[str], baseline: Baseline) -> Iterator[str]:
    if mended:
        number = counted(len(mended), "entry", "entries")
        verb = "is" if len(mended) == 1 else "are"
        yield (
            f"{number} of the baseline {baseline.path} {verb} mended; "
            "nspermaudit baseline prune drops what is"
        )
