"""Rules from permissions and levels: what stands after a verb, and the examples that test it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nspermaudit.model import Level
from tools.rules.sources import Asked, permission_of

Example = dict[str, Any]

_FEW = 6
"""Of a longer list the examples try so many permissions one by one."""


def asked_of(key: str, level: str) -> Asked:
    """A permission by its id and a level by its name; raises KeyError where there is none."""
    return Asked(permission_of(key), Level[level])


def levels(items: Iterable[Asked]) -> dict[str, str]:
    """Permissions with their levels, as packs write them."""
    return {item.name: item.level.name.lower() for item in items}


def above(item: Asked) -> Level | None:
    """The next level above, of those that NetSuite offers; None at the top."""
    offered = item.permission.levels or tuple(Level)
    return min((level for level in offered if level > item.level), default=None)


def required(items: Sequence[Asked], *ways: Sequence[Asked], optional: bool = False) -> Example:
    """What stands after ``require``: all of some permissions, and one of some ``ways``."""
    if optional:
        return {name: {"level": word, "optional": True} for name, word in levels(items).items()}
    alternatives = [levels(way) for way in ways]
    return {**levels(items), **({"any of": alternatives} if alternatives else {})}


def requiring(
    items: Sequence[Asked], *ways: Sequence[Asked], given: Mapping[str, Any] | None = None
) -> dict[str, list[Example]]:
    """Examples for ``require``: exactly enough, too little by one step, and nothing of one kind.

    ``given`` is what else holds in each: parameters, features.
    """
    enough = levels(items)
    signed = [{**enough, **levels(way)} for way in ways] or [enough]
    few = items if len(items) <= _FEW else sorted(items, key=lambda item: not item.below)[:_FEW]
    lower = [
        {**signed[0], item.name: item.below.name.lower()} for item in (*few, *next(iter(ways), ()))
    ]
    without = [{key: word for key, word in signed[0].items() if key != item.name} for item in items]
    unsigned = [enough] if ways else []
    violates = _distinct([*lower, *without[:1], *unsigned])
    return {
        "complies": [_under(role, given) for role in signed],
        "violates": [_under(role, given) for role in violates],
    }


def limiting(
    items: Sequence[Asked], given: Mapping[str, Any] | None = None
) -> dict[str, list[Example]]:
    """Examples for ``limit``: each at its limit, and one above; all of ``items`` have such."""
    return {
        "complies": [_under(levels(items), given), _under({}, given)],
        "violates": [_under({item.name: _word(above(item))}, given) for item in items],
    }


def _word(level: Level | None) -> str:
    if level is None:
        raise ValueError("nothing is above Full")
    return level.name.lower()


def _under(role: Mapping[str, str], given: Mapping[str, Any] | None) -> Example:
    return {"permissions": dict(role), **given} if given else dict(role)


def _distinct(roles: Iterable[Example]) -> list[Example]:
    found: list[Example] = []
    for role in roles:
        if role not in found:
            found.append(role)
    return found
