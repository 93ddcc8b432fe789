"""A rule about a conflict, held against users: what their roles let them do, and how to say it.

What one role alone can do is that role's finding. What is left is of two kinds: what only several
roles of a user can do, one after the other, and what a role can do for those users alone whose
global permissions add to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from nspermaudit.account import Account
from nspermaudit.checks.conflict import Conflict
from nspermaudit.companions import GlobalGrant
from nspermaudit.functions import Function
from nspermaudit.model import Grant, Location, Role
from nspermaudit.people import Person, effective
from nspermaudit.rule import Condition, Result, Rule, Verdict
from nspermaudit.selector import all_of, any_of, negated
from nspermaudit.style import counted, listed

_ACCESS = "Lists > Employees > Employees > {} > Edit > Access"
_MAX_PLACES = 20
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}


class Working(NamedTuple):
    """A role as a user works in it, and whether they can then do the one and the other.

    None stands for what the inputs do not tell.
    """

    key: str
    role: Role
    sides: tuple[bool | None, bool | None]

    @property
    def can_do_both(self) -> bool | None:
        """Whether it has the conflict alone."""
        return all_of(self.sides)


class Roles:
    """The roles of an account as users work in them, and what each can do.

    ``by_key`` are the roles by their identity, ``classes`` the role classes.
    """

    def __init__(
        self, by_key: Mapping[str, Role], classes: Mapping[str, Condition], account: Account
    ) -> None:
        self.by_key = by_key
        self._classes = classes
        self._account = account
        self._held: dict[tuple[int, str], bool | None] = {}

    def working(self, rule: Rule, check: Conflict, key: str, role: Role | None = None) -> Working:
        """A role, or what somebody's global permissions make of it.

        One that the rule is not asked of can do neither.
        """
        own = self.by_key[key]
        asked = self._is_asked(rule, role or own)
        can = [
            side.is_held(role) if role else self._is_held(side, key, own) for side in check.sides
        ]
        return Working(key, role or own, (all_of((asked, can[0])), all_of((asked, can[1]))))

    def _is_asked(self, rule: Rule, role: Role) -> bool | None:
        condition = self._classes.get(rule.applies_to)
        answers = [condition.holds(role, self._account) if condition else None]
        if rule.when:
            answers.append(rule.when.holds(role, self._account))
        if rule.unless:
            answers.append(negated(rule.unless.holds(role, self._account)))
        return all_of(answers)

    def _is_held(self, side: Function, key: str, role: Role) -> bool | None:
        place = (id(side), key)  # rules share functions, and outlive this
        if place not in self._held:
            self._held[place] = side.is_held(role)
        return self._held[place]


class United:
    """A rule about a conflict, and the users it is held against."""

    def __init__(self, rule: Rule, check: Conflict, roles: Roles) -> None:
        self._rule = rule
        self._check = check
        self._roles = roles
        self._about = {item.permission.id for side in check.sides for item in side.wanted}
        self._working: dict[str, Working] = {}
        self._answers: dict[tuple[str, ...], Verdict | None] = {}
        self.relieved: set[str] = set()

    def verdict(self, person: Person, keys: tuple[str, ...]) -> Verdict | None:
        """The verdict on a user who works in these roles; None if one role says it all."""
        verdict = self._verdict(person, keys)
        if verdict is None or not person.missing or verdict.result is not Result.PASS:
            return verdict
        names = listed([f'"{name}"' for name in person.missing])
        return self._open(f"no permissions were exported of role {names}")

    def _verdict(self, person: Person, keys: tuple[str, ...]) -> Verdict | None:
        own = [self._own(key) for key in keys]
        overrides = {key: grant for key, grant in person.overrides.items() if key in self._about}
        if overrides:
            return self._overridden(person, own, overrides)
        if len(keys) + len(person.missing) <= 1:
            return None
        if keys not in self._answers:
            self._answers[keys] = self._answer(own)
        return self._answers[keys] or self._over_roles(person, own)

    def _own(self, key: str) -> Working:
        if key not in self._working:
            self._working[key] = self._roles.working(self._rule, self._check, key)
        return self._working[key]

    def _answer(self, roles: Sequence[Working]) -> Verdict | None:
        """What is to be said of whoever works in these roles; None for a finding over them all."""
        if any(one.can_do_both for one in roles):
            return self._check.passes._replace(
                result=Result.NOT_APPLICABLE, reason="one role of the user has the conflict alone"
            )
        answer = all_of(any_of(one.sides[side] for one in roles) for side in (0, 1))
        if answer:
            return None
        return self._open(self._unread(roles)) if answer is None else self._check.passes

    def _open(self, reason: str) -> Verdict:
        return self._check.passes._replace(result=Result.NOT_EVALUATED, reason=f"by user: {reason}")

    def _unread(self, roles: Iterable[Working]) -> str:
        """Why there is no telling."""
        unread = [
            f'{permission.name} in "{one.role.title.strip()}"'
            for one in roles
            for key, permission in one.role.unread.items()
            if key in self._about
        ]
        if unread:
            return f"the level of {unread[0]} could not be read"
        return "not known whether the rule is asked of a role of the user"

    def _overridden(
        self, person: Person, own: Sequence[Working], overrides: Mapping[str, GlobalGrant]
    ) -> Verdict:
        """The verdict on a user whose global permissions have to do with the rule."""
        found = [
            self._roles.working(self._rule, self._check, one.key, effective(one.role, overrides))
            for one in own
        ]
        both = [(before.can_do_both, after) for before, after in zip(own, found, strict=True)]
        if any(before and after.can_do_both is False for before, after in both):
            self.relieved.add(person.label)
        completed = [after for before, after in both if after.can_do_both and not before]
        if completed and not any(before and after.can_do_both for before, after in both):
            return self._in_roles(person, completed, overrides)
        return self._answer(found) or self._over_roles(person, found)

    def _over_roles(self, person: Person, roles: Sequence[Working]) -> Verdict:
        """The finding on what only several roles of a user can do together."""
        sides = [[one for one in roles if one.sides[side]] for side in (0, 1)]
        keys = dict.fromkeys(one.key for side in sides for one in side)
        number = _NUMBERS.get(len(keys), str(len(keys)))
        names = listed([f'"{_name(self._own(key).role)}"' for key in keys])
        return self._finding(
            person,
            f'"{person.label}" can, over {number} roles, ',
            sides,
            {},
            f"take one of these roles away from the user: {names}; in NetSuite: "
            f"{_ACCESS.format(person.label)} > Roles",
        )

    def _in_roles(
        self, person: Person, roles: Sequence[Working], overrides: Mapping[str, GlobalGrant]
    ) -> Verdict:
        """The finding on what a role can do for a user with these global permissions alone."""
        word = "role" if len(roles) == 1 else "roles"
        names = listed([f'"{_name(one.role)}"' for one in roles])
        given = listed([one.permission.name for one in overrides.values() if one.level])
        return self._finding(
            person,
            f'"{person.label}" can, in the {word} {names} with their global permissions, ',
            [roles, roles],
            overrides,
            f"take the global permission {given} away; in NetSuite: "
            f"{_ACCESS.format(person.label)} > Global Permissions",
        )

    def _finding(
        self,
        person: Person,
        begin: str,
        sides: Sequence[Sequence[Working]],
        overrides: Mapping[str, GlobalGrant],
        fix: str,
    ) -> Verdict:
        means = [
            list(_means(function, roles, overrides))
            for function, roles in zip(self._check.sides, sides, strict=True)
        ]
        able = " and ".join(
            f"{function.title} ({listed(list(dict.fromkeys(one.words for one in found)))})"
            for function, found in zip(self._check.sides, means, strict=True)
        )
        first, *others = dict.fromkeys(one.key for side in sides for one in side)
        given = [
            (person.roles[key].location, f'"{_name(self._own(key).role)}" is a role of this user')
            for key in others
        ]
        places = [(place, words) for found in means for one in found for place, words in one.places]
        return self._check.passes._replace(
            result=Result.FINDING,
            problem="conflict",
            location=person.roles[first].location,
            message=begin + able,
            fix=fix,
            related=_some([*dict.fromkeys((*given, *places))]),
            sides=tuple(tuple(grant for one in found for grant in one.grants) for found in means),
            marks=tuple(
                tuple(dict.fromkeys(word for one in roles for word in function.marks(one.role)))
                for function, roles in zip(self._check.sides, sides, strict=True)
            ),
        )


def _some(places: Sequence[tuple[Location, str]]) -> tuple[tuple[Location, str], ...]:
    """The first of some places, and how many more there are."""
    more = len(places) - _MAX_PLACES
    if more <= 0:
        return tuple(places)
    return (*places[:_MAX_PLACES], (places[_MAX_PLACES][0], f"and {counted(more, 'more place')}"))


class _Means(NamedTuple):
    """By what a user can do something, in one of their roles or in all."""

    words: str
    grants: tuple[Grant, ...]
    places: tuple[tuple[Location, str], ...]


def _means(
    function: Function, roles: Iterable[Working], overrides: Mapping[str, GlobalGrant]
) -> Iterator[_Means]:
    for one in roles:
        name = f'"{_name(one.role)}"'
        marks = function.marks(one.role)
        grants = function.grants(one.role)
        own = tuple(grant for grant in grants if grant.permission.id not in overrides)
        added = tuple(grant for grant in grants if grant.permission.id in overrides)
        for owner, found, others in ((name, own, marks), ("global permission", added, [])):
            if found or others:
                words = listed([*map(_spoken, found), *others])
                places = tuple((grant.location, f"{owner}: {_spoken(grant)}") for grant in found)
                yield _Means(f"{owner}: {words}", found, places)


def _name(role: Role) -> str:
    return role.title.strip()


def _spoken(grant: Grant) -> str:
    return f"{grant.permission.name} {grant.level.title}"
