"""People: which users hold which of the roles that were read, whatever their exports call both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from nspermaudit.account import Account
from nspermaudit.companions import Assignment, GlobalGrant, RoleFacts, User
from nspermaudit.identities import joined_users, state_of
from nspermaudit.model import Grant, Level, Role, role_key
from nspermaudit.snapshot import Snapshot
from nspermaudit.style import counted, listed


class Person(NamedTuple):
    """A user, and the roles they can work in.

    ``label`` is their name, with their id if somebody else is called so; ``state`` is why they
    cannot work ("inactive", "without login access"), empty where nothing says so. ``roles`` are by
    their identity in a ``Snapshot``; ``missing`` are those that no export has permissions of, as
    assignments call them. ``overrides`` are global permissions by the permission's id.
    """

    label: str
    state: str
    roles: Mapping[str, Assignment]
    missing: tuple[str, ...]
    overrides: Mapping[str, GlobalGrant]


class People(NamedTuple):
    """All users who hold a role, in the order of their labels; ``notes`` tell what was unclear."""

    persons: tuple[Person, ...]
    notes: tuple[str, ...]

    def holders(self) -> dict[str, list[Person]]:
        """Who holds each role, by the role's identity."""
        found: dict[str, list[Person]] = {}
        for person in self.persons:
            for key in person.roles:
                found.setdefault(key, []).append(person)
        return found


def known_people(account: Account, roles: Snapshot) -> People:
    """The people of an account, each with those of the roles that they hold."""
    canonical, users, notes = joined_users(account.users)
    names = _RoleNames(account, roles)
    held: dict[str, dict[str, Assignment]] = {}
    missing: dict[str, dict[str, None]] = {}
    for assignment in account.assignments:
        user_id = canonical.get(assignment.user, assignment.user)
        mine = held.setdefault(user_id, {})
        found = names.find(assignment.role)
        if found is None:
            missing.setdefault(user_id, {}).setdefault(names.called(assignment.role))
        else:
            mine.setdefault(found, assignment)
    overrides: dict[str, dict[str, GlobalGrant]] = {}
    for grant in account.global_grants:
        user_id = canonical.get(grant.user, grant.user)
        theirs = overrides.setdefault(user_id, {})
        if grant.outweighs(theirs.setdefault(grant.permission.id, grant)):
            theirs[grant.permission.id] = grant
    labels = _labels(held, users)
    persons = [
        Person(
            labels[key],
            state_of(users.get(key)),
            dict(sorted(mine.items())),
            tuple(sorted(missing.get(key, ()))),
            overrides.get(key, {}),
        )
        for key, mine in held.items()
    ]
    persons.sort(key=lambda person: (person.label.casefold(), person.label))
    without = sum(key not in held for key in overrides)
    if without:
        notes.append(
            f"{counted(without, 'user')} with global permissions and no role in any export: "
            "not assessed"
        )
    return People(tuple(persons), (*notes, *_missing_notes(missing, names)))


def effective(role: Role, overrides: Mapping[str, GlobalGrant]) -> Role:
    """What a role grants to somebody whose global permissions override it, up and down."""
    if not overrides:
        return role
    grants = [grant for grant in role.grants if grant.permission.id not in overrides]
    grants += [
        Grant(one.permission, one.level, one.location) for one in overrides.values() if one.level
    ]
    unread = {key: item for key, item in role.unread.items() if key not in overrides}
    unread |= {key: one.permission for key, one in overrides.items() if one.level is None}
    return role.with_grants(grants, unread)


def is_inactive(role: Role) -> bool:
    """Whether nobody can work in a role; what no export says does not make it so."""
    return role.attributes.get("inactive") is True


def highest(roles: Iterable[Role], permission_id: str) -> Level | None:
    """The highest level of a permission over some roles; None if none has it."""
    return max((level for role in roles for level in role.held.levels(permission_id)), default=None)


def _labels(ids: Iterable[str], users: Mapping[str, User]) -> dict[str, str]:
    """What to call each user: by name, and by id, too, where a name is not enough."""
    names: dict[str, list[str]] = {}
    for key in ids:
        user = users.get(key)
        names.setdefault(" ".join((user.name if user else "").split()) or key, []).append(key)
    return {
        key: name if len(keys) == 1 else f"{name} ({key})"
        for name, keys in names.items()
        for key in keys
    }


class _RoleNames:
    """What roles are called: leads from an id, a script id or a name to a role that was read."""

    def __init__(self, account: Account, roles: Snapshot) -> None:
        self._roles = roles
        self._facts = account.roles
        self._by_name: dict[str, set[str]] = {}
        for key, copies in roles.roles.items():
            for known in copies:
                self._by_name.setdefault(known.spoken_name, set()).add(key)
        for fact in account.roles.values():
            same = next(self._of_facts(fact), None)
            if same and fact.name:
                self._by_name.setdefault(_spoken(fact.name), set()).add(same)
        self._found: dict[str, str | None] = {}

    def find(self, text: str) -> str | None:
        """The identity of the role of that id or name; None if there is none, or more than one."""
        if text not in self._found:
            self._found[text] = self._look_up(text)
        return self._found[text]

    def _look_up(self, text: str) -> str | None:
        key = _spoken(role_key(text))
        if key in self._roles.roles:
            return key
        fact = self._fact(text)
        by_fact = next(self._of_facts(fact), None) if fact else None
        if by_fact:
            return by_fact
        names = self._by_name.get(_spoken(fact.name if fact and fact.name else text), set())
        return next(iter(names)) if len(names) == 1 else None

    def _fact(self, text: str) -> RoleFacts | None:
        return self._facts.get(text) or self._facts.get(role_key(text))

    def _of_facts(self, fact: RoleFacts) -> Iterator[str]:
        keys = (_spoken(role_key(text)) for text in (fact.script_id, fact.id) if text)
        return (key for key in keys if key in self._roles.roles)

    def called(self, text: str) -> str:
        """What to call a role in a sentence."""
        fact = self._fact(text)
        return (fact.name if fact else "") or text

    def number_of(self, text: str) -> int:
        """How many of the roles that were read have that name."""
        return len(self._by_name.get(_spoken(text), ()))


def _spoken(text: str) -> str:
    return " ".join(text.casefold().split())


def _missing_notes(missing: Mapping[str, Mapping[str, None]], names: _RoleNames) -> Iterator[str]:
    """Which roles of users were not there to be assessed."""
    users: dict[str, int] = {}
    for roles in missing.values():
        for role in roles:
            users[role] = users.get(role, 0) + 1
    in_order = sorted(users, key=lambda role: (-users[role], role))
    for is_double, why in (
        (False, "no export has the permissions, or says which roles these are"),
        (True, "more than one role that was read has this name"),
    ):
        words = [
            f'role "{role}" ({counted(users[role], "user")})'
            for role in in_order
            if (names.number_of(role) > 1) is is_double
        ]
        if words:
            yield f"it is not known what users can do in {listed(words)}: {why}"
