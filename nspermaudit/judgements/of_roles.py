"""Faults of a role itself, whatever stands beside it."""

import re
from collections.abc import Iterator

from nspermaudit.account import Account
from nspermaudit.judgements.verdicts import Suggest, about_grant, about_role
from nspermaudit.model import Grant, Level, Location, Role
from nspermaudit.requirement import cure, offered
from nspermaudit.rule import Verdict

# The forms of a reference: NetSuite help, "References to Custom Objects" (bridgehead_24076946)
# and, for the bare bracket, "Custom Transaction Types as XML Definitions" (section_1520439382).
_REFERENCE = (
    r"\[(?:(?:appid|bundleid|type)=[A-Za-z0-9_.]+,\s*)*scriptid=[a-z0-9_]+(?:\.[a-z0-9_]+)*\]"
    r"|\[customtransaction[a-z0-9_]*\]"
)


def _is_reference(text: str) -> bool:
    return "[" in text or "]" in text or "scriptid=" in text


def unknown_permission(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A permission that no table of Oracle's names."""
    for grant in role.grants:
        if grant.permission.kind == "unknown" and not _is_reference(grant.written):
            near = suggest(grant.written)
            hint = f' (did you mean "{near}"?)' if near else ""
            message = f'has the unknown permission "{grant.written}"{hint}'
            fix = f'write "{near}" if that was meant' if near else "check the id or the name"
            yield about_grant(role, grant, message, fix)


def impossible_level(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A level that NetSuite does not offer for this permission; SDF refuses it at deploy."""
    for grant in role.grants:
        permission = grant.permission
        if not permission.allows(grant.level):
            levels = offered(permission)
            message = f"has {grant.level.title} on {permission.name}, which offers only {levels}"
            fix = cure(f"set one of {levels}", role, permission)
            yield about_grant(role, grant, message, fix, problem="impossible-level")


def duplicate_permission(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """The same permission twice at the same level; SDF refuses it at deploy."""
    for grants in role.held.values():
        if len(grants) > 1 and len({grant.level for grant in grants}) == 1:
            first, again = grants[:2]
            name, place = first.permission.name, _place(first.location)
            message = f"has {name} {len(grants)} times, first at {place}"
            related = ((first.location, f"the first entry, {first.level.title}"),)
            yield about_grant(role, again, message, "remove the repeated entry", related=related)


def contradictory_levels(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """The same permission at two levels: nobody can say which one applies."""
    for grants in role.held.values():
        levels = {grant.level: grant for grant in sorted(grants, key=_by_place, reverse=True)}
        if len(levels) > 1:
            words = " and ".join(
                f"{level.title} ({_place(levels[level].location)})" for level in sorted(levels)
            )
            highest = levels[max(levels)]
            message = f"has {highest.permission.name} at two levels: {words}"
            fix = "keep one entry, with the level that is meant"
            related = tuple(
                (grant.location, f"the entry at {level.title}")
                for level, grant in sorted(levels.items())
                if grant is not highest
            )
            yield about_grant(role, highest, message, fix, related=related)


def _by_place(grant: Grant) -> Location:
    return grant.location


def _place(location: Location) -> str:
    return f"line {location.line}" if location.line else location.path


def malformed_reference(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A reference to a custom object that SDF cannot resolve as it is written."""
    for grant in role.grants:
        text = grant.written
        custom = grant.permission.kind == "custom"
        if (custom or _is_reference(text)) and not re.fullmatch(_REFERENCE, text):
            right = f"[scriptid={grant.permission.id}]" if custom else "[scriptid=...]"
            message = f'refers to a custom object as "{text}", not as {right}'
            yield about_grant(role, grant, message, f"write {right}")


def restriction_on_standard_permission(
    role: Role, account: Account, suggest: Suggest
) -> Iterator[Verdict]:
    """A restriction where none applies: only custom objects can have one."""
    for grant in role.grants:
        if grant.restriction and grant.permission.kind == "standard":
            message = f'restricts {grant.permission.name} ("{grant.restriction}"), where no restriction applies'  # noqa: E501 - one sentence
            yield about_grant(role, grant, message, "remove the restriction")


def wrong_root_element(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A role object whose root element is not ``<role>``; SDF does not know it."""
    if role.element != "role":
        message = f"stands in <{role.element}>; NetSuite knows only <role>"
        fix = f"rename the root element from <{role.element}> to <role>"
        yield about_role(role, "element", message, fix)


def empty_role(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A role without a single permission: an export that went wrong more often than a role."""
    if not any(grant.level for grant in role.grants) and not role.unread:
        fix = "export the role again with its permissions, or remove it"
        yield about_role(role, "role", "grants nothing", fix)


def explicit_none(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A permission at None: it is in the list and grants nothing."""
    for grant in role.grants:
        if grant.level is Level.NONE:
            message = f"lists {grant.permission.name} at None, which grants nothing"
            yield about_grant(role, grant, message, "remove the entry")
