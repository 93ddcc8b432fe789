"""A SuiteCloud project, put together."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from nspermaudit.model import Location

if TYPE_CHECKING:
    from nspermaudit.objects import SdfObject


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
    objects: Mapping[str, "tuple[SdfObject, ...]"] = MappingProxyType({})
    roles: Mapping[str, tuple[RoleObject, ...]] = MappingProxyType({})
