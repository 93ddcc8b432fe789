"""New access as findings: with ``--no-new-access`` every format tells what a change gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nspermaudit import change_lines
from nspermaudit.account import Account
from nspermaudit.changes import Change
from nspermaudit.finding import Finding
from nspermaudit.model import Level, Permission, Role
from nspermaudit.rule import Result, Rule, Severity, Verdict


class _Compared:
    """The check behind the rule: it is not asked of a role, but of two states of one."""

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """Nothing: one state of a role does not tell."""
        return ()

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None: it is about all permissions alike."""
        return iter(())


RULE = Rule(
    id="new-access",
    pack="changes",
    title="A change gives no role more access",
    severity=Severity.ERROR,
    verb="report",
    check=_Compared(),
    because="Access that is given in passing is seldom taken back; somebody has to want it.",
    fix="take it back, or let who is responsible for the role accept the change",
)
"""What findings about new access are findings of. It stands in no pack, and cannot be waived."""


def findings(changes: Iterable[Change]) -> list[Finding]:
    """One for each change that lets somebody do more than before, in their order."""
    return [
        Finding(RULE, change.role_id, change.role_name, _verdict(change), change.location)
        for change in changes
        if change.is_new_access
    ]


def _verdict(change: Change) -> Verdict:
    role = (change.role_name or change.role_id).strip()
    after = change.after if isinstance(change.after, Level) else None
    before = change.before if isinstance(change.before, Level) else Level.NONE
    return Verdict(
        Result.FINDING,
        change.permission.id if change.permission else change.attribute,
        "no new access",
        permission=change.permission,
        problem="over-scoped" if change.permission else "attribute",
        granted=after,
        required=before if change.permission else None,
        location=change.location,
        message=f'"{role}" can do more than before: {change_lines.sentence(change)}',
    )
