"""``report``: say something of every role that it is asked of; ``when`` says of which.

It judges nothing: a date that comes near, something so common that only the number of roles is
worth a line.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import Permission, Role
from nspermaudit.requirement import quoted
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


def from_params(params: Any, reader: Reader) -> Check:  # noqa: ARG001 - every kind has a reader
    """Read a sentence, or ``{in total: words}``."""
    if isinstance(params, str):
        return Report(params, is_total=False)
    return Report(params["in total"], is_total=True)
