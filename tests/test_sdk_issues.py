"""What SDF refuses, as reported to suitecloud-sdk: found before it is sent, with both places."""

from __future__ import annotations

import pytest
from conftest import FIXTURES, audited

ROLE = "src/Objects/customrole_lt_dock_clerk.xml"
API = "src/Objects/customrole_lt_dock_api.xml"
FOUND = {
    "181": [("duplicate-permission", f"{ROLE}:15", [f"{ROLE}:7"])],
    "183": [
        ("impossible-level", "src/Objects/customrole_lt_bookkeeper.xml:7", []),
        ("impossible-level", "src/Objects/customrole_lt_bookkeeper.xml:15", []),
    ],
    "184": [
        ("record-access-one-sided", f"{ROLE}:1", ["src/Objects/customrecord_lt_crate.xml:11"]),
        ("record-access-one-sided", f"{ROLE}:7", ["src/Objects/customrecord_lt_dock.xml:3"]),
    ],
    "579": [
        ("record-access-mismatch", f"{API}:11", ["src/Objects/customrecord_lt_crate.xml:7"]),
        ("record-access-mismatch", f"{API}:7", ["src/Objects/customrecord_lt_dock.xml:7"]),
    ],
}
"""By the number of the issue: the rule, the place in the role, and the other places."""


@pytest.mark.parametrize("number", FOUND)
def test_issue_is_found_with_all_its_places(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that SDF refuses has exactly the findings that say why, and no others."""
    monkeypatch.chdir(FIXTURES / "sdk-issues" / number)
    report = audited(FIXTURES.joinpath("sdk-issues", number), packs=["integrity"])
    assert report.is_complete
    found = [
        (
            finding.rule.id,
            f"{finding.location.path}:{finding.location.line}",
            [f"{place.path}:{place.line}" for place, _ in finding.verdict.related],
        )
        for finding in report.findings
    ]
    assert found == FOUND[number]
