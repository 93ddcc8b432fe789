"""What differs between two states of roles: grants and attributes, added, raised, lowered, gone."""

from enum import Enum
from typing import NamedTuple

from nspermaudit.model import AttributeValue, Level, Location, Permission

CORE_ADMINISTRATION = "core administration permissions"
INACTIVE = "inactive"

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
    """

    kind: Kind
    role_id: str
    role_name: str
    location: Location
    permission: Permission | None = None
    attribute: str = ""
    before: Level | AttributeValue | None = None
    after: Level | AttributeValue | None = None

    @property
    def is_of_role(self) -> bool:
        """Whether it is about the role as a whole, which is there on one side only."""
        return self.permission is None and not self.attribute

    @property
    def is_new_access(self) -> bool:
        """Whether somebody can do more than before.

        So is a grant added or raised, core administration, and a role that is inactive no more.
        """
        if self.permission is not None:
            return self.kind in (Kind.ADDED, Kind.RAISED)
        if self.attribute == CORE_ADMINISTRATION:
            return self.after is True
        return self.attribute == INACTIVE and self.before is True and self.after is False

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
