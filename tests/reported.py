"""Reports to render, and what each format says of findings when it is parsed back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
from conftest import FIXTURES, Ran, audited
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase
from markdown_it import MarkdownIt
from markdown_it.token import Token
from paged import elements

from nspermaudit.finding import Finding, Report
from nspermaudit.model import Location
from nspermaudit.reporters import BINARY, REPORTERS
from nspermaudit.rule import Result
from nspermaudit.style import Style
from nspermaudit.waiver import Waiver

WAIVER = Waiver(
    rule="sales-order-permissions",
    role="customrole_acme_order_sync",
    reason="This connector reads customers only.",
    approved_by="Head of IT",
    expires="2027-03-31",
    location=Location("nspermaudit.yaml", 12, 5),
)
_SEVERITIES = {"note": "info", "notice": "info", "critical": "error", "major": "warning"}

Counts = Counter[tuple[str, str]]
"""Findings by severity and status."""


def rendered(form: str, report: Report, style: Style | None = None) -> str:
    """The whole report in one format; of a workbook its cells."""
    usual = Style(verbosity=1) if form == "text" else Style()  # it tells what a baseline knows
    pieces = REPORTERS[form].render(report, style or usual)
    return cells_of(b"".join(pieces)) if form in BINARY else "".join(pieces)


def cells_of(data: bytes) -> str:
    """The cells of a workbook that say something, a line each: sheet, cell, text."""
    lines = []
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert cell.data_type == "s"
                    text = str(cell.value).replace("\n", " / ")
                    lines.append(f"{sheet.title}!{cell.coordinate} {text}\n")
    return "".join(lines)


def reported(run: Callable[..., Ran], folder: Path, form: str, *arguments: str | Path) -> Ran:
    """Run a command line with a report in a format: ``out`` is the report, as text."""
    if form not in BINARY:
        return run(*arguments, "--format", form)
    file = folder / f"report.{form}"
    ran = run(*arguments, "--output", f"{form}={file}")
    return ran._replace(out=cells_of(file.read_bytes()))


def acme() -> Report:
    """The audit of the invented company; its findings are 5 errors, 1 warning, 1 info."""
    return audited(FIXTURES / "acme", roles=["customrole_acme_order_sync"])


def accepted(report: Report) -> Report:
    """The same with two findings waived, and two in a baseline, one of them waived as well."""
    findings = list(report.findings)
    for index in (1, 2):
        findings[index] = findings[index]._replace(waiver=WAIVER)
    for index in (2, 5):
        findings[index] = findings[index]._replace(is_baselined=True)
    waived = sum(item.waiver is not None for item in findings)
    results = dict(report.results)
    results[Result.WAIVED] += waived
    results[Result.FINDING] -= waived
    return report._replace(findings=tuple(findings), results=results, has_baseline=True)


def changed(report: Report, change: Callable[[Finding], Finding]) -> Report:
    """The same with each finding changed."""
    return report._replace(findings=tuple(map(change, report.findings)))


def counted(form: str, text: str) -> Counts:
    """The findings that a report tells, as a reader of the format finds them."""
    pairs: Iterator[tuple[str, str]] = {
        "text": _text,
        "table": _table,
        "json": _json,
        "sarif": _sarif,
        "junit": _junit,
        "github": _github,
        "gitlab": _gitlab,
        "markdown": _markdown,
        "csv": _csv,
        "html": _html,
        "xlsx": _xlsx,
    }[form](text)
    return Counter((_SEVERITIES.get(severity, severity), status) for severity, status in pairs)


def _line(beginning: str, text: str) -> str:
    return next((line for line in text.splitlines() if line.startswith(beginning)), "")


def _text(text: str) -> Iterator[tuple[str, str]]:
    for number, word in re.findall(r"(\d+) (error|warning|info)", _line("Checked", text)):
        yield from [(word, "active")] * int(number)
    yield from (("", word) for word in re.findall(r"^(waived|baselined)\[", text, re.MULTILINE))


def _table(text: str) -> Iterator[tuple[str, str]]:
    for row in text.split("\n\n", maxsplit=1)[0].splitlines()[2:]:
        found = re.match(r"(error|warning|info)(?: \((\w+)\))?  ", row)
        if found:
            yield found[1], found[2] or "active"


def _json(text: str) -> Iterator[tuple[str, str]]:
    for item in json.loads(text)["findings"]:
        status = "waived" if item["waiver"] else "baselined" if item["baselined"] else "active"
        yield item["severity"], status


def _sarif(text: str) -> Iterator[tuple[str, str]]:
    for item in json.loads(text)["runs"][0]["results"]:
        is_known = item.get("baselineState") == "unchanged"
        status = "waived" if item.get("suppressions") else "baselined" if is_known else "active"
        yield item["level"], status


def junit_cases(text: str) -> Iterator[TestCase]:
    """All tests of a JUnit report; the sums of all suites are held against them."""
    report = JUnitXml.fromstring(text.encode())
    kinds = {"failures": Failure, "errors": Error, "skipped": Skipped}
    for part in (*report, report):
        cases = [case for suite in report for case in suite] if part is report else list(part)
        assert part.tests == len(cases)
        for name, kind in kinds.items():
            told = [case for case in cases if any(isinstance(r, kind) for r in case.result)]
            assert getattr(part, name) == len(told)
    yield from (case for suite in report for case in suite)


def _junit(text: str) -> Iterator[tuple[str, str]]:
    for case in junit_cases(text):
        for result in case.result:
            if isinstance(result, Failure):
                yield result.type, "active"
            elif isinstance(result, Skipped) and result.type in ("error", "warning", "info"):
                yield result.type, re.split(r"\W", result.message)[0]


def _github(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        command = re.match(r"::(\w+) (?:[^:,]*,)*title=([^:,]*)::", line)
        if command and not command[2].startswith("nspermaudit"):
            yield command[1], "active"


def _gitlab(text: str) -> Iterator[tuple[str, str]]:
    for item in json.loads(text):
        if not item["check_name"].startswith("nspermaudit/"):
            yield item["severity"], "active"


def markdown_tokens(text: str) -> list[Token]:
    """What a Markdown report consists of: blocks, and what is inside of lines."""
    blocks = MarkdownIt("commonmark").enable("table").parse(text)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def markdown_tables(text: str) -> list[list[list[str]]]:
    """All tables of a Markdown report, without their headings, as a reader sees their cells."""
    tables: list[list[list[str]]] = []
    is_cell = False
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "tbody_open":
            tables.append([[]])
        elif token.type == "inline" and is_cell:
            tables[-1][-1].append(_seen(token))
        elif token.type == "tr_close" and tables:
            tables[-1].append([])
        is_cell = token.type == "td_open"
    return [[row for row in table if row] for table in tables]


def _seen(token: Token) -> str:
    return "".join(child.content for child in token.children or () if "html" not in child.type)


def _markdown(text: str) -> Iterator[tuple[str, str]]:
    for row in (row for table in markdown_tables(text) for row in table):
        if row[0] in ("error", "warning", "info"):
            is_accepted = re.match(r"waived|baselined", row[3])
            yield row[0], is_accepted[0] if is_accepted else "active"


def csv_rows(text: str) -> list[dict[str, Any]]:
    """The rows of a CSV report by its headings; all are of one length."""
    heading, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def _csv(text: str) -> Iterator[tuple[str, str]]:
    for row in csv_rows(text):
        if row["status"] in ("active", "waived", "baselined"):
            yield row["severity"], row["status"]


_HTML_STATUSES = {None: "active", "wa": "waived", "ba": "baselined"}


def _html(text: str) -> Iterator[tuple[str, str]]:
    is_finding, severity = False, ""
    for element in elements(text):
        if element.tag == "section":
            is_finding = element.attributes["id"] == "findings"
        elif is_finding and element.tag == "h4":
            severity = element.text
        elif is_finding and element.tag == "li":
            yield severity, _HTML_STATUSES[element.attributes.get("class")]


def _xlsx(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"^Findings!A(?!1 )\d+ (.*)\nFindings!B\d+ (.*)", text, re.MULTILINE)
