"""Which roles a rule is asked of, which permissions it means, and when: three-valued."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import AttributeValue, Level, Permission, Role
from nspermaudit.rule import Condition, ParameterValue


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's "and": False wins, then None."""
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's "or": True wins, then None."""
    return negated(all_of(negated(answer) for answer in answers))


def negated(answer: bool | None) -> bool | None:  # noqa: FBT001 - it is what is negated
    """Kleene's "not"."""
    return None if answer is None else not answer


class Named(NamedTuple):
    """Roles whose id or name matches a glob, letters in either case."""

    glob: str

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """Whether the role's id or name matches."""
        glob = self.glob.casefold()
        return any(fnmatchcase(text.casefold(), glob) for text in (role.id, role.name.strip()))

    def __str__(self) -> str:
        return f"named {self.glob}"


class HasAttribute(NamedTuple):
    """Roles with an attribute at one of some values."""

    word: str
    values: tuple[AttributeValue, ...]

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """Whether the attribute has such a value; None where the export does not carry it."""
        value = role.attributes.get(self.word)
        return None if value is None else value in self.values

    def __str__(self) -> str:
        return f"{self.word}: {' or '.join(map(spoken, self.values))}"


class FeatureIs(NamedTuple):
    """A feature of the account is on, or is off."""

    feature: str
    is_on: bool

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """Whether it is so; None where nothing says."""
        state = account.features.get(self.feature)
        return None if state is None else state is self.is_on

    def __str__(self) -> str:
        return f"feature {self.feature} is {'on' if self.is_on else 'off'}"


class Holds(NamedTuple):
    """The role holds a permission at a level or higher."""

    permission: Permission
    level: Level

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """Whether the role's highest grant reaches the level; None if one could not be read."""
        level = role.highest_level(self.permission)
        if level is not None and level >= self.level:
            return True
        return None if self.permission.id in role.unread else False

    def __str__(self) -> str:
        return f"{self.permission.name} at {self.level.title}"


class Constant(NamedTuple):
    """What was decided before any role was read, as a pack's parameter is."""

    answer: bool
    words: str

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """The same for every role."""
        return self.answer

    def __str__(self) -> str:
        return self.words


class ParameterIs(NamedTuple):
    """A parameter of the pack has a value; ``given`` is the one in force."""

    name: str
    wanted: ParameterValue
    given: ParameterValue | None

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """The same for every role."""
        return self.given == self.wanted

    def __str__(self) -> str:
        wanted = str(self.wanted).lower() if isinstance(self.wanted, bool) else self.wanted
        return f"parameter {self.name} is {wanted}"


class All(NamedTuple):
    """Every one of some conditions."""

    conditions: tuple[Condition, ...]

    def holds(self, role: Role, account: Account) -> bool | None:
        """Whether all hold."""
        return all_of(condition.holds(role, account) for condition in self.conditions)

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))


class Any(NamedTuple):
    """At least one of some conditions."""

    conditions: tuple[Condition, ...]

    def holds(self, role: Role, account: Account) -> bool | None:
        """Whether one holds."""
        return any_of(condition.holds(role, account) for condition in self.conditions)

    def __str__(self) -> str:
        return " or ".join(map(str, self.conditions)) or "nothing"


class Not(NamedTuple):
    """The opposite of a condition."""

    condition: Condition

    def holds(self, role: Role, account: Account) -> bool | None:
        """Whether it does not hold."""
        return negated(self.condition.holds(role, account))

    def __str__(self) -> str:
        return f"not ({self.condition})"


def with_parameters(condition: Condition, values: Mapping[str, ParameterValue]) -> Condition:
    """The same condition where some parameters of its pack have other values."""
    if isinstance(condition, All):
        return All(tuple(with_parameters(part, values) for part in condition.conditions))
    if isinstance(condition, ParameterIs) and condition.name in values:
        return condition._replace(given=values[condition.name])
    return condition


EVERY_ROLE = Constant(True, "every role")  # noqa: FBT003 - the answer is what a constant is


def spoken(value: AttributeValue) -> str:
    """An attribute's value as a person would say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
