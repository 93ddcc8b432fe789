"""What junit, gitlab, github, markdown and csv say beyond the findings, and their limits."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from conftest import FIXTURES, ROOT, audited
from junitparser import Error, Skipped
from reported import (
    WAIVER,
    accepted,
    acme,
    csv_rows,
    junit_cases,
    markdown_tables,
    markdown_tokens,
    rendered,
)

from nspermaudit import Config, Request, Use, audit, find
from nspermaudit.finding import Report
from nspermaudit.reporters import REPORTERS, markdown
from nspermaudit.reporters.csv import COLUMNS
from nspermaudit.style import Style

BROKEN = FIXTURES / "broken" / "truncated.xml"
ALL = Style(show_all=True)


def _whole() -> Report:
    """An audit of the invented company with every single result."""
    request = Request(packs=(Use("guide"),), roles=("*",), keep_all=True)
    return audit(find([str(FIXTURES / "acme")]), Config(), request)


@pytest.mark.parametrize("form", REPORTERS)
def test_same_bytes_from_the_same_inputs(form: str) -> None:
    """No clock, no host, no absolute path; a report ends with one line end."""
    first, second = (rendered(form, acme()) for _ in range(2))
    assert first == second
    assert str(ROOT) not in first
    assert first.endswith("\n")
    assert not first.endswith("\n\n")


def test_junit_has_a_test_for_the_audit() -> None:
    """A clean audit has one test, which passed; one that is not complete has an error."""
    (case,) = junit_cases(rendered("junit", acme()._replace(findings=())))
    assert not case.result
    assert "Checked 3 roles" in case.system_out
    audit_case, input_case = junit_cases(rendered("junit", audited(BROKEN)))
    for failed in (audit_case, input_case):
        (result,) = failed.result
        assert isinstance(result, Error)
    assert input_case.name.endswith("truncated.xml")
    assert "truncated.xml:" in input_case.result[0].text


def test_junit_with_every_result() -> None:
    """What passed is a test that passed; what was not asked or not known is skipped, and why."""
    report = _whole()
    assert report.outcomes
    cases = list(junit_cases(rendered("junit", report, ALL)))
    assert len(cases) == 1 + len(report.outcomes)
    passed = [case for case in cases[1:] if not case.result]
    expected = Counter(item.verdict.result.value for item in report.outcomes)
    assert len(passed) == expected["pass"] > 0


def test_junit_skips_what_is_accepted() -> None:
    """The message says whether it is waived, by whom and until when, or in the baseline."""
    cases = list(junit_cases(rendered("junit", accepted(acme()))))
    skipped = [r for case in cases for r in case.result if isinstance(r, Skipped)]
    messages = [result.message for result in skipped]
    assert messages[0].startswith(f"waived until 2027-03-31, approved by {WAIVER.approved_by}: ")
    assert messages[2].startswith("baselined: ")


def test_gitlab_fingerprints_of_one_role_in_two_files(tmp_path: Path) -> None:
    """They are one finding to a baseline, and two to GitLab; neither depends on lines."""
    text = (FIXTURES / "acme/src/Objects/customrole_acme_warehouse.xml").read_text()
    (tmp_path / "a.xml").write_text(text)
    alone = json.loads(rendered("gitlab", audited(tmp_path, packs=["integrity"])))
    (tmp_path / "a.xml").write_text(f"\n\n{text}")
    (tmp_path / "b.xml").write_text(text)
    both = json.loads(rendered("gitlab", audited(tmp_path, packs=["integrity"])))
    prints = [item["fingerprint"] for item in both]
    assert len(set(prints)) == len(prints) > 2 * len(alone)
    assert {item["fingerprint"] for item in alone} <= set(prints)


def test_gitlab_of_an_audit_that_is_not_complete() -> None:
    """Nothing looks clean: the reason and the broken input are entries, as blockers."""
    reason, fault = json.loads(rendered("gitlab", audited(BROKEN)))
    assert reason["check_name"] == "nspermaudit/not-complete"
    assert fault["check_name"] == "nspermaudit/input"
    assert {reason["severity"], fault["severity"]} == {"blocker"}
    assert fault["location"]["lines"]["begin"] > 1
    (nothing,) = json.loads(rendered("gitlab", audited()))
    assert nothing["location"]["path"] == "."


def test_csv_has_one_column_a_fact() -> None:
    """Every row has all columns, a waiver's are filled, and lines end as RFC 4180 has it."""
    text = rendered("csv", accepted(acme()))
    rows = csv_rows(text)
    assert tuple(rows[0]) == COLUMNS
    assert [row["status"] for row in rows[:3]] == ["active", "waived", "waived"]
    assert rows[1]["waiver_approved_by"] == WAIVER.approved_by
    assert rows[1]["waiver_place"] == "nspermaudit.yaml:12:5"
    assert text.count("\r\n") == text.count("\n") == len(rows) + 1
    assert not text.startswith("\ufeff")


