"""Segregation of duties and privilege on whole roles: standard ones, and the real ones."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import FIXTURES, ROOT, Ran, audited
from lxml import etree

from nspermaudit import catalog, packs
from nspermaudit.finding import Finding
from nspermaudit.reporters import text
from nspermaudit.rule import Use
from nspermaudit.style import Style
from tools.rules import sources

CORPUS = ROOT.parent / "shared" / "corpus"
STANDARD = Path("tests/standard_roles.csv")
CLERKS = {"A/P Clerk": 13, "A/R Clerk": 6}
"""Oracle's standard roles (Standard Roles Permissions Table) and the pairs that each breaks."""

LEVELS = ("NONE", "VIEW", "CREATE", "EDIT", "FULL")
RULE_OF = {
    tag: rule.id
    for pack in packs.load([Use("segregation/full"), Use("privilege")])
    for rule in pack.rules
    for tag in rule.tags
    if tag.startswith(("SOD-", "PRIV-"))
}

with_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real role objects is not here (it has no licence)"
)


class Real(NamedTuple):
    """A role object as lxml sees it: the highest level of each permission, and the attribute."""

    file: Path
    levels: Mapping[str, int]
    is_core_administrator: bool

    def holds(self, words: str) -> bool:
        """Whether it holds one of ``A >= CREATE | B >= VIEW``."""
        items = (item.split(" >= ") for item in words.split(" | "))
        return any(self.levels.get(key, 0) >= LEVELS.index(level) for key, level in items)


def _real() -> Iterable[Real]:
    for file in sorted(CORPUS.rglob("*.xml")):
        try:
            root = etree.parse(file).getroot()
        except etree.XMLSyntaxError:
            continue
        if root.tag not in ("role", "customrole"):
            continue
        levels: dict[str, int] = {}
        for item in root.iterfind("permissions/permission"):
            key, level = str(item.findtext("permkey")), str(item.findtext("permlevel"))
            levels[key] = max(levels.get(key, 0), LEVELS.index(level))
        is_core = root.findtext("coreadminpermission") == "T"
        yield Real(file, levels | ({"ADMI_KERNEL": 4} if is_core else {}), is_core)


REAL = list(_real()) if CORPUS.is_dir() else []


