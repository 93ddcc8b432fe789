"""What is worth a line in a report although it is no finding, once all roles are judged."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from nspermaudit.style import counted, listed

if TYPE_CHECKING:
    from nspermaudit.companions import RoleFacts


def unseen(known: Iterable[RoleFacts], seen: Container[str]) -> Iterator[str]:
    """Roles that a companion table names and no export has permissions of; ``seen`` are ids."""
    facts = {fact.id: fact for fact in known}
    names = sorted(
        fact.name or fact.id
        for fact in facts.values()
        if fact.id not in seen and fact.script_id not in seen
    )
    if names:
        quoted = listed([f'"{name}"' for name in names])
        yield f"no permissions were exported of {quoted}: not assessed"


def in_total(tallied: Mapping[str, int], roles: int) -> Iterator[str]:
    """What is so common that only the number of roles is told."""
    for words, number in tallied.items():
        yield f"{number} of {counted(roles, 'role')} {words}"


def repeated(paths: Iterable[str]) -> Iterator[str]:
    """Exports, other than SDF objects, that have roles in common."""
    found = listed(sorted(paths))
    if found:
        yield f"some roles stand in more than one export, each is judged on its own: {found}"
