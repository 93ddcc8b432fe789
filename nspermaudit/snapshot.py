"""The roles of one side of a comparison, kept small: an export may have sixty thousand of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from nspermaudit.changes import freedom
from nspermaudit.model import AttributeValue, Grant, Level, Location, Permission, Role, role_key

FIRST_CUSTOM_ID = 1000
"""Standard roles have smaller internal ids: so it is in all exports seen; Oracle does not say."""


class Standing(NamedTuple):
    """At what level a role has a permission, by what it is restricted, and where that stands."""

    level: Level
    restriction: str
    location: Location

    @property
    def reach(self) -> tuple[int, int]:
        """How far it reaches, for comparing."""
        return (self.level, freedom(self.restriction))


class Known(NamedTuple):
    """What is kept of a role: the highest level of each permission above None, and its place.

    ``ids``, ``levels`` and the places go together by position. ``paths`` has one path if all
    grants stand in one file. ``restrictions`` are by the permission's id, where there is one.
    ``unread`` are the ids of which a level could not be read. ``form`` is the parser's name, empty
    if several exports have the role.
    """

    id: str
    name: str
    location: Location
    form: str
    ids: tuple[str, ...]
    levels: bytes
    lines: Sequence[int]
    columns: Sequence[int]
    paths: tuple[str, ...]
    restrictions: Mapping[str, str]
    attributes: Mapping[str, AttributeValue]
    unread: frozenset[str]
    is_legible: bool

    @property
    def key(self) -> str:
        """The role's identity, the same in every format that has its id."""
        return " ".join(role_key(self.id).split())

    @property
    def spoken_name(self) -> str:
        """The name without differences of case and blanks, for comparing."""
        return " ".join(self.name.casefold().split())

    @property
    def kind_of_id(self) -> str:
        """What identifies it: "number", "script id", "name", or a "standard" role's id."""
        key = self.key
        if key.isdecimal():
            return "number"
        if key.startswith("customrole"):
            return "script id"
        return "name" if self.id.strip() == self.name.strip() else "standard"

    @property
    def is_standard(self) -> bool:
        """Whether it is known to be no custom role: such a role is never in SDF."""
        kind = self.kind_of_id
        return kind == "standard" or (kind == "number" and int(self.key) < FIRST_CUSTOM_ID)

    def grants(self) -> dict[str, Standing]:
        """The level of each permission, and where it stands."""
        paths = self.paths if len(self.paths) > 1 else self.paths * len(self.ids)
        places = zip(paths, self.lines, self.columns, strict=True)
        return {
            key: Standing(Level(level), self.restrictions.get(key, ""), Location(*place))
            for key, level, place in zip(self.ids, self.levels, places, strict=True)
        }


