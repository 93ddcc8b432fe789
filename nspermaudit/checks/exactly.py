"""``exactly``: the role holds each permission at this level and no other."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import Level, Permission, Role
from nspermaudit.requirement import (
    LEVELS_SCHEMA,
    Requirement,
    excess,
    passed,
    read_requirements,
    shortfall,
    unread,
)
from nspermaudit.rule import Check, Reader, Verdict

SCHEMA: Mapping[str, Any] = MappingProxyType(dict(LEVELS_SCHEMA))


class Exactly(NamedTuple):
    """Permissions with the one level that each must have."""

    wanted: tuple[tuple[Requirement, Verdict], ...]

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict a permission; of two wrong grants the excess is told."""
        return [_judge(role, wanted, passes) for wanted, passes in self.wanted]

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """The permissions that are compared."""
        for wanted, _ in self.wanted:
            yield wanted.permission, f"exactly {wanted.level.title}"


def _judge(role: Role, wanted: Requirement, passes: Verdict) -> Verdict:
    permission, level = wanted.permission, wanted.level
    highest, lowest = role.highest(permission), role.lowest(permission)
    if highest is not None and highest.level > level:
        problem = "over-scoped" if level else "forbidden"
        return excess(role, highest, problem, level, passes.requirement)
    if permission.id in role.unread and (lowest is None or lowest.level == level):
        return unread(role, permission, passes.requirement)
    granted = lowest.level if lowest else Level.NONE
    return passes if granted == level else shortfall(role, wanted, lowest, passes.requirement)


def from_params(params: Any, reader: Reader) -> Check:
    """Read ``{permission: level, ...}``."""
    return Exactly(
        tuple(
            (
                wanted,
                passed(wanted.permission.id, f"exactly {wanted}", wanted.permission),
            )
            for wanted in read_requirements(params, reader)
        )
    )
