"""A rule: its sentence, its severity, and what every kind of check has in common."""

from collections.abc import Iterable, Mapping
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from nspermaudit.account import Account
from nspermaudit.model import Grant, Level, Location, Permission, Role

ParameterValue = bool | str | int

STEPS = (
    "Integration record",
    "Feature",
    "Token role",
    "Assignment",
    "Access token",
    "Account id",
    "Grants",
)
"""The steps of the connector guide, in its order and words."""


class Written(str):
    """A parameter's value as a command line has it, to be read as the default's kind."""

    __slots__ = ()


def read_as(value: ParameterValue, default: ParameterValue) -> ParameterValue:
    """What is ``Written`` as a value of the default's kind; itself where it cannot be one."""
    if not isinstance(value, Written):
        return value
    if isinstance(default, bool):
        words = {"true": True, "yes": True, "false": False, "no": False}
        return words.get(value.casefold(), value)
    if isinstance(default, int):
        return int(value) if value.isascii() and value.isdecimal() else value
    return str(value)


class Use(NamedTuple):
    """A pack to be used: its id or file, its parameters, the folder its path starts from."""

    name: str
    parameters: Mapping[str, ParameterValue] = MappingProxyType({})
    folder: str = ""


class Severity(IntEnum):
    """How bad a finding is."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The severity as packs, options and reports write it."""
        return self.name.lower()


GRADES: Mapping[str, str] = MappingProxyType(
    {
        "A": "A, a source on NetSuite says so",
        "B": "B, a source on the matter at large says so",
        "C": "C, our own reasoning",
    }
)
"""The grades of a rule's evidence, in words."""


class Result(Enum):
    """What became of one requirement on one role; none of the five is ever silent."""

    PASS = "pass"  # noqa: S105 - a result, not a word to let in
    FINDING = "finding"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"
    NOT_EVALUATED = "not_evaluated"


class Verdict(NamedTuple):
    """What a check says about one requirement on one role.

    ``subject`` names the requirement the same way in every run (a permission's id, an
    attribute's word); ``requirement`` is the same in words. ``reason`` says why something was
    not evaluated, ``note`` what is worth telling although it is no finding.
    ``related`` are other places that have to do with it, each with words on what stands there.
    ``about`` is the script id of the object that is judged where that is no role, ``user`` the
    user where it is one. ``tallied`` is said once of all roles together, with their number: it goes
    on where "3 of 60 roles" ends. ``sides`` are the grants that it rests on,
    of a conflict those of each side, ``marks`` the attributes that are enough, by their words.
    """

    result: Result
    subject: str = ""
    requirement: str = ""
    permission: Permission | None = None
    problem: str = ""
    granted: Level | None = None
    required: Level | None = None
    location: Location | None = None
    message: str = ""
    fix: str = ""
    reason: str = ""
    note: str = ""
    related: tuple[tuple[Location, str], ...] = ()
    about: str = ""
    user: str = ""
    tallied: str = ""
    sides: tuple[tuple[Grant, ...], ...] = ()
    marks: tuple[tuple[str, ...], ...] = ()


def user_id(user: str) -> str:
    """What a user is called where roles are called by their ids."""
    return f"user:{user}"


if TYPE_CHECKING:
    from typing import Protocol

    class Condition(Protocol):
        """Something that holds of a role, does not hold, or cannot be told (None)."""

        def holds(self, role: Role, account: Account) -> bool | None:
            """Whether it holds; None where the inputs do not say."""

        def __str__(self) -> str:
            """The condition in words."""

    class Check(Protocol):
        """One verb of the rule language with its parameters."""

        def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:
            """One verdict for every requirement; never none."""

        def permissions(self) -> Iterable[tuple[Permission, str]]:
            """The permissions that are named, each with what is said of it in words."""

    class LastCheck(Check, Protocol):
        """A check that is asked of all its roles together, when everything was read."""

        def kept(self, account: Account) -> Iterable[Permission]:
            """The permissions whose grants it looks at."""

        def conclude(
            self, roles: Iterable[Role] | None, account: Account
        ) -> Iterable[tuple[Role, Verdict]]:
            """The verdicts, each with its role; with ``NO_ROLE`` where it is one on all alike.

            ``roles`` is None where no role is one of those that the rule is about.
            """

    class Reader(Protocol):
        """How a check reads its parameters out of a pack: each fault goes to the pack's author.

        ``where`` is the path of keys and indexes inside the parameters.
        """

        def permission(self, name: str, *where: str | int) -> Permission | None:
            """The permission of that id or display name; a fault and None if there is none."""

        def matching(self, glob: str, *where: str | int) -> tuple[Permission, ...]:
            """The catalogue's permissions whose id a glob matches; a fault if nothing can match."""

        def level(self, permission: Permission, word: str, *where: str | int) -> Level:
            """The level of that name; a fault if the permission cannot have it."""

        def function(self, name: str, *where: str | int) -> Any:
            """The ``Function`` of that name in the pack; a fault, and an empty one, if none is."""

        def number(self, value: int | str, *where: str | int) -> int:
            """A number, or that of the parameter of that name; a fault and 0 if there is none."""

        def fault(self, text: str, *where: str | int) -> None:
            """Tell the author of the pack what is wrong and where."""

        def suggest(self, name: str) -> str:
            """The id or display name nearest to ``name``; empty where none is near."""

    class CheckKind(Protocol):
        """What a module in ``checks`` offers: one verb of the rule language."""

        SCHEMA: Mapping[str, Any]

        def from_params(self, params: Any, reader: Reader) -> Check:
            """Build the check from what stands after the verb; it has passed ``SCHEMA``."""

