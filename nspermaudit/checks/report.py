"""``report``: say something of every role that it is asked of; ``when`` says of which.

It judges nothing: a date that comes near, a permission that is worth a second look, something so
common that only the number of roles is worth a line.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import Permission, Role
from nspermaudit.requirement import (
    HOLDINGS_SCHEMA,
    Requirement,
    click_path,
    passed,
    quoted,
    read_holdings,
    unread,
)
from nspermaudit.rule import Check, Reader, Result, Verdict

_TEXT = {"type": "string", "minLength": 1}

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "anyOf": [
            {**_TEXT, "title": "a sentence that begins with the role's name"},
            {
                "title": "what to say of the number of such roles",
                "type": "object",
                "required": ["in total"],
                "additionalProperties": False,
                "properties": {
                    "in total": {
                        **_TEXT,
                        "description": 'goes on where "3 of 60 roles" ends: "can export lists"',
                    }
                },
            },
            {
                "title": "what to say of each of some permissions that the role holds",
                "type": "object",
                "required": ["of", "say"],
                "additionalProperties": False,
                "properties": {
                    "of": dict(HOLDINGS_SCHEMA),
                    "say": {
                        **_TEXT,
                        "description": 'goes on where "X has Full on Enable Features" ends',
                    },
                },
            },
        ]
    }
)


class Report(NamedTuple):
    """A sentence about each role, or one about their number."""

    words: str
    is_total: bool

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict: a finding, or something that is counted."""
        if self.is_total:
            return (Verdict(Result.PASS, "", self.words, tallied=self.words),)
        return (
            Verdict(
                Result.FINDING,
                "",
                self.words,
                problem="report",
                location=role.location,
                message=f"{quoted(role)} {self.words}",
            ),
        )

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None: the conditions name them."""
        return iter(())


class ReportOf(NamedTuple):
    """A sentence about each of some permissions that a role holds, at its place."""

    told: tuple[Requirement, ...]
    words: str

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict a permission."""
        return [self._judge(role, item) for item in self.told]

    def _judge(self, role: Role, item: Requirement) -> Verdict:
        permission = item.permission
        passes = passed(permission.id, f"told of: {item}", permission)
        grant = role.highest(permission)
        if grant is None or not grant.level or grant.level < item.level:
            is_open = permission.id in role.unread
            return unread(role, permission, passes.requirement) if is_open else passes
        return passes._replace(
            result=Result.FINDING,
            problem="report",
            granted=grant.level,
            location=grant.location,
            message=f"{quoted(role)} has {grant.level.title} on {permission.name}, {self.words}",
            fix=f"in NetSuite: {click_path(role, permission)}",
        )

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """The permissions that are told of."""
        for item in self.told:
            yield item.permission, f"told of from {item.level.title} on"


def from_params(params: Any, reader: Reader) -> Check:
    """Read a sentence, ``{in total: words}``, or ``{of: permissions, say: words}``."""
    if isinstance(params, str):
        return Report(params, is_total=False)
    if "in total" in params:
        return Report(params["in total"], is_total=True)
    return ReportOf(tuple(read_holdings(params["of"], reader, "of")), params["say"])
