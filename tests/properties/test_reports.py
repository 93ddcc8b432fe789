"""Every report of any audit can be rendered, and no text in it acts on what shows it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from nspermaudit import Level, schemas
from nspermaudit.checks.forbid import Forbid
from nspermaudit.finding import Finding, Input, Message, Outcome, PackDigest, Report
from nspermaudit.model import Location, Permission
from nspermaudit.reporters import REPORTERS
from nspermaudit.rule import Result, Rule, Severity, Verdict
from nspermaudit.style import Style

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
def _inputs(draw: st.DrawFn) -> Input:
    messages = draw(_many(st.builds(Message, LOCATION, SEVERITY, TEXT)))
    return Input(draw(PATH), draw(ID), draw(st.sampled_from(STATUSES)), DIGEST, messages=messages)


@st.composite
def _reports(draw: st.DrawFn) -> Report:
    return Report(
        version="0",
        packs=(PackDigest(draw(ID), draw(TEXT), DIGEST, 1),),
        inputs=draw(_many(_inputs())),
        findings=draw(_many(_judged(Finding))),
        results=MappingProxyType(dict.fromkeys(Result, 1)),
        roles=draw(st.integers(0, 2)),
        grants=1,
        rules=1,
        not_evaluated=draw(st.dictionaries(TEXT, st.integers(1, 9), max_size=2)),
        outcomes=draw(st.one_of(st.none(), _many(_judged(Outcome)))),
        assumptions=draw(_many(TEXT)),
        notes=draw(_many(TEXT)),
        unfinished=draw(_many(TEXT)),
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
    for line in text.removesuffix("\n").split("\n"):
        yield from (sign for sign in line if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp"))
        yield from (sign for sign in line if unicodedata.bidirectional(sign) in HIDDEN_CLASSES)
        yield from (mark for mark in ("##[", "##vso[") if mark in line.lower())
        if line.lstrip().startswith("::"):
            yield line


@pytest.mark.parametrize("form", ["text", "table"])
@quick
@given(report=REPORT, style=STYLE)
def test_nothing_acts_on_a_terminal_or_a_log(form: str, report: Report, style: Style) -> None:
    """Whatever names, paths, reasons and quoted lines hold, a report only shows it."""
    text = "".join(REPORTERS[form].render(report, style))
    assert list(_acting(text)) == []
    assert text.endswith("\n")
    assert text.encode()


VALIDATOR = Draft7Validator(schemas.load("report"))


@quick
@given(report=REPORT, style=STYLE)
def test_json_holds_everything_and_keeps_its_schema(report: Report, style: Style) -> None:
    """The JSON has every name as it is, in ASCII that nothing obeys, and follows its schema."""
    text = "".join(REPORTERS["json"].render(report, style))
    assert text.isascii()
    assert list(_acting(text)) == []
    document = json.loads(text)
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    names = [_units(item["role"]["name"]) for item in document["findings"]]
    assert names == [_units(finding.role_name) for finding in report.findings]


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize("form", REPORTERS)
@quick
@given(report=REPORT, style=STYLE)
def test_colours_add_nothing_but_colours(form: str, report: Report, style: Style) -> None:
    """In colour a report says what it says without, and has no other escape."""
    colored = "".join(REPORTERS[form].render(report, style._replace(color=True)))
    for code in ("31;1", "33;1", "36;1", "32;1", "2", "1", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == "".join(REPORTERS[form].render(report, style))
