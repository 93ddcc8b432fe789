"""What an audit found and what it could not see: findings, inputs, counts, one report."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from nspermaudit.model import Location, Plain, Role, role_key
from nspermaudit.rule import Result, Rule, Severity, Verdict, user_id

if TYPE_CHECKING:
    from nspermaudit.changes import Change
    from nspermaudit.waiver import Waiver

MAX_MESSAGES = 100
"""So many messages of one input are kept."""

_AFTER_STEPS = 100

MAX_TOLD = 20
"""So many faults of one input are told one by one; the rest is counted."""

WHO = "who holds a role"
OVERRIDING = "global permissions, which override a role's"
LIMITS = (
    WHO,
    OVERRIDING,
    "subsidiaries chosen by hand",
    "approvals by workflow",
    "standard roles (in SDF)",
)
"""What no role export can show (NetSuite help, "Using the Global Permissions Feature",
"Custom Roles as XML Definitions")."""


class Message(NamedTuple):
    """Something that reading an input brought up: not a finding about a role."""

    location: Location
    severity: Severity
    text: str

    def __str__(self) -> str:
        return f"{self.severity.word}: {self.location}: {self.text}"


class RowCount(Plain):
    """How many records a parser has read: table rows, or permission entries of an object."""

    def __init__(self, rows: int) -> None:
        self.rows = rows


class Page(NamedTuple):
    """One page of a longer result; ``total`` is 0 where the page does not say it.

    ``result`` is the same for all pages of one result.
    """

    location: Location
    result: str
    offset: int
    rows: int
    total: int
    has_more: bool


class Input(NamedTuple):
    """One input and what became of it.

    ``status`` is "read", "partial" (something in it could not be read), "failed" or "skipped"
    (not a role export). ``rows`` counts records: table rows, or permission entries of an object.
    """

    path: str
    format: str = ""
    status: str = "read"
    sha256: str = ""
    size: int = 0
    rows: int = 0
    roles: int = 0
    grants: int = 0
    messages: tuple[Message, ...] = ()


class PackDigest(NamedTuple):
    """A rule pack that the audit used, and its fingerprint; whether it came with the program."""

    id: str
    title: str
    sha256: str
    rules: int
    ships: bool = False


class Finding(NamedTuple):
    """A requirement that a role does not meet, or an object of a project that is no role.

    ``fingerprint`` is made of rule, role and permission alone, so that it survives the next
    export and is the same in every format. A finding with a ``waiver``, or one that a baseline
    knows (``is_baselined``), stays in every report and does not fail the audit. ``is_back`` says
    that a waiver is about it, and holds no longer: it expired, or the level is above its cap.
    """

    rule: Rule
    role_id: str
    role_name: str
    verdict: Verdict
    location: Location
    waiver: "Waiver | None" = None
    is_baselined: bool = False
    is_back: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether it is waived, or known to a baseline: then it does not count."""
        return self.waiver is not None or self.is_baselined

    @property
    def status(self) -> str:
        """``active``, which counts, or why it does not: ``waived`` or ``baselined``."""
        return "waived" if self.waiver else "baselined" if self.is_baselined else "active"

    @property
    def subject(self) -> str:
        """What is judged, for people: the role, the user or the object; else the account."""
        return subject_of(self.role_name, self.role_id, self.verdict)

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.rule.severity

    @property
    def fix(self) -> str:
        """The cure: the rule's own words, which are about roles, else what was worked out."""
        of_user = self.verdict.fix if self.verdict.user else ""
        return of_user or self.rule.fix or self.verdict.fix

    @property
    def fingerprint(self) -> str:
        """A name for this finding that does not change with lines, paths or levels."""
        return fingerprint(self.rule.id, self.subject_id, self.verdict.subject)

    @property
    def subject_id(self) -> str:
        """What is judged, for machines: a role's id, an object's id, ``user:`` and a user."""
        return subject_id_of(self.role_id, self.verdict)

    @property
    def order(self) -> tuple[str, str, int, str, str, str]:
        """The place in a report: by role, then the worst first, never by line or path."""
        rule, verdict = self.rule, self.verdict
        role = (self.role_name.strip().casefold(), self.subject_id)
        return (*role, -rule.severity, rule.id, verdict.subject, verdict.message)


def subject_of(role_name: str, role_id: str, verdict: Verdict) -> str:
    """What a verdict is about, for people: a role, a user, an object, or the account."""
    return (role_name or role_id or verdict.user or verdict.about or "the account").strip()


