"""``table``: one row a finding; with every result asked for, one row a role and requirement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nspermaudit.finding import Finding, Outcome, Report, messages_of
from nspermaudit.model import Level
from nspermaudit.style import Style, one_line
from nspermaudit.summary import changes, closing, more, paragraphs

MAX_ROWS = 10_000
"""So many findings are shown unless all results are asked for."""

_FINDINGS = (
    "Severity",
    "Role",
    "Rule",
    "Permission",
    "Problem",
    "Granted",
    "Required",
    "Place",
)
_RESULTS = ("Result", "Role", "Rule", "Requirement", "Granted", "Place")


def render(report: Report, style: Style) -> Iterator[str]:
    """A table drawn with ASCII characters, messages on inputs, and the sums.

    Of very many findings the first are shown, and how many more there are.
    """
    rest = ""
    if report.outcomes is not None and style.show_all:
        rows = drawn(_RESULTS, [_outcome(item) for item in report.outcomes])
    else:
        shown = report.findings[:MAX_ROWS]
        rows = drawn(_FINDINGS, [_finding(item) for item in shown])
        rest = more(len(report.findings) - len(shown), "finding")
    messages = [one_line(str(message)) for message in messages_of(report.inputs)]
    ending = ("\n".join(messages), "\n".join(closing(report, style)))
    return paragraphs((rows, rest, changes(report, style), *ending))


def drawn(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under their headings, with what could act on a terminal spelled out; empty for none."""
    if not rows:
        return ""
    from tabulate import tabulate  # noqa: PLC0415 - start-up: it takes as long as an audit

    cells = [[one_line(cell) for cell in row] for row in rows]
    text: str = tabulate(
        cells,
        headings,
        tablefmt="simple",
        disable_numparse=True,
        preserve_whitespace=True,
    )
    return "\n".join(line.rstrip() for line in text.splitlines())


def _level(level: Level | None) -> str:
    return level.title if level is not None else ""


def _finding(finding: Finding) -> tuple[str, ...]:
    verdict = finding.verdict
    return (
        _severity(finding),
        finding.subject,
        finding.rule.id,
        verdict.permission.name if verdict.permission else "",
        verdict.problem,
        _level(verdict.granted),
        _level(verdict.required),
        str(finding.location),
    )


def _severity(finding: Finding) -> str:
    word = finding.severity.word
    return f"{word} ({finding.status})" if finding.is_accepted else word


def _outcome(outcome: Outcome) -> tuple[str, ...]:
    verdict = outcome.verdict
    return (
        verdict.result.value.replace("_", " "),
        outcome.subject,
        outcome.rule.id,
        verdict.requirement or verdict.reason or verdict.message,
        _level(verdict.granted),
        str(outcome.location),
    )
