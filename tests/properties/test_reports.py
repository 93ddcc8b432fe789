"""Every report of any audit can be rendered, and no text in it acts on what shows it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from reported import counted, rendered

from nspermaudit import Level, schemas
from nspermaudit.checks.forbid import Forbid
from nspermaudit.finding import Finding, Input, Message, Outcome, PackDigest, Report
from nspermaudit.model import Location, Permission
from nspermaudit.reporters import REPORTERS
from nspermaudit.rule import Result, Rule, Severity, Verdict
from nspermaudit.style import Style
from nspermaudit.waiver import Waiver

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
HOSTILE = (
    "\x1b[31mred",
    "\x1b]8;;http://evil.example\x07link",
    "\x9b2J",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "a\r\n::error::owned",
    "\n::set-output name=x::y",
    "a\u2028::error::b",
    "\x85::error::b",
    "##vso[task.complete result=Succeeded]",
    "##VSO[task.setvariable variable=x]y",
    "###[error]x",
    "=cmd|'/C calc'!A1",
    "<script>alert(1)</script>",
    "[link=http://evil.example]x[/link]",
    "a | b\n--- | ---",
    "\ud800",
    "\ud83d\ude00",
    "\U000e0041",
    "\ufeff",
    "\0",
    "%0A::error::",
    "\u200b",
)
TEXT = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=12),
    st.lists(st.sampled_from([*HOSTILE, "##", "[", "vso[", "\t", "x"]), max_size=4).map("".join),
)
ID = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
LEVEL = st.one_of(st.none(), st.sampled_from(list(Level)))
PATH = TEXT.map(lambda text: f"src/{text}")
LOCATION = st.builds(Location, PATH, st.integers(0, 3), st.integers(0, 9))
SEVERITY = st.sampled_from(list(Severity))
PROBLEMS = ("missing", "under-scoped", "over-scoped", "forbidden")
STATUSES = ("read", "partial", "failed", "skipped")
DIGEST = "0" * 64


def _many(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=3).map(tuple)


@st.composite
def _rules(draw: st.DrawFn) -> Rule:
    texts = [draw(TEXT) for _ in range(4)]
    rule = Rule(draw(ID), draw(ID), texts[0], draw(SEVERITY), "forbid", Forbid((), ()))
    return rule._replace(because=texts[1], fix=texts[2], references=(texts[3],))


@st.composite
def _verdicts(draw: st.DrawFn) -> Verdict:
    result, problem = draw(st.sampled_from(list(Result))), draw(st.sampled_from(PROBLEMS))
    subject, requirement, message, fix, reason, note = (draw(TEXT) for _ in range(6))
    permission = Permission(draw(TEXT), (draw(TEXT),), draw(TEXT))
    verdict = Verdict(result, subject, requirement, permission, problem, draw(LEVEL), draw(LEVEL))
    return verdict._replace(message=message, fix=fix, reason=reason, note=note)


@st.composite
def _judged(draw: st.DrawFn, kind: type[Any]) -> Any:
    """A finding or an outcome."""
    return kind(draw(_rules()), draw(TEXT), draw(TEXT), draw(_verdicts()), draw(LOCATION))


@st.composite
def _findings(draw: st.DrawFn) -> Finding:
    """A finding; perhaps accepted, about another object, or with related places."""
    finding: Finding = draw(_judged(Finding))
    if draw(st.booleans()):
        return finding
    waiver = Waiver("rule", "*", draw(TEXT), draw(TEXT), "2027-03-31", draw(LOCATION))
    related = ((draw(LOCATION), draw(TEXT)),) * 2
    verdict = finding.verdict._replace(related=related, about=draw(TEXT))
    return finding._replace(
        verdict=verdict,
        waiver=draw(st.sampled_from([None, waiver])),
        is_baselined=draw(st.booleans()),
    )


@st.composite
def _inputs(draw: st.DrawFn) -> Input:
    messages = draw(_many(st.builds(Message, LOCATION, SEVERITY, TEXT)))
    return Input(draw(PATH), draw(ID), draw(st.sampled_from(STATUSES)), DIGEST, messages=messages)


@st.composite
def _reports(draw: st.DrawFn) -> Report:
    findings = draw(_many(_findings()))
    return Report(
        version="0",
        packs=(PackDigest(draw(ID), draw(TEXT), DIGEST, 1),),
        inputs=draw(_many(_inputs())),
        findings=findings,
        results=MappingProxyType(dict.fromkeys(Result, 1)),
        roles=draw(st.integers(0, 2)),
        grants=1,
        rules=1,
        not_evaluated=draw(st.dictionaries(TEXT, st.integers(1, 9), max_size=2)),
        outcomes=draw(st.one_of(st.none(), _many(_judged(Outcome)))),
        assumptions=draw(_many(TEXT)),
        notes=draw(_many(TEXT)),
        unfinished=draw(_many(TEXT)),
        has_baseline=any(item.is_baselined for item in findings),
    )


@st.composite
def _styles(draw: st.DrawFn) -> Style:
    lines = st.dictionaries(st.integers(1, 3), TEXT, max_size=3)
    return Style(
        show_all=draw(st.booleans()),
        verbosity=draw(st.integers(-1, 1)),
        lines=draw(st.dictionaries(PATH, lines, max_size=3)),
    )


REPORT, STYLE = _reports(), _styles()
HIDDEN_CLASSES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"}


def _acting(text: str) -> Iterator[str]:
    """What in a line of a terminal or of a build's log does something, and is not just shown."""
    for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n"):
        yield from (sign for sign in line if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp"))
        yield from (sign for sign in line if unicodedata.bidirectional(sign) in HIDDEN_CLASSES)
        yield from (mark for mark in ("##[", "##vso[") if mark in line.lower())
        if re.match(r"\s*::(?!: )", line):  # no command is called ":"
            yield line


@quick
@given(report=REPORT, style=STYLE)
def test_nothing_acts_on_a_terminal_or_a_log(report: Report, style: Style) -> None:
    """Whatever names, paths, reasons and quoted lines hold, a report only shows it."""
    for form in REPORTERS:
        text = rendered(form, report, style)
        commands = re.compile("^::(error|warning|notice) [^:]*::.*$" if form == "github" else "$^")
        told = [line for line in _acting(text) if not commands.match(line)]
        assert told == [], form
        assert text.endswith("\n")
        assert text.encode()


@quick
@given(report=REPORT, style=STYLE)
def test_parsed_back_the_findings_are_the_same(report: Report, style: Style) -> None:
    """JSON, XML, CSV, Markdown and commands are whole, and their findings are the report's."""
    every = Counter((item.severity.word, item.status) for item in report.findings)
    active = Counter({key: number for key, number in every.items() if key[1] == "active"})
    for form in ("json", "sarif", "junit", "markdown", "csv"):
        assert counted(form, rendered(form, report, style)) == every, form
    for form in ("github", "gitlab"):
        assert counted(form, rendered(form, report, style)) == active, form


VALIDATOR = Draft7Validator(schemas.load("report"))


@quick
@given(report=REPORT, style=STYLE)
def test_json_holds_everything_and_keeps_its_schema(report: Report, style: Style) -> None:
    """The JSON has every name as it is, in ASCII that nothing obeys, and follows its schema."""
    text = rendered("json", report, style)
    assert text.isascii()
    assert list(_acting(text)) == []
    document = json.loads(text)
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    names = [_units((item["role"] or {}).get("name", "")) for item in document["findings"]]
    about_roles = [finding for finding in report.findings if finding.role_id]
    assert [name for name in names if name] == [
        _units(finding.role_name) for finding in about_roles if finding.role_name
    ]


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


@quick
@given(report=REPORT, style=STYLE)
def test_colours_add_nothing_but_colours(report: Report, style: Style) -> None:
    """In colour a report says what it says without, and has no other escape."""
    for form in REPORTERS:
        colored = rendered(form, report, style._replace(color=True))
        for code in ("31;1", "33;1", "36;1", "32;1", "2", "1", "0"):
            colored = colored.replace(f"\x1b[{code}m", "")
        assert colored == rendered(form, report, style), form