def _pairs(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return sorted((Path("/", item.location.path).name, item.rule.id) for item in findings)


@with_corpus
@pytest.mark.parametrize("row", sources.rows("sod_conflicts"), ids=lambda row: row["rule_id"])
def test_the_pairs_of_real_roles_are_those_counted_without_us(
    row: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule by rule: the roles found are those in which lxml sees both sides of the csv's row."""
    monkeypatch.chdir("/")
    wanted = [
        (role.file.name, RULE_OF[row["rule_id"]])
        for role in REAL
        if role.holds(row["side_a_permissions"]) and role.holds(row["side_b_permissions"])
    ]
    found = _found("segregation/full")
    assert _pairs(found.get(RULE_OF[row["rule_id"]], ())) == sorted(wanted)


_FOUND: dict[str, dict[str, list[Finding]]] = {}


def _found(pack: str) -> dict[str, list[Finding]]:
    """The findings of a pack on all real roles, by rule."""
    if pack not in _FOUND:
        _FOUND[pack] = {}
        for item in audited(CORPUS, packs=[pack]).findings:
            _FOUND[pack].setdefault(item.rule.id, []).append(item)
    return _FOUND[pack]


@with_corpus
def test_the_corpus_is_not_empty_of_conflicts() -> None:
    """The comparison above compares something."""
    assert len(REAL) == 62
    assert sum(map(len, _found("segregation/full").values())) > 500


@with_corpus
@pytest.mark.parametrize("row", sources.rows("highly_privileged"), ids=lambda row: row["rule_id"])
def test_the_privileges_of_real_roles_are_those_counted_without_us(
    row: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A permission is found from its level on; the two common ones are counted in a note."""
    monkeypatch.chdir("/")
    key, level = row["permission_id"], LEVELS.index(row["flag_from_level"])
    wanted = sorted(role.file.name for role in REAL if role.levels.get(key, 0) >= level)
    rule = RULE_OF[row["rule_id"]]
    if rule.endswith("-in-total"):
        notes = audited(CORPUS, packs=["privilege"]).notes
        assert sum(note.startswith(f"{len(wanted)} of 62 roles can ") for note in notes) == 1
        return
    if key == "ADMI_KERNEL":
        assert all(role.is_core_administrator for role in REAL if key in role.levels)
        rule = "privilege-core-administration-attribute"
    assert [name for name, _ in _pairs(_found("privilege").get(rule, ()))] == wanted


@with_corpus
def test_core_administration_is_found_on_every_role_that_carries_it() -> None:
    """It shows as an attribute alone; it is privileged, and it lets its holder change roles."""
    wanted = sorted(role.file.name for role in REAL if role.is_core_administrator)
    assert len(wanted) > 10
    privileged = _found("privilege")["privilege-core-administration-attribute"]
    assert [name for name, _ in _pairs(privileged)] == wanted
    posting = _found("segregation/full")["role-administration-and-posting"]
    marked = {Path(item.location.path).name for item in posting if item.verdict.marks[0]}
    assert marked
    assert marked <= set(wanted)


@with_corpus
def test_two_factor_is_told_of_every_role_of_which_it_is_demanded() -> None:
    """Whatever tfarequired says."""
    listed = {item.id for item in catalog.load() if item.requires_2fa}
    wanted = sorted(role.file.name for role in REAL if listed & role.levels.keys())
    found = _found("privilege")["two-factor-is-mandatory"]
    assert [name for name, _ in _pairs(found)] == wanted
    assert len(wanted) > 10


@with_corpus
def test_what_is_printed_of_a_role_can_be_read() -> None:
    """Each role audited alone, everything printed counted: the median is 12 lines at most."""
    lines = []
    for role in REAL:
        report = audited(role.file, packs=["segregation"])
        lines.append(len("".join(text.render(report, Style())).splitlines()))
    assert statistics.median(lines) <= 12
    assert len(lines) == 62


@with_corpus
def test_the_worst_of_many_roles_are_told(run: Callable[..., Ran]) -> None:
    """With more than ten roles a line says which have most conflicts, and how many."""
    ran = run("check", CORPUS, "--pack", "segregation")
    (line,) = [line for line in ran.out.splitlines() if line.startswith("most conflicts: ")]
    assert line.startswith('most conflicts: "Administrador PE" 18, "ROL-EVOL-Administrador" 18, ')
    assert line.endswith(" more roles have some")


@pytest.mark.parametrize(("role", "number"), CLERKS.items())
def test_standard_clerks_break_pairs(role: str, number: int) -> None:
    """Oracle's own roles, as delivered."""
    report = audited(ROOT / STANDARD, packs=["segregation/full"])
    assert sum(item.role_name == role for item in report.findings) == number


def test_what_is_printed_of_a_standard_clerk(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One block a role: the worst first, how many more, and what would undo most of them."""
    monkeypatch.chdir(ROOT)
    told = run("check", STANDARD, "--pack", "segregation/full", "--quiet")
    head, place, *lines = told.out.splitlines()[:7]
    assert head.startswith('error[conflict]: "A/P Clerk" can do both sides of 13 pairs of duties: ')
    assert head.endswith(": 4 critical, 7 high, 2 medium")
    assert place == " --> tests/standard_roles.csv:36"
    assert [line.split()[1:4] for line in lines[:-1]] == [
        ["critical", "A", "bill-entry-and-payment"],
        ["critical", "A", "payment-and-payment-approval"],
        ["critical", "A", "vendor-bank-details-and-payment"],
        ["critical", "A", "vendor-master-and-payment"],
    ]
    assert lines[0].endswith("  Bills with Pay Bills, Vendor Prepayment")
    assert lines[-1] == "  = and 9 more: -v or --show all tells them"
    told = run("check", STANDARD, "--pack", "segregation/full")
    assert "  = most: without Bills (TRAN_VENDBILL) 5 of these 13 would be gone" in told.out
    assert "note: a conflict is what a role can do, not what anybody did" in told.out
    assert "  | medium   C price-maintenance-and-sales-order  " not in told.out


@pytest.mark.parametrize("more", [("--show", "all"), ("-v",)])
def test_all_conflicts_can_be_asked_for(more: tuple[str, ...], run: Callable[..., Ran]) -> None:
    """Then every pair is there, with -v its reason, its controls and its places, too."""
    told = run("check", ROOT / STANDARD, "--pack", "segregation/full", *more).out
    report = audited(ROOT / STANDARD, packs=["segregation/full"])
    for item in report.findings:
        assert f" {item.rule.evidence} {item.rule.id} " in told
        assert ("more: -v" in told) is False
        is_verbose = more == ("-v",)
        assert (f"why: {item.rule.because}" in told) is is_verbose
        assert (f"controls: {item.rule.compensating_controls}" in told) is is_verbose


def test_every_format_has_every_conflict(run: Callable[..., Ran]) -> None:
    """Only the text for people is cut: in a table each finding is a row of its own."""
    for name in ("table", "csv", "markdown", "github", "json", "sarif", "junit", "gitlab"):
        out = run("check", ROOT / STANDARD, "--pack", "segregation/full", "--format", name).out
        for item in audited(ROOT / STANDARD, packs=["segregation/full"]).findings:
            assert item.rule.id in out, (name, item.rule.id)


def test_a_process_that_is_switched_off_is_not_asked(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Without purchasing in NetSuite its pairs do not apply; they are counted as such."""
    config = tmp_path / "nspermaudit.yaml"
    config.write_text(
        "use: [{pack: segregation/full, parameters: {purchasing: false}}]\n", encoding="utf-8"
    )
    ran = run("check", ROOT / STANDARD, "--config", config, "--format", "json")
    assert '"not_applicable": 32' in ran.out
    assert "-and-payment-approval" not in ran.out


def test_privileges_of_a_role_are_one_block(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tier a line, the level where it matters, and what follows for signing in."""
    monkeypatch.chdir(ROOT)
    ran = run("check", FIXTURES.relative_to(ROOT) / "acme", "--pack", "privilege")
    assert ran.out.split("\n\n")[0].splitlines() == [
        'error[privilege]: "ACME Order Sync" has 3 privileged permissions: 1 critical, 2 medium',
        " --> fixtures/acme/src/Objects/customrole_acme_order_sync.xml:17:7",
        "  | critical Access Token Management",
        "  | medium   Items: Full, User Access Tokens",
        (
            '  = "ACME Order Sync" must sign in with two factors, whatever its own setting says '
            "(Access Token Management: Full)"
        ),
    ]
    assert "1 of 3 roles can change transactions in bulk (Find Transaction: Full)" in ran.out
    ran = run("check", FIXTURES.relative_to(ROOT) / "acme", "--pack", "privilege", "-v")
    assert "  | critical Access Token Management (privilege-access-token-management)" in ran.out
    assert ran.out.count("  |   why: ") == 3
    alone = ("--select", "two-factor-is-mandatory")
    ran = run("check", FIXTURES / "acme", "--pack", "privilege", *alone)
    assert ran.out.startswith('info[two-factor-is-mandatory]: "ACME Order Sync" must sign in ')
