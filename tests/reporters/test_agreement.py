"""Every format tells the same findings: parsed back, their numbers are the report's."""

from __future__ import annotations

from collections import Counter

import pytest
from conftest import FIXTURES, audited
from reported import accepted, acme, counted, rendered

from nspermaudit.finding import Report
from nspermaudit.reporters import REPORTERS

WITHOUT_ACCEPTED = {"github", "gitlab"}
"""Formats that have no place for findings that somebody has accepted."""


def _expected(report: Report, form: str) -> Counter[tuple[str, str]]:
    findings = [
        item for item in report.findings if form not in WITHOUT_ACCEPTED or not item.is_accepted
    ]
    is_short = form == "text"  # it tells no severity of what does not count
    return Counter(
        ("" if is_short and item.is_accepted else item.severity.word, item.status)
        for item in findings
    )


@pytest.mark.parametrize("form", REPORTERS)
def test_same_findings(form: str) -> None:
    """Errors, warnings and infos of a report without anything accepted."""
    report = acme()
    found = counted(form, rendered(form, report))
    assert found == _expected(report, form)
    assert found == {("error", "active"): 5, ("warning", "active"): 1, ("info", "active"): 1}


@pytest.mark.parametrize("form", REPORTERS)
def test_same_findings_with_accepted_ones(form: str) -> None:
    """The waived and the baselined are told apart where a format shows them, else left out."""
    report = accepted(acme())
    found = counted(form, rendered(form, report))
    assert found == _expected(report, form)
    assert found["error", "active"] == 3
    assert found["warning", "active"] == 0


@pytest.mark.parametrize("form", REPORTERS)
def test_same_findings_of_broken_inputs(form: str) -> None:
    """What could not be read is told in every format, and is no finding."""
    report = audited(FIXTURES / "broken" / "truncated.xml", FIXTURES / "acme", packs=["integrity"])
    text = rendered(form, report)
    assert counted(form, text) == _expected(report, form)
    assert "truncated.xml" in text
    assert "could not be read whole" in text
    assert not report.is_complete


@pytest.mark.parametrize("form", REPORTERS)
def test_a_clean_audit_is_said_to_be_clean(form: str) -> None:
    """No finding, and the report is one of its format all the same."""
    report = acme()._replace(findings=())
    assert not counted(form, rendered(form, report))
