"""Who holds a permission: the roles, and the users in one role or over several; as queries ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from nspermaudit import catalog
from nspermaudit.access import (
    NOBODY,
    ONE_AT_A_TIME,
    Access,
    effective,
    is_inactive,
    level_of,
    title,
    united,
)
from nspermaudit.errors import UsageError
from nspermaudit.model import Level, Location, Permission
from nspermaudit.people import Person
from nspermaudit.requirement import is_glob
from nspermaudit.snapshot import Known, Standing
from nspermaudit.style import counted, listed, one_line

IN_ONE, OVER_SEVERAL, IN_INACTIVE = "in one role", "over several roles", "in an inactive role"

_QUERY = re.compile(r"(?P<name>.*?)\s*(?<![<>=])(?P<sign>>=|==?|[<>]|<=|=>)\s*(?P<word>[^<>=]*)")


class Asked(NamedTuple):
    """A query as it is written: a permission's name, id or glob of ids, and which levels count.

    ``is_exact`` asks for ``level`` alone, otherwise it is that level or a higher one.
    """

    name: str
    level: Level
    is_exact: bool

    def fits(self, level: Level) -> bool:
        """Whether a level is one that counts."""
        return level is self.level if self.is_exact else level >= self.level


class Query(NamedTuple):
    """What is asked, and the ids of the permissions that are meant."""

    asked: Asked
    ids: frozenset[str]

    def fitting(self, grants: Mapping[str, Standing]) -> list[str]:
        """The ids, of those meant, at which some grants fit; where None is asked, all must be."""
        fitting = sorted(key for key in self.ids if self.asked.fits(level_of(grants, key)))
        return [] if not self.asked.level and len(fitting) < len(self.ids) else fitting

    def __str__(self) -> str:
        sign = "=" if self.asked.is_exact else ">="
        return f"{self.asked.name} {sign} {self.asked.level.title}"


class Holding(NamedTuple):
    """A permission and where its grant stands; at None, where the role does.

    ``is_global``: it is a global permission of the user, whatever their roles grant.
    """

    permission: Permission
    level: Level
    location: Location
    is_global: bool = False


class RoleAnswer(NamedTuple):
    """A role that holds what was asked for, and how many users have it."""

    id: str
    name: str
    is_inactive: bool
    held: tuple[Holding, ...]
    users: int


class UserAnswer(NamedTuple):
    """A user who has what was asked for: in one role, or only over several.

    ``held`` is what counts, of all ``roles`` together; ``state`` is why they cannot log in, empty
    where nothing says so. ``location`` is where it stands that they have the first of the roles.
    """

    user: str
    state: str
    view: str
    roles: tuple[str, ...]
    held: tuple[Holding, ...]
    location: Location


class Answer(NamedTuple):
    """Everything there is to say; ``asked`` are the queries in words."""

    asked: tuple[str, ...]
    roles: tuple[RoleAnswer, ...]
    users: tuple[UserAnswer, ...]
    access: Access
    notes: tuple[str, ...]


def parse(text: str) -> Asked:
    """Read ``Pay Bills>=create``, ``TRAN_VENDPYMT=full`` or ``ADMI_*``. Raises UsageError."""
    found = _QUERY.fullmatch(text.strip())
    name, sign, word = found.group("name", "sign", "word") if found else (text.strip(), "", "")
    if sign == ">" and word.strip().upper() not in Level.__members__:
        name, sign = text.strip(), ""  # it stands after a category, as in "Lists > Vendors"
    if not name:
        raise UsageError(f'"{text}" names no permission: write "Pay Bills>=create"')
    if not sign:
        return Asked(name, Level.VIEW, is_exact=False)
    if sign not in (">=", "=", "=="):
        raise UsageError(f'"{text}": use >= or =, as in "Pay Bills>=create"')
    try:
        level = Level.parse(word)
    except ValueError:
        levels = ", ".join(level.name.lower() for level in Level)
        raise UsageError(f'"{text}": "{word}" is no level; levels are {levels}') from None
    if sign == ">=" and not level:
        raise UsageError(f'"{text}" is true of every role: use "=none" for those that lack it')
    return Asked(name, level, is_exact=sign != ">=")


def answer(queries: Sequence[Asked], access: Access) -> Answer:
    """Who has all that is asked for. Raises UsageError for a permission that does not exist."""
    found = [_resolved(asked, access.permissions) for asked in queries]
    wanted = frozenset().union(*(query.ids for query in found))
    grants = {key: _wanted(known, wanted) for key, known in access.roles.items()}
    users = [one for person in access.persons if (one := _user(person, found, access, grants))]
    numbers: dict[str, int] = {}
    for person in access.persons:
        for key in person.roles:
            numbers[key] = numbers.get(key, 0) + 1
    roles = [
        RoleAnswer(
            known.id,
            title(known),
            is_inactive(known),
            tuple(_held(found, grants[key], access, known.location)),
            numbers.get(key, 0),
        )
        for key, known in access.roles.items()
        if _fits(found, grants[key])
    ]
    roles.sort(key=lambda role: (role.name.casefold(), role.id))
    return Answer(
        tuple(_words(query, access) for query in found),
        tuple(roles),
        tuple(users),
        access,
        (
            *_unread(found, access, grants),
            *access.notes,
            ONE_AT_A_TIME if access.persons else NOBODY,
        ),
    )


def _resolved(asked: Asked, known: Mapping[str, Permission]) -> Query:
    """The permissions that a query means: of the catalogue, or of the roles themselves."""
    if is_glob(asked.name):
        glob = asked.name.casefold()
        ids = {*known, *(permission.id for permission in catalog.load())}
        fitting = frozenset(key for key in ids if fnmatchcase(key.casefold(), glob))
        if not fitting:
            raise UsageError(f'no permission id matches "{one_line(asked.name)}"')
        return Query(asked, fitting & known.keys() or fitting)
    permission = catalog.load().find(asked.name)
    if permission is None:
        spoken = asked.name.casefold()
        own = (item for item in known.values() if spoken in (item.id.casefold(), *_names(item)))
        permission = next(own, None)
    if permission is None:
        near = catalog.load().suggest(asked.name)
        hint = f' (did you mean "{near}"?)' if near else ""
        raise UsageError(f'unknown permission "{one_line(asked.name)}"{hint}')
    return Query(asked._replace(name=permission.name), frozenset((permission.id,)))


def _names(permission: Permission) -> list[str]:
    return [name.casefold() for name in permission.names]


def _words(query: Query, access: Access) -> str:
    """A query as people read it: with the id that its name stands for."""
    words = str(query)
    for key in query.ids if not is_glob(query.asked.name) else ():
        name = query.asked.name
        words = words.replace(name, f"{name} ({key})", 1) if name != key else words
        permission = access.permissions.get(key) or catalog.load().find(key)
        if permission and not permission.allows(query.asked.level):
            words += f" (this permission has no level {query.asked.level.title})"
    return words


def _wanted(known: Known, wanted: frozenset[str]) -> dict[str, Standing]:
    """Of what a role grants that which matters."""
    if wanted.isdisjoint(known.ids):
        return {}
    return {key: standing for key, standing in known.grants().items() if key in wanted}


def _fits(queries: Iterable[Query], grants: Mapping[str, Standing]) -> bool:
    return all(query.fitting(grants) for query in queries)


def _held(
    queries: Iterable[Query], grants: Mapping[str, Standing], access: Access, place: Location
) -> Iterable[Holding]:
    keys = dict.fromkeys(key for query in queries for key in query.fitting(grants))
    for key in keys:
        permission = access.permissions.get(key) or catalog.load().resolve(key)
        standing = grants.get(key)
        location = standing.location if standing else place
        yield Holding(permission, level_of(grants, key), location)


def _user(
    person: Person,
    queries: Sequence[Query],
    access: Access,
    grants: Mapping[str, Mapping[str, Standing]],
) -> UserAnswer | None:
    """In which way a user has what is asked for; None if in none."""
    wanted = frozenset().union(*(query.ids for query in queries))
    mine = {key: effective(grants[key], person, wanted) for key in person.roles}
    fitting = [key for key in mine if _fits(queries, mine[key])]
    active = [key for key in mine if not is_inactive(access.roles[key])]
    able = [key for key in fitting if key in active]
    over = united(mine[key] for key in active)
    if able:
        view, keys = IN_ONE, able
    elif len(active) > 1 and _fits(queries, over):
        view = OVER_SEVERAL
        keys = [key for key in active if any(query.fitting(mine[key]) for query in queries)]
    elif fitting:
        view, keys = IN_INACTIVE, fitting
    else:
        return None
    together = united(mine[key] for key in keys)
    first = person.roles[keys[0]].location
    held = tuple(
        item._replace(is_global=item.permission.id in person.overrides)
        for item in _held(queries, together, access, first)
    )
    names = tuple(sorted(title(access.roles[key]) for key in keys))
    return UserAnswer(person.label, person.state, view, names, held, first)


def _unread(
    queries: Iterable[Query], access: Access, grants: Mapping[str, Mapping[str, Standing]]
) -> Iterable[str]:
    """Of which roles there is no telling, because a level could not be read."""
    ids = frozenset().union(*(query.ids for query in queries))
    names = [
        f'"{title(known)}"'
        for key, known in access.roles.items()
        if not ids.isdisjoint(known.unread) and not _fits(queries, grants[key])
    ]
    if names:
        what = counted(len(names), "role")
        yield f"not known of {what}, for a level there could not be read: {listed(sorted(names))}"
