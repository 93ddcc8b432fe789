"""The roles of one side of a comparison, kept small: an export may have sixty thousand of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from nspermaudit.model import AttributeValue, Level, Location, Permission, Role, role_key

FIRST_CUSTOM_ID = 1000
"""Standard roles have smaller internal ids: so it is in all exports seen; Oracle does not say."""


class Known(NamedTuple):
    """What is kept of a role: the highest level of each permission above None, and its place.

    ``ids``, ``levels`` and the places go together by position. ``paths`` has one path if all
    grants stand in one file. ``unread`` are the ids of which a level could not be read. ``form``
    is the parser's name, empty if several exports have the role.
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

    def grants(self) -> dict[str, tuple[Level, Location]]:
        """The level of each permission, and where it stands."""
        paths = self.paths if len(self.paths) > 1 else self.paths * len(self.ids)
        places = zip(paths, self.lines, self.columns, strict=True)
        return {
            key: (Level(level), Location(*place))
            for key, level, place in zip(self.ids, self.levels, places, strict=True)
        }


class Snapshot:
    """Roles by their identity; a role that several exports have is put together of them all."""

    def __init__(self) -> None:
        self.roles: dict[str, Known] = {}
        self.permissions: dict[str, Permission] = {}
        self._ids: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._levels: dict[bytes, bytes] = {}

    def take(self, role: Role) -> None:
        """Keep what a role holds."""
        grants: dict[str, tuple[Level, Location]] = {}
        for key in role.held:
            best = max(role.held[key], key=lambda grant: (grant.level, _upwards(grant.location)))
            if best.level:
                grants[key] = (best.level, best.location)
                self.permissions.setdefault(key, best.permission)
        self.permissions.update(role.unread)
        known = _pressed(
            Known(
                *(role.id, role.name, role.location, role.format, (), b"", (), (), ()),
                dict(role.attributes),
                frozenset(role.unread),
                role.is_legible,
            ),
            grants,
        )
        self._put(known)

    def add(self, other: Snapshot) -> None:
        """Keep what another one has kept."""
        self.permissions.update(other.permissions)
        for known in other.roles.values():
            self._put(known)

    def _put(self, known: Known) -> None:
        other = self.roles.get(known.key)
        if other is not None:
            known = _joined(other, known)
        ids = self._ids.setdefault(known.ids, known.ids)
        levels = self._levels.setdefault(known.levels, known.levels)
        self.roles[known.key] = known._replace(ids=ids, levels=levels)

    def forget_unread(self) -> list[str]:
        """Take what could not be read for not granted; the titles of the roles where it is so."""
        titles = []
        for key, known in self.roles.items():
            if known.unread or not known.is_legible:
                titles.append(known.name.strip() or known.id)
                kept = known.grants() if known.is_legible else {}
                known = known._replace(unread=frozenset(), is_legible=True)  # noqa: PLW2901 - it replaces it
                self.roles[key] = _pressed(known, kept)
        return sorted(titles)

    def forms(self) -> set[str]:
        """The formats that the roles came in."""
        return {known.form for known in self.roles.values()}

    def __iter__(self) -> Iterator[Known]:
        return iter(self.roles.values())

    def __len__(self) -> int:
        return len(self.roles)


def _upwards(place: Location) -> tuple[int, int]:
    """Of two places of one level the first counts."""
    return (-place.line, -place.column)


def _pressed(known: Known, grants: Mapping[str, tuple[Level, Location]]) -> Known:
    """The same role with these grants, in little memory."""
    ids = sorted(grants)
    places = [grants[key][1] for key in ids]
    paths = tuple(place.path for place in places)
    return known._replace(
        ids=tuple(ids),
        levels=bytes(grants[key][0] for key in ids),
        lines=array("I", (place.line for place in places)),
        columns=array("I", (place.column for place in places)),
        paths=paths[:1] if len({*paths}) == 1 else paths,
    )


def _joined(one: Known, two: Known) -> Known:
    """A role as two exports have it: the highest levels count, whichever comes first."""
    first, second = sorted((one, two), key=lambda known: (known.location, known.id, known.name))
    grants = first.grants()
    for key, (level, place) in second.grants().items():
        known = grants.get(key)
        if known is None or (-level, place) < (-known[0], known[1]):
            grants[key] = (level, place)
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
            values[word] = max(
                values.get(word, value), value, key=lambda one: (one is True, str(one))
            )
    return values