def test_csv_with_every_result() -> None:
    """Passes and what was not evaluated are rows, findings stand there once."""
    report = _whole()
    assert report.outcomes
    rows = csv_rows(rendered("csv", report, ALL))
    statuses = Counter(row["status"] for row in rows)
    results = Counter(item.verdict.result.value for item in report.outcomes)
    assert statuses["active"] == results["finding"] == len(report.findings)
    assert statuses["pass"] == results["pass"] > 0


def test_csv_of_an_audit_that_is_not_complete() -> None:
    """The reason and the broken input are rows."""
    rows = csv_rows(rendered("csv", audited(BROKEN)))
    assert [row["status"] for row in rows] == ["not complete", "not read"]
    assert {row["severity"] for row in rows} == {"error"}


def test_markdown_stays_below_what_a_comment_holds() -> None:
    """Every part is cut at its share, and says how much is missing; all can be asked for."""
    report = accepted(acme())
    many = report._replace(
        findings=report.findings * 500,
        notes=("a note " * 20,) * 500,
        unfinished=("a reason " * 20,) * 500,
    )
    text = rendered("markdown", many)
    assert len(text.encode()) < markdown.MAX_BYTES
    assert text.count(": --show all or --format json has them all") == 5
    found = sum(map(len, markdown_tables(text)))
    whole = rendered("markdown", many, ALL)
    assert sum(map(len, markdown_tables(whole))) == 3500 > found
    assert "more finding" not in whole


def test_markdown_of_texts_without_end() -> None:
    """Texts of many thousand characters do not drive out the rest."""
    report = acme()
    finding = report.findings[0]
    verdict = finding.verdict._replace(message="@" * 100_000)
    text = rendered("markdown", report._replace(findings=(finding._replace(verdict=verdict),)))
    assert len(text.encode()) < markdown.MAX_BYTES
    assert "impossible-level" in text


def test_markdown_folds_away_what_is_long() -> None:
    """The headline, the sums and the findings are open; all that is folded is closed again."""
    text = rendered("markdown", accepted(acme()))
    assert text.startswith("## nspermaudit: 3 errors, 1 info\n")
    tokens = [item.content for item in markdown_tokens(text) if item.type == "html_block"]
    assert sum(item.count("<details>") for item in tokens) == 3
    assert sum(item.count("</details>") for item in tokens) == 3
    assert "waived until 2027-03-31, approved by Head of IT: This connector" in text
    assert "not complete" in rendered("markdown", audited(BROKEN)).splitlines()[0]


def test_github_leaves_out_what_is_accepted() -> None:
    """Accepted findings are no annotations, and the sums tell them."""
    text = rendered("github", accepted(acme()))
    assert text.count("\n::") + text.startswith("::") == 4
    assert "2 waived (expires 2027-03-31); 1 in the baseline" in text.splitlines()[-1]
    first, second, *_ = rendered("github", audited(BROKEN)).splitlines()
    assert first.startswith("::error title=nspermaudit::Not complete: 1 of 1 input")
    assert "truncated.xml,line=" in second