class Snapshot:
    """Roles by their identity: each as often as there are files that have it.

    ``least`` leads from the ids of the permissions that are wanted to the lowest level that counts;
    without it, all are kept.
    """

    def __init__(self, least: Mapping[str, Level] | None = None) -> None:
        self._least = least
        self.roles: dict[str, list[Known]] = {}
        self.permissions: dict[str, Permission] = {}
        self._ids: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._levels: dict[bytes, bytes] = {}

    def take(self, role: Role) -> None:
        """Keep what a role holds."""
        grants: dict[str, Standing] = {}
        if self._least is not None:
            role = role._replace(unread={k: v for k, v in role.unread.items() if k in self._least})
        for key in self._wanted(role):
            found = [*map(_standing, role.held[key])]
            best = found[0]
            if len(found) > 1:
                best = max(found, key=lambda one: (one.reach, _upwards(one.location)))
            if best.level:
                grants[key] = best
                self.permissions.setdefault(key, role.held[key][0].permission)
        self.permissions.update(role.unread)
        known = _pressed(
            Known(
                *(role.id, role.name, role.location, role.format, (), b"", (), (), (), {}),
                dict(role.attributes),
                frozenset(role.unread),
                role.is_legible,
            ),
            grants,
        )
        self._put(known)

    def _wanted(self, role: Role) -> Iterable[str]:
        """The permissions of a role that are kept."""
        least, levels = self._least, role.held.levels
        if least is None:
            return role.held
        return [key for key in role.held if key in least and max(levels(key)) >= least[key]]

    def fresh(self) -> Snapshot:
        """An empty one that keeps the same."""
        return Snapshot(self._least)

    def role(self, key: str) -> Role:
        """The role of that identity, with what is kept of it in all files that have it."""
        known = together(self.roles[key])
        grants = [
            Grant(self.permissions[one], standing.level, standing.location, standing.restriction)
            for one, standing in known.grants().items()
        ]
        return Role.of(
            known.id,
            known.name,
            grants,
            known.location,
            attributes=known.attributes,
            unread={one: self.permissions[one] for one in known.unread},
            format=known.form,
            is_legible=known.is_legible,
        )

    def add(self, other: Snapshot) -> None:
        """Keep what another one has kept."""
        self.permissions.update(other.permissions)
        for copies in other.roles.values():
            for known in copies:
                self._put(known)

    def _put(self, known: Known) -> None:
        ids = self._ids.setdefault(known.ids, known.ids)
        levels = self._levels.setdefault(known.levels, known.levels)
        self.roles.setdefault(known.key, []).append(known._replace(ids=ids, levels=levels))

    def copies(self, key: str) -> list[Known]:
        """What each file says of the role of that identity, in the order of their paths."""
        found = self.roles[key]
        if len(found) == 1:
            return found
        by_path: dict[str, list[Known]] = {}
        for known in found:
            by_path.setdefault(known.location.path, []).append(known)
        return [together(by_path[path]) for path in sorted(by_path)]

    def forget_unread(self) -> list[str]:
        """Take what could not be read for not granted; the titles of the roles where it is so."""
        titles = []
        for copies in self.roles.values():
            for place, known in enumerate(copies):
                if known.unread or not known.is_legible:
                    titles.append(known.name.strip() or known.id)
                    kept = known.grants() if known.is_legible else {}
                    readable = known._replace(unread=frozenset(), is_legible=True)
                    copies[place] = _pressed(readable, kept)
        return sorted(set(titles))

    def forms(self) -> set[str]:
        """The formats that the roles came in."""
        return {known.form for copies in self.roles.values() for known in copies}

    def __iter__(self) -> Iterator[Known]:
        return map(together, self.roles.values())

    def __len__(self) -> int:
        return len(self.roles)


def _upwards(place: Location) -> tuple[int, int]:
    """Of two places of one level the first counts."""
    return (-place.line, -place.column)


def _standing(grant: Grant) -> Standing:
    restriction = grant.restriction.strip()
    if restriction.upper() == "NULL":
        restriction = ""
    return Standing(grant.level, restriction, grant.location)


def _pressed(known: Known, grants: Mapping[str, Standing]) -> Known:
    """The same role with these grants, in little memory."""
    ids = sorted(grants)
    places = [grants[key].location for key in ids]
    paths = tuple(place.path for place in places)
    return known._replace(
        ids=tuple(ids),
        levels=bytes(grants[key].level for key in ids),
        lines=array("I", (place.line for place in places)),
        columns=array("I", (place.column for place in places)),
        paths=paths[:1] if len({*paths}) == 1 else paths,
        restrictions={key: one.restriction for key, one in grants.items() if one.restriction},
    )


def together(copies: Sequence[Known]) -> Known:
    """A role as several exports have it, put together of them all."""
    return reduce(_joined, copies)


def _joined(one: Known, two: Known) -> Known:
    """A role as two exports have it: the highest levels count, whichever comes first."""
    first, second = sorted((one, two), key=lambda known: (known.location, known.id, known.name))
    grants = first.grants()
    for key, other in second.grants().items():
        known = grants.get(key)
        if known is None or (other.reach, known.location) > (known.reach, other.location):
            grants[key] = other
    joined = first._replace(
        name=first.name or second.name,
        form=first.form if first.form == second.form else "",
        attributes=_joined_attributes((first.attributes, second.attributes)),
        unread=first.unread | second.unread,
        is_legible=first.is_legible and second.is_legible,
    )
    return _pressed(joined, grants)


def _joined_attributes(
    sides: Iterable[Mapping[str, AttributeValue]],
) -> dict[str, AttributeValue]:
    values: dict[str, AttributeValue] = {}
    for attributes in sides:
        for word, value in attributes.items():
            pick = min if word == "inactive" else max  # active in one export counts, as of users
            values[word] = pick(
                values.get(word, value), value, key=lambda one: (one is True, str(one))
            )
    return values
