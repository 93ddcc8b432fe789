"""The packs on segregation and privilege say what their csv files say, and no more."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from nspermaudit import UsageError, Use, catalog, pack_file, packs, safe_yaml
from nspermaudit.model import Level
from nspermaudit.rule import Rule
from tools.rules import build, sources

MADE = build.build()
PACKS = packs.load([Use("segregation/full"), Use("segregation"), Use("privilege")])
RULES = {rule.id: rule for pack in PACKS for rule in pack.rules}
BY_TAG = {tag: rule for rule in RULES.values() for tag in rule.tags}
CONFLICTS = sources.rows("sod_conflicts")
PRIVILEGED = sources.rows("highly_privileged")


def document(name: str) -> Any:
    """A pack as its YAML says it."""
    return safe_yaml.load(Path(packs.find(name)).read_bytes(), name).value


@pytest.mark.parametrize("file", MADE, ids=lambda file: file.stem)
def test_a_pack_is_valid_for_foreigners(file: Path, tmp_path: Path) -> None:
    """As a copy outside of the program it is held against the schema and the catalogue."""
    copy = tmp_path / "copy.yaml"
    copy.write_text(MADE[file], "utf-8")
    ids = [rule.id for rule in pack_file.read(str(file)).rules]
    assert [rule.id for rule in pack_file.read(str(copy)).rules] == ids


def test_the_packs_are_as_large_as_they_say() -> None:
    """20 pairs, 39 with what other sources name, 71 in all; each pack holds the one before."""
    sizes = {
        name: len(packs.all_rules(packs.load([Use(name)])))
        for name in ("segregation", "segregation/starter", "segregation/standard")
    }
    assert sizes == {"segregation": 20, "segregation/starter": 20, "segregation/standard": 39}
    assert len(packs.all_rules(packs.load([Use("segregation/full")]))) == len(CONFLICTS) == 71
    grades = {
        pack.id: {(rule.evidence, rule.tags[1]) for rule in pack.rules}
        for pack in PACKS
        if pack.id.startswith("segregation/")
    }
    assert grades["segregation/starter"] == {("A", "critical"), ("A", "high")}
    assert {grade for grade, _ in grades["segregation/standard"]} == {"A", "B"}
    assert {grade for grade, _ in grades["segregation/full"]} == {"C"}


@pytest.mark.parametrize("row", CONFLICTS, ids=lambda row: row["rule_id"])
def test_a_pair_says_what_its_row_says(row: dict[str, str]) -> None:
    """Both sides with every id and level, the risk, the controls, the grade, the sources."""
    rule = BY_TAG[row["rule_id"]]
    assert [
        {(item.permission.id, item.level.name) for item in side.wanted} for side in _sides(rule)
    ] == [
        {tuple(item.split(" >= ")) for item in row[f"side_{side}_permissions"].split(" | ")}
        for side in "ab"
    ]
    said = (rule.because, rule.compensating_controls, rule.evidence, rule.severity.word)
    severity = sources.SEVERITIES[row["severity"]]
    assert said == (row["risk"], row["compensating_controls"], row["evidence_grade"], severity)
    assert {row["severity"], row["process"]} <= set(rule.tags)
    _has_sources(rule, row)


def _sides(rule: Rule) -> Any:
    return rule.check.sides  # type: ignore[attr-defined] # the rule's verb is conflict


def _has_sources(rule: Rule, row: dict[str, str]) -> None:
    assert len(rule.references) == len(row["source_keys"].split())
    assert all(url in " ".join(rule.references) for url in row["source_urls"].split())


@pytest.mark.parametrize("row", PRIVILEGED, ids=lambda row: row["rule_id"])
def test_a_privilege_says_what_its_row_says(row: dict[str, str]) -> None:
    """It is found from its level on, and not below; severity, reason and sources are the row's."""
    rule = BY_TAG[row["rule_id"]]
    permission = catalog.load().find(row["permission_id"])
    assert permission
    assert permission.allows(Level[row["flag_from_level"]])
    assert rule.because == row["why"]
    assert {row["tier"], row["category"]} <= set(rule.tags)
    _has_sources(rule, row)
    if rule.verb in ("forbid", "limit"):
        assert [item.id for item, _ in rule.check.permissions()] == [permission.id]
        assert rule.severity.word == sources.SEVERITIES[row["tier"]]


def test_two_factor_has_the_whole_list() -> None:
    """All twelve permissions of Oracle's page, by their ids, as the catalogue has them."""
    wanted = {item.id for item, _ in RULES["two-factor-is-mandatory"].check.permissions()}
    listed = {row["permission_name"] for row in sources.rows("mandatory_2fa")}
    assert wanted == {sources.permission_of(name).id for name in listed}
    assert wanted == {item.id for item in catalog.load() if item.requires_2fa}
    assert len(wanted) == 12


def test_every_row_has_a_permanent_id_of_its_own() -> None:
    """The ids are words, each stands once, and each belongs to a rule."""
    ids = sources.rule_ids()
    assert sorted(ids.values()) == sorted(RULES)
    assert len(set(ids.values())) == len(ids) == 71 + 74 + 2
    with (sources.HERE / "rule_ids.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == len(ids)


def test_every_source_that_is_named_is_known() -> None:
    """A key without a source ends the generator, and each source has a title and an address."""
    assert all(row["title"] and row["url"] for row in sources.rows("sources"))
    with pytest.raises(KeyError, match="NOBODY"):
        sources.references("ORA-2FA NOBODY")
    with pytest.raises(KeyError, match="LIST_VENDORS"):
        list(sources.asked("LIST_VENDORS >= VIEW"))


@pytest.mark.parametrize("name", ["segregation", "segregation/starter", "segregation/full"])
def test_a_process_can_be_switched_off_in_every_pack(name: str) -> None:
    """The parameter reaches the pairs of the pack and of all that it extends."""
    rules = packs.all_rules(packs.load([Use(name, {"purchasing": False})]))
    held = {rule.id: bool(rule.when and rule.when.holds(*NOBODY)) for rule in rules}
    assert {name for name, is_on in held.items() if not is_on} == {
        rule.id for rule in rules if "P2P" in rule.tags
    }


NOBODY: Any = (None, None)


def test_a_process_that_is_misspelt_is_told() -> None:
    """With a suggestion."""
    with pytest.raises(UsageError, match='did you mean "payroll"'):
        packs.load([Use("segregation", {"payrol": False})])


def test_the_functions_of_a_pack_are_used() -> None:
    """No pack has a function that none of its rules names, and the parameters are in words."""
    for name in ("starter", "standard", "full"):
        pack = document(f"segregation/{name}")
        used = {side for rule in pack["rules"] for side in rule["conflict"]}
        assert used == set(pack["functions"])
        assert {rule["when"]["parameter"] for rule in pack["rules"]} <= set(pack["parameters"])


def test_the_generator_reads_only_its_own_folder() -> None:
    """A clone can make the packs."""
    assert sources.HERE == ROOT / "tools" / "rules"
