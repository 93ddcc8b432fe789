"""``text``: diagnostics for people, with the place, the lines, the reason and the cure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, takewhile

from nspermaudit.conflicts import block_of
from nspermaudit.finding import Finding, Message, Report, messages_of
from nspermaudit.rule import Severity
from nspermaudit.style import Style, counted, one_line
from nspermaudit.summary import changes, closing, more, paragraphs

MAX_SHOWN = 1000
"""So many findings are shown unless all results are asked for; nobody reads more on a screen."""


def render(report: Report, style: Style) -> Iterator[str]:
    """Every finding as a block; a rule's missing permissions of one role share a block.

    Of very many findings the first are shown, and how many more there are; those that the baseline
    knows only where everything is asked for.
    """
    is_full = style.show_all or style.verbosity > 0
    told = [item for item in report.findings if is_full or not item.is_baselined or item.waiver]
    shown = told if style.show_all else told[:MAX_SHOWN] + _rest_of_block(told)
    blocks = ("\n".join(_block(list(group), style)) for group in _grouped(shown))
    messages = [line for item in messages_of(report.inputs) for line in _message(item, style)]
    rest = more(len(told) - len(shown), "finding")
    known = len(report.findings) - len(told)
    baselined = f"baselined: {counted(known, 'known finding')} (-v shows them)" if known else ""
    closed = ("\n".join(messages), "\n".join(closing(report, style)))
    return paragraphs(chain(blocks, (rest, baselined, changes(report, style)), closed))


def _rest_of_block(findings: Sequence[Finding]) -> list[Finding]:
    """Those beyond the last one shown that are told in one block with it."""
    if len(findings) <= MAX_SHOWN or not block_of(findings[MAX_SHOWN - 1]):
        return []
    last = findings[MAX_SHOWN - 1]
    same = takewhile(lambda item: item.subject_id == last.subject_id, findings[MAX_SHOWN:])
    return [item for item in same if block_of(item) == block_of(last)]


def _grouped(findings: Iterable[Finding]) -> Iterator[Iterable[Finding]]:
    """Findings by block, in order of roles; of a role the worst first."""
    items = list(findings)
    worst: dict[tuple[str, ...], int] = {}
    for item in items:
        block = block_of(item)
        worst[block] = max(worst.get(block, 0), item.severity)

    def order(finding: Finding) -> tuple[object, ...]:
        name, role, severity, rule, *_ = finding.order
        block = block_of(finding)
        if block:
            severity, rule = -worst[block], ""
        return (name, role, severity, rule, _shared(finding), finding.order)

    return (group for _, group in groupby(sorted(items, key=order), key=_shared))


def _shared(finding: Finding) -> tuple[object, ...]:
    """What findings have in common that are told in one block."""
    verdict, block = finding.verdict, block_of(finding)
    if block:
        return block
    if finding.is_accepted:
        return (finding.rule.id, finding.role_id, "", "", finding.fingerprint)
    if verdict.problem == "missing" and verdict.granted is None and "|" not in verdict.subject:
        required = verdict.required.title if verdict.required else ""
        return (finding.rule.id, finding.role_id, str(finding.location), required, "")
    return (
        finding.rule.id,
        finding.role_id,
        str(finding.location),
        "",
        f"{verdict.subject} {verdict.message}",
    )


def _message(message: Message, style: Style) -> Iterator[str]:
    if message.severity is Severity.INFO and style.verbosity < 0:
        return
    word = "note" if message.severity is Severity.INFO else message.severity.word
    painted = style.paint(word, message.severity.word)
    yield f"{painted}: {one_line(str(message.location))}: {one_line(message.text)}"


def _block(findings: list[Finding], style: Style) -> Iterator[str]:
    first = findings[0]
    if first.is_accepted:
        yield from _accepted(first, style)
        return
    if block_of(first):
        from nspermaudit import group_lines  # noqa: PLC0415 - start-up: few packs need it

        yield from group_lines.block(findings, style)
        return
    head = style.paint(f"{first.severity.word}[{first.rule.id}]", first.severity.word)
    message = first.verdict.message if len(findings) == 1 else _several(findings)
    yield f"{head}: {style.paint(one_line(message), 'bold')}"
    place = one_line(str(first.location))
    quoted = list(_quoted(first, style)) if len(findings) == 1 else []
    width = max((len(number) for number, _ in quoted), default=1)
    yield f"{' ' * width}--> {place}"
    if quoted:
        yield f"{' ' * width} |"
        yield from (f"{number:>{width}} | {text}".rstrip() for number, text in quoted)
    margin = " " * width
    for location, words in dict.fromkeys(chain(*(item.verdict.related for item in findings))):
        yield f"{margin} = see: {one_line(str(location))}: {one_line(words)}"
    if first.rule.because and style.verbosity >= 0:
        yield f"{margin} = why: {one_line(first.rule.because)}"
    fix = first.fix if len(findings) == 1 else _common_fix(findings)
    if fix:
        yield f"{margin} = fix: {one_line(fix)}"


def _accepted(finding: Finding, style: Style) -> Iterator[str]:
    """A finding that somebody has accepted: shorter, for it asks nothing of the reader."""
    head = style.paint(f"{finding.status}[{finding.rule.id}]", "dim")
    yield f"{head}: {one_line(finding.verdict.message)}"
    yield f" --> {one_line(str(finding.location))}"
    if finding.waiver:
        yield f"  = {one_line(finding.waiver.terms)}"


def _several(findings: list[Finding]) -> str:
    first = findings[0]
    level = first.verdict.required.title if first.verdict.required else ""
    names = [item.verdict.permission.name for item in findings if item.verdict.permission]
    role = first.subject
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return f'"{role}" needs {level} on {listed}, has none of them'


def _common_fix(findings: list[Finding]) -> str:
    first = findings[0]
    permissions = [item.verdict.permission for item in findings if item.verdict.permission]
    ids = ", ".join(permission.id for permission in permissions)
    subtabs = ", ".join(dict.fromkeys(permission.category for permission in permissions))
    level = first.verdict.required.name if first.verdict.required else ""
    role = first.subject
    return first.rule.fix or (
        f"add {ids} at {level}; in NetSuite: Setup > Users/Roles > Manage Roles > {role} > "
        f"Permissions > {subtabs}"
    )


def _quoted(finding: Finding, style: Style) -> Iterator[tuple[str, str]]:
    """The line that a finding points at, the one before it, and a mark under the level."""
    verdict, place = finding.verdict, finding.location
    lines = style.lines.get(place.path, {})
    if verdict.granted is None or place.line not in lines:
        return
    if place.column and place.line - 1 in lines:
        yield str(place.line - 1), one_line(lines[place.line - 1].replace("\t", "    "))
    text = lines[place.line]
    yield str(place.line), one_line(text.replace("\t", "    "))
    start = text.find(">", place.column - 1) + 1 if place.column else 0
    end = text.find("<", start)
    if 0 < start < end:
        indent = len(one_line(text[:start].replace("\t", "    ")))
        mark = style.paint("^" * len(one_line(text[start:end])), finding.severity.word)
        bound = "at most" if verdict.problem == "over-scoped" else "required"
        required = f", {bound} {verdict.required.title}" if verdict.required else ""
        yield "", f"{' ' * indent}{mark} granted {verdict.granted.title}{required}"
