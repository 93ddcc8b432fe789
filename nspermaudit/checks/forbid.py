"""``forbid``: the role holds none of these permissions above None."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import Level, Permission, Role
from nspermaudit.requirement import (
    NAMES_SCHEMA,
    Bound,
    Requirement,
    Sweep,
    is_glob,
    passed,
)
from nspermaudit.rule import Check, Reader, Verdict

SCHEMA: Mapping[str, Any] = MappingProxyType(dict(NAMES_SCHEMA))


class Forbid(NamedTuple):
    """Permissions that must not be there, by name and by glob."""

    bounds: tuple[Bound, ...]
    sweeps: tuple[Sweep, ...]

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict a permission that is named; of a glob one a finding, or one pass."""
        verdicts = [bound.judge(role) for bound in self.bounds]
        return verdicts + [verdict for sweep in self.sweeps for verdict in sweep.judge(role)]

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """The permissions that are forbidden by name; ``sweeps`` has the globs."""
        for bound in self.bounds:
            yield bound.allowed.permission, "forbidden"


def from_params(params: Any, reader: Reader) -> Check:
    """Read a list of permissions: names, ids, or globs of ids."""
    sweeps = []
    for index, name in enumerate(params):
        if is_glob(name):
            reader.matching(name, index)
            sweeps.append(Sweep(name, Level.NONE, "forbidden"))
    named = [
        permission
        for index, name in enumerate(params)
        if not is_glob(name) and (permission := reader.permission(name, index))
    ]
    return Forbid(tuple(map(_forbidden, named)), tuple(sweeps))


def _forbidden(permission: Permission) -> Bound:
    words = passed(permission.id, f"no {permission.name}", permission)
    return Bound(Requirement(permission, Level.NONE), "forbidden", words)
