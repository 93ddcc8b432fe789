"""``report``: say something of every role that it is asked of; ``when`` says of which.

It judges nothing: a date that comes near, something so common that only the number of roles is
worth a line, something that follows from a permission that the role holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.functions import Function, held, read_attributes, said, unread
from nspermaudit.model import Permission, Role
from nspermaudit.requirement import LEVELS_SCHEMA, quoted, read_requirements
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
                "title": "what to say of the holders of one of some permissions",
                "type": "object",
                "required": ["say", "holders of"],
                "additionalProperties": False,
                "properties": {
                    "say": {
                        **_TEXT,
                        "description": "goes on where the role's name ends; what it holds follows",
                    },
                    "holders of": dict(LEVELS_SCHEMA),
                    "or role": {"$ref": "#/definitions/attributes"},
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


class HoldersReport(NamedTuple):
    """A sentence about each role that holds one of some permissions, with those that it holds."""

    of: Function
    passes: Verdict

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict: whether the role holds one of them."""
        is_held = self.of.is_held(role)
        if is_held is False:
            return (self.passes,)
        if is_held is None:
            return (unread(self.passes, (self.of,), role),)
        grants = self.of.grants(role)
        marks = self.of.marks(role)
        places = [(grant.location, said(grant)) for grant in grants]
        return (
            self.passes._replace(
                result=Result.FINDING,
                problem="report",
                location=places[0][0] if places else role.location,
                message=f"{quoted(role)} {self.of.title} ({held(grants, marks)})",
                related=tuple(places[1:]),
                sides=(tuple(grants),),
                marks=(tuple(marks),),
            ),
        )

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """The permissions whose holders are told of."""
        for item in self.of.wanted:
            yield item.permission, f"{item.level.and_higher}: {self.of.title}"


def from_params(params: Any, reader: Reader) -> Check:
    """Read a sentence, ``{in total: words}``, or ``{holders of: levels, say: words}``."""
    if isinstance(params, str):
        return Report(params, is_total=False)
    if "in total" in params:
        return Report(params["in total"], is_total=True)
    wanted = read_requirements(params["holders of"], reader, "holders of")
    of = Function("", params["say"], wanted, read_attributes(params.get("or role", {})))
    return HoldersReport(of, Verdict(Result.PASS, "", params["say"]))
