"""The report as a page for an audit file: one file, no network, readable without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from nspermaudit import change_lines
from nspermaudit.finding import Report
from nspermaudit.html_page import Page, contents, items, section, text
from nspermaudit.html_report import closing, findings, heat_map, overview
from nspermaudit.html_report.subjects import Subject, rules_of, subjects_of
from nspermaudit.style import Style

MAX_FINDINGS = 5000
"""So many findings are listed unless every result is asked for: those of the worst roles."""

Part = tuple[str, str, Callable[[], Iterator[str]]]


def pieces(report: Report, style: Style) -> Iterator[str]:
    """The page, piece by piece. With ``style.show_all`` nothing is left out.

    What it cannot know is said however quiet the rest is: a page is kept.
    """
    page = Page(
        "NetSuite roles: audit of permissions", styles=("report.css",), scripts=("report.js",)
    )
    most = len(report.findings) if style.show_all else MAX_FINDINGS
    subjects = subjects_of(report, most)
    parts = _parts(report, subjects, style)
    yield page.opening()
    yield overview.header(report, subjects)
    yield contents((anchor, heading) for anchor, heading, _ in parts)
    yield "<main id=main tabindex=-1>\n"
    for anchor, heading, content in parts:
        yield from section(anchor, heading, content())
    yield f"</main>\n<footer><p>nspermaudit {text(report.version)}</footer>\n"
    yield page.closing()


def _parts(report: Report, subjects: Sequence[Subject], style: Style) -> list[Part]:
    """What the page has: an anchor, a heading and the content, each."""
    rules, is_whole = rules_of(report), style.show_all
    parts: list[Part] = []
    if not report.is_complete:
        parts.append(("unfinished", "Not complete", partial(closing.unfinished, report)))
    if report.roles:
        parts.append(("overview", "Overview", partial(overview.pictures, report, subjects)))
    if rules.all:
        heat = partial(heat_map.rows, report, subjects, rules, is_whole=is_whole)
        parts.append(("map", "Roles by rule", heat))
    if report.changes is not None:
        parts.append(("changes", "Changes", partial(_changes, report, is_whole=is_whole)))
    told = partial(findings.by_role, report, subjects, rules)
    parts.append(("findings", "Findings", told))
    if rules.all:
        parts.append(("rules", "Rules", partial(closing.rule_cards, report, rules)))
    parts += [
        ("accepted", "Accepted risks", partial(closing.accepted, report)),
        ("unknown", "What this audit cannot tell", partial(closing.unknown, report, rules)),
        ("method", "Method and inputs", partial(closing.method, report, style)),
    ]
    return parts


def _changes(report: Report, *, is_whole: bool) -> Iterator[str]:
    changes = report.changes or ()
    yield f"<p>{text(change_lines.summary(changes))}.\n"
    lines = change_lines.text(changes, Style(show_all=is_whole))
    yield from items(text(" ".join(line.split())) for line in lines)
