from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import FIXTURES, Ran, audited
from reading import assert_told, assignments, read_all

from nspermaudit import Reading, Report, Source, find

LARKFIELD = FIXTURES / "larkfield"
SAMPLES = yaml.safe_load((Path(__file__).parent / "samples.yaml").read_text(encoding="utf-8"))

Sample = dict[str, Any]


def _name(sample: Sample) -> str:
    return "+".join(sample["files"]) + (" --role" if "role" in sample else "")


def _paths(sample: Sample) -> list[Path]:
    return [LARKFIELD / name for name in sample["files"]]


def _sources(sample: Sample) -> list[Source]:
    return find(map(str, _paths(sample)))


def _reading(sample: Sample) -> Reading:
    return Reading(role=sample.get("role", ""))


def _report(sample: Sample) -> Report:
    return audited(*_paths(sample), packs=["integrity"], reading=_reading(sample))


def _with(key: str) -> pytest.MarkDecorator:
    chosen = [sample for sample in SAMPLES if key in sample]
    return pytest.mark.parametrize("sample", chosen, ids=_name)


@_with("files")
def test_sample_is_counted(sample: Sample) -> None:
    """A sample gives its number of roles and of permissions, and its status."""
    report = _report(sample)
    assert (report.roles, report.grants) == (sample.get("roles", 0), sample.get("grants", 0))
    status = sample.get("status", "read")
    named = {(LARKFIELD / file).name for file in sample["files"]}
    given = [item for item in report.inputs if item.path.rpartition("/")[2] in named]
    assert [item.status for item in given] == [status] * len(named)


@_with("files")
def test_sample_is_told(sample: Sample) -> None:
    """A sample brings up its messages, each at its line, and its findings, and no others."""
    report = _report(sample)
    assert_told(report.inputs, sample.get("told", []))
    assert sorted(finding.rule.id for finding in report.findings) == sample.get("findings", [])
    assert list(report.notes) == sample.get("notes", [])


@_with("files")
def test_sample_exits(sample: Sample, run: Callable[..., Ran]) -> None:
    """A sample that holds no roles, or cannot be read whole, makes the audit incomplete."""
    role = ["--role", sample["role"]] if "role" in sample else []
    options = ["--pack", "integrity", "--fail-on", "never", *role]
    assert run("check", *_paths(sample), *options).code == sample.get("exit", 0)


@_with("levels")
def test_sample_grants(sample: Sample) -> None:
    """A sample gives each role each permission at its level."""
    assert read_all(_sources(sample), _reading(sample)).levels == sample["levels"]


@_with("users")
def test_sample_assigns(sample: Sample) -> None:
    """A sample with users says who has which role, each pair once."""
    (source,) = _sources(sample)
    assert assignments(source, "csv") == sample["users"]


@_with("records")
def test_sample_grants_on_the_record_side(sample: Sample) -> None:
    """A custom record type says which roles have access to it, and at which level."""
    project = read_all(_sources(sample)).account.strays
    assert project
    (sheet,) = project.objects["customrecord_lt_count_sheet"]
    assert [f"{item.role}: {item.level.name}" for item in sheet.grants] == sample["records"]


def test_workbook_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample that is a workbook fails with one message, which says what to install."""
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    report = _report({"files": ["xlsx/uar_workbook_merged_roles_INFERRED.xlsx"]})
    (item,) = report.inputs
    assert (item.status, item.roles) == ("failed", 0)
    assert_told(
        report.inputs, [("error", 0, "pip install 'nspermaudit[excel]', or save the sheet")]
    )


def test_every_sample_is_listed() -> None:
    """No file of the samples is left out."""
    files = {file.relative_to(LARKFIELD).as_posix() for file in LARKFIELD.rglob("*.*")}
    assert files == {name for sample in SAMPLES for name in sample["files"]}


def test_companion_table_gives_names_and_attributes() -> None:
    """The table of roles gives permissions that came by number their role's name and attributes."""
    names = ["csv/suiteql_role.csv", "csv/suiteql_rolepermissions_raw.csv"]
    roles = {role.id: role for role in read_all(_sources({"files": names})).roles}
    lead = roles["customrole_lt_warehouse_lead"]
    assert lead.name == "LT Warehouse Lead"
    assert lead.attributes["subsidiaries"] == "SELECTED"
    assert lead.attributes["core administration permissions"] is False
    assert roles["customrole_lt_ap_clerk"].attributes["center"] == "ACCOUNTCENTER"


def test_absent_attributes_stay_unknown() -> None:
    """An attribute that an export does not carry is neither yes nor no."""
    (role,) = read_all(_sources({"files": ["sdf/customrole_lt_ap_clerk.xml"]})).roles
    assert role.attributes["web services only"] is False
    assert "core administration permissions" not in role.attributes
    assert "inactive" not in role.attributes
