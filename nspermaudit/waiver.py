"""A risk that somebody has accepted: of which finding, why, who, and until when."""

from fnmatch import fnmatchcase
from typing import NamedTuple

from nspermaudit.model import Level, Location, role_key

USER = "user:"
"""What stands before the name of a user where a role's id could stand."""

ACCOUNT = "account"
"""What stands there where a finding is about no role, no object and no user."""


class Waiver(NamedTuple):
    """One entry of ``waivers:``.

    ``rule`` is a rule's id or a glob; ``role`` and ``permission`` are an id, a name or a glob, with
    ``*`` for any. ``level`` is the highest granted level that is accepted; None accepts any.
    ``expires`` is the last day on which it holds, as ``2027-03-31``. ``location`` is where it
    stands.
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
        names = (self.rule, self.role, *(() if self.permission == "*" else (self.permission,)))
        return f"waiver {self.location} ({', '.join(names)})"

    @property
    def has_glob(self) -> bool:
        """Whether it may be about more than one rule, or more than one role."""
        return is_pattern(self.rule) or is_pattern(self.role)

    @property
    def is_about_user(self) -> bool:
        """Whether it is about a user, over all their roles."""
        return self.role.casefold().startswith(USER)

    @property
    def terms(self) -> str:
        """Until when it holds, and who says why."""
        return f"until {self.expires}, approved by {self.approved_by}: {self.reason}"

    def names_rule(self, rule_id: str) -> bool:
        """Whether it is about a rule of this id."""
        return matches(self.rule, rule_id)

    def names_role(self, role_id: str, name: str) -> bool:
        """Whether it is about a role of this id and name; ``1042`` is ``customrole1042``, too."""
        return any(matches(self.role, text) for text in called(role_id, name))

    def names_permission(self, permission_id: str) -> bool:
        """Whether it is about a permission of this id; empty where a finding is about none."""
        return self.permission == "*" or matches(self.permission, permission_id)


def called(role_id: str, name: str) -> tuple[str, ...]:
    """All that a person may call a role; the account, which has no id and no name."""
    if not role_id and not name:
        return (ACCOUNT,)
    key = role_key(role_id)
    numbered = (f"customrole{key}",) if key.isdecimal() else ()
    return (role_id, name.strip(), key, *numbered)


def is_pattern(text: str) -> bool:
    """Whether a text may fit more than one name, as ``matches`` understands it."""
    return not set("*?[").isdisjoint(text)


def matches(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern says, or fits it as a glob; letters in either case."""
    pattern, text = pattern.casefold(), text.casefold()
    return text == pattern or fnmatchcase(text, pattern)
