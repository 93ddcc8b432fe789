"""What a waiver does to a check: the table in ``cases.yaml``, and what does not fit into it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Ran, audited, sdf
from waiving import HOLDS, TODAY, changed, listed, write_config, write_role

from nspermaudit import (
    Config,
    Level,
    Request,
    UsageError,
    Use,
    audit,
    auditing,
    baseline,
    find,
    read_config,
    safe_yaml,
)
from nspermaudit.config import parse
from nspermaudit.rule import Result

Run = Callable[..., Ran]


def _cases() -> list[Any]:
    file = Path(__file__).parent / "cases.yaml"
    document = safe_yaml.load(file.read_bytes(), file.name)
    document.refuse_if_faulty()
    return [pytest.param(case, id=case["name"]) for case in document.value]


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("nspermaudit.cli.asking.today", lambda: TODAY)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("case", _cases())
def test_case(case: dict[str, Any], run: Run, tmp_path: Path) -> None:
    """The exit code, the sums and the words of a case."""
    write_role(tmp_path)
    write_config(tmp_path, [changed(case.get("waiver", {}))], case.get("config", ""))
    arguments = ["check", *case.get("paths", ["."]), *case.get("options", [])]
    ran = run(*arguments)
    assert ran.code == case["code"], ran
    for words in case.get("told", ()):
        assert words in ran.out + ran.err
    for words in case.get("untold", ()):
        assert words not in ran.out + ran.err
    if ran.code != 2:
        report = json.loads(run(*arguments, "--format", "json", "--show", "all").out)
        assert report["summary"]["results"]["waived"] == case["waived"]
        outcomes = [item["result"] for item in report["results"]]
        assert outcomes.count("waived") == case["waived"]
        waived = [item for item in report["findings"] if item["waiver"]]
        assert len(waived) == case["waived"]
        assert sum(report["summary"]["findings"].values()) == len(report["findings"]) - len(waived)


def test_waivers_of_files_stand_beside_those_of_the_configuration(run: Run, tmp_path: Path) -> None:
    """--waivers may be given more than once; without a configuration, too."""
    write_role(tmp_path)
    write_role(tmp_path, "VIEW", "customrole_other")
    options = ("--pack", "guide/sales-orders", "--role", "*", "--quiet")
    assert run("check", ".", *options).code == 1
    Path("a.yaml").write_text(listed(HOLDS))
    Path("b.yaml").write_text(listed({**HOLDS, "role": "customrole_other"}))
    assert run("check", ".", *options, "--waivers", "a.yaml").code == 1
    ran = run("check", ".", *options, "--waivers", "a.yaml", "--waivers", "b.yaml")
    assert ran.code == 0
    assert "2 waived" in ran.out
    write_config(tmp_path, [HOLDS])
    assert run("check", ".", *options, "--waivers", "b.yaml").code == 0
    ran = run("check", ".", *options, "--waivers", "a.yaml")
    assert ran.code == 2
    assert "a.yaml:2:5: the waiver at nspermaudit.yaml:3:5 is about the same: keep one" in ran.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("waivers: 1\n", "w.yaml:1:1: expected a list"),
        ("waivers: [1]\n", "w.yaml:1:11: expected a mapping"),
        ("waiver: []\n", 'w.yaml:1:1: unknown key "waiver" (did you mean "waivers"?)'),
        ("- a\n", "w.yaml:1:1: expected a mapping"),
        ("waivers: [\n", "w.yaml:2:1: not valid YAML"),
        ("token secret: x\n", "looks like a secret"),
        (listed(HOLDS, HOLDS), "w.yaml:8:5: the waiver at w.yaml:2:5 is about the same"),
        (None, "w.yaml: cannot be opened"),
    ],
)
def test_file_that_is_none(text: str | None, told: str, run: Run, tmp_path: Path) -> None:
    """A file of waivers with faults: exit 2, its place and what is wrong."""
    write_role(tmp_path)
    if text is not None:
        Path("w.yaml").write_text(text)
    ran = run("check", "customrole_example.xml", "--waivers", "w.yaml")
    assert ran.code == 2
    assert told in ran.err, ran.err


def test_empty_file_has_no_waivers(run: Run, tmp_path: Path) -> None:
    """So that the last one can be pruned."""
    write_role(tmp_path, "FULL")
    Path("w.yaml").write_text("# none left\n")
    options = ("--pack", "guide/sales-orders", "--waivers", "w.yaml")
    assert run("check", "customrole_example.xml", *options).code == 0


def test_a_report_is_not_written_over_waivers(run: Run, tmp_path: Path) -> None:
    """--output never names a file that is read."""
    write_role(tmp_path)
    Path("w.yaml").write_text(listed(HOLDS))
    ran = run("check", "--waivers", "w.yaml", "--output", "json=w.yaml")
    assert ran.code == 2
    assert "is read" in ran.err
    assert Path("w.yaml").read_text() == listed(HOLDS)


def test_own_rule_is_known_where_another_pack_is_asked_for(run: Run, tmp_path: Path) -> None:
    """A waiver of a rule of one's own pack is right although --pack leaves that pack out."""
    write_role(tmp_path)
    (tmp_path / "ours.yaml").write_text(
        "pack: ours\ntitle: Ours\nrules:\n  - id: our-rule\n    title: T\n    severity: error\n"
        "    forbid: [Items]\n"
        "    examples: {complies: [{Items: none}], violates: [{Items: full}]}\n"
    )
    waiver = {**HOLDS, "rule": "our-rule", "permission": "Items"}
    (tmp_path / "nspermaudit.yaml").write_text("use: [./ours.yaml]\n" + listed(waiver))
    assert run("check", ".").code == 0
    ran = run("check", ".", "--pack", "guide/token", "--fail-on", "never")
    assert ran.code == 0, ran.err


