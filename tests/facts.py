"""What cases say of SuiteCloud projects, made into an account's facts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from nspermaudit.account import Account
from nspermaudit.model import Level, Location
from nspermaudit.objects import Deployment, ObjectGrant, SdfObject
from nspermaudit.project import Project, RoleObject

LINE_OF_ACCESS = 3
LINE_OF_LIST = 10
LINE_OF_DEPLOYMENT = 20


def account_of(written: Mapping[str, Any], account: Account) -> Account:
    """The account of a case, with the projects that it writes down, by their folders.

    What stands under "none" is in no project.
    """
    read = account.strays.roles if account.strays else {}
    projects = {folder: _project(folder, said or {}, read) for folder, said in written.items()}
    strays = projects.pop("none", None)
    return account._replace(projects=MappingProxyType(projects), strays=strays)


def _project(
    folder: str, said: Mapping[str, Any], read: Mapping[str, tuple[RoleObject, ...]]
) -> Project:
    """A complete project with a manifest and a deploy.xml, as far as nothing else is said.

    Its roles are those that were ``read`` from files in its folder, and those that it names.
    """
    inside = f"{folder}/" if folder not in ("", "none") else ""
    has_deploy = said.get("deploy") != "none"
    return Project(
        folder,
        "ACCOUNTCUSTOMIZATION",
        manifest=None if said.get("manifest") == "none" else Location(f"{inside}manifest.xml"),
        features=None
        if said.get("manifest") == "none"
        else dict.fromkeys(said.get("features", ()), True),
        deploy=Location(f"{inside}deploy.xml") if has_deploy else None,
        deployed=tuple(said.get("deploy", ["~/Objects/*"])) if has_deploy else None,
        is_partial=said.get("partial", False),
        dependencies=frozenset(said.get("dependencies", ())),
        objects={
            key.casefold(): tuple(_object(key, inside, item) for item in _listed(items))
            for key, items in said.get("objects", {}).items()
        },
        app_id=said.get("app", ""),
        roles={
            key: tuple(item for item in items if item.location.path.startswith(inside))
            for key, items in read.items()
        }
        | {
            key: (RoleObject(key, name, Location(f"{inside}Objects/{key}.xml")),)
            for key, name in said.get("roles", {}).items()
        },
    )


def _listed(items: Any) -> list[Any]:
    return items if isinstance(items, list) else [items]


def _object(key: str, inside: str, said: Mapping[str, Any]) -> SdfObject:
    path = inside + said.get("path", f"Objects/{key}.xml")
    return SdfObject(
        said.get("kind", "customrecordtype"),
        key,
        Location(path, 1),
        said.get("name", ""),
        said.get("access", ""),
        Location(path, LINE_OF_ACCESS) if "access" in said else None,
        tuple(
            ObjectGrant(
                role.rpartition("=")[2].rstrip("]"),
                Level.parse(access.partition(" ")[0]),
                Location(path, line),
                role,
                access.partition(" ")[2],
            )
            for line, (role, access) in enumerate(said.get("list", {}).items(), LINE_OF_LIST)
        ),
        Location(path, LINE_OF_ACCESS) if said.get("admin") else None,
        tuple(_deployment(key, path, item) for key, item in said.get("deployments", {}).items()),
        said.get("read", True),
    )


def _deployment(key: str, path: str, said: Mapping[str, Any]) -> Deployment:
    place = Location(path, LINE_OF_DEPLOYMENT)
    fields = ("runasrole", "audslctrole", "allroles", "isonline")
    return Deployment(
        key,
        place,
        said.get("runasrole", ""),
        tuple(said.get("audslctrole", ())),
        said.get("allroles", False),
        said.get("isonline", False),
        said.get("isdeployed", True),
        {
            field: Location(path, LINE_OF_DEPLOYMENT + number)
            for number, field in enumerate(fields, 1)
            if field in said
        },
    )
