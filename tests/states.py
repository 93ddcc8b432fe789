"""States of roles, as tests of comparing describe them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nspermaudit import catalog
from nspermaudit.model import Grant, Level, Location, Role
from nspermaudit.snapshot import Snapshot


def role_of(facts: Mapping[str, Any], path: str = "x") -> Role:
    """A role as a case describes it."""
    resolve = catalog.load().resolve
    grants: list[Grant] = []
    for key, words in facts.get("grants", {}).items():
        levels = words if isinstance(words, list) else [words]
        limit = facts.get("restrictions", {}).get(key, "")
        grants += [
            Grant(resolve(key), Level[word], Location(path, len(grants) + number + 2, 7), limit)
            for number, word in enumerate(levels)
        ]
    return Role.of(
        facts["id"],
        facts.get("name", ""),
        grants,
        Location(path, 1, 1),
        attributes=facts.get("attributes", {}),
        unread={key: resolve(key) for key in facts.get("unread", ())},
        format=facts.get("format", "sdf"),
        is_legible=facts.get("legible", True),
    )


def snapshot_of(roles: Iterable[Mapping[str, Any]]) -> Snapshot:
    """What is kept of some roles."""
    snapshot = Snapshot()
    for number, facts in enumerate(roles):
        snapshot.take(role_of(facts, facts.get("path", f"{number}.xml")))
    return snapshot