def test_of_several_the_one_that_lasts_longest_counts(tmp_path: Path) -> None:
    """Neither is told as unused."""
    write_role(tmp_path)
    wide = {**HOLDS, "permission": "TRAN_*", "expires": "2026-12-01"}
    config = read_config(str(write_config(tmp_path, [wide, HOLDS])))
    report = audit(find(["."]), config, Request(today=TODAY))
    assert [item.waiver.expires for item in report.findings if item.waiver] == ["2027-03-31"]
    assert (report.idle_waivers, report.worst) == ((), None)


def test_numbers_and_script_ids_are_one_role(tmp_path: Path) -> None:
    """A waiver of customrole1042 holds for internal id 1042 in a table."""
    (tmp_path / "roles.csv").write_text("Role ID,Role,Permission,Level\n1042,X,Items,View\n")
    config = read_config(str(write_config(tmp_path, [{**HOLDS, "role": "customrole1042"}])))
    request = Request((Use("guide/sales-orders"),), today=TODAY)
    report = audit(find(["roles.csv"]), config, request)
    waived = [item.verdict.subject for item in report.findings if item.waiver]
    assert waived == ["TRAN_SALESORD"]
    assert report.results[Result.WAIVED] == 1


def test_sample_of_the_documentation(tmp_path: Path) -> None:
    """The configuration that docs/waivers.md shows is one."""
    text = (ROOT / "docs" / "waivers.md").read_text(encoding="utf-8")
    (sample,) = re.findall("^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    file = tmp_path / "nspermaudit.yaml"
    file.write_text(sample, encoding="utf-8")
    config = read_config(str(file))
    assert ([item.level for item in config.waivers], config.waiver_days) == ([Level.VIEW], 180)


def test_what_could_not_be_judged_is_not_unused(tmp_path: Path) -> None:
    """A level that cannot be read may hide the finding of which a waiver is."""
    (tmp_path / "roles.csv").write_text(
        "Role,Permission,Level\nexample,Sales Order,\nexample,Items,Full\n"
    )
    config = read_config(str(write_config(tmp_path, [{**HOLDS, "role": "example"}])))
    report = audit(find(["roles.csv"]), config, Request(today=TODAY))
    assert report.idle_waivers == ()


def test_two_processes_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a child has judged counts for waivers and baselines, too."""
    for number, level in enumerate(("EDIT", "FULL", "VIEW", "FULL")):
        write_role(tmp_path, level, f"customrole_{number}")
    roles = [{**HOLDS, "role": f"customrole_{number}"} for number in range(5)]
    text = write_config(tmp_path, roles).read_text() + "roles: {integration: 'customrole_*'}\n"
    config = parse(text.encode(), "nspermaudit.yaml", "nspermaudit.yaml")
    known = baseline.of(audit(find(["."]), config, Request(today=TODAY)).findings)
    write_role(tmp_path, "FULL", "customrole_2")
    request = Request(today=TODAY, keep_all=True, baseline=known)
    alone = audit(find(["."]), config, request)
    monkeypatch.setattr(auditing, "MANY_OBJECTS", 2)
    monkeypatch.setattr("nspermaudit.forking.is_possible", lambda: True)
    assert audit(find(["."]), config, request) == alone
    assert [item.role for item in alone.idle_waivers] == [f"customrole_{n}" for n in (1, 2, 3)]
    assert len(alone.mended) == 1
    assert any("customrole_4" in note and "there is no such role" in note for note in alone.notes)


def test_expired_waiver_is_told_once_in_a_block(run: Run, tmp_path: Path) -> None:
    """Missing permissions share a block, and its place is told once."""
    (tmp_path / "r.xml").write_text(sdf(("LIST_ITEM", "FULL")))
    write_config(tmp_path, [changed({"permission": None, "expires": "2026-01-01"})])
    ran = run("check", ".")
    assert ran.out.count("= see: ") == 1
    assert "expired on 2026-01-01, 6 findings count" in ran.out


def test_today_must_be_a_day(tmp_path: Path) -> None:
    """The Python API says which day it means; by default it is that of the clock."""
    write_role(tmp_path)
    config = read_config(str(write_config(tmp_path, [changed({"expires": "9999-12-31"})])))
    assert audited(tmp_path, config=config).results[Result.WAIVED] == 1
    for wrong in ("22.11.2026", "20261122", "2026-02-30"):
        with pytest.raises(UsageError, match="is no day"):
            audit(find(["."]), config, Request(today=wrong))
    assert Config().waivers == ()


def test_a_finding_on_the_account_is_waived_as_one(run: Run, tmp_path: Path) -> None:
    """It is about no role: ``account`` stands for it; once it is gone, the waiver is idle."""
    write_role(tmp_path)
    waiver = changed({"rule": "account-id-is-valid", "role": "account", "permission": None})
    for account_id, sums in (("123-sb1", "1 waived"), ("1234567", "matches no finding")):
        write_config(tmp_path, [waiver], f'account: {{id: "{account_id}"}}')
        ran = run("check", ".", "--pack", "guide/readiness")
        assert ran.code == 0
        assert sums in ran.out
    write_config(tmp_path, [changed({**waiver, "role": "accounts"})], "account: {id: 123-sb1}")
    assert run("check", ".", "--pack", "guide/readiness").code == 1
