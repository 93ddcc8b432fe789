"""What differs between two states of roles: grants and attributes, added, raised, lowered, gone."""

from enum import Enum
from typing import NamedTuple

from nspermaudit.model import AttributeValue, Level, Location, Permission


class Kind(Enum):
    """What became of a role, a grant or an attribute."""

    ADDED = "added"
    RAISED = "raised"
    CHANGED = "changed"
    LOWERED = "lowered"
    REMOVED = "removed"


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
