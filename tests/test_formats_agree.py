"""The same roles in every format give the same findings, fingerprints and all."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import FIXTURES, audited

from nspermaudit import Report

EXPORTS = sorted((FIXTURES / "exports").iterdir())
OBJECTS = [
    FIXTURES / "acme" / "src" / "Objects" / f"customrole_acme_{name}.xml"
    for name in ("order_sync", "ap_clerk")
]
HAS_NAMES_ONLY = {"role-differences.csv"}


def _findings(report: Report, *, with_ids: bool) -> set[tuple[str, ...]]:
    return {
        (
            finding.rule.id,
            finding.role_name,
            finding.verdict.subject,
            finding.verdict.problem,
            str(finding.verdict.granted),
            str(finding.verdict.required),
            finding.fingerprint if with_ids else "",
        )
        for finding in report.findings
    }


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: path.name)
def test_formats_agree(export: Path) -> None:
    """An export gives the findings that the SDF objects give."""
    with_ids = export.name not in HAS_NAMES_ONLY
    found = audited(export, roles=["ACME Order Sync"])
    objects = audited(*OBJECTS, roles=["ACME Order Sync"])
    assert _findings(found, with_ids=with_ids) == _findings(objects, with_ids=with_ids)
    assert (found.roles, found.grants) == (objects.roles, objects.grants)
    assert found.is_complete


def test_numbered_roles_have_one_identity(tmp_path: Path) -> None:
    """``customrole1042`` in SDF and internal id 1042 in a search are the same role."""
    (tmp_path / "a.xml").write_text('<role scriptid="customrole1042"><name>R</name></role>')
    (tmp_path / "b.csv").write_text("Internal ID,Name,Permission,Level\n1042,R,Items,None\n")
    one = audited(tmp_path / "a.xml", packs=["integrity"])
    two = audited(tmp_path / "b.csv", packs=["integrity"])
    empty = [
        finding.fingerprint
        for report in (one, two)
        for finding in report.findings
        if finding.rule.id == "empty-role"
    ]
    assert len(empty) == 2
    assert len(set(empty)) == 1
