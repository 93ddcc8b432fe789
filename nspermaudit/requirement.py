"""A permission at a level, as rules ask for it: reading it from a pack, wording it, judging it."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.model import Grant, Level, Location, Permission, Plain, Role
from nspermaudit.rule import Reader, Result, Verdict
from nspermaudit.style import listed

LEVELS = tuple(level.name.lower() for level in Level)

LEVEL_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "title": "a level",
        "enum": list(LEVELS),
        "description": "none, view, create, edit or full",
    }
)
LEVELS_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "title": "permissions and their levels",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": dict(LEVEL_SCHEMA),
    }
)
NAMES_SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "title": "a list of permissions",
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "minLength": 1},
    }
)

MANAGE_ROLES = "Setup > Users/Roles > Manage Roles"


class Requirement(NamedTuple):
    """A permission and the level that a rule compares with."""

    permission: Permission
    level: Level

    def __str__(self) -> str:
        return f"{self.level.title} on {self.permission.name}"


def read_requirements(
    params: Mapping[str, Any], reader: Reader, *where: str | int
) -> tuple[Requirement, ...]:
    """Read a mapping of permissions to levels that stands at ``where``; faults go to the reader."""
    found: dict[str, Requirement] = {}
    for name, word in params.items():
        requirement = read_requirement(name, word, reader, *where, name)
        if requirement:
            same = found.setdefault(requirement.permission.id, requirement)
            if same is not requirement:
                reader.fault(
                    f'"{name}" is {requirement.permission.id}, which stands here twice',
                    *where,
                    name,
                )
    return tuple(found.values())


def read_requirement(name: str, word: str, reader: Reader, *where: str | int) -> Requirement | None:
    """Read one permission and its level that stand at ``where``."""
    permission = reader.permission(name, *where)
    return permission and Requirement(permission, reader.level(permission, word, *where))


class Bound(Plain):
    """A permission, the highest level it may have, and the verdict on a role within it."""

    def __init__(self, allowed: Requirement, problem: str, passes: Verdict) -> None:
        self.allowed = allowed
        self.problem = problem
        self.passes = passes

    def judge(self, role: Role) -> Verdict:
        """The verdict on the role's highest grant of the permission."""
        permission, level = self.allowed.permission, self.allowed.level
        held = role.highest_level(permission)
        grant = role.highest(permission) if held is not None and held > level else None
        if grant is not None:
            return excess(role, grant, self.problem, level, self.passes.requirement)
        if permission.id in role.unread:
            return unread(role, permission, self.passes.requirement)
        return self.passes


class Sweep(Plain):
    """All permissions whose id a glob matches, known or not, and the highest level allowed."""

    def __init__(
        self,
        glob: str,
        allowed: Level,
        problem: str,
        *,
        exempt: tuple[str, ...] = (),
        spares_full_only: bool = False,
    ) -> None:
        self.glob = glob
        self.allowed = allowed
        self.problem = problem
        self.exempt = exempt
        self.spares_full_only = spares_full_only

    def __str__(self) -> str:
        return f"at most {self.allowed.title} on {self.glob}" if self.allowed else f"no {self.glob}"

    @property
    def words(self) -> str:
        """What the rule says of them, with what it spares."""
        spared = ["what offers Full only"] if self.spares_full_only else []
        spared += self.exempt
        return f"{self}, except {listed(spared)}" if spared else str(self)

    @property
    def is_remainder(self) -> bool:
        """Whether it is about all that is not named: nothing else is allowed."""
        return not self.allowed and bool(self.exempt)

    def covers(self, permission: Permission) -> bool:
        """Whether the rule means this permission."""
        key = permission.id.casefold()
        if any(fnmatchcase(key, glob.casefold()) for glob in self.exempt):
            return False
        if self.spares_full_only and permission.is_full_only:
            return False
        return fnmatchcase(key, self.glob.casefold())

    def judge(self, role: Role) -> list[Verdict]:
        """The findings on what the role holds; a single pass where there are none."""
        held = [grants[0].permission for grants in role.held.values()]
        verdicts = [
            excess(role, grant, self.problem, _highest_offered(permission, self.allowed), str(self))
            for permission in held
            if self.covers(permission)
            and (grant := role.highest(permission))
            and grant.level > self.allowed
        ]
        told = {verdict.subject for verdict in verdicts}
        verdicts += [
            unread(role, role.unread[key], str(self))
            for key in sorted(role.unread)
            if key not in told and self.covers(role.unread[key])
        ]
        return verdicts or [passed(self.glob, str(self))]


