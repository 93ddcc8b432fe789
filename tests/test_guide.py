"""The guide's packs on every role that lacks one of their permissions, or has it too low."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import audited, sdf

from nspermaudit import Finding, Level

TOKEN = {
    "ADMI_MANAGE_OWN_OAUTH_TOKENS": "User Access Tokens",
    "ADMI_MANAGE_OAUTH_TOKENS": "Access Token Management",
    "ADMI_WEBSERVICES": "SOAP Web Services",
}
SALES_ORDERS = {
    "TRAN_SALESORD": "Sales Order",
    "TRAN_ITEMSHIP": "Item Fulfillment",
    "TRAN_SALESORDFULFILL": "Fulfill Orders",
    "TRAN_FIND": "Find Transaction",
    "LIST_ITEM": "Items",
    "LIST_LOCATION": "Locations",
    "LIST_CUSTJOB": "Customers",
}
PURCHASE_ORDERS = {
    "TRAN_PURCHORD": "Purchase Order",
    "TRAN_ITEMRCPT": "Item Receipt",
    "TRAN_FIND": "Find Transaction",
    "LIST_ITEM": "Items",
    "LIST_LOCATION": "Locations",
}


class Guide(NamedTuple):
    """A pack, its one rule, and the permissions that the guide asks for."""

    pack: str
    rule: str
    names: dict[str, str]


GUIDES = (
    Guide("guide/token", "token-permissions", TOKEN),
    Guide("guide/sales-orders", "sales-order-permissions", SALES_ORDERS),
    Guide("guide/purchase-orders", "purchase-order-permissions", PURCHASE_ORDERS),
)
EACH = [
    pytest.param(guide, key, id=f"{guide.pack} {key}") for guide in GUIDES for key in guide.names
]
EACH_LOWER = [
    pytest.param(guide, key, level, id=f"{guide.pack} {key} {level.name}")
    for guide in GUIDES
    for key, level in product(guide.names, sorted(set(Level) - {Level.FULL}))
]


def findings(guide: Guide, levels: dict[str, str], folder: Path) -> tuple[Finding, ...]:
    """What a guide's pack finds in the one role of a folder; everything in it was judged."""
    file = folder / "customrole_example.xml"
    file.write_text(sdf(*levels.items()), encoding="utf-8")
    report = audited(folder, packs=[guide.pack])
    assert report.is_complete
    assert sum(report.results.values()) == len(guide.names)
    assert not report.not_evaluated
    return report.findings


def full(guide: Guide) -> dict[str, str]:
    """Everything that a guide asks for, at Full."""
    return dict.fromkeys(guide.names, "FULL")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.pack)
def test_full_on_everything_is_what_the_guide_asks_for(guide: Guide, tmp_path: Path) -> None:
    """A role with Full on each permission of a guide has no finding."""
    assert findings(guide, full(guide), tmp_path) == ()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.pack)
def test_a_role_with_nothing_lacks_everything(guide: Guide, tmp_path: Path) -> None:
    """A role without permissions has one finding a permission."""
    found = findings(guide, {}, tmp_path)
    assert {finding.verdict.subject for finding in found} == guide.names.keys()
    assert {finding.verdict.problem for finding in found} == {"missing"}


@pytest.mark.parametrize(("guide", "key"), EACH)
def test_each_permission_that_is_missing_is_one_finding(
    guide: Guide, key: str, tmp_path: Path
) -> None:
    """Without one of the permissions there is one finding, which names it."""
    levels = full(guide)
    del levels[key]
    (finding,) = findings(guide, levels, tmp_path)
    verdict = finding.verdict
    assert (finding.rule.id, finding.severity.word) == (guide.rule, "error")
    assert (verdict.problem, verdict.granted, verdict.required) == ("missing", None, Level.FULL)
    assert verdict.permission
    assert (verdict.permission.id, verdict.permission.name) == (key, guide.names[key])
    assert verdict.message == f'"Example" needs Full on {guide.names[key]}, has none'
    assert finding.location.line == 1


@pytest.mark.parametrize(("guide", "key", "level"), EACH_LOWER)
def test_each_permission_that_is_too_low_is_one_finding_at_its_level(
    guide: Guide, key: str, level: Level, tmp_path: Path
) -> None:
    """One permission at a lower level is one finding, at the line of its level."""
    levels = full(guide) | {key: level.name}
    (finding,) = findings(guide, levels, tmp_path)
    verdict = finding.verdict
    low = "impossible-level" if key in TOKEN else "under-scoped"
    assert verdict.problem == (low if level else "missing")
    assert (verdict.subject, verdict.granted, verdict.required) == (key, level, Level.FULL)
    lines = sdf(*levels.items()).splitlines()
    (line,) = (number for number, text in enumerate(lines, 2) if f"<permkey>{key}<" in text)
    assert finding.location.line == line
    assert lines[line - 1].strip() == f"<permlevel>{level.name}</permlevel>"
    assert finding.location.column == 7


def test_the_guide_is_all_of_its_parts(tmp_path: Path) -> None:
    """The pack ``guide`` asks for what its three parts ask for."""
    (tmp_path / "customrole_example.xml").write_text(sdf(), encoding="utf-8")
    report = audited(tmp_path, packs=["guide"])
    parts = {"guide/token", "guide/sales-orders", "guide/purchase-orders"}
    assert parts <= {digest.id for digest in report.packs}
    found = {(finding.rule.pack, finding.verdict.subject) for finding in report.findings}
    wanted = {(guide.pack, key) for guide in GUIDES for key in guide.names}
    assert {(pack, key) for pack, key in found if pack in parts} == wanted
