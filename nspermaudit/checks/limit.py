"""``limit``: the role holds these permissions not above this level."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import Level, Permission, Role
from nspermaudit.requirement import (
    LEVEL_SCHEMA,
    Bound,
    Requirement,
    Sweep,
    is_glob,
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
        """The permissions that are bounded by name; ``sweeps`` has the globs."""
        for bound in self.bounds:
            yield bound.allowed.permission, f"at most {bound.allowed.level.title}"


def from_params(params: Any, reader: Reader) -> Check:
    """Read ``{permission: level, ..., every: globs, at: level, except: names}``."""
    special = {"every", "at", "except"}
    named = {name: word for name, word in params.items() if name not in special}
    bounds = tuple(map(_bound, read_requirements(named, reader)))
    exempt = tuple(bound.allowed.permission.id for bound in bounds)
    return Limit(bounds, tuple(_sweeps(params, exempt, reader)) if "every" in params else ())


def _bound(allowed: Requirement) -> Bound:
    permission = allowed.permission
    words = f"at most {allowed}" if allowed.level else f"no {permission.name}"
    return Bound(allowed, "over-scoped", passed(permission.id, words, permission))


def _sweeps(params: Any, exempt: tuple[str, ...], reader: Reader) -> Iterator[Sweep]:
    spared = list(_words(params, "except"))
    exempt += tuple(_exempt(spared, reader))
    spares_full_only = any(word == FULL_ONLY for word, _ in spared)
    level = Level[params["at"].upper()]
    for glob, where in _words(params, "every"):
        reader.matching(glob, *where)
        yield Sweep(glob, level, "over-scoped", exempt=exempt, spares_full_only=spares_full_only)


def _exempt(spared: Iterable[tuple[str, tuple[str | int, ...]]], reader: Reader) -> Iterator[str]:
    for word, where in spared:
        if is_glob(word):
            reader.matching(word, *where)
            yield word
        elif word != FULL_ONLY and (permission := reader.permission(word, *where)):
            yield permission.id


def _words(params: Any, key: str) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The words of a text with commas, or of a list, each with its place."""
    value = params.get(key, [])
    if isinstance(value, list):
        yield from ((word, (key, index)) for index, word in enumerate(value))
    else:
        yield from ((word.strip(), (key,)) for word in value.split(",") if word.strip())
