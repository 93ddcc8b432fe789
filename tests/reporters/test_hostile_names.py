"""Names that come from an export say in every format what they are, and do nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from lxml import etree
from reported import (
    accepted,
    acme,
    changed,
    counted,
    csv_rows,
    junit_cases,
    markdown_tables,
    markdown_tokens,
    rendered,
    reported,
)

from nspermaudit.finding import Finding, Input, Message, Report
from nspermaudit.model import Location
from nspermaudit.reporters import REPORTERS
from nspermaudit.rule import Severity
from nspermaudit.style import Style, one_line

NAMES = (
    "::error::x%0A|<script>",
    "\n::error::x",
    "\r::stop-commands::x",
    '=HYPERLINK("x")',
    " =1+1",
    "\t@SUM(A1)",
    "x;=1+1",
    "-5",
    "\x1b[31mred",
    "\x9b2J",
    "]]>",
    "<![CDATA[x",
    "&lt;&#60;",
    "</details>",
    "<!-- x -->",
    "<img src=x onerror=alert(1)>",
    "##vso[task.complete]",
    "##[error]x",
    "\u202egnp.exe",
    "\u200b\u2066x",
    "\ud800",
    "[x](http://evil.example)",
    "http://evil.example",
    "https://evil.example www.evil.example",
    "![x](http://evil.example/x.png)",
    "@acme/admins",
    "`x` | **y** ~~z~~ $z$ \\",
    "# x",
    "1. x",
    "{0} {x}",
    '"; x="y',
    "x,col=1,title=y",
    "%0A::error::x",
    "'\"&<>",
    "",
    " ",
)
ALLOWED_HTML = {"<span>", "</span>", "<!-- -->"}
BLOCKS = {"<details>", "</details>"}


def _called(name: str) -> Report:
    """A report in which everything that comes from an export has this name."""

    def change(finding: Finding) -> Finding:
        message = f'"{name}" has {name}'
        verdict = finding.verdict._replace(message=message, fix=name, requirement=name)
        if verdict.permission:
            verdict = verdict._replace(permission=verdict.permission._replace(names=(name,)))
        rule = finding.rule._replace(fix="")
        place = Location(f"src/{name}.xml", 2, 3)
        return finding._replace(role_name=name, verdict=verdict, location=place, rule=rule)

    report = accepted(changed(acme(), change))
    place = Location(f"src/{name}", 1)
    wrong = Input(place.path, status="failed", messages=(Message(place, Severity.ERROR, name),))
    return report._replace(
        inputs=(wrong,), unfinished=(name, f'no role is named "{name}"'), notes=(name,)
    )


@pytest.mark.parametrize("form", REPORTERS)
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_nothing_acts_and_nothing_is_lost(form: str, name: str) -> None:
    """Whatever a name is, the findings are told, and no character acts on who shows them."""
    report = _called(name)
    text = rendered(form, report, Style(verbosity=-1 if form == "text" else 0))
    assert not set(text) & set("\x1b\x9b\u202e\u200b\u2066\ud800\0\x85\u2028\t")
    assert "\r" not in text.replace("\r\n", "") if form == "csv" else "\r" not in text
    assert not re.search(r"##(vso)?\[", text, re.IGNORECASE)
    assert text.encode()
    if form != "github":
        assert not re.search(r"^\s*::", text, re.MULTILINE)
    if form != "text":  # findings that look alike share a block there
        plain = rendered(form, _called("plain"))
        assert counted(form, text) == counted(form, plain)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_github(name: str) -> None:
    """As many commands as findings and messages; each is read as the runner reads it."""
    lines = rendered("github", _called(name)).split("\n")
    commands = [line for line in lines if line.lstrip().startswith("::")]
    assert len(commands) == 4 + 3
    for line in commands:
        found = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert found
        properties = dict(item.split("=", 1) for item in found[2].split(","))
        assert set(properties) <= {"file", "line", "col", "title"}
        if "file" in properties and properties.get("col") == "3":
            assert _unescaped(properties["file"]) == one_line(f"src/{name}.xml")
            message = f'"{name}" has {name}'
            assert _unescaped(found[3]).split("\n")[0] == one_line(message)


def _unescaped(text: str) -> str:
    for sign in "\n\r:,":
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text.replace("%25", "%")


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_markdown(name: str) -> None:
    """No link, no picture, no HTML but our own; the cells say what the name is."""
    text = rendered("markdown", _called(name), Style(show_all=True))
    tokens = markdown_tokens(text)
    assert not [item for item in tokens if item.type in ("link_open", "image", "fence")]
    html = {item.content for item in tokens if item.type == "html_inline"}
    assert html <= ALLOWED_HTML
    blocks = [item.content for item in tokens if item.type == "html_block"]
    lines = {line for block in blocks for line in block.splitlines()}
    assert {line for line in lines if not line.startswith("<summary>")} <= BLOCKS
    assert not [item for item in tokens if item.type == "text" and re.search("@.", item.content)]
    assert len([item for item in tokens if item.type == "heading_open"]) == 1
    message = one_line(f'"{name}" has {name}').strip()
    for row in markdown_tables(text)[0]:
        assert row[2] == message


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_junit(name: str) -> None:
    """The XML is well-formed, has no other elements, and its texts are the names."""
    text = rendered("junit", _called(name))
    root = etree.fromstring(text.encode())
    tags = {str(item.tag) for item in root.iter()}
    assert tags <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out")
    }
    assert text.isascii()
    cases = list(junit_cases(text))
    keys = [(case.classname, case.name, case._elem.get("file")) for case in cases]
    assert len(set(keys)) == len(keys)
    message = one_line(f'"{name}" has {name}')
    assert sum(message in (result.message or "") for case in cases for result in case.result) == 7


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_csv(name: str) -> None:
    """No cell begins as a formula does, and with its mark taken off each is the name."""
    rows = csv_rows(rendered("csv", _called(name)))
    for row in rows:
        assert not [text for text in row.values() if re.match(r"\s*[=+\-@|%\t\r]", text)]
        assert not [text for text in row.values() if re.search(r";\s*[=+\-@]", text)]
    names = {row["role_name"] for row in rows if row["rule"]}
    assert {item.removeprefix("'").replace(";'=", ";=") for item in names} == {
        one_line(name).removeprefix("'")
    }


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_gitlab(name: str) -> None:
    """Every entry has what GitLab asks for; its fingerprint is its own."""
    text = rendered("gitlab", _called(name))
    assert text.isascii()
    entries = json.loads(text)
    assert len({item["fingerprint"] for item in entries}) == len(entries) == 4 + 3
    for entry in entries:
        assert list(entry) == ["description", "check_name", "fingerprint", "severity", "location"]
        assert not entry["location"]["path"].startswith("./")
        assert entry["location"]["lines"]["begin"] >= 1


def test_role_of_an_export(run: Callable[..., Ran], tmp_path: Path) -> None:
    """An SDF role of that name through the command line: every format shows it, harmless."""
    name = "::error::x%0A|<script>"
    escaped = name.replace("<", "&lt;").replace(">", "&gt;")
    file = tmp_path / "customrole_x.xml"
    file.write_text(f'<role scriptid="customrole_x"><name>{escaped}</name></role>')
    for form in REPORTERS:
        arguments = ("check", file, "--pack", "guide/token", "--role", "*")
        ran = reported(run, tmp_path, form, *arguments)
        assert ran.code == 1
        assert "script" in ran.out
        tags = ran.out.count("<script>") - (form == "html")  # a page has one of its own
        assert bool(tags) == (form not in ("junit", "markdown", "html"))
        commands = [line for line in ran.out.splitlines() if line.lstrip().startswith("::")]
        assert len(commands) == (3 if form == "github" else 0)
        assert all(line.startswith("::error file=") for line in commands)
