"""Functions: what a person can do, as the permissions of which one is enough to do it.

A conflict is between two of them. Seeing a record is not doing something with it, so every
permission has the least level that counts.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.model import Grant, Permission, Role
from nspermaudit.requirement import LEVELS_SCHEMA, Requirement, read_requirements
from nspermaudit.rule import Reader, Result, Verdict
from nspermaudit.selector import HasAttribute
from nspermaudit.style import listed

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "title": "a function",
        "type": "object",
        "required": ["title", "any of"],
        "additionalProperties": False,
        "properties": {
            "title": {
                "type": "string",
                "minLength": 1,
                "description": 'What its holder can do: "pay vendors".',
            },
            "any of": dict(LEVELS_SCHEMA),
            "or role": {"$ref": "#/definitions/attributes"},
        },
    }
)


class Function(NamedTuple):
    """Something that the holder of one of some permissions, or of an attribute, can do.

    ``title`` goes on where "can" ends.
    """

    name: str
    title: str
    wanted: tuple[Requirement, ...]
    attributes: tuple[HasAttribute, ...] = ()

    def grants(self, role: Role) -> list[Grant]:
        """The grants of a role that are enough for it, the highest of each permission."""
        found = (
            role.highest(item.permission)
            for item in self.wanted
            if (role.highest_level(item.permission) or 0) >= item.level
        )
        return [grant for grant in found if grant]

    def marks(self, role: Role) -> list[str]:
        """The attributes of a role that are enough for it, by their words."""
        return [
            item.word for item in self.attributes if role.attributes.get(item.word) in item.values
        ]

    def __str__(self) -> str:
        """What it is and by what, in words."""
        ways = [f"{_spelled(item.permission)} {item.level.and_higher}" for item in self.wanted]
        ways += [f"the attribute {item}" for item in self.attributes]
        *first, last = ways
        return (
            f"{self.title}, by {', '.join(first)} or {last}"
            if first
            else f"{self.title}, by {last}"
        )

    def is_held(self, role: Role) -> bool | None:
        """Whether a role can do it; None where the export does not tell.

        An attribute that the export does not carry is not what it hangs on.
        """
        levels_of = role.held.levels
        for item in self.wanted:
            levels = levels_of(item.permission.id)
            if levels and max(levels) >= item.level:
                return True
        if self.attributes and self.marks(role):
            return True
        is_unknown = role.unread and any(i.permission.id in role.unread for i in self.wanted)
        return None if is_unknown else False


def _spelled(permission: Permission) -> str:
    name, key = permission.name, permission.id
    return f"{name} ({key})" if name != key else key


def said(grant: Grant) -> str:
    """A grant in a few words: ``Vendors: Full``."""
    return f"{grant.permission.name}: {grant.level.title}"


def held(grants: Iterable[Grant], marks: Iterable[str]) -> str:
    """By what somebody can do something, in words."""
    return listed([*map(said, grants), *marks])


def unread(passes: Verdict, functions: Iterable[Function], role: Role) -> Verdict:
    """The verdict where it hangs on a permission whose level could not be read."""
    names = [
        item.permission.name
        for function in functions
        for item in function.wanted
        if item.permission.id in role.unread
    ]
    reason = f"the level of {names[0]} could not be read"
    return passes._replace(result=Result.NOT_EVALUATED, location=role.location, reason=reason)


def read_function(name: str, item: Mapping[str, Any], reader: Reader) -> Function:
    """Read one function of a pack; faults go to the reader."""
    wanted = read_requirements(item["any of"], reader)
    return Function(name, item["title"], wanted, read_attributes(item.get("or role", {})))


def read_attributes(item: Mapping[str, Any]) -> tuple[HasAttribute, ...]:
    """Read ``{attribute: value or list of values}``, of which one is enough."""
    return tuple(
        HasAttribute(word, tuple(value) if isinstance(value, list) else (value,))
        for word, value in item.items()
    )
