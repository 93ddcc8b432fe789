"""Putting SuiteCloud projects together from what their files say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from posixpath import dirname
from types import MappingProxyType
from typing import TypeVar

from nspermaudit.account import Account, DeployList, Manifest, Project, RoleObject, SdfObject
from nspermaudit.errors import InputError
from nspermaudit.source import Source
from nspermaudit.xml import Head, node_tree

_NAME = rb"<name>([^<&]*)</name>"


class Projects:
    """The projects of an audit, while their files are read."""

    def __init__(self) -> None:
        self._manifests: dict[str, Manifest] = {}
        self._deploys: dict[str, DeployList] = {}
        self._objects: list[SdfObject] = []
        self._roles: list[RoleObject] = []

    def add(
        self, fact: Manifest | DeployList | SdfObject | RoleObject, *, is_context: bool = False
    ) -> None:
        """Take in what one file says; of an object also whether it is context, and not judged."""
        if isinstance(fact, Manifest):
            self._manifests[dirname(fact.location.path)] = fact
        elif isinstance(fact, DeployList):
            self._deploys[dirname(fact.location.path)] = fact
        elif isinstance(fact, SdfObject):
            self._objects.append(fact._replace(is_context=True) if is_context else fact)
        else:
            self._roles.append(fact)

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


Placed = TypeVar("Placed", SdfObject, RoleObject)


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
    found = re.search(_NAME, head.data)
    if not found or b"<!" in head.data:
        try:
            node = node_tree(source.read(), source.path).first("name")
        except InputError:  # it is told when the role is read
            return ""
        return node.text.strip() if node else ""
    return found[1].decode("utf-8", "replace").strip()
