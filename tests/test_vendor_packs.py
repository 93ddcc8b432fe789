"""A role held against the list that its vendor publishes: matches, too little, too much."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Ran, audited, sdf
from lxml import etree

from nspermaudit import catalog
from nspermaudit.model import Level
from tools.rules import sources, vendor_lists

CORPUS = ROOT.parent / "shared" / "corpus"
PAGE = "https://getstarted.tipalti.com/hc/en-us/articles/31560903872919-Required-user-roles"
TIPALTI = {
    row["permission"]: (row["required_level"].upper(), row["note"])
    for row in vendor_lists.published({"list": "tipalti"})
}
NAMES = {"Item Fulfilments": "TRAN_ITEMSHIP", "Sales Orders": "TRAN_SALESORD"}


def wanted() -> dict[str, tuple[str, bool]]:
    """What the list asks for by id: the level, and whether without any condition."""
    known = catalog.load()
    found = {}
    for name, (level, note) in TIPALTI.items():
        if name != "Tax Items":
            permission = known.resolve(NAMES.get(name, name))
            found[permission.id] = (level, "PO matching" not in note)
    return found


def tipalti_like() -> dict[str, str]:
    """The levels of an invented role like those that such integrations have, by id."""
    role = {key: level for key, (level, _) in wanted().items()}
    role |= {"TRAN_PAYMENTAUDIT": "FULL", "LIST_TAXITEM": "EDIT"}  # above the list
    role |= {"TRAN_DEPOSIT": "VIEW"}  # below it
    role |= {"TRAN_CHECK": "FULL", "LIST_VENDOR": "FULL", "ADMI_WEBSERVICES": "FULL"}  # beside it
    del role["TRAN_VENDCRED"]
    return role


def test_a_role_is_held_against_what_its_vendor_publishes(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Matches, over-granted and missing rows are told, with the page's address and date."""
    file = tmp_path / "customrole_example.xml"
    file.write_text(sdf(*tipalti_like().items()), encoding="utf-8")
    shown = ("--format", "csv", "--show", "all", "--parameter", "po_matching=true")
    ran = run("check", file, "--pack", "vendor/tipalti", *shown, "--fail-on", "never")
    rows = list(csv.DictReader(ran.out.splitlines()))
    found = {
        (row["rule"], row["permission_id"], row["problem"])
        for row in rows
        if row["status"] == "active"
    }
    assert found == {
        ("tipalti-permissions", "TRAN_VENDCRED", "missing"),
        ("tipalti-permissions", "TRAN_DEPOSIT", "under-scoped"),
        ("tipalti-above-list", "TRAN_PAYMENTAUDIT", "over-scoped"),
        ("tipalti-above-list", "LIST_TAXITEM", "over-scoped"),
        ("tipalti-without-dropship", "TRAN_ITEMSHIP", "over-scoped"),
        ("tipalti-not-on-list", "TRAN_CHECK", "over-scoped"),
    }
    passed = {row["permission_id"] for row in rows if row["status"] == "pass"}
    assert {"TRAN_VENDBILL", "TRAN_VENDPYMT", "TRAN_ITEMRCPT", "TRAN_PURCHORD"} <= passed
    told = " ".join(run("check", file, "--pack", "vendor/tipalti").out.split())
    assert f"({PAGE}, read on 2026-11-22) asks for it" in told


def independent(file: Path) -> set[tuple[str, str]]:
    """The findings on a role file, by a few lines that share nothing with the packs."""
    held: dict[str, list[Level]] = {}
    for item in etree.parse(file).getroot().iterfind("permissions/permission"):
        key, level = item.findtext("permkey"), item.findtext("permlevel")
        held.setdefault(str(key).strip(), []).append(Level[str(level).strip()])
    asked = wanted()
    found = set()
    for key, (level, is_always) in asked.items():
        if is_always and min(held.get(key, [Level.NONE])) < Level[level]:
            found.add(("tipalti-permissions", key))
        if max(held.get(key, [Level.NONE])) > Level[level]:
            found.add(("tipalti-above-list", key))
    for key, levels in held.items():
        if key.startswith("TRAN_") and key not in asked and max(levels) > Level.NONE:
            found.add(("tipalti-not-on-list", key))
    return found


@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real role objects is not here (it has no licence)"
)
def test_real_roles_against_a_list_are_judged_as_by_hand() -> None:
    """Of each of them, the rows that are missing, too low, too high and beside the list."""
    files = [
        file
        for file in sorted(CORPUS.rglob("*.xml"))
        if b"<role" in file.read_bytes()[:400] and "template" not in file.name
    ]
    judged = 0
    for file in files:
        report = audited(file, packs=["vendor/tipalti"], roles=["*"])
        found = {
            (item.rule.id, item.verdict.permission.id)
            for item in report.findings
            if item.verdict.permission and "without" not in item.rule.id
        }
        assert found == independent(file), file
        judged += report.roles
    assert judged >= 60