else:  # nobody asks at run time, and a protocol takes half a millisecond to make at every start
    Condition = Check = LastCheck = Reader = CheckKind = object


class Rule(NamedTuple):
    """One sentence of a pack, with its reason, its cure and its limits.

    ``step`` is the step of the connector guide that it belongs to, from 1; 0 for none. ``symptoms``
    are what people see when it does not hold. ``dated`` has the severities that hold from a
    NetSuite release on, such as ``2027.1``, the oldest first; before them, it is ``severity``.
    ``compensating_controls`` are what makes up for it where it has to stay as it is.
    """

    id: str
    pack: str
    title: str
    severity: Severity
    verb: str
    check: "Check"
    applies_to: str = "all"
    when: Condition | None = None
    unless: Condition | None = None
    because: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    false_positives: str = ""
    evidence: str = ""
    tags: tuple[str, ...] = ()
    examples: Mapping[str, Any] = MappingProxyType({})
    location: Location | None = None
    step: int = 0
    symptoms: tuple[str, ...] = ()
    dated: tuple[tuple[str, Severity], ...] = ()
    compensating_controls: str = ""

    @property
    def is_about_account(self) -> bool:
        """Whether it is asked once in an audit, with ``NO_ROLE``, and not of each role.

        It is then about the account, or about the objects of its projects that are no roles. A
        check says so with an attribute of that name; most have none.
        """
        return getattr(self.check, "is_about_account", False)

    @property
    def is_asked_last(self) -> bool:
        """Whether it is asked of the roles only when all inputs were read.

        Its check then has ``conclude``, which judges all of them together. A check says so with an
        attribute of that name; most have none.
        """
        return getattr(self.check, "is_asked_last", False)

    @property
    def last_check(self) -> LastCheck:
        """The check of a rule that is asked last."""
        return cast("LastCheck", self.check)

    @property
    def asked_of(self) -> str:
        """Of what it is asked, in words."""
        if self.is_about_account:
            return "the account and its projects"
        return "every role" if self.applies_to == "all" else f"{self.applies_to} roles"

    def judge(self, role: Role, account: Account) -> Iterable[Verdict]:
        """One verdict for every requirement, or a single one where conditions decide."""
        decided = self.decided(role, account)
        return (decided,) if decided else self.check.evaluate(role, account)

    def decided(self, role: Role, account: Account) -> Verdict | None:
        """The verdict where a condition decides; None where the check does."""
        if self.when is None and self.unless is None:
            return None
        when = True if self.when is None else self.when.holds(role, account)
        unless = False if self.unless is None else self.unless.holds(role, account)
        if when is False or unless is True:
            decider = f"unless {self.unless}" if unless else f"when {self.when}"
            return Verdict(Result.NOT_APPLICABLE, reason=decider)
        if when is None or unless is None:
            asked = self.when if when is None else self.unless
            return Verdict(Result.NOT_EVALUATED, reason=f"not known: {asked}")
        return None

    def with_severity(self, severity: Severity) -> "Rule":
        """The same rule, told at another severity."""
        return self._replace(severity=severity)

    def at_release(self, release: str) -> "Rule":
        """The same rule, told as severely as in a NetSuite release such as ``2027.1``.

        An empty text stands for a release that is not known.
        """
        due = [severity for since, severity in self.dated if release and since <= release]
        return self.with_severity(due[-1]) if due else self
