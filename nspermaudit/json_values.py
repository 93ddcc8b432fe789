"""Places, permissions, inputs and changes as values of a JSON document."""

from __future__ import annotations

from typing import Any

from nspermaudit.changes import Change
from nspermaudit.finding import Input, Message
from nspermaudit.model import AttributeValue, Level, Location, Permission
from nspermaudit.rule import Verdict


def location_value(location: Location) -> dict[str, Any]:
    """A place; what is not known is null."""
    return {
        "path": location.path,
        "line": location.line or None,
        "column": location.column or None,
    }


def permission_value(permission: Permission | None) -> dict[str, Any] | None:
    """A permission with its names; null for none."""
    if permission is None:
        return None
    return {
        "id": permission.id,
        "name": permission.name,
        "category": permission.category,
    }


def side_values(verdict: Verdict) -> list[dict[str, Any]]:
    """What a finding rests on, of a conflict each side of it; empty where it has no sides."""
    if not verdict.sides:
        return []
    functions = verdict.subject.split("+")
    if len(functions) != len(verdict.sides):
        functions = [""] * len(verdict.sides)
    marks = verdict.marks or ((),) * len(verdict.sides)
    return [
        {
            "function": function or None,
            "permissions": [
                {
                    "id": grant.permission.id,
                    "name": grant.permission.name,
                    "granted": grant.level.name,
                    "location": location_value(grant.location),
                }
                for grant in grants
            ],
            "attributes": list(words),
        }
        for function, grants, words in zip(functions, verdict.sides, marks, strict=True)
    ]


def _message(message: Message) -> dict[str, Any]:
    return {
        "severity": message.severity.word,
        "text": message.text,
        "location": location_value(message.location),
    }


def input_value(item: Input) -> dict[str, Any]:
    """An input and what became of it."""
    return {
        "path": item.path,
        "format": item.format,
        "status": item.status,
        "sha256": item.sha256,
        "bytes": item.size,
        "rows": item.rows,
        "roles": item.roles,
        "grants": item.grants,
        "messages": [_message(message) for message in item.messages],
    }


def change_value(change: Change) -> dict[str, Any]:
    """A change: of a permission, of an attribute, or of the role as a whole."""
    return {
        "kind": change.kind.value,
        "role": {"id": change.role_id, "name": change.role_name},
        "permission": permission_value(change.permission),
        "attribute": change.attribute or None,
        "before": _value(change.before),
        "after": _value(change.after),
        "restriction_before": change.restrictions[0] or None,
        "restriction_after": change.restrictions[1] or None,
        "new_access": change.is_new_access,
        "sensitive": change.sensitivity or None,
        "location": location_value(change.location),
    }


def _value(value: Level | AttributeValue | None) -> str | bool | None:
    return value.name if isinstance(value, Level) else value
