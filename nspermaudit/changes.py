"""What differs between two states of roles: grants and attributes, added, raised, lowered, gone."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from nspermaudit.model import AttributeValue, Level, Location, Permission

CORE_ADMINISTRATION = "core administration permissions"

_Steps = tuple[tuple[AttributeValue, ...], ...]
"""Values from those that let a role do least to those that let it do most."""

_TURNED_ON: _Steps = ((False,), (True,))
_TURNED_OFF: _Steps = ((True,), (False,))
# What each lets a role do: NetSuite help, "role" (SDFxml_2121043136) and "Customizing or Creating
# NetSuite Roles"; DEFAULTTOOWN fills a field in, it hides nothing.
_WIDENING: Mapping[str, _Steps] = {
    "accounting books": (("PRIMARY",), ("SELECTED",), ("ALL",)),
    CORE_ADMINISTRATION: _TURNED_ON,
    "cross-subsidiary viewing": _TURNED_ON,
    "do not restrict employee fields": _TURNED_ON,
    "employee restriction": (("OWNONLY",), ("UNASSIGNED",), ("DEFAULTTOOWN",), ("NONE",)),
    "employee viewing": _TURNED_ON,
    "inactive": _TURNED_OFF,
    "restrict by device": _TURNED_OFF,
    "restrict by ip address": _TURNED_OFF,
    "restrict time and expenses": _TURNED_OFF,
    "single sign-on only": _TURNED_OFF,
    "subsidiaries": (("OWN",), ("SELECTED",), ("ALLACTIVE",), ("ALL",)),
    "two-factor authentication": (("TOTP", "SMS"), ("OFF",)),
    "web services only": _TURNED_OFF,
}
_UNSET: Mapping[str, AttributeValue] = {"accounting books": "PRIMARY"}
"""What it means that a value is not set, where that is neither "no" nor the widest."""

# NetSuite help, "Custom Record Type Object Permissions" (section_4731157695): VIEWANDEDIT leaves
# the records of others out of sight, EDIT lets them be seen.
_RESTRICTIONS: _Steps = (("VIEWANDEDIT",), ("EDIT",), ("",))

_CORE, _TWO_FACTOR, _SETUP, _FULL, _ORDINARY = range(5)
_WORDS = ("core administration", "forces two-factor authentication", "Setup", "Full", "")


class Kind(Enum):
    """What became of a role, a grant or an attribute."""

    ADDED = "added"
    RAISED = "raised"
    CHANGED = "changed"
    LOWERED = "lowered"
    REMOVED = "removed"


_ORDER = (Kind.ADDED, Kind.RAISED, Kind.CHANGED, Kind.LOWERED, Kind.REMOVED)


class Change(NamedTuple):
    """One difference between an old and a new state of a role.

    It is about a ``permission``, with ``before`` and ``after`` as levels (None where there is no
    grant), or about an ``attribute``, with its values; about the role as a whole if it is about
    neither. ``location`` is the place in the new state; in the old one for what is gone.
    ``restrictions`` are those of the permission before and after, empty for none. ``role_location``
    is where the role stands that came or went with all its grants, if this is one of them.
    """

    kind: Kind
    role_id: str
    role_name: str
    location: Location
    permission: Permission | None = None
    attribute: str = ""
    before: Level | AttributeValue | None = None
    after: Level | AttributeValue | None = None
    restrictions: tuple[str, str] = ("", "")
    role_location: Location | None = None

    @property
    def is_of_role(self) -> bool:
        """Whether it is about the role as a whole, which is there on one side only."""
        return self.permission is None and not self.attribute

    @property
    def is_new_access(self) -> bool:
        """Whether somebody can do more than before.

        So it is with a grant added or raised, a restriction of one that is dropped or loosened, and
        an attribute that lets the role do more.
        """
        if self.permission is not None:
            is_on_both_sides = self.kind not in (Kind.ADDED, Kind.REMOVED)
            is_freed = is_on_both_sides and loosened(*self.restrictions)
            return self.kind in (Kind.ADDED, Kind.RAISED) or is_freed
        return _is_widened(self.attribute, self.before, self.after)

    @property
    def sensitivity(self) -> str:
        """Why it deserves a second look, in words; empty if it is nothing special."""
        return _WORDS[self.rank]

    @property
    def rank(self) -> int:
        """How far it stands from the top of a list: 0 is the most sensitive."""
        if self.attribute == CORE_ADMINISTRATION:
            return _CORE
        if self.permission is None:
            return _ORDINARY
        if self.permission.requires_2fa:
            return _TWO_FACTOR
        if self.permission.category == "Setup":
            return _SETUP
        return _FULL if self.after is Level.FULL else _ORDINARY

    @property
    def order(self) -> tuple[int, int, str, str, str, str, Location]:
        """The place in a list: sensitive ones first, gains before losses, then by name."""
        return (
            self.rank,
            _ORDER.index(self.kind),
            self.role_name.strip().casefold(),
            self.role_id,
            self.permission.name if self.permission else "",
            self.permission.id if self.permission else self.attribute,
            self.location,
        )


def freedom(restriction: str) -> int:
    """How much a restriction of a permission leaves free, the more the higher."""
    return _step(_RESTRICTIONS, restriction, len(_RESTRICTIONS) - 1)


def loosened(before: str, after: str) -> bool:
    """Whether a restriction was dropped or loosened; one that nobody knows may have been."""
    return before != after and _is_wider(_RESTRICTIONS, before, after)


def _is_widened(
    attribute: str, before: Level | AttributeValue | None, after: Level | AttributeValue | None
) -> bool:
    """Whether an attribute lets the role do more than before; so may a value nobody knows."""
    steps = _WIDENING.get(attribute)
    if steps is None:
        return False
    unset = False if steps in (_TURNED_ON, _TURNED_OFF) else _UNSET.get(attribute, steps[-1][0])
    one, two = (unset if value is None else value for value in (before, after))
    return one != two and _is_wider(steps, one, two)


def _is_wider(steps: _Steps, before: Level | AttributeValue, after: Level | AttributeValue) -> bool:
    return _step(steps, after, len(steps)) > _step(steps, before, -1)


def _step(steps: _Steps, value: Level | AttributeValue, unknown: int) -> int:
    """The place of a value among the steps; ``unknown`` if it is on none."""
    known = value.strip().upper() if isinstance(value, str) else value
    return next((place for place, values in enumerate(steps) if known in values), unknown)
