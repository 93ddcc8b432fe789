"""Waivers of findings that are told together in one block."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Ran

STANDARD = ROOT / "tests" / "standard_roles.csv"

EXPIRED = """\
use: [{}]
waivers:
  - rule: {}
    role: {}
    reason: For the closing of the year.
    approved_by: Head of Finance
    expires: 2026-01-31
"""


@pytest.mark.parametrize(
    ("rule", "role", "before"),
    [
        ("vendor-master-and-purchase-order", "A/P Clerk", "  | high     A vendor-master-and-purch"),
        ("invoicing-and-cash-receipts", "A/R Clerk", "  | high, evidence A"),
        ("privilege-vendor-automated-clearing-house", "A/P Clerk", "  | critical Vendor Automated"),
    ],
)
def test_a_waiver_that_is_over_is_told_in_the_block(
    rule: str, role: str, before: str, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Even where the finding would be among those that are only counted."""
    config = tmp_path / "nspermaudit.yaml"
    packs_used = "segregation, privilege"
    config.write_text(EXPIRED.format(packs_used, rule, role), encoding="utf-8")
    told = run("check", STANDARD, "--config", config).out.splitlines()
    (at,) = [at for at, line in enumerate(told) if "the waiver expired on 2026-01-31" in line]
    assert told[at].startswith("  |   see: ")
    assert told[at - 1].startswith(before)


def test_a_waived_conflict_is_not_counted(run: Callable[..., Ran], tmp_path: Path) -> None:
    """It stands by itself with its terms; the block is about the others."""
    config = tmp_path / "nspermaudit.yaml"
    text = EXPIRED.format("segregation", "bill-entry-and-payment", "A/P Clerk")
    config.write_text(text.replace("2026-01-31", "2999-01-31"), encoding="utf-8")
    told = run("check", STANDARD, "--config", config).out
    assert '"A/P Clerk" can do both sides of 9 pairs of duties: 3 critical, 6 high' in told
    assert "waived[bill-entry-and-payment]" in told
