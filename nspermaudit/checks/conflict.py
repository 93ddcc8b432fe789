"""``conflict``: no one role, and no one user over all their roles, holds both of two functions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.functions import Function, held, said, unread
from nspermaudit.model import Grant, Permission, Role
from nspermaudit.requirement import quoted
from nspermaudit.rule import Check, Reader, Result, Verdict
from nspermaudit.selector import all_of
from nspermaudit.style import listed

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "title": "two functions of the pack",
        "type": "array",
        "minItems": 2,
        "maxItems": 2,
        "uniqueItems": True,
        "items": {"type": "string", "minLength": 1},
    }
)


ABLE = "a conflict is what a role can do, not what anybody did"
"""What is said once of all conflicts."""


class Conflict(NamedTuple):
    """Two functions that should not come together."""

    sides: tuple[Function, Function]
    passes: Verdict

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict: whether the role can do both."""
        is_held = all_of(side.is_held(role) for side in self.sides)
        if is_held is False:
            return (self.passes,)
        if is_held is None:
            return (unread(self.passes, self.sides, role),)
        return (self._finding(role),)

    def _finding(self, role: Role) -> Verdict:
        grants = tuple(tuple(side.grants(role)) for side in self.sides)
        marks = tuple(tuple(side.marks(role)) for side in self.sides)
        able = " and ".join(
            f"{side.title} ({held(found, words)})"
            for side, found, words in zip(self.sides, grants, marks, strict=True)
        )
        places = [(grant.location, said(grant)) for found in grants for grant in found]
        return self.passes._replace(
            result=Result.FINDING,
            problem="conflict",
            location=places[0][0] if places else role.location,
            message=f"{quoted(role)} can {able}",
            fix=self._cure(grants),
            related=tuple(dict.fromkeys(places[1:])),
            sides=grants,
            marks=marks,
            note=ABLE,
        )

    def _cure(self, grants: Sequence[Sequence[Grant]]) -> str:
        names = [listed([grant.permission.name for grant in found]) for found in grants if found]
        return f"take away {' or '.join(dict.fromkeys(names))}, or let two people do it"

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """The permissions of both sides."""
        for side in self.sides:
            for item in side.wanted:
                yield item.permission, f"{item.level.and_higher}, to {side.title}"


def from_params(params: Any, reader: Reader) -> Check:
    """Read the names of two functions."""
    one, other = (reader.function(name, index) for index, name in enumerate(params))
    words = f"not both: {one.title}; {other.title}"
    return Conflict((one, other), Verdict(Result.PASS, f"{one.name}+{other.name}", words))
