"""``integrity``: what must be true of every role or project, by the name of a built-in check."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, cast

from nspermaudit.account import Account
from nspermaudit.model import Permission, Plain, Role
from nspermaudit.rule import Check, Reader, Result, Verdict

Suggest = Callable[[str], str]
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

_BESIDE_OTHERS = frozenset({*_MODULES["of_projects"], *_MODULES["of_records"]})

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

_ALONE = Verdict(Result.NOT_APPLICABLE, reason="in no SuiteCloud project, nothing beside it")
_NO_OBJECT = Verdict(Result.NOT_APPLICABLE, reason="not an SDF object")
_NO_OBJECTS = Verdict(Result.NOT_APPLICABLE, reason="no SDF objects other than roles were given")


class Integrity(Plain):
    """One built-in check."""

    def __init__(self, name: str, suggest: Suggest, passes: Verdict) -> None:
        self.name = name
        self.suggest = suggest
        self.passes = passes

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
        elif self.name in _BESIDE_OTHERS and _stands_alone(account):
            return (_ALONE,)
        return tuple(_judgement(self.name)(role, account, self.suggest)) or (self.passes,)

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None: it is about all permissions alike."""
        return iter(())


def from_params(params: Any, reader: Reader) -> Check:
    """Read the name of a built-in check."""
    passes = Verdict(Result.PASS, params, params.replace("-", " "))
    return Integrity(params, reader.suggest, passes)


@cache
def _judgement(name: str) -> Judgement:
    """The function of a built-in check; its module is imported when the check is first asked."""
    module = import_module(f"nspermaudit.judgements.{JUDGEMENTS[name]}")
    return cast("Judgement", getattr(module, name.replace("-", "_")))


def _stands_alone(account: Account) -> bool:
    """Whether there is one object at the most, and no project around it."""
    strays = account.strays
    if account.projects or strays is None:
        return not account.projects
    return not strays.objects and sum(map(len, strays.roles.values())) <= 1
