"""The results of an audit as evidence has them, made alike when it is kept and made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nspermaudit import quoted
from nspermaudit.finding import Report
from nspermaudit.reporters import REPORTERS
from nspermaudit.source import Source
from nspermaudit.style import Style

STYLE = Style(show_all=True, verbosity=1)
"""Every result, and what was passed over; no colours."""


def style_of(report: Report, inputs: Sequence[Source]) -> Style:
    """How evidence has results: every one, no colours, with the lines that they quote."""
    return STYLE._replace(lines=quoted.lines(report, inputs))


def summed(report: Report) -> Mapping[str, Any]:
    """What the manifest says of the results, but for the exit code."""
    return {
        "complete": report.is_complete,
        "unfinished": list(report.unfinished),
        "roles": report.roles,
        "grants": report.grants,
        "findings": len(report.findings),
        "accepted": sum(finding.is_accepted for finding in report.findings),
    }


def rendered(form: str, report: Report, style: Style) -> Iterator[bytes]:
    """The results in one format, piece by piece."""
    for piece in REPORTERS[form].render(report, style):
        yield piece.encode("utf-8", "backslashreplace")
