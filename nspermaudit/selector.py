"""Which roles a rule is asked of, which permissions it means, and when: three-valued."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from nspermaudit.account import Account
from nspermaudit.model import AttributeValue, Level, Permission, Plain, Role
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


class Named(Plain):
    """Roles whose id or name matches a glob, letters in either case."""

    def __init__(self, glob: str) -> None:
        self.glob = glob

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """Whether the role's id or name matches."""
        glob = self.glob.casefold()
        return any(fnmatchcase(text.casefold(), glob) for text in (role.id, role.name.strip()))

    def __str__(self) -> str:
        return f"named {self.glob}"


class HasAttribute(Plain):
    """Roles with an attribute at one of some values."""

    def __init__(self, word: str, values: tuple[AttributeValue, ...]) -> None:
        self.word = word
        self.values = values

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """Whether the attribute has such a value; None where the export does not carry it."""
        value = role.attributes.get(self.word)
        return None if value is None else value in self.values

    def __str__(self) -> str:
        return f"{self.word}: {' or '.join(map(spoken, self.values))}"


class FeatureIs(Plain):
    """A feature of the account is on, or is off."""

    def __init__(self, feature: str, *, is_on: bool) -> None:
        self.feature = feature
        self.is_on = is_on

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """Whether it is so; None where nothing says."""
        state = account.features.get(self.feature)
        return None if state is None else state is self.is_on

    def __str__(self) -> str:
        return f"feature {self.feature} is {'on' if self.is_on else 'off'}"


class Holds(Plain):
    """The role holds a permission at a level or higher."""

    def __init__(self, permission: Permission, level: Level) -> None:
        self.permission = permission
        self.level = level

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """Whether the role's highest grant reaches the level; None if one could not be read."""
        level = role.highest_level(self.permission)
        if level is not None and level >= self.level:
            return True
        return None if self.permission.id in role.unread else False

    def __str__(self) -> str:
        return f"{self.permission.name} at {self.level.title}"


class Always(Plain):
    """What holds of every role that there is; ``words`` say which these are."""

    def __init__(self, words: str) -> None:
        self.words = words

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """It does."""
        return True

    def __str__(self) -> str:
        return self.words


class ParameterIs(Plain):
    """A parameter of the pack has a value; ``given`` is the one in force."""

    def __init__(self, name: str, wanted: ParameterValue, given: ParameterValue | None) -> None:
        self.name = name
        self.wanted = wanted
        self.given = given

    def holds(self, role: Role, account: Account) -> bool | None:  # noqa: ARG002 - the protocol's
        """The same for every role."""
        return self.given == self.wanted

    def __str__(self) -> str:
        wanted = str(self.wanted).lower() if isinstance(self.wanted, bool) else self.wanted
        return f"parameter {self.name} is {wanted}"


class All(Plain):
    """Every one of some conditions."""

    def __init__(self, conditions: tuple[Condition, ...]) -> None:
        self.conditions = conditions

    def holds(self, role: Role, account: Account) -> bool | None:
        """Whether all hold."""
        return all_of(condition.holds(role, account) for condition in self.conditions)

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))


class Any(Plain):
    """At least one of some conditions."""

    def __init__(self, conditions: tuple[Condition, ...]) -> None:
        self.conditions = conditions

    def holds(self, role: Role, account: Account) -> bool | None:
        """Whether one holds."""
        return any_of(condition.holds(role, account) for condition in self.conditions)

    def __str__(self) -> str:
        return " or ".join(map(str, self.conditions)) or "nothing"


class Not(Plain):
    """The opposite of a condition."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

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
        return ParameterIs(condition.name, condition.wanted, values[condition.name])
    return condition


EVERY_ROLE = Always("every role")


def spoken(value: AttributeValue) -> str:
    """An attribute's value as a person would say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
