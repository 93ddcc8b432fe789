"""``markdown``: for the comment on a pull request, or the summary of a pipeline's step.

GitHub's comments hold 65,536 characters: every part has its share of them, and says what is left
out. With every result asked for nothing is left out; texts are cut where they are very long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import TypeVar

from nspermaudit import change_lines
from nspermaudit.escaping import code, markdown
from nspermaudit.finding import Finding, Message, Outcome, Report, messages_of
from nspermaudit.rule import Rule, Severity
from nspermaudit.style import Style, counted, counted_findings
from nspermaudit.summary import more, verdict

MAX_BYTES = 64 * 1024
"""A report is shorter than this, in UTF-8, unless every result is asked for."""

_SHARES: Mapping[str, int] = MappingProxyType(
    {
        "reason": 4,
        "message": 8,
        "finding": 20,
        "change": 8,
        "cure": 10,
        "accepted finding": 6,
        "note": 4,
    }
)
"""How much of it a part may take, in KiB; some is left for headings."""

_MAX_TEXT = 500
"""No text is longer, in characters, before it is escaped."""

_MAX_RELATED = 3
_MAX_CHANGES = 100

_FINDINGS = ("Severity", "Rule", "Finding", "Place")
_ACCEPTED = ("Severity", "Rule", "Finding", "Accepted")
_RESULTS = ("Result", "Role", "Rule", "Requirement", "Granted", "Place")

Item = TypeVar("Item")


def render(report: Report, style: Style) -> Iterator[str]:
    """A headline, what could not be read, a table of findings; the rest is folded away."""
    counting = [item for item in report.findings if not item.is_accepted]
    accepted = [item for item in report.findings if item.is_accepted]
    part = _Parts(is_whole=style.show_all)
    yield f"## nspermaudit: {_headline(report)}\n"
    yield from part.lines("reason", report.unfinished, _reason)
    if report.roles:
        yield f"\n{_text(verdict(report))}\n"
    yield from part.lines("message", messages_of(report.inputs), _message)
    yield from part.table("finding", _FINDINGS, counting, _finding)
    if report.changes is not None:
        yield f"\n### Changes: {_text(change_lines.summary(report.changes))}\n"
        most = len(report.changes) if style.show_all else _MAX_CHANGES
        lines = [*change_lines.markdown(report.changes, most)]
        yield from part.lines("change", lines, str)
    cures = part.lines("cure", _cures(counting), _cure)
    yield from _folded("Why, and how to mend it", cures)
    rows = part.table("accepted finding", _ACCEPTED, accepted, _accepted)
    yield from _folded(f"Accepted: {counted(len(accepted), 'finding')}", rows)
    if report.outcomes is not None and style.show_all:
        results = part.table("result", _RESULTS, report.outcomes, _outcome)
        yield from _folded("Every result", results)
    yield from _folded("Notes", part.lines("note", _notes(report, style), _note))


def _headline(report: Report) -> str:
    severities = sorted(Severity, reverse=True)
    found = counted_findings((severity, report.number_of(severity)) for severity in severities)
    if report.is_complete:
        return found
    return f"not complete; {found}" if report.findings else "not complete"


class _Parts:
    """Lists and tables that stop where their share is used up, and say how much is missing."""

    def __init__(self, *, is_whole: bool) -> None:
        self._is_whole = is_whole

    def lines(self, what: str, items: Sequence[Item], line: Callable[[Item], str]) -> Iterator[str]:
        """A list, with a blank line before it."""
        if items:
            yield "\n"
            yield from self._fitting(what, items, line)

    def table(
        self,
        what: str,
        headings: Sequence[str],
        items: Sequence[Item],
        cells: Callable[[Item], Sequence[str]],
    ) -> Iterator[str]:
        """A table, with a blank line before it."""
        if items:
            yield f"\n{_row(headings)}\n{_row(['---'] * len(headings))}\n"
            yield from self._fitting(what, items, lambda item: _row(cells(item)))

    def _fitting(
        self, what: str, items: Sequence[Item], line: Callable[[Item], str]
    ) -> Iterator[str]:
        room = _SHARES.get(what, 0) * 1024
        for index, item in enumerate(items):
            text = f"{line(item)}\n"
            room -= len(text.encode())
            if room < 0 and not self._is_whole:
                missing = len(items) - index
                yield f"\n{more(missing, what)}\n"
                break
            yield text


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _folded(title: str, content: Iterator[str]) -> Iterator[str]:
    """A part that opens at a click; nothing if it is empty."""
    first = next(content, None)
    if first is not None:
        yield f"\n<details>\n<summary>{title}</summary>\n{first}"
        yield from content
        yield "\n</details>\n"


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}..."


def _text(text: str) -> str:
    return markdown(_cut(text))


def _code(text: str) -> str:
    return code(_cut(text))


def _reason(text: str) -> str:
    return f"- **Not complete:** {_text(text)}."


def _message(message: Message) -> str:
    word = "note" if message.severity is Severity.INFO else message.severity.word
    return f"- **{word}:** {_code(str(message.location))}: {_text(message.text)}"


def _finding(finding: Finding) -> Sequence[str]:
    return (*_known(finding), _code(str(finding.location)))


def _accepted(finding: Finding) -> Sequence[str]:
    until = f" {finding.waiver.terms}" if finding.waiver else ""
    return (*_known(finding), f"{finding.status}{_text(until)}")


def _known(finding: Finding) -> Sequence[str]:
    return (
        finding.severity.word,
        _code(finding.rule.id),
        _text(finding.verdict.message),
    )


def _cures(findings: Sequence[Finding]) -> list[Rule | Finding]:
    """Each rule that was broken, the worst first, and after it the findings that can be mended."""
    by_rule = sorted(findings, key=lambda item: (-item.severity, item.rule.id))
    cures: list[Rule | Finding] = []
    for _, group in groupby(by_rule, key=lambda item: item.rule.id):
        broken = list(group)
        cures += [broken[0].rule, *(item for item in broken if item.fix)]
    return cures


def _cure(item: Rule | Finding) -> str:
    if isinstance(item, Rule):
        return f"- {_code(item.id)}: {_text(item.because or item.title)}"
    related = item.verdict.related[:_MAX_RELATED]
    places = [f"; see {_code(str(place))}: {_text(words)}" for place, words in related]
    return f"  - for {_text(item.subject)}: {_text(item.fix)}{''.join(places)}"


def _notes(report: Report, style: Style) -> Sequence[str]:
    if style.verbosity < 0:
        return ()
    limits = f"no export shows: {', '.join(report.limits)}"
    return (*report.assumptions, *report.notes, limits)


def _note(text: str) -> str:
    return f"- note: {_text(text)}"


def _outcome(outcome: Outcome) -> Sequence[str]:
    verdict_ = outcome.verdict
    return (
        verdict_.result.value.replace("_", " "),
        _text(outcome.subject),
        _code(outcome.rule.id),
        _text(verdict_.requirement or verdict_.reason or verdict_.message),
        verdict_.granted.title if verdict_.granted is not None else "",
        _code(str(outcome.location)),
    )
