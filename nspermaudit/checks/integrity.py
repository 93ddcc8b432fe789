"""``integrity``: what must be true of every role or project, by the name of a built-in check."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from nspermaudit.account import Account
from nspermaudit.judgements.verdicts import Suggest
from nspermaudit.model import Permission, Role
from nspermaudit.rule import Check, Reader, Result, Verdict

Judgement = Callable[[Role, Account, Suggest], Iterable[Verdict]]

_MODULES: Mapping[str, tuple[str, ...]] = {
    "of_roles": (
        "contradictory-levels",
        "duplicate-permission",
        "empty-role",
        "explicit-none",
        "impossible-level",
        "malformed-reference",
        "restriction-on-standard-permission",
        "unknown-permission",
        "wrong-root-element",
    ),
    "of_projects": (
        "feature-not-in-manifest",
        "not-deployed",
        "same-object-id",
        "same-role-name",
        "same-script-id",
        "script-id-is-not-file-name",
    ),
    "of_records": (
        "foreign-reference",
        "record-access-mismatch",
        "record-access-one-sided",
        "unresolved-deployment-role",
        "unresolved-reference",
        "unresolved-role-reference",
    ),
    "of_objects": (
        "deployment-for-all-roles",
        "record-open-to-all",
        "script-runs-as-administrator",
        "suitelet-without-login",
        "workflow-runs-as-administrator",
    ),
}

JUDGEMENTS: Mapping[str, str] = MappingProxyType(
    {name: module for module, names in _MODULES.items() for name in names}
)
"""The modules of the built-in checks, by their names; each is imported when it is asked for."""

ABOUT_SDF_OBJECTS = frozenset(
    {*_MODULES["of_projects"], *_MODULES["of_records"], "malformed-reference", "wrong-root-element"}
)
"""Checks that mean something only where the role is an SDF object."""

ABOUT_ACCOUNT = frozenset(
    {
        "same-object-id",
        "unresolved-deployment-role",
        "unresolved-role-reference",
        *_MODULES["of_objects"],
    }
)
"""Checks that are asked once, of the objects of all projects that are no roles."""

NEEDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "deployment-for-all-roles": frozenset({"scripts"}),
        "record-access-mismatch": frozenset({"lists"}),
        "record-access-one-sided": frozenset({"lists"}),
        "record-open-to-all": frozenset({"lists"}),
        "script-runs-as-administrator": frozenset({"scripts"}),
        "suitelet-without-login": frozenset({"scripts"}),
        "unresolved-deployment-role": frozenset({"scripts"}),
        "unresolved-role-reference": frozenset({"lists"}),
        "workflow-runs-as-administrator": frozenset({"scripts"}),
    }
)
"""Which parts of a project's objects a check looks into: "lists" are those that give roles access
to custom records, transaction types and segments, "scripts" are deployments and workflows."""

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {"title": "a built-in check", "enum": sorted(JUDGEMENTS)}
)

_NO_OBJECT = Verdict(Result.NOT_APPLICABLE, reason="not an SDF object")
_NO_OBJECTS = Verdict(Result.NOT_APPLICABLE, reason="no SDF objects other than roles were given")


class Integrity(NamedTuple):
    """One built-in check."""

    name: str
    judgement: Judgement
    suggest: Suggest
    passes: Verdict

    @property
    def is_about_account(self) -> bool:
        """Whether it is asked once, of the objects of all projects, and not of each role."""
        return self.name in ABOUT_ACCOUNT

    @property
    def needs(self) -> frozenset[str]:
        """The parts of a project's objects that have to be read for it; see ``NEEDS``."""
        return NEEDS.get(self.name, frozenset())

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:
        """The findings, and what could not be judged; a single pass where there is neither."""
        if self.is_about_account:
            known = (*account.projects.values(), account.strays)
            if not any(project.objects for project in known if project):
                return (_NO_OBJECTS,)
        elif self.name in ABOUT_SDF_OBJECTS and not role.element:
            return (_NO_OBJECT,)
        return tuple(self.judgement(role, account, self.suggest)) or (self.passes,)

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None: it is about all permissions alike."""
        return iter(())


def from_params(params: Any, reader: Reader) -> Check:
    """Read the name of a built-in check."""
    module = import_module(f"nspermaudit.judgements.{JUDGEMENTS[params]}")
    judgement = cast("Judgement", getattr(module, params.replace("-", "_")))
    passes = Verdict(Result.PASS, params, params.replace("-", " "))
    return Integrity(params, judgement, reader.suggest, passes)
