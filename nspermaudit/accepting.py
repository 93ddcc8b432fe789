"""Applying waivers and a baseline to a report: what is accepted stays in it and does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from nspermaudit import schemas
from nspermaudit.account import Account
from nspermaudit.baseline import Baseline
from nspermaudit.finding import Finding, Outcome, Report
from nspermaudit.judged import Extent, Judged
from nspermaudit.model import NO_ROLE, Location, role_key
from nspermaudit.rule import Result, Rule
from nspermaudit.style import counted
from nspermaudit.waiver import ACCOUNT, Waiver, called, is_pattern
from nspermaudit.waivers import days_left

SOON = 30
"""A waiver that expires within so many days is told."""


class Accepting(NamedTuple):
    """What is accepted of the findings of some rules, on which day (``2026-11-22``).

    ``judged`` is what the audit has to remember for it, ``known`` gives all rules that there are,
    in use or not.
    """

    waivers: Sequence[Waiver]
    baseline: Baseline | None
    rules: Sequence[Rule]
    judged: Judged
    today: str
    known: Callable[[], Sequence[Rule]]

    def applied(self, report: Report, account: Account, extent: Extent) -> Report:
        """The report with the findings marked that are waived, or known to the baseline."""
        self.judged.see_objects(account)
        if not self.judged.saw_roles_of(account):
            extent = extent._replace(is_folder=False)
        waiving = _Waiving(self)
        report = _with_waivers(report, waiving)
        idle = tuple(waiving.idle(extent)) if report.is_complete else ()
        notes = (*report.notes, *waiving.notes(idle, is_whole=extent.is_whole))
        report = report._replace(idle_waivers=idle, notes=notes)
        return self._with_baseline(report, self.baseline, extent) if self.baseline else report

    def _with_baseline(self, report: Report, baseline: Baseline, extent: Extent) -> Report:
        found = {finding.fingerprint for finding in report.findings}
        mended = tuple(self._mended(baseline, found)) if report.is_complete else ()
        is_told = report.is_complete and extent.is_folder and extent.is_sdf
        return report._replace(
            findings=tuple(_known(finding, baseline) for finding in report.findings),
            notes=(*report.notes, *_note_on(mended, baseline)),
            has_baseline=True,
            mended=mended,
            vanished=tuple(self._vanished(baseline)) if is_told else (),
        )

    def _vanished(self, baseline: Baseline) -> Iterator[str]:
        """The fingerprints of custom roles that are not there, and of rules in use."""
        rules = {rule.id for rule in self.rules if not rule.is_about_account}
        for mark, entry in baseline.entries.items():
            is_custom = entry.role.casefold().startswith("customrole")
            if is_custom and entry.rule in rules and role_key(entry.role) not in self.judged.roles:
                yield mark

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
        self.known = accepting.known
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
        return _with_words(finding, words)._replace(is_back=bool(about))

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
            if waiver.names_role(item.subject_id, item.role_name)
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

    def idle(self, extent: Extent) -> Iterator[Waiver]:
        """The waivers that match no finding, where all that they are about was asked.

        One with a glob may be about more than this audit saw.
        """
        called_so = self._roles()
        sees_all = extent.is_folder and extent.is_unrestricted
        for waiver, rules in self.rules.items():
            if self.held[waiver] or self.failed[waiver] or (waiver.has_glob and not sees_all):
                continue
            keys = self._keys(waiver, called_so)
            if any(self.judged.is_open(rule, key) for rule in rules for key in keys):
                continue
            if waiver.has_glob:
                asked = (any(self.judged.was_asked(rule, key) for key in keys) for rule in rules)
            else:
                asked = (self.judged.was_asked(rule, key) for rule in rules for key in keys)
            if keys and rules and all(asked) and not self._is_about_others(waiver):
                yield waiver

    def _is_about_others(self, waiver: Waiver) -> bool:
        """Whether a waiver is about rules that are not in use."""
        used = {rule.id for rule in self.rules[waiver]}
        return is_pattern(waiver.rule) and any(
            waiver.names_rule(rule.id) and rule.id not in used for rule in self.known()
        )

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
                what = "user" if waiver.is_about_user else "role"
                yield f"{waiver}: there is no such {what} here{schemas.closest(waiver.role, ids)}"

    def _is_stray(self, waiver: Waiver, called_so: Mapping[str, AbstractSet[str]]) -> bool:
        """Whether rules in use are about roles alone, and none is called as a waiver says."""
        rules = self.rules[waiver]
        if waiver.is_about_user and not self.judged.saw_users:
            return False
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
        if waiver.role.casefold() == ACCOUNT:
            exact |= {role_key(NO_ROLE.id)}
        if not is_pattern(waiver.role):
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