def _highest_offered(permission: Permission, level: Level) -> Level:
    """The highest level up to another one that NetSuite offers for a permission."""
    if permission.allows(level):
        return level
    return max((item for item in permission.levels if item <= level), default=Level.NONE)


def is_glob(text: str) -> bool:
    """Whether a permission is written as a pattern."""
    return "*" in text or "?" in text


def click_path(role: Role, permission: Permission) -> str:
    """Where in NetSuite the permission of a role is set."""
    subtab = f" > {permission.category}" if permission.category else ""
    return f"{MANAGE_ROLES} > {role.title.strip()} > Permissions{subtab} > {permission.name}"


def cure(action: str, role: Role, permission: Permission) -> str:
    """What to do about a grant, in the file and in NetSuite."""
    return f"{action}; in NetSuite: {click_path(role, permission)}"


def quoted(role: Role) -> str:
    """The role's name for a message."""
    return f'"{role.title.strip()}"'


def passed(subject: str, requirement: str, permission: Permission | None = None) -> Verdict:
    """The verdict that is the same for every role that meets a requirement."""
    return Verdict(Result.PASS, subject, requirement, permission)


def unread(role: Role, permission: Permission, requirement: str) -> Verdict:
    """The verdict on a permission whose level could not be read."""
    return Verdict(
        Result.NOT_EVALUATED,
        permission.id,
        requirement,
        permission,
        location=role.location,
        reason=f"the level of {permission.name} could not be read",
    )


def not_legible(permission: Permission, requirement: str) -> Verdict:
    """The verdict on a permission that may be there under a name that nobody knows."""
    return Verdict(
        Result.NOT_EVALUATED,
        permission.id,
        requirement,
        permission,
        reason="most of the role's permission names are in no catalogue",
    )


def excess(role: Role, grant: Grant, problem: str, allowed: Level, requirement: str) -> Verdict:
    """The finding on a grant that reaches further than it may."""
    name = grant.permission.name
    if allowed:
        message = f"{quoted(role)} has {grant.level.title} on {name}, may have {allowed.title}"
        action = f"set {allowed.name}"
    else:
        must = "may not have" if problem == "over-scoped" else "must not have"
        message = f"{quoted(role)} {must} {name}, has {grant.level.title}"
        action = f"remove {grant.permission.id}"
    return Verdict(
        Result.FINDING,
        grant.permission.id,
        requirement,
        grant.permission,
        problem,
        grant.level,
        allowed,
        grant.location,
        message,
        cure(action, role, grant.permission),
    )


def shortfall(role: Role, wanted: Requirement, grant: Grant | None, requirement: str) -> Verdict:
    """The finding on a permission that is missing, too low, or at a level it does not have."""
    permission, needed = wanted.permission, wanted.level
    if grant is None and not role.is_legible:
        return not_legible(permission, requirement)
    location: Location = grant.location if grant else role.location
    granted = grant.level if grant else None
    if not granted:
        verb = f"set {needed.name}, not NONE" if grant else f"add {permission.id} at {needed.name}"
        problem, action = "missing", verb
        message = f"{quoted(role)} needs {needed.title} on {permission.name}, has none"
    else:
        problem, action = "under-scoped", f"set {needed.name}"
        message = f"{quoted(role)} needs {needed.title} on {permission.name}, has {granted.title}"
        if not permission.allows(granted):
            problem = "impossible-level"
            message += f", a level that this permission does not have ({offered(permission)})"
    return Verdict(
        Result.FINDING,
        permission.id,
        requirement,
        permission,
        problem,
        granted,
        needed,
        location,
        message,
        cure(action, role, permission),
    )


def offered(permission: Permission) -> str:
    """The levels that NetSuite offers for a permission, in words."""
    levels = [level.title for level in sorted({Level.NONE, *permission.levels})]
    return ", ".join(levels[:-1]) + f" or {levels[-1]}" if len(levels) > 1 else levels[0]
