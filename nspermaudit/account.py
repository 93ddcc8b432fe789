"""What is known of an account beside its roles: features, people, tokens, SuiteCloud projects."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from nspermaudit.model import AttributeValue, Level, Location, Permission, Role

WITH_LISTS = frozenset(("customrecordtype", "customtransactiontype", "customsegment"))
"""The kinds of SDF objects that have a list of roles and levels."""

NOWHERE = Location("")
"""The place of what no input says and the configuration does not state."""

_MAX_DEPTH = 64


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


class ObjectGrant(NamedTuple):
    """Access for a role, granted on the side of a custom record type, segment or transaction type.

    ``role`` is the script id that a reference names, or a standard role's id; ``written`` is what
    stands in the file. ``location`` is the place of the level, else of the entry.
    """

    role: str
    level: Level
    location: Location
    written: str = ""
    restriction: str = ""


class Deployment(NamedTuple):
    """A deployment of a script: as whom it runs, for whom, and whether without a login.

    ``runs_as`` and ``roles`` are script ids or ids of standard roles (``ADMINISTRATOR``).
    ``places`` leads from the name of a field (``runasrole``) to where it stands.
    """

    id: str
    location: Location
    runs_as: str = ""
    roles: tuple[str, ...] = ()
    is_for_all_roles: bool = False
    is_online: bool = False
    is_deployed: bool = True
    places: Mapping[str, Location] = MappingProxyType({})


class Manifest(NamedTuple):
    """What a project's ``manifest.xml`` says of what it needs.

    ``features`` are by id, with "required" as True; ``dependencies`` the script ids of objects that
    must be in the account already; ``app_id`` is that of a SuiteApp, empty in other projects.
    """

    location: Location
    kind: str
    features: Mapping[str, bool]
    dependencies: frozenset[str]
    app_id: str = ""


class DeployList(NamedTuple):
    """What a project's ``deploy.xml`` deploys: the path patterns of its objects."""

    location: Location
    objects: tuple[str, ...]


class SdfObject(NamedTuple):
    """An SDF object of a project other than a role; ``kind`` is its root element.

    Only what its first bytes tell is always there. ``access`` and ``grants`` (of custom record
    types, transaction types and segments), ``runs_as_admin`` (of workflows) and ``deployments`` (of
    scripts) are filled where rules ask for them: then ``is_read``. One that ``is_context`` is known
    of, and not judged.
    """

    kind: str
    id: str
    location: Location
    name: str = ""
    access: str = ""
    access_location: Location | None = None
    grants: tuple[ObjectGrant, ...] = ()
    runs_as_admin: Location | None = None
    deployments: tuple[Deployment, ...] = ()
    is_read: bool = False
    is_context: bool = False


class RoleObject(NamedTuple):
    """Where a role of a project stands, and its name, known before any role is judged.

    One that ``is_context`` is not judged.
    """

    id: str
    name: str
    location: Location
    is_context: bool = False


class Project(NamedTuple):
    """A SuiteCloud project: what its manifest, its deploy.xml and its objects say.

    ``folder`` is where ``manifest.xml`` or ``deploy.xml`` stands, as reports show it (a zip's path
    for a zip), without a slash at its end; ``""`` stands for objects in no project. ``features``
    are those of the manifest, with "required" as True; None where there is no manifest.
    ``deployed`` are the path patterns of ``deploy.xml`` for objects, such as ``~/Objects/*``; None
    where there is no ``deploy.xml``. ``dependencies`` are script ids of objects that the manifest
    expects in the account, ``app_id`` is that of a SuiteApp. ``is_partial`` says that not all of
    its objects were given, so that what is not found may still exist. ``objects`` and ``roles`` are
    by script id.
    """

    folder: str
    kind: str = ""
    app_id: str = ""
    manifest: Location | None = None
    features: Mapping[str, bool] | None = None
    deploy: Location | None = None
    deployed: tuple[str, ...] | None = None
    is_partial: bool = True
    dependencies: frozenset[str] = frozenset()
    objects: Mapping[str, tuple[SdfObject, ...]] = MappingProxyType({})
    roles: Mapping[str, tuple[RoleObject, ...]] = MappingProxyType({})


class Account(NamedTuple):
    """What the inputs and the configuration say of one account beside its roles.

    ``projects`` are by their folder, ``strays`` are the objects in none. Empty lists and texts mean
    that nothing is known, never that there is nothing: no export is a table without rows.
    ``places`` says where the state of a feature stands, by the feature's id, and under ``id`` where
    the account's id does.
    """

    features: Mapping[str, bool] = MappingProxyType({})
    roles: Mapping[str, RoleFacts] = MappingProxyType({})
    assignments: tuple[Assignment, ...] = ()
    projects: Mapping[str, Project] = MappingProxyType({})
    strays: Project | None = None
    id: str = ""
    users: Mapping[str, User] = MappingProxyType({})
    global_grants: tuple[GlobalGrant, ...] = ()
    integrations: tuple[Integration, ...] = ()
    tokens: tuple[AccessToken, ...] = ()
    places: Mapping[str, Location] = MappingProxyType({})

    def completed(self, role: Role) -> Role:
        """A role with the id, name and attributes that a companion table knows of it."""
        facts = self.roles.get(role.id)
        if facts is None:
            return role
        return role._replace(
            id=facts.script_id or role.id,
            name=role.name or facts.name,
            attributes=MappingProxyType({**facts.attributes, **role.attributes}),
        )

    def project_of(self, path: str) -> Project | None:
        """The project to which a file belongs: that of the nearest folder above it.

        ``strays`` where there is none.
        """
        folder = path
        for _ in range(_MAX_DEPTH if self.projects else 0):
            folder = _above(folder)
            if folder in self.projects:
                return self.projects[folder]
        return self.strays


def _all(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - they are answers
    known = [answer for answer in (one, other) if answer is not None]
    return all(known) if known else None


def _any(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - they are answers
    known = [answer for answer in (one, other) if answer is not None]
    return any(known) if known else None


def _above(path: str) -> str:
    """The folder above a path as reports show it; above the current folder, "", is ".."."""
    before, _, last = path.rpartition("/")
    if last == ".." or not path:
        return f"{path}/.." if path else ".."
    return before
