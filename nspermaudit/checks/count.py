"""``count``: a role holds not more than so many permissions of a kind, or so large a share."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import Level, Permission, Role
from nspermaudit.requirement import LEVEL_SCHEMA, quoted
from nspermaudit.rule import Check, Reader, Result, Verdict
from nspermaudit.style import counted

_NUMBER = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "string", "minLength": 1, "title": "a parameter of the pack"},
    ]
}
SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "title": "a kind of permissions, and how many of them there may be",
        "type": "object",
        "required": ["of"],
        "oneOf": [{"required": ["at_most"]}, {"required": ["below_percent", "once"]}],
        "errorMessage": "count has at_most, or below_percent and once",
        "additionalProperties": False,
        "properties": {
            "of": {
                "type": "string",
                "minLength": 1,
                "description": 'globs of permission ids, such as "TRAN_*, LIST_*"',
            },
            "from": {**LEVEL_SCHEMA, "description": "the least level that counts; view"},
            "at_most": dict(_NUMBER),
            "below_percent": {
                **_NUMBER,
                "description": "a smaller share than this of what the role has of the kind",
            },
            "once": {**_NUMBER, "description": "only once the role has so many of the kind"},
        },
    }
)


class Kind(NamedTuple):
    """Permissions whose ids some globs match, from a level on."""

    globs: tuple[str, ...]
    level: Level

    def matches(self, key: str) -> bool:
        """Whether a permission is of the kind, whatever its level."""
        return any(fnmatchcase(key.casefold(), glob) for glob in self.globs)

    def number(self, role: Role, level: Level | None = None) -> int:
        """How many of them a role holds, each counted once; ``level`` is another least level."""
        return sum(self._counts(key, role, level or self.level) for key in role.held)

    def unread(self, role: Role) -> int:
        """Of how many more it cannot be told."""
        return sum(
            self.matches(key) and not self._counts(key, role, self.level) for key in role.unread
        )

    def _counts(self, key: str, role: Role, level: Level) -> bool:
        levels = role.held.levels(key) if self.matches(key) else ()
        return max(levels, default=Level.NONE) >= level

    def words(self, number: int) -> str:
        """A number of such permissions, in words."""
        return counted(number, "permission") + self.of + self.at

    @property
    def of(self) -> str:
        """The globs, in words."""
        return "" if self.globs == ("*",) else f" of {', '.join(self.globs).upper()}"

    @property
    def at(self) -> str:
        """The level, in words."""
        return "" if self.level <= Level.VIEW else f" {self.level.and_higher}"


class Count(NamedTuple):
    """So many permissions of a kind at the most."""

    kind: Kind
    most: int
    passes: Verdict

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict: the number of permissions, each counted once."""
        number = self.kind.number(role)
        if number > self.most:
            message = f"{quoted(role)} has {self.kind.words(number)}, may have {self.most}"
            fix = f"take away what it does not use: {self.most} are enough by this rule"
            return (_finding(role, self.passes, message, fix),)
        unread = self.kind.unread(role)
        return (_open(role, self.passes, unread) if number + unread > self.most else self.passes,)

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None: it is about a number."""
        return iter(())


class Share(NamedTuple):
    """A smaller share than ``below`` percent, of roles with at least ``once`` of the kind."""

    kind: Kind
    below: int
    once: int
    passes: Verdict

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict: the share of the permissions that reach the level."""
        high, total = self.kind.number(role), self.kind.number(role, Level.VIEW)
        unread = self.kind.unread(role)
        is_much = self._is_much(high, total)
        if unread and is_much != self._is_much(high + unread * (not is_much), total + unread):
            return (_open(role, self.passes, unread),)
        if not is_much:
            return (self.passes,)
        words = f"{high} of its {counted(total, 'permission')}{self.kind.of}{self.kind.at}"
        message = f"{quoted(role)} has {words}, {100 * high // total} percent"
        fix = "replace it by roles that have what one task takes"
        return (_finding(role, self.passes, message, fix),)

    def _is_much(self, high: int, total: int) -> bool:
        return total >= max(self.once, 1) and 100 * high >= self.below * total

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None: it is about a share."""
        return iter(())


def _finding(role: Role, passes: Verdict, message: str, fix: str) -> Verdict:
    return passes._replace(
        result=Result.FINDING, problem="count", location=role.location, message=message, fix=fix
    )


def _open(role: Role, passes: Verdict, unread: int) -> Verdict:
    reason = f"the level of {counted(unread, 'permission')} could not be read"
    return passes._replace(result=Result.NOT_EVALUATED, location=role.location, reason=reason)


def from_params(params: Any, reader: Reader) -> Check:
    """Read ``{of: globs, from: level, at_most: number}`` or ``below_percent`` and ``once``."""
    globs = tuple(word.strip().casefold() for word in params["of"].split(",") if word.strip())
    for glob in globs:
        reader.matching(glob, "of")
    kind = Kind(globs, Level[params.get("from", "view").upper()])
    passes = Verdict(Result.PASS, params["of"])
    if "at_most" in params:
        most = reader.number(params["at_most"], "at_most")
        return Count(kind, most, passes._replace(requirement=f"at most {kind.words(most)}"))
    below, once = (reader.number(params[key], key) for key in ("below_percent", "once"))
    words = f"less than {below} percent of its permissions{kind.of}{kind.at}, once it has {once}"
    return Share(kind, below, once, passes._replace(requirement=words))
