"""``require``: the role holds each permission at least at this level."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from nspermaudit.account import Account
from nspermaudit.model import Level, Permission, Plain, Role
from nspermaudit.requirement import (
    LEVEL_SCHEMA,
    LEVELS_SCHEMA,
    Requirement,
    passed,
    quoted,
    read_requirement,
    shortfall,
    unread,
)
from nspermaudit.rule import Check, Reader, Result, Verdict

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "minProperties": 1,
        "properties": {
            "any of": {
                "title": "alternatives, one of which must hold",
                "type": "array",
                "minItems": 2,
                "items": dict(LEVELS_SCHEMA),
            }
        },
        "additionalProperties": {
            "anyOf": [
                dict(LEVEL_SCHEMA),
                {
                    "title": "a mapping with level and optional",
                    "type": "object",
                    "properties": {
                        "level": dict(LEVEL_SCHEMA),
                        "optional": {"type": "boolean"},
                    },
                    "required": ["level"],
                    "additionalProperties": False,
                },
            ]
        },
    }
)


class One(Plain):
    """One permission at a level; an optional one is told, never failed."""

    def __init__(self, wanted: Requirement, passes: Verdict, *, optional: bool) -> None:
        self.wanted = wanted
        self.optional = optional
        self.passes = passes

    def judge(self, role: Role) -> Verdict:
        """The verdict on the role's lowest grant of the permission."""
        permission = self.wanted.permission
        level = role.lowest_level(permission)
        if permission.id in role.unread and _is_open(role, self.wanted):
            return unread(role, permission, self.passes.requirement)
        if level is not None and level >= self.wanted.level:
            return self.passes
        grant = role.lowest(permission)
        verdict = shortfall(role, self.wanted, grant, self.passes.requirement)
        if self.optional and verdict.result is Result.FINDING:
            note = f"optional: {verdict.message}"
            return Verdict(
                Result.PASS,
                permission.id,
                self.passes.requirement,
                permission,
                note=note,
            )
        return verdict


class AnyOf(Plain):
    """Alternatives, each of one or more permissions, of which one must hold whole."""

    def __init__(self, alternatives: tuple[tuple[Requirement, ...], ...], passes: Verdict) -> None:
        self.alternatives = alternatives
        self.passes = passes

    def judge(self, role: Role) -> Verdict:
        """A pass as soon as one alternative holds whole; else the first that is short is told."""
        shorts = []
        for alternative in self.alternatives:
            short = [wanted for wanted in alternative if not _met(role, wanted)]
            if not short:
                return self.passes
            shorts.append(short)
        subject, wording = self.passes.subject, self.passes.requirement
        if any(all(_is_open(role, wanted) for wanted in short) for short in shorts):
            reason = "the level of one of the alternatives could not be read"
            return Verdict(Result.NOT_EVALUATED, subject, wording, reason=reason)
        wanted = shorts[0][0]
        verdict = shortfall(role, wanted, role.lowest(wanted.permission), wording)
        return verdict._replace(
            subject=subject,
            message=f"{quoted(role)} needs one of: {wording}; has none of them",
            fix=f"grant one of: {wording}",
        )


def _met(role: Role, wanted: Requirement) -> bool:
    level = role.lowest_level(wanted.permission)
    readable = wanted.permission.id not in role.unread
    return readable and level is not None and level >= wanted.level


def _is_open(role: Role, wanted: Requirement) -> bool:
    """Whether a requirement that is not met could be, if all levels were read."""
    if wanted.permission.id not in role.unread:
        return False
    level = role.lowest_level(wanted.permission)
    return level is None or level >= wanted.level


class Require(Plain):
    """All of some permissions, and of each group of alternatives one."""

    def __init__(self, clauses: tuple[One | AnyOf, ...]) -> None:
        self.clauses = clauses

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict a permission, one a group of alternatives."""
        return [clause.judge(role) for clause in self.clauses]

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """The permissions asked for, with the least level."""
        for clause in self.clauses:
            if isinstance(clause, One):
                optional = ", optional" if clause.optional else ""
                yield (
                    clause.wanted.permission,
                    f"at least {clause.wanted.level.title}{optional}",
                )
            else:
                for wanted in (item for items in clause.alternatives for item in items):
                    yield (
                        wanted.permission,
                        f"at least {wanted.level.title}, as one alternative",
                    )


def from_params(params: Any, reader: Reader) -> Check:
    """Read ``{permission: level, ..., any of: [{permission: level}, ...]}``."""
    found = [
        _any_of(value, reader) if name == "any of" else _one(name, value, reader)
        for name, value in params.items()
    ]
    return Require(tuple(clause for clause in found if clause))


def _one(name: str, value: Any, reader: Reader) -> One | None:
    word, optional = value, False
    if isinstance(value, dict):
        word, optional = value["level"], value.get("optional", False)
    wanted = _asked(name, word, reader, name)
    if wanted is None:
        return None
    requirement = f"at least {wanted}"
    passes = passed(wanted.permission.id, requirement, wanted.permission)
    return One(wanted, passes, optional=optional)


def _asked(name: str, word: str, reader: Reader, *where: str | int) -> Requirement | None:
    wanted = read_requirement(name, word, reader, *where)
    if wanted and wanted.level is Level.NONE:
        reader.fault("None asks for nothing: use forbid", *where)
    return wanted


def _any_of(items: list[dict[str, str]], reader: Reader) -> AnyOf | None:
    alternatives = tuple(
        tuple(
            wanted
            for name, word in item.items()
            if (wanted := _asked(name, word, reader, "any of", index, name))
        )
        for index, item in enumerate(items)
    )
    if not all(alternatives):
        return None
    ids = ("+".join(wanted.permission.id for wanted in group) for group in alternatives)
    words = (" and ".join(map(str, group)) for group in alternatives)
    return AnyOf(alternatives, passed("|".join(ids), " or ".join(words)))
