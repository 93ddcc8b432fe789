"""Reading roles and people without a rule: what is compared, asked about and tabulated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from nspermaudit import scope
from nspermaudit.account import Account
from nspermaudit.auditing import DEFAULT_REQUEST, judge_all, unfinished_of
from nspermaudit.census import Census
from nspermaudit.finding import Report
from nspermaudit.inputs import Inputs
from nspermaudit.pages import merged
from nspermaudit.questions import Questions
from nspermaudit.snapshot import Snapshot
from nspermaudit.source import Reading, Source
from nspermaudit.tally import Tally
from nspermaudit.version import VERSION


class Survey(NamedTuple):
    """The roles of some inputs, who holds them, and a report on reading alone."""

    roles: Snapshot
    account: Account
    report: Report


def survey(sources: Iterable[Source], reading: Reading) -> Survey:
    """Read the roles of some sources. What is wrong with a source is in the report."""
    inputs, roles = Inputs(sources, reading), Snapshot()
    account = inputs.read_companions(needs=())
    asked, nobody = Questions((), account), scope.settle({}, (), (), list)
    total = Tally(asked, nobody, Census(account), keep_all=False, snapshot=roles)
    for role in merged(judge_all(inputs, total)):
        total.judge(role)
    inputs.tell_missing_pages()
    report = total.report(VERSION, (), inputs.told())
    report = report._replace(unfinished=tuple(unfinished_of(report, total, DEFAULT_REQUEST)))
    return Survey(roles, total.people.onto(account), report)