def subject_id_of(role_id: str, verdict: Verdict) -> str:
    """What a verdict is about, for machines; empty for the account."""
    return role_id or (user_id(verdict.user) if verdict.user else verdict.about)


def fingerprint(rule_id: str, role_id: str, subject: str) -> str:
    """Hash a finding's identity; ids that mean one role give the same (``model.role_key``)."""
    import hashlib  # noqa: PLC0415 - start-up: only machines read fingerprints

    text = f"{rule_id}\0{role_key(role_id)}\0{subject}"
    return "v1:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Outcome(NamedTuple):
    """One entry of the complete record: what became of one requirement on one role."""

    rule: Rule
    role_id: str
    role_name: str
    verdict: Verdict
    location: Location

    @property
    def subject(self) -> str:
        """What is judged, for people: the role, the user or the object; else the account."""
        return subject_of(self.role_name, self.role_id, self.verdict)

    @property
    def subject_id(self) -> str:
        """What is judged, for machines: a role's id, an object's id, ``user:`` and a user."""
        return subject_id_of(self.role_id, self.verdict)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the finding that it is, if it is one."""
        return fingerprint(self.rule.id, self.subject_id, self.verdict.subject)

    @property
    def order(self) -> tuple[int, str, str, str, str]:
        """The place in a report: the guide's steps in their order, then by role."""
        name = self.role_name.strip().casefold()
        step = self.rule.step or _AFTER_STEPS
        return (step, name, self.subject_id, self.rule.id, self.verdict.subject)


class Report(NamedTuple):
    """Everything an audit has to say; no clock, no host, no absolute path in it.

    ``outcomes`` is filled only when every result was asked for. ``unfinished`` holds, in words,
    why the audit is not complete; ``assumptions`` what was taken for granted; ``notes`` what is
    worth telling although it is no finding. ``findings`` has the accepted ones too: those with a
    waiver, and those that a baseline knows. ``has_baseline`` says that one was given, ``changes``
    what was changed since another state, if that was asked. ``idle_waivers`` match no finding
    although they were asked about, ``mended`` are fingerprints of the baseline that are gone,
    ``vanished`` those of custom roles that are not there. ``steps`` has what became of the rules of
    each step of the connector guide, before anything was accepted.
    """

    version: str
    packs: tuple[PackDigest, ...]
    inputs: tuple[Input, ...]
    findings: tuple[Finding, ...]
    results: Mapping[Result, int]
    roles: int
    grants: int
    rules: int
    not_evaluated: Mapping[str, int] = MappingProxyType({})
    outcomes: tuple[Outcome, ...] | None = None
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    limits: tuple[str, ...] = LIMITS
    has_baseline: bool = False
    changes: "tuple[Change, ...] | None" = None
    idle_waivers: "tuple[Waiver, ...]" = ()
    mended: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    steps: Mapping[int, frozenset[Result]] = MappingProxyType({})

    @property
    def is_complete(self) -> bool:
        """Whether all that was to be judged was read and judged."""
        return not self.unfinished

    @property
    def worst(self) -> Severity | None:
        """The highest severity of a finding that is not accepted; None if there is none."""
        return max((item.severity for item in self.findings if not item.is_accepted), default=None)

    def number_of(self, severity: Severity) -> int:
        """The number of findings of one severity, without those that are accepted."""
        return sum(item.severity is severity for item in self.findings if not item.is_accepted)

    @property
    def baselined(self) -> int:
        """The number of findings that a baseline knows, and no waiver accepts."""
        return sum(item.is_baselined for item in self.findings if item.waiver is None)


def outcome_of(rule: Rule, role: Role, verdict: Verdict) -> Outcome:
    """Put a verdict and what it is about together."""
    return Outcome(rule, role.id, role.name, verdict, verdict.location or role.location)


def finding_of(rule: Rule, role: Role, verdict: Verdict) -> Finding:
    """Make a finding of a verdict that is one."""
    return Finding(rule, role.id, role.name, verdict, verdict.location or role.location)


def distinct_grants(role: Role) -> int:
    """The number of permissions that a role's export names, explicit None included."""
    return len(role.held)


def messages_of(inputs: Iterable[Input]) -> list[Message]:
    """All messages of all inputs, in order."""
    return sorted(message for item in inputs for message in item.messages)
