"""The nouns: level, permission, grant, role, account, and the place where each was read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType
from typing import Any, NamedTuple

AttributeValue = bool | str


class Plain:
    """What equals another one of its class with the same parts.

    For classes that a start needs: a NamedTuple is as much as 0.2 ms of it.
    """

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__ = None  # type: ignore[assignment] # parts may change

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({parts})"


class Level(IntEnum):
    """How far a permission reaches; each level includes those below it.

    The order and the meaning of the numbers 0 to 4 are those of the NetSuite help page
    "Access Levels for Permissions" and of the SuiteQL column ``permlevel``.
    """

    NONE = 0
    VIEW = 1
    CREATE = 2
    EDIT = 3
    FULL = 4

    @classmethod
    def parse(cls, text: str) -> "Level":
        """Read a level in any published spelling or number.

        Raises ValueError for everything else, the empty text included: there is no default.
        """
        try:
            return _SPELLINGS[text.strip().casefold()]
        except KeyError:
            raise ValueError(text) from None

    @property
    def title(self) -> str:
        """The level as the NetSuite page shows it: ``Full``."""
        return self.name.capitalize()

    @property
    def and_higher(self) -> str:
        """This level and those above it, in words: ``from Edit on``; above Full there is none."""
        return "at Full" if self is Level.FULL else f"from {self.title} on"


_SPELLINGS: Mapping[str, Level] = MappingProxyType(
    {level.name.casefold(): level for level in Level}
    | {str(level.value): level for level in Level}
    | {f"{level.value}.0": level for level in Level}  # a number that went through a spreadsheet
    | {"- none -": Level.NONE}
    # the words of the Japanese user interface; no other language's have been seen
    | {"表示": Level.VIEW, "作成": Level.CREATE, "編集": Level.EDIT, "完全": Level.FULL}
    | {"フル": Level.FULL}
)


class Location(NamedTuple):
    """A place in an input: line and column count from 1, 0 means that it is not known."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}" + (f":{self.column}" if self.column else "")


NOWHERE = Location("")
"""The place of what no input says and the configuration does not state."""


class Permission(NamedTuple):
    """One permission that a role can hold.

    ``kind`` is "standard" (in the catalogue), "custom" (a record type, segment or transaction
    type of the account) or "unknown". ``levels`` are those that NetSuite offers for it, empty
    where no source says; ``levels_are_documented`` tells whether Oracle's own table says so.
    """

    id: str
    names: tuple[str, ...] = ()
    category: str = ""
    kind: str = "standard"
    levels: tuple[Level, ...] = ()
    levels_are_documented: bool = False
    feature: str = ""
    requires_2fa: bool = False
    full_adds: str = ""
    retired: bool = False
    note: str = ""

    @property
    def name(self) -> str:
        """The display name, or the id where there is none."""
        return self.names[0] if self.names else self.id

    def allows(self, level: Level) -> bool:
        """Whether a role can hold this permission at ``level``, as far as Oracle documents it."""
        return not self.levels_are_documented or not level or level in self.levels

    @property
    def is_full_only(self) -> bool:
        """Whether Full is the only level above None."""
        return bool(self.levels) and not set(self.levels) - {Level.NONE, Level.FULL}


class Grant(NamedTuple):
    """A permission at a level, as one entry of an export gives it.

    ``written`` is the permission's id or name as the export spells it.
    """

    permission: Permission
    level: Level
    location: Location
    restriction: str = ""
    written: str = ""


class Holding(Mapping[str, Sequence[Grant]]):
    """The grants of a role by the permission's id; a permission may be there more than once."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        self._grants: dict[str, list[Grant]] = {}
        for grant in grants:
            self._grants.setdefault(grant.permission.id, []).append(grant)

    def __getitem__(self, key: str) -> Sequence[Grant]:
        return self._grants[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._grants)

    def __len__(self) -> int:
        return len(self._grants)

    def levels(self, key: str) -> Sequence[Level]:
        """The levels at which a permission is granted; empty where it is not."""
        return [grant.level for grant in self._grants.get(key, ())]


class Role(NamedTuple):
    """A role with all that one export says of it.

    An attribute that the export does not carry is absent from ``attributes``: that is not "no".
    ``unread`` has, by their ids, the permissions of which a level could not be read. ``format`` is
    the parser's name and ``element`` the root element of an SDF object. ``fragment`` names the
    longer result of which this is one page's share; empty if it is the whole role. A role of which
    most permissions have names that nobody knows is not ``is_legible``.
    """

    id: str
    name: str
    held: Holding
    location: Location
    attributes: Mapping[str, AttributeValue] = MappingProxyType({})
    unread: Mapping[str, Permission] = MappingProxyType({})
    format: str = ""
    element: str = ""
    fragment: str = ""
    is_legible: bool = True

    @classmethod
    def of(
        cls, role_id: str, name: str, grants: Iterable[Grant], location: Location, **more: Any
    ) -> "Role":
        """A role with these grants."""
        return cls(role_id, name, Holding(grants), location, **more)

    def with_grants(self, grants: Iterable[Grant], unread: Mapping[str, Permission]) -> "Role":
        """The same role with other grants."""
        return self._replace(held=Holding(grants), unread=unread)

    @property
    def grants(self) -> tuple[Grant, ...]:
        """All grants, those of one permission together."""
        return tuple(grant for grants in self.held.values() for grant in grants)

    @property
    def title(self) -> str:
        """What to call the role in a sentence: its name, else its id."""
        return self.name or self.id

    def lowest_level(self, permission: Permission) -> Level | None:
        """The level that counts where a rule asks for one; None where there is no grant."""
        levels = self.held.levels(permission.id)
        return levels[0] if len(levels) == 1 else min(levels, default=None)

    def highest_level(self, permission: Permission) -> Level | None:
        """The level that counts where a rule bounds it; None where there is no grant."""
        return max(self.held.levels(permission.id), default=None)

    def lowest(self, permission: Permission) -> Grant | None:
        """The grant of the lowest level, with its place."""
        return min(self.held.get(permission.id, ()), key=_by_level, default=None)

    def highest(self, permission: Permission) -> Grant | None:
        """The grant of the highest level, with its place."""
        return max(self.held.get(permission.id, ()), key=_by_level, default=None)


def _by_level(grant: Grant) -> int:
    return grant.level


def role_key(role_id: str) -> str:
    """A role's id in the form that is the same in every export.

    ``customrole1042`` and the internal id ``1042`` are one role.
    """
    number = role_id.removeprefix("customrole")
    return number if number.isdecimal() else role_id.casefold()


NO_ROLE = Role.of("", "", (), NOWHERE)
"""What a check is given that is not about a role."""
