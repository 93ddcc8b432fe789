"""What tables beside the roles say: of roles, users, integration records, tokens, features."""

from collections.abc import Mapping
from typing import NamedTuple

from nspermaudit.model import NOWHERE, AttributeValue, Level, Location, Permission


class RoleFacts(NamedTuple):
    """What a companion table (SuiteQL ``role``) says of a role, to be joined by its id."""

    id: str
    script_id: str
    name: str
    attributes: Mapping[str, AttributeValue]
    location: Location


class Assignment(NamedTuple):
    """A user who can work in a role; both as the export calls them, by id, script id or name."""

    user: str
    role: str
    location: Location = NOWHERE


class User(NamedTuple):
    """What an export says of a user; ``id`` is what assignments call them.

    ``is_inactive`` and ``has_access`` (login access) are None where the export does not say.
    """

    id: str
    name: str = ""
    is_inactive: bool | None = None
    location: Location = NOWHERE
    email: str = ""
    has_access: bool | None = None

    def joined(self, other: "User") -> "User":
        """The same user, with what another table says, too; if one says active, that counts."""
        return self._replace(
            name=self.name or other.name,
            email=self.email or other.email,
            is_inactive=_all(self.is_inactive, other.is_inactive),
            has_access=_any(self.has_access, other.has_access),
        )


class GlobalGrant(NamedTuple):
    """A permission that a user has whatever role they work in.

    It overrides the role's own level, downwards, too (NetSuite help, "Using the Global Permissions
    Feature"). ``level`` is None where it could not be read.
    """

    user: str
    permission: Permission
    level: Level | None
    location: Location = NOWHERE

    def outweighs(self, other: "GlobalGrant") -> bool:
        """Whether it counts, and not another one of the same permission: the higher level does.

        One whose level could not be read may be the higher.
        """
        return other.level is not None and (self.level is None or self.level > other.level)


class Integration(NamedTuple):
    """An integration record: an application that may ask for data.

    What is None, no input says. One that ``is_stated`` stands in the configuration, which names the
    connector's; an export has those of everybody.
    """

    name: str
    is_enabled: bool | None = None
    is_token_based: bool | None = None
    location: Location = NOWHERE
    is_stated: bool = False


class AccessToken(NamedTuple):
    """That an access token exists for an application, a user and a role: never the token itself.

    Empty texts and None stand for what no input says.
    """

    application: str
    user: str
    role: str
    is_active: bool | None = None
    location: Location = NOWHERE


class Feature(NamedTuple):
    """A feature of the account, on or off."""

    id: str
    is_on: bool
    location: Location


def _all(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - they are answers
    known = [answer for answer in (one, other) if answer is not None]
    return all(known) if known else None


def _any(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - they are answers
    known = [answer for answer in (one, other) if answer is not None]
    return any(known) if known else None
