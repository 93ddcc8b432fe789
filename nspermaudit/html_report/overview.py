"""The head of the page: what came out, in a sentence and in two pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nspermaudit.finding import Report
from nspermaudit.html_page import table, text
from nspermaudit.html_report.subjects import SEVERITIES, Subject
from nspermaudit.rule import Severity
from nspermaudit.style import counted
from nspermaudit.summary import verdict

MAX_RANKED = 10
"""So many roles are in the picture of those with most findings."""


def lead(report: Report, subjects: Sequence[Subject]) -> str:
    """The result in one sentence."""
    if not report.is_complete:
        return "This audit is not complete: what is not told here may still be there."
    worst = report.worst
    if worst is None:
        accepted = " that is not accepted" if report.findings else ""
        return f"Nothing was found{accepted}."
    with_worst = [subject for subject in subjects if subject.number_of(worst)]
    roles = sum(subject.is_role for subject in with_worst)
    number = report.number_of(worst)
    word = "info" if worst is Severity.INFO else f"{worst.word}{'' if number == 1 else 's'}"
    found = f"{number} {word} in {roles} of {counted(report.roles, 'role')}"
    others = len(with_worst) - roles
    if not roles:
        return f"{number} {word}, none of them in a role."
    beside = counted(others, "user or other object", "users or other objects")
    return f"{found}, and of {beside}." if others else f"{found}."


def header(report: Report, subjects: Sequence[Subject]) -> str:
    """The title, the sentence and the sums."""
    worst = report.worst
    kind = "e" if not report.is_complete else worst.word[0] if worst else "good"
    numbers = f"<p>{text(verdict(report))}\n" if report.roles else ""
    return (
        "<header>\n<h1>NetSuite roles: audit of permissions</h1>\n"
        f"<p class='lead {kind}'>{text(lead(report, subjects))}\n{numbers}</header>\n"
    )


def pictures(report: Report, subjects: Sequence[Subject]) -> Iterator[str]:
    """Roles by the worst that was found in them, and the roles with most findings."""
    roles = [subject for subject in subjects if subject.is_role]
    yield "<div class=pictures>\n"
    yield from table(
        "Roles by their worst finding",
        ("Worst finding", "Roles", "Share"),
        _by_worst(report, roles),
        numbers={1},
        kind="bars",
    )
    ranked = [subject for subject in roles if any(subject.counts)][:MAX_RANKED]
    most = max((sum(subject.counts) for subject in ranked), default=0)
    yield from table(
        "Roles with the worst findings" if len(ranked) < len(roles) else "Roles with findings",
        ("Role", "Errors", "Warnings", "Info", "Findings"),
        (
            (
                subject.link,
                *map(str, subject.counts),
                _bar(zip(_KINDS, subject.counts, strict=True), most),
            )
            for subject in ranked
        ),
        numbers={1, 2, 3},
        kind="bars",
    )
    yield "</div>\n"


_KINDS = tuple(severity.word[0] for severity in SEVERITIES)


def _by_worst(report: Report, roles: Sequence[Subject]) -> Iterator[tuple[str, ...]]:
    left = max(report.roles, len(roles))
    total = left
    for severity in SEVERITIES:
        number = sum(
            next((one for one in SEVERITIES if role.number_of(one)), None) is severity
            for role in roles
        )
        left -= number
        yield _share(severity.word, number, total, severity.word[0])
    accepted = sum(not any(role.counts) for role in roles)
    if accepted:
        yield _share("accepted only", accepted, total, "a")
    yield _share("none", left - accepted, total, "g")


def _share(word: str, number: int, total: int, kind: str) -> tuple[str, ...]:
    return (word, str(number), _bar([(kind, number)], total))


def _bar(parts: Iterator[tuple[str, int]] | Sequence[tuple[str, int]], total: int) -> str:
    """A bar of coloured lengths; a picture of numbers that stand beside it."""
    start, drawn = 0.0, ""
    for kind, number in parts:
        width = 100 * number / total if total else 0
        if number:
            drawn += f'<rect class={kind} x="{start:.2f}" width="{width:.2f}" height="10"/>'
        start += width
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio=none aria-hidden=true focusable=false>'
        f"{drawn}</svg>"
    )
