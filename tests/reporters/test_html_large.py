"""The page of large audits: it stays small, and says what it leaves out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import FIXTURES, sdf
from paged import elements, part, whole
from reported import counted, rendered

from nspermaudit import catalog, html_report
from nspermaudit.checks.forbid import Forbid
from nspermaudit.finding import Finding, Report
from nspermaudit.html_report import heat_map
from nspermaudit.model import Grant, Level, Location
from nspermaudit.rule import Result, Rule, Severity, Verdict
from nspermaudit.style import Style

MOST_BYTES = 400_000


def test_large_audits_are_cut_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many findings, so many rows; where all of them are; and all, if they are asked for."""
    report = whole(FIXTURES / "larkfield" / "sdf")
    monkeypatch.setattr(html_report, "MAX_FINDINGS", 5)
    monkeypatch.setattr(heat_map, "MAX_ROLES", 2)
    page = rendered("html", report)
    assert sum(counted("html", page).values()) == 5
    more = len(report.findings) - 5
    assert f"... and {more} more findings: --show all or --format json has them all" in page
    assert f"<strong>2 of {report.roles} roles</strong> are shown" in part(page, "map")
    assert part(page, "map").count("<tr><th scope=row>") == 2
    assert f"<form id=filter hidden data-total={len(report.findings)}>" in page
    ids = {one.attributes.get("id") for one in elements(page)}
    assert {link for link in re.findall(r"href=#(\w+)", page) if link not in ids} == set()
    everything = rendered("html", report, Style(show_all=True))
    assert sum(counted("html", everything).values()) == len(report.findings)
    assert part(everything, "map").count("<tr><th scope=row>") >= report.roles


def sixty_roles(folder: Path) -> Report:
    """Sixty invented roles, and beside what the packs find twenty conflicts in each of them."""
    names = ["LIST_VENDOR", "TRAN_VENDBILL", "TRAN_VENDPYMT", "TRAN_SALESORD", "LIST_ITEM"]
    for number in range(60):
        grants = [(name, ("FULL", "VIEW", "EDIT")[number % 3]) for name in names]
        file = folder / f"customrole_meadow_{number}.xml"
        script_id, name = f"customrole_meadow_{number}", f"Meadow Role {number}"
        file.write_text(sdf(*grants, ("ADMI_WEBSERVICES", "VIEW"), script_id=script_id, name=name))
    report = whole(folder, roles="customrole_meadow_1?")
    found = tuple(
        _conflict(finding, number)
        for finding in {item.role_id: item for item in report.findings}.values()
        for number in range(20)
    )
    return report._replace(findings=(*report.findings, *found))


def _conflict(finding: Finding, number: int) -> Finding:
    """A finding as a pair of duties gives it."""
    rule = Rule(
        id=f"vendor-master-and-payment-{number}",
        pack="segregation/starter",
        title="Nobody maintains vendors and pays them",
        severity=(Severity.ERROR, Severity.WARNING)[number % 2],
        verb="forbid",
        check=Forbid((), ()),
        because="Who can create a vendor and pay it can pay himself, and nobody sees it.",
        fix="split the duties: take one side away from the role, or have the other approved",
        references=(
            "https://docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/section_1.html",
        ),
        evidence="A",
    )
    message = (
        f'"{finding.subject}" can maintain vendors (Vendors: Full) and pay them '
        "(Pay Bills: Full, Check: Create)"
    )
    held = [
        Grant(catalog.load().resolve(name), level, Location(finding.location.path, line, 7))
        for name, level, line in (
            ("Vendors", Level.FULL, 14),
            ("Pay Bills", Level.FULL, 118),
            ("Check", Level.CREATE, 126),
        )
    ]
    verdict = Verdict(
        Result.FINDING,
        f"pair-{number}",
        problem="conflict",
        message=message,
        sides=((held[0],), (held[1], held[2])),
    )
    return finding._replace(rule=rule, verdict=verdict)


def test_sixty_roles_fit_into_a_mail(tmp_path: Path) -> None:
    """Below 400 KB, with every finding and every result."""
    report = sixty_roles(tmp_path)
    page = rendered("html", report)
    assert report.roles == 60
    assert sum(counted("html", page).values()) == len(report.findings) > 60 * 20
    assert len(page.encode()) < MOST_BYTES
    assert page.isascii()
