"""Putting SuiteCloud projects together from what their files say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from posixpath import dirname
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from nspermaudit.account import Account
from nspermaudit.errors import InputError
from nspermaudit.project import Project, RoleObject
from nspermaudit.source import Source
from nspermaudit.xml import Head, node_tree

if TYPE_CHECKING:
    from nspermaudit.objects import DeployList, Manifest, SdfObject


class Projects:
    """The projects of an audit, while their files are read."""

    def __init__(self) -> None:
        self._manifests: dict[str, Manifest] = {}
        self._deploys: dict[str, DeployList] = {}
        self._objects: list[SdfObject] = []
        self._roles: list[RoleObject] = []

    def add_manifest(self, manifest: Manifest) -> None:
        """Take in what a manifest says: its folder is a project."""
        self._manifests[dirname(manifest.location.path)] = manifest

    def add_deploy_list(self, found: DeployList) -> None:
        """Take in what a deploy.xml says: its folder is a project."""
        self._deploys[dirname(found.location.path)] = found

    def add_object(self, found: SdfObject, *, is_context: bool = False) -> None:
        """Take in an object, and whether it is context, and not judged."""
        self._objects.append(found._replace(is_context=True) if is_context else found)

    def add_role(self, role: RoleObject) -> None:
        """Take in the object of a role."""
        self._roles.append(role)

    def account(self) -> Account:
        """An account with these projects, and nothing else in it."""
        folders = {*self._manifests, *self._deploys}
        empty = {folder: self._bare(folder) for folder in folders}
        account = Account(projects=empty)
        objects = _grouped(self._objects, account)
        roles = _grouped(self._roles, account)
        return Account(
            projects=MappingProxyType(
                {
                    folder: project._replace(
                        objects=_by_id(objects.get(folder, ())), roles=_by_id(roles.get(folder, ()))
                    )
                    for folder, project in empty.items()
                }
            ),
            strays=Project(
                "", objects=_by_id(objects.get(None, ())), roles=_by_id(roles.get(None, ()))
            ),
        )

    def _bare(self, folder: str) -> Project:
        manifest, deploy = self._manifests.get(folder), self._deploys.get(folder)
        return Project(
            folder,
            kind=manifest.kind if manifest else "",
            app_id=manifest.app_id if manifest else "",
            manifest=manifest.location if manifest else None,
            features=manifest.features if manifest else None,
            deploy=deploy.location if deploy else None,
            deployed=deploy.objects if deploy else None,
            is_partial=manifest is None,
            dependencies=manifest.dependencies if manifest else frozenset(),
        )


Placed = TypeVar("Placed", "SdfObject", RoleObject)


def _grouped(facts: Iterable[Placed], account: Account) -> dict[str | None, list[Placed]]:
    """The objects of each project, by its folder; None for those in no project."""
    folders: dict[str, str | None] = {}
    groups: dict[str | None, list[Placed]] = {}
    for fact in facts:
        place = dirname(fact.location.path)
        if place not in folders:
            project = account.project_of(fact.location.path)
            folders[place] = project.folder if project else None
        groups.setdefault(folders[place], []).append(fact)
    return groups


def _by_id(facts: Iterable[Placed]) -> Mapping[str, tuple[Placed, ...]]:
    found: dict[str, list[Placed]] = {}
    for fact in sorted(facts, key=lambda fact: fact.location):
        found.setdefault(fact.id.casefold(), []).append(fact)
    return MappingProxyType({key: tuple(items) for key, items in found.items()})


def role_name(source: Source, head: Head) -> str:
    """The name of a role's SDF object, before it is read; empty where it cannot be read."""
    name = head.data.partition(b"<name>")[2].partition(b"</name>")
    if not name[1] or b"<" in name[0] or b"&" in name[0] or b"<!" in head.data:
        try:
            node = node_tree(source.read(), source.path).first("name")
        except InputError:  # it is told when the role is read
            return ""
        return node.text.strip() if node else ""
    return name[0].decode("utf-8", "replace").strip()
