"""``count``: a role holds not more than so many permissions of a kind."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import Level, Permission, Role
from nspermaudit.requirement import LEVEL_SCHEMA, quoted
from nspermaudit.rule import Check, Reader, Result, Verdict
from nspermaudit.style import counted

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "title": "a kind of permissions, and how many of them there may be",
        "type": "object",
        "required": ["of", "at_most"],
        "additionalProperties": False,
        "properties": {
            "of": {
                "type": "string",
                "minLength": 1,
                "description": 'globs of permission ids, such as "TRAN_*, LIST_*"',
            },
            "from": {**LEVEL_SCHEMA, "description": "the least level that counts; view"},
            "at_most": {
                "anyOf": [
                    {"type": "integer", "minimum": 0},
                    {"type": "string", "minLength": 1, "title": "a parameter of the pack"},
                ]
            },
        },
    }
)


class Count(NamedTuple):
    """So many permissions at the most whose ids some globs match."""

    globs: tuple[str, ...]
    level: Level
    most: int
    passes: Verdict

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict: the number of permissions, each counted once."""
        number = sum(self._counts(key, role) for key in role.held)
        open_ = sum(self._matches(key) and not self._counts(key, role) for key in role.unread)
        if number > self.most:
            message = f"{quoted(role)} has {self.words(number)}, may have {self.most}"
            return (
                self.passes._replace(
                    result=Result.FINDING,
                    problem="count",
                    location=role.location,
                    message=message,
                    fix=f"take away what it does not use: {self.most} are enough by this rule",
                ),
            )
        if number + open_ > self.most:
            reason = f"the level of {counted(open_, 'permission')} could not be read"
            return (
                self.passes._replace(
                    result=Result.NOT_EVALUATED, location=role.location, reason=reason
                ),
            )
        return (self.passes,)

    def _matches(self, key: str) -> bool:
        return any(fnmatchcase(key.casefold(), glob) for glob in self.globs)

    def _counts(self, key: str, role: Role) -> bool:
        levels = role.held.levels(key) if self._matches(key) else ()
        return max(levels, default=Level.NONE) >= self.level

    def words(self, number: int) -> str:
        """A number of such permissions, in words."""
        of = "" if self.globs == ("*",) else f" of {', '.join(self.globs).upper()}"
        at = "" if self.level <= Level.VIEW else f" from {self.level.title} on"
        return counted(number, "permission") + of + at

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None: it is about a number."""
        return iter(())


def from_params(params: Any, reader: Reader) -> Check:
    """Read ``{of: globs, from: level, at_most: number or parameter}``."""
    globs = tuple(word.strip().casefold() for word in params["of"].split(",") if word.strip())
    for glob in globs:
        reader.matching(glob, "of")
    level = Level[params.get("from", "view").upper()]
    most = reader.number(params["at_most"], "at_most")
    passes = Verdict(Result.PASS, params["of"])
    check = Count(globs, level, most, passes)
    return check._replace(passes=passes._replace(requirement=f"at most {check.words(most)}"))