@pytest.mark.parametrize(
    ("pack", "phase", "grants", "found"),
    [
        ("sharpsync", "setup", {"ADMI_CUSTOMSCRIPT": "VIEW"}, {"sharpsync-setup"}),
        ("sharpsync", "run", {"ADMI_CUSTOMSCRIPT": "FULL"}, {"sharpsync-left-behind"}),
        ("sesame", "setup", {"ADMI_MANAGE_OAUTH_TOKENS": "FULL"}, set()),
        ("sesame", "run", {"ADMI_MANAGE_OAUTH_TOKENS": "FULL"}, {"sesame-removed"}),
    ],
)
def test_what_set_up_takes_is_asked_for_then_and_forbidden_later(  # noqa: PLR0913, PLR0917 - a case
    pack: str,
    phase: str,
    grants: dict[str, str],
    found: set[str],
    run: Callable[..., Ran],
    tmp_path: Path,
) -> None:
    """The phase is a parameter; a run is what is meant where none is given."""
    file = tmp_path / "customrole_example.xml"
    file.write_text(sdf(*grants.items()), encoding="utf-8")
    given = () if phase == "run" else ("--parameter", f"phase={phase}")
    ran = run("check", file, "--pack", f"vendor/{pack}", *given, "--format", "csv")
    phased = {f"{pack}-{name}" for name in ("setup", "left-behind", "removed")}
    rows = csv.DictReader(ran.out.splitlines())
    assert {row["rule"] for row in rows} & phased == found


@pytest.mark.parametrize(("state", "told"), [("on", 1), ("off", 0), ("", None)])
def test_what_a_feature_takes_is_three_valued(
    state: str, told: int | None, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """On, off, or not known, which is told as not evaluated."""
    file = tmp_path / "customrole_example.xml"
    file.write_text(sdf(("LIST_CONTACT", "FULL")), encoding="utf-8")
    features = f"account: {{features: {{SUBSIDIARIES: '{state}'}}}}\n" if state else "{}\n"
    (tmp_path / "nspermaudit.yaml").write_text(features, encoding="utf-8")
    ran = run("check", file, "--pack", "vendor/ringcentral", "--fail-on", "never")
    if told is None:
        assert "1 not evaluated" in ran.out
    else:
        assert ran.out.count("[ringcentral-subsidiaries]") == told
        assert "not evaluated" not in ran.out


def test_that_the_vendor_asks_for_it_does_not_silence_that_it_is_dangerous(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    """A role that has all that Routable asks for passes its list, and is told of."""
    asked = vendor_lists.published({"list": "routable"})
    names = {"Employee Records": "Employee Record"}
    known = catalog.load()
    grants = {
        known.resolve(names.get(row["permission"], row["permission"])).id: row[
            "required_level"
        ].upper()
        for row in asked
        if row["section"] != "Custom Record"
    }
    file = tmp_path / "customrole_example.xml"
    file.write_text(sdf(*grants.items()), encoding="utf-8")
    options = ("--pack", "vendor/routable", "--pack", "hygiene/integration", "--format", "csv")
    parameters = ("po_matching", "base_currency_sync", "custom_record_entries", "custom_segments")
    given = [word for name in parameters for word in ("--parameter", f"{name}=true")]
    rows = list(csv.DictReader(run("check", file, *options, *given).out.splitlines()))
    assert [row["rule"] for row in rows if row["rule"].startswith("routable")] == [
        "routable-privileged"
    ]
    assert any("Enable Features: Full" in row["message"] for row in rows)
    assert "identity-administration" in {row["rule"] for row in rows}


def test_a_list_without_its_page_is_no_pack() -> None:
    """Every vendor of the table that is to be shipped has a pack."""
    table = sources.rows("vendor_packs")
    urls = {
        url
        for row in table
        if row["verdict"].startswith("ship")
        and "Dropstream" not in row["vendor"]
        and "endorsement" not in row["verdict"]
        and "twin" not in row["vendor"]
        for url in row["source_urls"].split()[:1]
    }
    text = "".join(file.read_text("utf-8") for file in (ROOT / "rules/vendor").glob("*.yaml"))
    assert {url for url in urls if url not in text} <= {
        "https://github.com/ringcentral/rc-unified-crm-extension/pull/80"
    }
