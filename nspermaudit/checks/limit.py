"""``limit``: the role holds these permissions not above this level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.model import Account, Level, Permission, Role
from nspermaudit.requirement import (
    LEVEL_SCHEMA,
    Bound,
    Requirement,
    Sweep,
    passed,
    read_requirements,
)
from nspermaudit.rule import Check, Reader, Verdict

FULL_ONLY = "full-only"

_GLOBS = {
    "title": "globs of permission ids",
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
    ],
}
SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "minProperties": 1,
        "properties": {
            "every": {**_GLOBS, "description": 'globs such as "TRAN_*, LIST_*"'},
            "at": dict(LEVEL_SCHEMA),
            "except": {
                **_GLOBS,
                "description": f"permissions, or the word {FULL_ONLY}",
            },
        },
        "dependencies": {"every": ["at"], "at": ["every"], "except": ["every"]},
        "additionalProperties": dict(LEVEL_SCHEMA),
    }
)


class Limit(NamedTuple):
    """Permissions, by name and by glob, and the highest level that each may have."""

    bounds: tuple[Bound, ...]
    sweeps: tuple[Sweep, ...]

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict a permission that is named; of a glob one a finding, or one pass."""
        verdicts = [bound.judge(role) for bound in self.bounds]
        return verdicts + [verdict for sweep in self.sweeps for verdict in sweep.judge(role)]

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """The permissions that are bounded."""
        for bound in self.bounds:
            yield bound.allowed.permission, f"at most {bound.allowed.level.title}"
        for sweep in self.sweeps:
            for permission in filter(sweep.covers, sweep.known):
                yield permission, f"at most {sweep.allowed.title}"


def from_params(params: Any, reader: Reader) -> Check:
    """Read ``{permission: level, ..., every: globs, at: level, except: names}``."""
    special = {"every", "at", "except"}
    named = {name: word for name, word in params.items() if name not in special}
    bounds = tuple(map(_bound, read_requirements(named, reader)))
    exempt = frozenset(bound.allowed.permission.id for bound in bounds)
    return Limit(bounds, tuple(_sweeps(params, exempt, reader)) if "every" in params else ())


def _bound(allowed: Requirement) -> Bound:
    permission = allowed.permission
    words = f"at most {allowed}" if allowed.level else f"no {permission.name}"
    return Bound(allowed, "over-scoped", passed(permission.id, words, permission))


def _sweeps(params: Any, exempt: frozenset[str], reader: Reader) -> Iterator[Sweep]:
    spared = _words(params.get("except", []))
    found = [reader.permission(name, "except") for name in spared if name != FULL_ONLY]
    exempt |= {permission.id for permission in found if permission}
    level = Level[params["at"].upper()]
    for glob in _words(params["every"]):
        known = reader.matching(glob, "every")
        yield Sweep(glob, level, "over-scoped", known, exempt, FULL_ONLY in spared)


def _words(value: str | list[str]) -> list[str]:
    items = value.split(",") if isinstance(value, str) else value
    return [item.strip() for item in items if item.strip()]
