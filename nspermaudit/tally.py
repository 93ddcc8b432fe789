"""Counting: every verdict on every role goes in, findings and sums come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from nspermaudit import noticed
from nspermaudit.account import Account
from nspermaudit.census import Census
from nspermaudit.finding import (
    LIMITS,
    OVERRIDING,
    WHO,
    Finding,
    Input,
    Outcome,
    PackDigest,
    Report,
    distinct_grants,
    finding_of,
    outcome_of,
    subject_id_of,
)
from nspermaudit.model import NO_ROLE, Role
from nspermaudit.questions import Questions
from nspermaudit.rule import Result, Rule, Verdict
from nspermaudit.scope import INTEGRATION, Scope
from nspermaudit.selector import Named
from nspermaudit.style import MAX_NAMED
from nspermaudit.waiting import Waiting

if TYPE_CHECKING:
    from nspermaudit.judged import Judged
    from nspermaudit.snapshot import Snapshot


_order = attrgetter("order")


class Tally:
    """What became of the roles judged so far; the roles themselves only go into a ``snapshot``.

    ``judged``, if there is one, remembers which rules were asked of which roles.
    """

    def __init__(  # noqa: PLR0913 - what an audit is about, and what it has to remember
        self,
        asked: Questions,
        scope: Scope,
        people: Census,
        *,
        keep_all: bool,
        snapshot: Snapshot | None = None,
        judged: Judged | None = None,
        by_user: Snapshot | None = None,
    ) -> None:
        self.questions = asked
        self.scope = scope
        self.people = people
        self.keep_all = keep_all
        self.snapshot = snapshot
        self.judged = judged
        self.waiting = Waiting(asked)
        self.steps: dict[int, set[Result]] = {rule.step: set() for rule in asked.rules if rule.step}
        self.roles = self.grants = 0
        self.results: Counter[Result] = Counter()
        self.not_evaluated: Counter[str] = Counter()
        self.findings: list[Finding] = []
        self.outcomes: list[Outcome] = []
        self.notes: set[str] = set()
        self.matched: set[str] = set()
        self.places: dict[str, str] = {}
        self.repeated: set[str] = set()
        self.asked: set[str] = set()
        self._by_user = by_user
        self.told: set[str] = set()
        self.tallied: Counter[str] = Counter()
        self.names: set[str] = set()

    def fresh(self) -> Tally:
        """An empty tally of the same audit."""
        return Tally(
            self.questions,
            self.scope,
            Census(),
            keep_all=self.keep_all,
            snapshot=None if self.snapshot is None else self.snapshot.fresh(),
            judged=None if self.judged is None else self.judged.fresh(),
            by_user=None if self._by_user is None else self._by_user.fresh(),
        )

    def judge(self, role: Role) -> None:
        """Hold one role against every rule that is asked of it."""
        self.roles += 1
        self.grants += distinct_grants(role)
        self._remember(role)
        for snapshot in (self.snapshot, self._by_user):
            if snapshot is not None:
                snapshot.take(role)
        if self.judged is not None:
            self.judged.see(role)
        for name, rules in self.questions.of_roles.items():
            roles = self.scope.classes.get(name)
            asked = roles.holds(role, self.account) if roles else None
            if asked:
                self.asked.add(name)
                if self.judged is not None:
                    self.judged.ask(role, name)
                self._ask(rules, role)
                for rule, verdict in self.waiting.take(role, name):
                    self._count(rule, role, verdict)
            elif asked is None:
                reason = f"not known whether the role is one of class {name}"
                for rule in rules:
                    self._count(rule, role, Verdict(Result.NOT_EVALUATED, reason=reason))

    @property
    def account(self) -> Account:
        """What was known of the account before any role was read."""
        return self.questions.account

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules that are asked."""
        return self.questions.rules

    def keep_for_users(self) -> None:
        """Keep of all roles what is needed to tell, once all are read, what users can do."""
        if any(rule.verb == "conflict" for rule in self.rules):
            from nspermaudit.by_user import least_levels  # noqa: PLC0415 - start-up: few need it
            from nspermaudit.snapshot import Snapshot  # noqa: PLC0415 - the same

            self._by_user = Snapshot(least_levels(self.rules))

    def judge_account(self) -> None:
        """Hold the account itself, its projects' objects for one, against the rules about it.

        Once all roles are judged: only then it is known who has them.
        """
        account = self.people.onto(self.account)
        if self.judged is not None and self.questions.about_account:
            self.judged.ask(NO_ROLE, "")
        for rule in self.questions.about_account:
            for verdict in rule.judge(NO_ROLE, account):
                self._count(rule, NO_ROLE, verdict)
        for rule in self.rules:
            if rule.is_asked_last:
                self._conclude(rule, account)
        if self.roles and any(rule.verb == "conflict" for rule in self.rules):
            self._judge_users(account)

    def _conclude(self, rule: Rule, account: Account) -> None:
        """Ask a rule of all roles that wait for it; if there are none, of none."""
        number = self.waiting.number_for(rule)
        decided = rule.decided(NO_ROLE, account) if number is None else None
        if decided:
            self._count(rule, NO_ROLE, decided)
        elif number != 0:
            roles = self.waiting.roles_for(rule) if number else None
            for role, verdict in rule.last_check.conclude(roles, account):
                self._count(rule, role, verdict)
        if self.judged is not None:
            self.judged.ask(NO_ROLE, rule.applies_to)

    def _judge_users(self, account: Account) -> None:
        """Hold what users can do over all their roles against the rules about conflicts."""
        from nspermaudit import by_user  # noqa: PLC0415 - start-up: few audits have such rules

        if self._by_user is None or not account.assignments:
            self.notes = by_user.with_unknown(self.notes)
            return
        users = by_user.ByUser(self.rules, self.scope.classes, account, self._by_user)
        for rule, verdict in users.verdicts():
            self._count(rule, NO_ROLE, verdict)
        self.notes.update(users.notes())
        if self.judged is not None:
            for person in users.people.persons:
                self.judged.see_user(person.label, self.questions.of_roles)
        self.findings = [*users.with_holders(self.findings)]

    def _ask(self, rules: Iterable[Rule], role: Role) -> None:
        passes = 0
        steps: set[int] = set()
        for rule in rules:
            for verdict in rule.judge(role, self.account):
                if verdict.result is Result.PASS and not verdict.note and not self.keep_all:
                    passes += 1
                    if verdict.tallied:
                        self.tallied[verdict.tallied] += 1
                    steps.add(rule.step)
                else:
                    self._count(rule, role, verdict)
        self.results[Result.PASS] += passes
        for step in steps - {0}:
            self.steps[step].add(Result.PASS)

    def _remember(self, role: Role) -> None:
        self.matched.update(
            glob
            for glob in self.scope.globs
            if glob not in self.matched and Named(glob).holds(role, self.account)
        )
        self._place(role.id, role.location.path)
        if len(self.names) < MAX_NAMED * 2:
            self.names.add(role.title.strip())

    def _place(self, role_id: str, path: str) -> None:
        first = self.places.setdefault(role_id, path)
        if first != path and role_id not in self.questions.objects:
            self.repeated |= {first, path}

    def _count(self, rule: Rule, role: Role, verdict: Verdict) -> None:
        self.results[verdict.result] += 1
        if rule.step:
            self.steps[rule.step].add(verdict.result)
        if verdict.result is Result.FINDING:
            self.findings.append(finding_of(rule, role, verdict))
        elif verdict.result is Result.NOT_EVALUATED:
            self.not_evaluated[verdict.reason] += 1
            if self.judged is not None:
                self.judged.leave_open(rule, subject_id_of(role.id, verdict))
        if verdict.note:
            self.notes.add(verdict.note)
        if verdict.tallied:
            self.tallied[verdict.tallied] += 1
        if self.keep_all:
            self.outcomes.append(outcome_of(rule, role, verdict))

    def add(self, other: Tally) -> None:
        """Take in what another tally of the same audit has counted."""
        self.roles += other.roles
        self.grants += other.grants
        self.results += other.results
        self.not_evaluated += other.not_evaluated
        self.findings += other.findings
        self.waiting.add(other.waiting)
        for step, results in other.steps.items():
            self.steps[step] |= results
        self.outcomes += other.outcomes
        self.notes |= other.notes
        self.tallied += other.tallied
        self.people.add(other.people)
        self.matched |= other.matched
        self.repeated |= other.repeated
        self.asked |= other.asked
        self.names |= other.names
        if self.snapshot is not None and other.snapshot is not None:
            self.snapshot.add(other.snapshot)
        if self._by_user is not None and other._by_user is not None:
            self._by_user.add(other._by_user)
        if self.judged is not None and other.judged is not None:
            self.judged.add(other.judged)
        for role_id, path in other.places.items():
            self._place(role_id, path)

    def report(self, version: str, packs: Iterable[PackDigest], inputs: Iterable[Input]) -> Report:
        """Everything that was counted, in an order that does not depend on that of the inputs."""
        known = self.account.roles.values()
        return Report(
            version=version,
            packs=tuple(packs),
            inputs=tuple(sorted(inputs, key=lambda item: item.path)),
            findings=tuple(sorted(self.findings, key=_order)),
            results={result: self.results[result] for result in Result},
            roles=self.roles,
            grants=self.grants,
            rules=len(self.rules),
            not_evaluated=dict(sorted(self.not_evaluated.items())),
            steps={step: frozenset(self.steps[step]) for step in sorted(self.steps)},
            outcomes=tuple(sorted(self.outcomes, key=_order)) if self.keep_all else None,
            assumptions=(*sorted(self.told), *self.scope.assumptions),
            limits=tuple(self._limits()),
            notes=tuple(
                sorted(
                    {
                        *self.notes,
                        *(noticed.unseen(known, self.places) if self.roles else ()),
                        *noticed.repeated(self.repeated),
                        *noticed.in_total(self.tallied, self.roles),
                        *(words for _, words in self.unasked()),
                    }
                )
            ),
        )

    def _limits(self) -> Iterable[str]:
        """What no export shows, but for what one did."""
        shown = {WHO: self.people.assignments, OVERRIDING: self.people.global_grants}
        return (limit for limit in LIMITS if not shown.get(limit))

    def unasked(self) -> Iterable[tuple[str, str]]:
        """Classes to which no role belongs, as far as the inputs tell, and that in words."""
        for name, words in self.questions.unasked(self.asked) if self.roles else ():
            hint = "; name one with --role" if name == INTEGRATION and not self.scope.globs else ""
            yield name, words + hint
