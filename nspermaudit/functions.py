"""Functions: what a person can do, as the permissions of which one is enough to do it.

A conflict is between two of them. Seeing a record is not doing something with it, so every
permission has the least level that counts.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.model import Grant, Role
from nspermaudit.requirement import LEVELS_SCHEMA, Requirement, read_requirements
from nspermaudit.rule import Reader
from nspermaudit.selector import HasAttribute, any_of

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

    def is_held(self, role: Role) -> bool | None:
        """Whether a role can do it; None where the export does not tell."""
        return any_of((*self._by_permission(role), *self._by_attribute(role)))

    def _by_permission(self, role: Role) -> list[bool | None]:
        return [
            True
            if (role.highest_level(item.permission) or 0) >= item.level
            else None
            if item.permission.id in role.unread
            else False
            for item in self.wanted
        ]

    def _by_attribute(self, role: Role) -> list[bool | None]:
        """An attribute that the export does not carry is not what a conflict hangs on."""
        return [role.attributes.get(item.word) in item.values for item in self.attributes]


def read_function(name: str, item: Mapping[str, Any], reader: Reader) -> Function:
    """Read one function of a pack; faults go to the reader."""
    attributes = tuple(
        HasAttribute(word, tuple(value) if isinstance(value, list) else (value,))
        for word, value in item.get("or role", {}).items()
    )
    return Function(name, item["title"], read_requirements(item["any of"], reader), attributes)
