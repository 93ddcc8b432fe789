"""Conflicts by user: rules about roles, held against all that the roles of one user let them do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from nspermaudit.account import Account
from nspermaudit.checks.conflict import ABLE, Conflict
from nspermaudit.finding import Finding
from nspermaudit.model import Level, Role, role_key
from nspermaudit.people import Person, is_inactive, known_people
from nspermaudit.rule import Condition, Rule, Verdict
from nspermaudit.snapshot import Snapshot
from nspermaudit.style import counted, listed
from nspermaudit.united import Roles, United

UNKNOWN = (
    "by user: not evaluated: export the employees with their roles (an employee search with "
    "Internal ID, Name, Email, Inactive and Role, or SuiteQL employeeroles)"
)
"""What to say where nobody is known to hold a role."""


def with_unknown(notes: AbstractSet[str]) -> set[str]:
    """Notes with ``UNKNOWN``, in one line with what is said of conflicts, if there are any."""
    said = f"{ABLE}; {UNKNOWN}" if ABLE in notes else UNKNOWN
    return {*notes, said} - {ABLE}


def least_levels(rules: Iterable[Rule]) -> dict[str, Level]:
    """The permissions that conflicts are about, each with the lowest level that counts."""
    least: dict[str, Level] = {}
    for rule in rules:
        for side in rule.check.sides if isinstance(rule.check, Conflict) else ():
            for item in side.wanted:
                key = item.permission.id
                least[key] = min(item.level, least.get(key, item.level))
    return least


class ByUser:
    """The users of an account, and rules about conflicts that they are held against.

    ``roles`` has of each role what the rules need, ``classes`` are the role classes.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        classes: Mapping[str, Condition],
        account: Account,
        roles: Snapshot,
    ) -> None:
        self._rules = rules
        self.people = known_people(account, roles)
        keys = {key for person in self.people.persons for key in person.roles}
        self._by_key: Mapping[str, Role] = {key: roles.role(key) for key in keys}
        self._inactive = {key for key in keys if is_inactive(self._by_key[key])}
        self._roles = Roles(self._by_key, classes, account)
        self._relieved: set[str] = set()

    def verdicts(self) -> Iterator[tuple[Rule, Verdict]]:
        """One verdict for each rule and user who may be able to do more than one role of theirs."""
        asked = [
            (person, self._keys(person))
            for person in self.people.persons
            if not self._cannot_work(person)
        ]
        for rule in self._rules:
            if isinstance(rule.check, Conflict):
                united = United(rule, rule.check, self._roles)
                for person, keys in asked:
                    verdict = united.verdict(person, keys)
                    if verdict:
                        yield rule, verdict._replace(user=person.label)
                self._relieved |= united.relieved

    def _keys(self, person: Person) -> tuple[str, ...]:
        """The roles that a user can work in: nobody can in one that is inactive."""
        return tuple(key for key in person.roles if key not in self._inactive)

    def _cannot_work(self, person: Person) -> bool:
        return bool(person.state) or not (person.missing or self._keys(person))

    def notes(self) -> Iterator[str]:
        """What is to be said of the users beside the verdicts, once these are made."""
        persons = self.people.persons
        several = sum(len(person.roles) + len(person.missing) > 1 for person in persons)
        yield (
            f"by user: {counted(len(persons), 'user')} with roles, {several} with several; a user "
            "works in one role at a time: what they can do over several roles they do one after "
            "the other"
        )
        yield from self.people.notes
        out = [f'"{one.label}" ({one.state})' for one in persons if one.state]
        if out:
            yield f"by user: left out {counted(len(out), 'user')} who cannot log in: {listed(out)}"
        idle = _quoted(one.label for one in persons if not one.state and self._cannot_work(one))
        if idle:
            number = counted(len(idle), "user")
            yield f"by user: left out {number} with inactive roles only: {listed(idle)}"
        if self._inactive:
            names = _quoted(sorted(self._by_key[key].title.strip() for key in self._inactive))
            yield f"by user: inactive roles do not count: {listed(names)}"
        if self._relieved:
            names = _quoted(sorted(self._relieved))
            number = counted(len(names), "user")
            yield (
                f"by user: for {number} a global permission takes a conflict away that one of "
                f"their roles has: {listed(names)}"
            )

    def with_holders(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings, those on a conflict within one role with words on who holds that role."""
        holders = self.people.holders()
        for finding in findings:
            verdict = finding.verdict
            persons = holders.get(_key(finding.role_id)) if verdict.problem == "conflict" else None
            if persons:
                held = (persons[0].roles[_key(finding.role_id)].location, _held_by(persons))
                verdict = verdict._replace(related=(*verdict.related, held))
            yield finding._replace(verdict=verdict)


def _key(role_id: str) -> str:
    """A role's identity in a snapshot."""
    return " ".join(role_key(role_id).split())


def _held_by(persons: Sequence[Person]) -> str:
    names = listed(_quoted(person.label for person in persons))
    return f"this role is held by {counted(len(persons), 'user')}: {names}"


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]
