"""The last lines of every report for people: sums, what was assumed, what cannot be known."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from nspermaudit.finding import Report
from nspermaudit.rule import STEPS, Result, Severity
from nspermaudit.style import Style, counted, counted_findings, one_line


def paragraphs(parts: Iterable[str]) -> Iterator[str]:
    """Those parts of a text that are not empty, with a blank line between them."""
    before = ""
    for part in parts:
        if part:
            yield before + part
            before = "\n\n"
    yield "\n"


def more(number: int, what: str) -> str:
    """How much is not shown, and what shows it; empty if that is nothing."""
    if number <= 0:
        return ""
    return f"... and {counted(number, f'more {what}')}: --show all or --format json has them all"


def verdict(report: Report, why: str = "") -> str:
    """One line: what was checked, against what, and with which result.

    ``why`` is what to say behind the number of what was not evaluated.
    """
    severities = sorted(Severity, reverse=True)
    findings = counted_findings((severity, report.number_of(severity)) for severity in severities)
    checked = f"{counted(report.roles, 'role')}, {counted(report.grants, 'grant')}"
    against = f"{counted(len(report.packs), 'pack')} ({counted(report.rules, 'rule')})"
    parts = [f"Checked {checked} against {against}: {findings}"]
    if report.results[Result.WAIVED]:
        parts.append(f"{report.results[Result.WAIVED]} waived{_until(report)}")
    if report.baselined:
        parts.append(f"{report.baselined} in the baseline")
    if report.results[Result.NOT_EVALUATED]:
        parts.append(f"{report.results[Result.NOT_EVALUATED]} not evaluated{why}")
    return "; ".join(parts) + "."


_OF_ACCOUNT = frozenset(range(1, len(STEPS)))
"""The steps that are asked of the account: only with them it is a checklist."""

_WORST = (Result.NOT_EVALUATED, Result.WAIVED, Result.PASS, Result.NOT_APPLICABLE)


def step_results(report: Report) -> dict[int, Result]:
    """What became of each step of the connector guide: the worst that was said of it.

    Empty unless the pack guide/readiness is in use, and whole. A step whose rules were asked of no
    role is not evaluated; one of which no rule is in use is left out.
    """
    if not report.roles or not report.steps.keys() >= _OF_ACCOUNT:
        return {}
    failed = {item.rule.step for item in report.findings if not item.is_accepted}
    accepted = {item.rule.step for item in report.findings if item.is_accepted}
    found = {}
    for step, told in report.steps.items():
        results = told - {Result.FINDING}
        results |= {Result.WAIVED} if step in accepted else set()
        worst = next((result for result in _WORST if result in results), Result.NOT_EVALUATED)
        found[step] = Result.FINDING if step in failed else worst
    return found


def guide(report: Report) -> Iterator[str]:
    """One line: what became of each step of the connector guide; none if they were not asked."""
    words = [
        f"step {step} {result.value.replace('_', ' ')}"
        for step, result in step_results(report).items()
    ]
    if words:
        yield f"Guide: {', '.join(words)}."


def _until(report: Report) -> str:
    days = sorted({item.waiver.expires for item in report.findings if item.waiver})
    return f" ({'the first ' if len(days) > 1 else ''}expires {days[0]})" if days else ""


def changes(report: Report, style: Style) -> str:
    """What was changed, a line each, if that was asked."""
    if report.changes is None:
        return ""
    from nspermaudit import change_lines  # noqa: PLC0415 - start-up: only --since asks for it

    lines = change_lines.text(report.changes, style)
    return "\n".join((*lines, f"Changes: {change_lines.summary(report.changes)}."))


def _worst(report: Report) -> Iterator[str]:
    """The roles with most conflicts, where many have some."""
    if any(item.verdict.problem == "conflict" for item in report.findings):
        from nspermaudit import group_lines  # noqa: PLC0415 - start-up: few packs need it

        words = group_lines.worst(report.findings)
        if words:
            yield words


def closing(report: Report, style: Style, told: Container[str] = ()) -> Iterator[str]:
    """Notes, sums and, if it is so, why the audit is not complete.

    ``told`` are the reasons for what was not evaluated that stand above already.
    """
    if style.verbosity >= 0 and report.roles:
        yield from (f"note: {one_line(text)}" for text in (*report.assumptions, *report.notes))
        yield f"note: no export shows: {', '.join(report.limits)}"
    if style.verbosity >= 0:
        yield from _worst(report)
    tells_why = style.show_all or style.verbosity > 0
    if tells_why:
        yield from (
            f"not evaluated: {one_line(reason)} ({counted(number, 'time')})"
            for reason, number in report.not_evaluated.items()
            if reason not in told
        )
    if style.verbosity > 0:
        skipped = [item.path for item in report.inputs if item.status == "skipped"]
        yield from (f"passed over: {one_line(path)}" for path in skipped)
    if report.roles:
        worst = report.worst
        yield from guide(report)
        why = "" if tells_why else " (-v tells why)"
        yield style.paint(verdict(report, why), worst.word if worst else "good")
    yield from (
        style.paint(f"Not complete: {one_line(reason)}.", "error") for reason in report.unfinished
    )
