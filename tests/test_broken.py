from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import FIXTURES, Ran, audited

from nspermaudit.finding import Report

BROKEN = FIXTURES / "broken"
CLERK = FIXTURES / "larkfield" / "sdf" / "customrole_lt_ap_clerk.xml"
FAULTS = yaml.safe_load((BROKEN / "EXPECTED.yaml").read_text(encoding="utf-8"))

Fault = dict[str, Any]

each_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["file"])


def _messages(fault: Fault) -> list[str]:
    return list(fault.get("messages", []))


def _is_error(fault: Fault) -> bool:
    return any(text.startswith("error: ") for text in _messages(fault))


@each_fault
def test_fault_is_told(
    fault: Fault, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A faulty file is told in one line a fault: what is wrong, where, what to do."""
    monkeypatch.chdir(BROKEN)
    ran = run("check", fault["file"], "--pack", "integrity")
    told = [
        line for line in ran.out.splitlines() if re.match(r"(error|warning|note): [^ ]*:", line)
    ]
    assert told == _messages(fault)
    assert ran.code == fault.get("exit", 3)
    assert not ran.err


def _of_clerk(report: Report) -> list[tuple[str, str, str]]:
    return [
        (finding.rule.id, finding.verdict.subject, finding.verdict.message)
        for finding in report.findings
        if finding.role_id == "customrole_lt_ap_clerk"
    ]


@each_fault
def test_fault_leaves_other_roles_alone(fault: Fault) -> None:
    """The role in the file beside a faulty one is judged as if it stood alone."""
    named = ["customrole_lt_ap_clerk"]
    packs = ["integrity", "guide"]
    alone = audited(CLERK, packs=packs, roles=named)
    both = audited(CLERK, BROKEN / fault["file"], packs=packs, roles=named)
    assert _of_clerk(both) == _of_clerk(alone)
    assert len(_of_clerk(alone)) > 5
    assert alone.inputs[0] in both.inputs
    assert both.is_complete is not _is_error(fault)


@each_fault
def test_fault_makes_the_audit_incomplete(fault: Fault, run: Callable[..., Ran]) -> None:
    """A faulty file beside a good role makes the exit code 3, and one that is only odd does not."""
    ran = run("check", CLERK, BROKEN / fault["file"], "--pack", "integrity", "--fail-on", "never")
    assert ran.code == (3 if _is_error(fault) else 0)


@pytest.mark.parametrize("name", [fault["file"] for fault in FAULTS if _is_error(fault)])
def test_fault_in_a_folder_is_told(name: str, tmp_path: Path) -> None:
    """A faulty export that stands in a folder is told, unless nothing shows that it is one."""
    (tmp_path / name).write_bytes((BROKEN / name).read_bytes())
    (tmp_path / "customrole_lt_ap_clerk.xml").write_bytes(CLERK.read_bytes())
    report = audited(tmp_path, packs=["integrity"])
    assert report.roles >= 1
    statuses = {Path(item.path).name: item.status for item in report.inputs}
    assert statuses["customrole_lt_ap_clerk.xml"] == "read"
    if name in UNKNOWN:
        assert statuses[name] == "skipped"
    else:
        assert statuses[name] in ("partial", "failed")
        assert not report.is_complete


# Files of a project that are no exports, as far as anybody can tell who was not told so.
UNKNOWN = {
    "blank.csv",
    "empty.csv",
    "gzip.xml",
    "headings-unknown.csv",
    "html-named-xls.xls",
    "other-data.json",
    "pdf-named-csv.csv",
}


def test_every_broken_file_is_listed() -> None:
    """No broken file is without its messages."""
    files = {file.name for file in BROKEN.iterdir()} - {"EXPECTED.yaml"}
    assert files == {fault["file"] for fault in FAULTS}
