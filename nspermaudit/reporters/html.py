"""``html``: a page for the auditor's file, which needs no network and no script (html_report)."""

from __future__ import annotations

from collections.abc import Iterator

from nspermaudit import html_report
from nspermaudit.finding import Report
from nspermaudit.style import Style


def render(report: Report, style: Style) -> Iterator[str]:
    """The page as ASCII; how loud the report is to be changes only what inputs are listed."""
    return html_report.pieces(report, style)
