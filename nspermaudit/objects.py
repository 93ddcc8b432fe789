"""What the files of a SuiteCloud project say, other than its roles."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from nspermaudit.model import Level, Location

WITH_LISTS = frozenset(("customrecordtype", "customtransactiontype", "customsegment"))
"""The kinds of SDF objects that have a list of roles and levels."""


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
