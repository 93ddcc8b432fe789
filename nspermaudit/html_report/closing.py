"""The rest of the page: the rules, what is accepted, what is not known, and the method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from nspermaudit.finding import Input, Message, Report, messages_of
from nspermaudit.html_page import code, items, link, table, text
from nspermaudit.html_report.subjects import Rules, key_of
from nspermaudit.rule import Result, Rule, Severity
from nspermaudit.style import Style, counted, listed
from nspermaudit.waiver import Waiver

_MAX_NAMED = 8


def unfinished(report: Report) -> Iterator[str]:
    """Why the audit is not complete, and what was wrong with its inputs."""
    lines = (f"<strong>{text(reason)}</strong>" for reason in report.unfinished)
    if not report.is_complete:
        yield from items([*lines, *map(_message, messages_of(report.inputs))])


def rule_cards(report: Report, rules: Rules) -> Iterator[str]:
    """Each rule: its sentence, why, the cure, its sources, and what became of it."""
    found = Counter(item.rule.id for item in report.findings if not item.is_accepted)
    accepted = Counter(item.rule.id for item in report.findings if item.is_accepted)
    results: dict[str, Counter[Result]] = {}
    for outcome in report.outcomes or ():
        results.setdefault(outcome.rule.id, Counter())[outcome.verdict.result] += 1
    for rule in rules.all:
        numbers = results.get(rule.id, Counter())
        told = [
            counted(found[rule.id], "finding") if found[rule.id] else "no findings",
            *([f"{accepted[rule.id]} accepted"] if accepted[rule.id] else []),
            *(
                f"{numbers[result]} {words}"
                for result, words in (
                    (Result.PASS, "passed"),
                    (Result.NOT_EVALUATED, "not evaluated"),
                    (Result.NOT_APPLICABLE, "not applicable"),
                )
                if numbers[result]
            ),
        ]
        yield _card(rule, rules.anchor(rule), ", ".join(told))


def _card(rule: Rule, anchor: str, results: str) -> str:
    word = rule.severity.word
    evidence = f"grade {rule.evidence}" if rule.evidence in ("A", "B", "C") else rule.evidence
    facts = (
        ("Why", text(rule.because)),
        ("Fix", text(rule.fix)),
        ("Beware", text(rule.false_positives)),
        ("Evidence", text(evidence)),
        ("Sources", "<br>".join(map(link, rule.references))),
    )
    told = "".join(f"<dt>{term}<dd>{words}" for term, words in facts if words)
    return (
        f"<article id={anchor} aria-labelledby={anchor}-h><h3 id={anchor}-h class={word[0]}>"
        f"<b>{word}</b> {text(rule.id)}</h3><p>{text(rule.title)}<dl>{told}</dl>"
        f"<p>Pack {text(rule.pack)}, asked of {text(rule.asked_of)}: {results}.</article>\n"
    )


def accepted(report: Report) -> Iterator[str]:
    """The waivers in force, those that match nothing, and the baseline."""
    numbers = Counter(item.waiver for item in report.findings if item.waiver)
    every = dict.fromkeys((*numbers, *report.idle_waivers))
    yield from table(
        "Waivers in force",
        (
            "Waiver",
            "Rule",
            "Role",
            "Permission",
            "Up to",
            "Until",
            "Approved by",
            "Reason",
            "Findings",
        ),
        (_waiver(item, numbers[item]) for item in sorted(every, key=_by_place)),
        numbers={8},
        kind="waivers",
    )
    if not every:
        yield "<p>No waiver accepts a finding.\n"
    if not report.has_baseline:
        yield "<p>No baseline was given.\n"
        return
    yield f"<p>The baseline knows {counted(report.baselined, 'finding')} of these.\n"
    yield from items(
        f"{label}: {', '.join(map(code, prints))}"
        for label, prints in (
            ("In the baseline, and mended", report.mended),
            ("In the baseline, of roles that are not there", report.vanished),
        )
        if prints
    )


def _by_place(waiver: Waiver) -> tuple[object, ...]:
    return (*waiver.location, waiver.rule, waiver.role, waiver.permission, waiver.expires)


def _waiver(waiver: Waiver, number: int) -> tuple[str, ...]:
    return (
        code(str(waiver.location)),
        code(waiver.rule),
        text(waiver.role),
        "any" if waiver.permission == "*" else text(waiver.permission),
        waiver.level.title if waiver.level is not None else "any level",
        text(waiver.expires),
        text(waiver.approved_by),
        text(waiver.reason),
        str(number) if number else "none: it matches nothing",
    )


def unknown(report: Report, rules: Rules) -> Iterator[str]:
    """What was not evaluated and why, what no export shows, what was taken for granted."""
    rows = [*_not_evaluated(report, rules)]
    yield "<h3>Not evaluated</h3>\n"
    yield from table("Not evaluated", ("Why", "Rule", "Of what", "Times"), rows, numbers={3})
    if not rows:
        yield "<p>All that was asked could be evaluated.\n"
    yield "<h3>What no export of roles shows</h3>\n"
    yield from items(map(text, report.limits))
    for heading, lines in (("Taken for granted", report.assumptions), ("Notes", report.notes)):
        if lines:
            yield f"<h3>{heading}</h3>\n"
            yield from items(map(text, lines))


def _not_evaluated(report: Report, rules: Rules) -> Iterator[tuple[str, ...]]:
    """By reason; by rule too, where every result is known."""
    if report.outcomes is None:
        for reason, number in report.not_evaluated.items():
            yield (text(reason), "", "", str(number))
        return
    open_ones: dict[tuple[str, str], list[str]] = {}
    known = {rule.id: rule for rule in rules.all}
    for item in report.outcomes:
        if item.verdict.result is Result.NOT_EVALUATED:
            _, name, about = key_of(item)
            who = name or item.role_id or about or "the account"
            open_ones.setdefault((item.verdict.reason, item.rule.id), []).append(who)
    for (reason, rule_id), names in sorted(open_ones.items()):
        anchor = rules.anchor(known[rule_id])
        whose = listed([*dict.fromkeys(names)], _MAX_NAMED)
        yield (
            text(reason),
            f"<a href=#{anchor}>{text(rule_id)}</a>",
            text(whose),
            str(len(names)),
        )


def method(report: Report, style: Style) -> Iterator[str]:
    """By what program the page was made, by what rules, and from which inputs."""
    yield (
        f"<p>Made by nspermaudit {text(report.version)}, offline, from the inputs and packs below. "
        "The same inputs, packs and options give the same page, to the byte: it holds no clock. "
        "The digests are SHA-256, of the bytes that were read.\n"
        "<p>A finding says what a role <em>can</em> do, never what a person did.\n"
    )
    yield from table(
        "Rule packs",
        ("Pack", "Title", "Rules", "Digest"),
        ((text(pack.id), text(pack.title), str(pack.rules), pack.sha256) for pack in report.packs),
        kind="packs digests",
    )
    with_skipped = style.show_all or style.verbosity > 0
    told = [item for item in report.inputs if with_skipped or item.status != "skipped"]
    yield from table(
        "Inputs",
        ("Input", "Format", "Status", "Bytes", "Rows", "Roles", "Grants", "Digest"),
        map(_input, told),
        kind="inputs digests",
    )
    left_out = len(report.inputs) - len(told)
    if left_out:
        yield (
            f"<p>{counted(left_out, 'more input')} had nothing on roles: <code>--verbose</code> "
            "lists them.\n"
        )
    messages = messages_of(report.inputs)
    if messages:
        yield "<h3>What reading them brought up</h3>\n"
        yield from items(map(_message, messages))


def _input(item: Input) -> Sequence[str]:
    numbers = (item.size, item.rows, item.roles, item.grants)
    return (
        text(item.path),
        text(item.format),
        text(item.status),
        *(str(number) if number or item.status != "skipped" else "" for number in numbers),
        item.sha256,
    )


def _message(message: Message) -> str:
    word = "note" if message.severity is Severity.INFO else message.severity.word
    return f"{word}: {code(str(message.location))}: {text(message.text)}"
