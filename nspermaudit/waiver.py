"""A risk that somebody has accepted: of which finding, why, who, and until when."""

from typing import NamedTuple

from nspermaudit.model import Level, Location


class Waiver(NamedTuple):
    """One entry of ``waivers:``.

    ``rule`` is a rule's id; ``role`` and ``permission`` are an id, a name or a glob, ``*`` for any.
    ``level`` is the highest granted level that is accepted; None accepts any. ``expires`` is the
    last day on which it holds, as ``2027-03-31``. ``location`` is where it stands.
    """

    rule: str
    role: str
    reason: str
    approved_by: str
    expires: str
    location: Location
    permission: str = "*"
    level: Level | None = None

    def __str__(self) -> str:
        return f"until {self.expires}, approved by {self.approved_by}: {self.reason}"
