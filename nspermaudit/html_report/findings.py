"""The findings, by role and rule. What is the same for many of them is told once.

The rule's own words stand with the rule, the path of the input and the way to the role in NetSuite
at the head of the role: an audit of sixty roles stays small enough to be mailed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from nspermaudit.conflicts import CONFLICT, cure_of, kind_of
from nspermaudit.finding import Finding, Report
from nspermaudit.functions import said
from nspermaudit.html_page import code, text
from nspermaudit.html_report.subjects import SEVERITIES, Rules, Subject, place
from nspermaudit.requirement import MANAGE_ROLES
from nspermaudit.style import counted_findings
from nspermaudit.summary import more

_SEVERAL = 2
_TO_ROLE = "in NetSuite: "
_IN_ROLE = "in the role: "


def by_role(report: Report, subjects: Sequence[Subject], rules: Rules) -> Iterator[str]:
    """The findings of every subject, the worst first, and how many more there are."""
    if not subjects:
        yield "<p>None.\n"
        return
    yield (
        "<p>By role, the worst first. The name of a rule leads to why it matters, to its sources "
        "and, where it is the same for all, to how to mend it. Places are line:column. In what is "
        "said of several findings <i>ID</i> and <i>NAME</i> stand for those of each. Of a conflict "
        "both sides are told, by what the role can do each: take one of them away, or let two "
        "people do it.\n"
    )
    rest = len(report.findings) - sum(len(subject.listed) for subject in subjects)
    yield _controls(report, is_cut=rest > 0)
    was_role = True
    for subject in subjects:
        if not subject.listed:
            break
        if was_role and not subject.is_role:
            yield f"<h3 id=others data-first=s{subject.number}>What is no role</h3>\n"
        was_role = subject.is_role
        yield from _subject(subject, rules)
    if rest:
        yield f"<p><strong>{text(more(rest, 'finding'))}</strong>\n"


def _controls(report: Report, *, is_cut: bool) -> str:
    """What only a script can do; hidden where there is none."""
    severities = [(severity.word[0], severity.word) for severity in SEVERITIES]
    statuses = sorted({item.status for item in report.findings if item.is_accepted})
    boxes = _boxes("Severity", severities)
    if statuses:
        boxes += _boxes("Status", [("n", "active"), *((word[:2], word) for word in statuses)])
    total = f" data-total={len(report.findings)}" if is_cut else ""
    return (
        f"<form id=filter hidden{total}>\n"
        "<p><label for=search>Search role, rule, permission</label>"
        "<input id=search type=search autocomplete=off spellcheck=false>\n"
        f"{boxes}"
        "<p><label for=sort>Sort by</label><select id=sort><option value=rank>severity"
        "<option value=number>number of findings<option value=name>name</select>\n"
        "<p><button type=button id=open>Open all</button>"
        "<button type=button id=close>Close all</button>"
        "<button type=button id=clear>Reset</button>\n"
        "<p id=count role=status></p>\n</form>\n"
    )


def _boxes(legend: str, choices: Iterable[tuple[str, str]]) -> str:
    boxes = "".join(
        f"<label><input type=checkbox name={legend.lower()} value={value} checked>{word}</label>"
        for value, word in choices
    )
    return f"<fieldset><legend>{legend}</legend>{boxes}</fieldset>\n"


def _subject(subject: Subject, rules: Rules) -> Iterator[str]:
    counted_ones = zip(SEVERITIES, subject.counts, strict=True)
    accepted = sum(item.is_accepted for item in subject.findings)
    sums = counted_findings(counted_ones) if any(subject.counts) else ""
    words = ", ".join(filter(None, (sums, f"{accepted} accepted" if accepted else "")))
    role_id = code(subject.key[0]) if subject.key[0] not in ("", subject.title) else ""
    yield (
        f"<details open id=s{subject.number}><summary><h3>{text(subject.title)}</h3> "
        f"{role_id} <span>{words}</span></summary>\n<p class=where>{_where(subject)}\n"
    )
    yield _most(subject)
    severity = None
    for rule, group in subject.by_rule:
        if rule.severity is not severity:
            severity = rule.severity
            yield f"<h4 class={severity.word[0]}>{severity.word}</h4>\n"
        yield f"<h5><a href=#{rules.anchor(rule)}>{text(rule.id)}</a></h5>\n"
        yield from _group(group, subject)
    yield "</details>\n"


def _most(subject: Subject) -> str:
    """The one permission without which most of its conflicts would be gone."""
    conflicts = [item for item in subject.findings if kind_of(item) == CONFLICT]
    cure = cure_of(conflicts) if len({item.location.path for item in conflicts}) == 1 else None
    if cure is None or cure.gone < _SEVERAL:
        return ""
    name = f"{text(cure.permission.name)} ({code(cure.permission.id)})"
    return f"<p>Without {name} {cure.gone} of its {len(conflicts)} conflicts would be gone.\n"


def _where(subject: Subject) -> str:
    file = f"File: {code(subject.path)}" if subject.path else ""
    begins = f"{MANAGE_ROLES} > {subject.title}"
    is_role = any(begins in item.fix for item in subject.findings)
    return ". ".join(filter(None, (file, f"Role: {text(begins)}" if is_role else "")))


def _group(group: Sequence[Finding], subject: Subject) -> Iterator[str]:
    """The findings of one rule on one role; those that are mended alike stand together."""
    alike: dict[Pattern, list[Finding]] = {}
    for item in group:
        alike.setdefault(_pattern(item, _fix(item, subject)), []).append(item)
    for fix, items in alike.items():
        shares_fix = len(items) > 1 and fix != NO_PATTERN
        said, *others = {_pattern(item, _message(item, subject)) for item in items}
        shares_message = len(items) > 1 and len(said) > 1 and not others
        if shares_message:
            yield f"<p>{_shown(said)}\n"
        if shares_fix:
            yield f"<p class=f>{_shown(fix)}\n"
        yield "<ul>"
        for item in items:
            message = _about(item) if shares_message else _message(item, subject)
            yield _finding(item, subject, message, "" if shares_fix else _fix(item, subject))
        yield "</ul>\n"


Pattern = tuple[str, ...]
"""A text cut where it says the id or the name of what it is about: text, mark, text, ..."""

NO_PATTERN = ("",)
_MARKS = {"\0": "<i>ID</i>", "\1": "<i>NAME</i>"}


def _pattern(item: Finding, words: str) -> Pattern:
    permission = item.verdict.permission
    name = _about(item)
    other = permission.id if permission else name
    sought = "|".join(re.escape(one) for one in (name, other) if one)
    if not sought:
        return (words,)
    parts = re.split(rf"(?<!\w)({sought})(?!\w)", words)
    parts[1::2] = ["\1" if part == name else "\0" for part in parts[1::2]]
    return tuple(parts)


def _shown(pattern: Pattern) -> str:
    return "".join(
        _MARKS[part] if number % 2 else text(part) for number, part in enumerate(pattern)
    )


def _about(item: Finding) -> str:
    """What a finding of a role is about, in a word."""
    permission = item.verdict.permission
    return permission.name if permission else item.verdict.subject


def _message(item: Finding, subject: Subject) -> str:
    return item.verdict.message.removeprefix(f'"{subject.title}" ')


def _finding(item: Finding, subject: Subject, message: str, fix: str) -> str:
    """One finding: what, how to mend it, where, its name for machines."""
    sides = item.verdict.sides if _shows_sides(item) else ()
    kind, what = "", _sides(item, subject) if sides else text(message)
    if item.is_accepted:
        kind, what = f" class={item.status[:2]}", f"<p class=m><b>{item.status}</b> {what}"
    told = {grant.location for side in sides for grant in side}
    related = (
        f"<p>{code(place(where, subject.path))} {text(words)}"
        for where, words in item.verdict.related
        if where not in told
    )
    terms = f"<p class=t>{text(item.waiver.terms)}" if item.waiver else ""
    return (
        f"<li{kind}>{what}{f'<p class=f>{text(fix)}' if fix else ''}"
        f"{terms}{''.join(related)}<p>{_identity(item, subject, message)}\n"
    )


def _shows_sides(item: Finding) -> bool:
    """Whether the grants of both sides of a conflict say all: those of one role do."""
    return kind_of(item._replace(waiver=None, is_baselined=False)) == CONFLICT and bool(
        item.verdict.sides and not item.verdict.user
    )


def _sides(item: Finding, subject: Subject) -> str:
    """Both sides of a conflict, by the grants and attributes that are enough for each."""
    marks = item.verdict.marks or ((),) * len(item.verdict.sides)
    sides = (
        ", ".join(
            [
                *(
                    text(f"{said(grant)} ({place(grant.location, subject.path)})")
                    for grant in grants
                ),
                *map(text, words),
            ]
        )
        for grants, words in zip(item.verdict.sides, marks, strict=True)
    )
    return " and ".join(sides)


def _identity(item: Finding, subject: Subject, told: str) -> str:
    """The place, the permission's id where no text has it, and the fingerprint."""
    permission = item.verdict.permission
    name = permission.id if permission and permission.id not in told else ""
    where = "" if _shows_sides(item) else place(item.location, subject.path)
    parts = (where, name, item.fingerprint)
    return " ".join(text(part) for part in parts if part)


def _fix(item: Finding, subject: Subject) -> str:
    """The cure of this finding; empty where it is the rule's, which stands with the rule."""
    if item.rule.fix or _shows_sides(item):
        return ""
    begins = f"{_TO_ROLE}{MANAGE_ROLES} > {subject.title} > "
    return item.fix.replace(begins, _IN_ROLE)
