"""``role``: the role's attributes have these values."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.attributes import ATTRIBUTES
from nspermaudit.model import AttributeValue, Permission, Role
from nspermaudit.requirement import quoted
from nspermaudit.rule import Check, Reader, Result, Verdict
from nspermaudit.selector import spoken


def attribute_schema(word: str) -> dict[str, Any]:
    """What may stand after an attribute's name."""
    choices = ATTRIBUTES[word].choices
    if not choices:
        return {"type": "boolean"}
    value: dict[str, Any] = {"type": "string"} if choices == ("*",) else {"enum": list(choices)}
    return {"anyOf": [value, {"type": "array", "minItems": 1, "items": value}]}


SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "title": "role attributes",
        "type": "object",
        "minProperties": 1,
        "properties": {word: attribute_schema(word) for word in ATTRIBUTES},
        "additionalProperties": False,
    }
)


class Attributes(NamedTuple):
    """Attributes with the values that each may have."""

    wanted: tuple[tuple[str, tuple[AttributeValue, ...]], ...]

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict an attribute; not evaluated where the export does not carry it."""
        return [_judge(role, word, values) for word, values in self.wanted]

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None: attributes are no permissions."""
        return iter(())


def _judge(role: Role, word: str, values: tuple[AttributeValue, ...]) -> Verdict:
    requirement = f"{word}: {' or '.join(map(spoken, values))}"
    value = role.attributes.get(word)
    if value is None:
        reason = f"the export does not carry the attribute {ATTRIBUTES[word].field}"
        return Verdict(Result.NOT_EVALUATED, word, requirement, reason=reason)
    if value in values:
        return Verdict(Result.PASS, word, requirement)
    return Verdict(
        Result.FINDING,
        word,
        requirement,
        problem="attribute",
        location=role.location,
        message=f'{quoted(role)} has "{word}": {spoken(value)}, must be '
        + " or ".join(map(spoken, values)),
        fix=f"set {ATTRIBUTES[word].field} to {_sdf(values[0])}; in NetSuite: "
        f"Setup > Users/Roles > Manage Roles > {role.title.strip()} > Edit",
    )


def _sdf(value: AttributeValue) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    return value


def from_params(params: Any, reader: Reader) -> Check:  # noqa: ARG001 - every kind has a reader
    """Read ``{attribute: value or list of values, ...}``."""
    return Attributes(
        tuple(
            (word, tuple(value) if isinstance(value, list) else (value,))
            for word, value in params.items()
        )
    )
