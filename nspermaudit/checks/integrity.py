"""``integrity``: what must be true of every role whatever it is for, by the check's name."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import Grant, Level, Location, Permission, Role
from nspermaudit.requirement import cure, offered, quoted
from nspermaudit.rule import Check, Reader, Result, Verdict

# The forms of a reference: NetSuite help, "References to Custom Objects" (bridgehead_24076946)
# and, for the bare bracket, "Custom Transaction Types as XML Definitions" (section_1520439382).
_REFERENCE = (
    r"\[(?:(?:appid|bundleid|type)=[A-Za-z0-9_.]+,\s*)*scriptid=[a-z0-9_]+(?:\.[a-z0-9_]+)*\]"
    r"|\[customtransaction[a-z0-9_]*\]"
)

Suggest = Callable[[str], str]


def _problem(
    role: Role, grant: Grant, message: str, fix: str, problem: str = "integrity"
) -> Verdict:
    return Verdict(
        Result.FINDING,
        grant.permission.id,
        permission=grant.permission,
        problem=problem,
        granted=grant.level,
        location=grant.location,
        message=f"{quoted(role)} {message}",
        fix=fix,
    )


def _is_reference(text: str) -> bool:
    return "[" in text or "]" in text or "scriptid=" in text


def unknown_permission(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:  # noqa: ARG001 - one shape for all
    """A permission that no table of Oracle's names."""
    for grant in role.grants:
        if grant.permission.kind == "unknown" and not _is_reference(grant.written):
            near = suggest(grant.written)
            hint = f' (did you mean "{near}"?)' if near else ""
            message = f'has the unknown permission "{grant.written}"{hint}'
            fix = f'write "{near}" if that was meant' if near else "check the id or the name"
            yield _problem(role, grant, message, fix)


def impossible_level(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:  # noqa: ARG001 - one shape for all
    """A level that NetSuite does not offer for this permission; SDF refuses it at deploy."""
    for grant in role.grants:
        permission = grant.permission
        if not permission.allows(grant.level):
            levels = offered(permission)
            message = f"has {grant.level.title} on {permission.name}, which offers only {levels}"
            fix = cure(f"set one of {levels}", role, permission)
            yield _problem(role, grant, message, fix, "impossible-level")


def duplicate_permission(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:  # noqa: ARG001 - one shape for all
    """The same permission twice at the same level; SDF refuses it at deploy."""
    for grants in role.held.values():
        if len(grants) > 1 and len({grant.level for grant in grants}) == 1:
            name, again = grants[0].permission.name, grants[1]
            message = f"has {name} {len(grants)} times, first at {_place(grants[0].location)}"
            yield _problem(role, again, message, "remove the repeated entry")


def contradictory_levels(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:  # noqa: ARG001 - one shape for all
    """The same permission at two levels: nobody can say which one applies."""
    for grants in role.held.values():
        levels = {grant.level: grant for grant in sorted(grants, key=_by_place, reverse=True)}
        if len(levels) > 1:
            words = " and ".join(
                f"{level.title} ({_place(levels[level].location)})" for level in sorted(levels)
            )
            highest = levels[max(levels)]
            message = f"has {highest.permission.name} at two levels: {words}"
            yield _problem(role, highest, message, "keep one entry, with the level that is meant")


def _by_place(grant: Grant) -> Location:
    return grant.location


def _place(location: Location) -> str:
    return f"line {location.line}" if location.line else location.path


def malformed_reference(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:  # noqa: ARG001 - one shape for all
    """A reference to a custom object that SDF cannot resolve as it is written."""
    for grant in role.grants:
        text = grant.written
        custom = grant.permission.kind == "custom"
        if (custom or _is_reference(text)) and not re.fullmatch(_REFERENCE, text):
            right = f"[scriptid={grant.permission.id}]" if custom else "[scriptid=...]"
            message = f'refers to a custom object as "{text}", not as {right}'
            yield _problem(role, grant, message, f"write {right}")


def restriction_on_standard_permission(
    role: Role,
    account: Account,  # noqa: ARG001 - one shape for all
    suggest: Suggest,  # noqa: ARG001 - one shape for all
) -> Iterator[Verdict]:
    """A restriction where none applies: only custom objects can have one."""
    for grant in role.grants:
        if grant.restriction and grant.permission.kind == "standard":
            message = f'restricts {grant.permission.name} ("{grant.restriction}"), where no restriction applies'  # noqa: E501 - one sentence
            yield _problem(role, grant, message, "remove the restriction")


def wrong_root_element(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:  # noqa: ARG001 - one shape for all
    """A role object whose root element is not ``<role>``; SDF does not know it."""
    if role.element != "role":
        yield Verdict(
            Result.FINDING,
            "element",
            problem="integrity",
            location=role.location,
            message=f"{quoted(role)} stands in <{role.element}>; NetSuite knows only <role>",
            fix=f"rename the root element from <{role.element}> to <role>",
        )


def same_script_id(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:  # noqa: ARG001 - one shape for all
    """Two files with the same script id: which of them is deployed is chance."""
    paths = account.objects.get(role.id, ())
    if role.location.path in paths[1:]:
        yield Verdict(
            Result.FINDING,
            "scriptid",
            problem="integrity",
            location=role.location,
            message=f'{quoted(role)} has the script id "{role.id}", as has {paths[0]}',
            fix="keep one of the files, or give one of the roles an id of its own",
        )


def empty_role(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:  # noqa: ARG001 - one shape for all
    """A role without a single permission: an export that went wrong more often than a role."""
    if not any(grant.level for grant in role.grants) and not role.unread:
        yield Verdict(
            Result.FINDING,
            "role",
            problem="integrity",
            location=role.location,
            message=f"{quoted(role)} grants nothing",
            fix="export the role again with its permissions, or remove it",
        )


def explicit_none(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:  # noqa: ARG001 - one shape for all
    """A permission at None: it is in the list and grants nothing."""
    for grant in role.grants:
        if grant.level is Level.NONE:
            message = f"lists {grant.permission.name} at None, which grants nothing"
            yield _problem(role, grant, message, "remove the entry")


Judgement = Callable[[Role, Account, Suggest], Iterator[Verdict]]

JUDGEMENTS: Mapping[str, Judgement] = MappingProxyType(
    {
        judgement.__name__.replace("_", "-"): judgement
        for judgement in (
            contradictory_levels,
            duplicate_permission,
            empty_role,
            explicit_none,
            impossible_level,
            malformed_reference,
            restriction_on_standard_permission,
            same_script_id,
            unknown_permission,
            wrong_root_element,
        )
    }
)

ABOUT_SDF_OBJECTS = frozenset({"malformed-reference", "same-script-id", "wrong-root-element"})
"""Checks that mean something only where the role is an SDF object."""

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {"title": "a built-in check", "enum": sorted(JUDGEMENTS)}
)


class Integrity(NamedTuple):
    """One built-in check."""

    name: str
    judgement: Judgement
    suggest: Suggest

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:
        """The findings; a single pass where there are none."""
        if self.name in ABOUT_SDF_OBJECTS and not role.element:
            return (Verdict(Result.NOT_APPLICABLE, reason="not an SDF object"),)
        found = tuple(self.judgement(role, account, self.suggest))
        return found or (Verdict(Result.PASS, self.name, self.name.replace("-", " ")),)

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None: it is about all permissions alike."""
        return iter(())


def from_params(params: Any, reader: Reader) -> Check:
    """Read the name of a built-in check."""
    return Integrity(params, JUDGEMENTS[params], reader.suggest)
