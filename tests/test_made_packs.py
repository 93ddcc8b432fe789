"""The packs that are made are what the csv files in tools/rules make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT
from yamllint import config, linter  # type: ignore[import-untyped]

from nspermaudit import Use, catalog, packs
from nspermaudit.model import Level
from tools.rules import build, hygiene, sources, vendor_lists

MADE = build.build()
HYGIENE = {
    rule.id: rule
    for rule in packs.all_rules(packs.load([Use("hygiene/integration"), Use("hygiene/roles")]))
}
ROWS = {row["rule_id"]: row for row in sources.rows("integration_hygiene")}
ELSEWHERE = {
    "ROLE-002": "segregation: credential administration and posting in one role",
    "FILE-001": "duplicate-permission, contradictory-levels",
    "FILE-002": "same-script-id, same-object-id",
    "FILE-003": "nowhere: two roles that are nearly the same are compared with diff",
    "FILE-004": "impossible-level",
    "FILE-005": "unknown-permission",
    "FILE-007": "explicit-none",
}
OTHER_SEVERITY = {"rest-query-permission", "no-way-to-log-in"}
LINT = """
extends: default
rules:
  document-start: disable
  line-length: {max: 100, allow-non-breakable-words: true}
"""


@pytest.mark.parametrize("file", MADE, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_pack_is_what_the_csv_files_make(file: Path) -> None:
    """After a csv file was changed this fails until ``make rules`` has run."""
    assert file.read_bytes() == MADE[file].encode(), "run make rules packs docs"


@pytest.mark.parametrize("file", MADE, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_pack_is_yaml_as_yamllint_likes_it(file: Path) -> None:
    """Block style, lines of a readable length, nothing odd."""
    found = linter.run(file.read_text("utf-8"), config.YamlLintConfig(LINT))
    assert [str(problem) for problem in found if problem.rule != "quoted-strings"] == []


@pytest.mark.parametrize(
    ("name", "old", "new", "changed"),
    [
        (
            "least_privilege_profiles.csv",
            "LIST_LOCATION,Locations,FULL,VIEW,VIEW",
            "LIST_LOCATION,Locations,FULL,VIEW,EDIT",
            {"purchase-orders", "sales-orders"},
        ),
        ("sod_conflicts.csv", "LIST_VENDOR >= CREATE", "LIST_VENDOR >= EDIT", {"starter"}),
        ("sod_functions.csv", "LIST_VENDOR >= CREATE", "LIST_VENDOR >= EDIT", {"starter"}),
        ("vendor_lists/tipalti.csv", "Deposit,Full", "Deposit,Edit", {"tipalti"}),
        ("vendor_requirements_judged.csv", "LIST_CURRENCY,Currency,at_least,FULL,,,yes,DHL",
         "LIST_CURRENCY,Currency,at_least,VIEW,,,yes,DHL", {"dhl-express-commerce"}),
        ("integration_hygiene.csv", "INT-013,warning", "INT-013,info", {"integration"}),
        ("highly_privileged.csv", "ADMI_ENABLEFEATURES,Enable Features,FULL,critical",
         "ADMI_ENABLEFEATURES,Enable Features,FULL,high", {"privilege", "roles"}),
        ("sources.csv", "Tipalti: Required user roles", "Tipalti: Roles", {"tipalti"}),
    ],
)  # fmt: skip
def test_a_changed_csv_changes_the_pack(  # noqa: PLR0913, PLR0917 - a case has so many parts
    name: str,
    old: str,
    new: str,
    changed: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ids, levels, severities and sources cannot drift: what was not made anew is told."""
    for file in (*sources.HERE.glob("*.csv"), *sources.HERE.glob("*.yaml")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "vendor_lists").mkdir()
    for file in (sources.HERE / "vendor_lists").glob("*.csv"):
        (tmp_path / "vendor_lists" / file.name).write_bytes(file.read_bytes())
    text = (tmp_path / name).read_text("utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new), "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(sources, "HERE", tmp_path)
        sources.rows.cache_clear()
        assert build.main(["--check"]) == 1
        found = {file.stem for file, text in build.build().items() if text != MADE[file]}
    sources.rows.cache_clear()
    assert found == changed
    assert build.main(["--check"]) == 0


@pytest.mark.parametrize("key", ROWS)
def test_every_row_on_hygiene_is_a_rule_or_has_its_place_elsewhere(key: str) -> None:
    """Each with its severity, the permissions of its condition, and its sources."""
    rules = [rule for rule in HYGIENE.values() if key in rule.tags]
    if key in ELSEWHERE:
        assert rules == []
        return
    assert rules
    row = ROWS[key]
    for rule in rules:
        if rule.id not in OTHER_SEVERITY:
            assert rule.severity.word == row["severity"]
        urls = {url for url in row["source_urls"].split() if key == rule.tags[1]}
        assert urls == {url for url in urls if any(url in text for text in rule.references)}


@pytest.mark.parametrize("key", [key for key in ROWS if key not in ELSEWHERE])
def test_the_permissions_of_a_row_stand_in_its_rules(key: str) -> None:
    """An id in the condition of a row is one that a rule with its tag speaks of, or another has."""
    ids = set(re.findall(r"\b(?:ADMI|LIST|TRAN|REPO)_[A-Z0-9_]+\b", ROWS[key]["condition"]))
    ids -= {"ADMI_CUSTSUBLIST"}  # "-type permissions": Custom Sublist and Custom Sublists
    text = "".join(
        MADE[ROOT / "rules" / f"{name}.yaml"].partition("\nrules:")[2]
        + MADE[ROOT / "rules" / f"{name}.yaml"].partition("\nfunctions:")[2]
        for name in ("hygiene/tokens", "hygiene/integration", "hygiene/roles")
    )
    known = catalog.load()
    missing = {key for key in ids if known.resolve(key).name not in text and f"{key}:" not in text}
    assert missing == set()


@pytest.mark.parametrize("name", [name for name in packs.shipped() if name.startswith("vendor/")])
def test_a_vendor_pack_names_its_page_and_its_day(name: str) -> None:
    """And says that nobody has verified it."""
    (pack,) = packs.load([Use(name)])
    about = " ".join(pack.about.split())
    assert "not verified" in about.lower()
    text = " ".join(Path(pack.file).read_text("utf-8").split())
    assert re.search(r"\(https://\S+\)?, read on 2026-11-22", text)
    for rule in pack.rules:
        assert rule.references


@pytest.mark.parametrize("vendor", ["tipalti", "routable", "fispan"])
def test_two_readings_of_a_list_agree(vendor: str) -> None:
    """What was read from a page and what was judged of it have the same ids and levels."""
    (item,) = (item for item in vendor_lists.vendors() if item.get("list") == vendor)
    ours = {
        (line.ways[0].permission.id, line.ways[0].level) for line in vendor_lists.lines_of(item)
    }
    judged = {
        (row["permission_id"], Level[row["level"]])
        for row in sources.rows("vendor_requirements_judged")
        if row["vendor"].lower().startswith(vendor)
    }
    assert ours == judged


def test_a_note_that_nobody_has_looked_at_is_an_error() -> None:
    """A list that says something new is not read over."""
    vendor = {"pack": "vendor/x", "title": "X", "list": "tipalti", "sources": "TIPALTI"}
    with pytest.raises(KeyError, match="only needed with PO matching"):
        vendor_lists.lines_of({**vendor, "names": {"Item Fulfilments": [], "Sales Orders": []}})
    with pytest.raises(KeyError, match="Item Fulfilments"):
        vendor_lists.lines_of({**vendor, "when": dict.fromkeys(_notes("tipalti"), "always")})


def _notes(vendor: str) -> set[str]:
    return {row["note"] for row in vendor_lists.published({"list": vendor})} - {""}


def test_every_published_name_that_is_none_is_told_in_the_documentation() -> None:
    """docs/vendors.md lists what the catalogue does not know, and what was made of it."""
    text = (ROOT / "docs" / "vendors.md").read_text("utf-8")
    for vendor in vendor_lists.vendors():
        for name in (*vendor.get("names", {}), *vendor.get("left out", {})):
            assert f"| {name} |" in text, name


def test_the_rules_written_by_hand_name_rows_that_there_are() -> None:
    """A row is named once as a rule's own, and exists."""
    rows = [rule["row"] for pack in hygiene.written() for rule in pack["rules"]]
    assert set(rows) <= ROWS.keys()
