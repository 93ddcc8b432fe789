"""What is known of an account beside its roles: features, people, tokens, SuiteCloud projects."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from nspermaudit.model import Location, Role

if TYPE_CHECKING:
    from nspermaudit.companions import (
        AccessToken,
        Assignment,
        GlobalGrant,
        Integration,
        RoleFacts,
        User,
    )
    from nspermaudit.project import Project

_MAX_DEPTH = 64


class Account(NamedTuple):
    """What the inputs and the configuration say of one account beside its roles.

    ``projects`` are by their folder, ``strays`` are the objects in none. Empty lists and texts mean
    that nothing is known, never that there is nothing: no export is a table without rows.
    ``places`` says where the state of a feature stands, by the feature's id, and under ``id`` where
    the account's id does.
    """

    features: Mapping[str, bool] = MappingProxyType({})
    roles: "Mapping[str, RoleFacts]" = MappingProxyType({})
    assignments: "tuple[Assignment, ...]" = ()
    projects: "Mapping[str, Project]" = MappingProxyType({})
    strays: "Project | None" = None
    id: str = ""
    users: "Mapping[str, User]" = MappingProxyType({})
    global_grants: "tuple[GlobalGrant, ...]" = ()
    integrations: "tuple[Integration, ...]" = ()
    tokens: "tuple[AccessToken, ...]" = ()
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

    def project_of(self, path: str) -> "Project | None":
        """The project to which a file belongs: that of the nearest folder above it.

        ``strays`` where there is none.
        """
        folder = path
        for _ in range(_MAX_DEPTH if self.projects else 0):
            folder = _above(folder)
            if folder in self.projects:
                return self.projects[folder]
        return self.strays


def _above(path: str) -> str:
    """The folder above a path as reports show it; above the current folder, "", is ".."."""
    before, _, last = path.rpartition("/")
    if last == ".." or not path:
        return f"{path}/.." if path else ".."
    return before
