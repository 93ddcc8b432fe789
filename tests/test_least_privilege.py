"""The least privilege packs, held against their csv file and against the guide's packs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from conftest import FIXTURES, Ran, sdf

from nspermaudit import UsageError, Use, catalog, packs
from nspermaudit.account import Account
from nspermaudit.model import Grant, Level, Location, Role
from nspermaudit.rule import Result, Rule, Severity, Verdict
from tools.rules import sources

ROWS = sources.rows("least_privilege_profiles")
READ_SALES = "import sales orders (read only)"
MARK = "import sales orders and mark them as imported"
FULFIL = "push fulfillments (create)"
READ_PURCHASES = "import purchase orders (read only)"
RECEIVE = "push receipts (create)"
JOBS = [
    ("sales-orders", {"pushes_fulfillments": False}, [READ_SALES]),
    ("sales-orders", {"pushes_fulfillments": False, "marks_orders": True}, [READ_SALES, MARK]),
    ("sales-orders", {}, [READ_SALES, FULFIL]),
    ("sales-orders", {"marks_orders": True}, [READ_SALES, MARK, FULFIL]),
    ("purchase-orders", {"pushes_receipts": False, "reads_vendors": True}, [READ_PURCHASES]),
    ("purchase-orders", {"reads_vendors": True}, [READ_PURCHASES, RECEIVE]),
    ("token", {}, ["sign-in, SOAP + TBA (what the guide sets up)"]),
    ("token", {"sign_in": "rest-tba", "queries": True}, ["sign-in, REST + TBA"]),
    (
        "token",
        {"sign_in": "rest-oauth2", "queries": True},
        ["sign-in, REST + OAuth 2.0 (new integrations from 2027.1)"],
    ),
]
OPTIONAL = {"TRAN_PURCHORDRECEIVE"}


def told(pack: str, parameters: Mapping[str, bool | str], role: Role) -> list[tuple[Rule, Verdict]]:
    """The findings of a pack and those that it brings, but for what features add."""
    rules = packs.all_rules(packs.load([Use(f"least-privilege/{pack}", parameters)]))
    return [
        (rule, verdict)
        for rule in rules
        if rule.pack != "least-privilege/features"
        for verdict in rule.judge(role, Account())
        if verdict.result is Result.FINDING
    ]


def role_with(levels: Mapping[str, Level]) -> Role:
    """A role with these levels by permission ids."""
    place = Location("role.xml")
    known = catalog.load()
    grants = [Grant(known.resolve(key), level, place) for key, level in levels.items()]
    return Role.of("customrole_x", "X", grants, place)


def levels_of(use_cases: Iterable[str], column: str) -> dict[str, Level]:
    """The highest level in a column, over the rows of some use cases, by permission id."""
    found: dict[str, Level] = {}
    for row in ROWS:
        if row["use_case"] in use_cases and row[column] not in ("", "NONE"):
            level = Level[row[column]]
            found[row["permission_id"]] = max(level, found.get(row["permission_id"], level))
    return found


@pytest.mark.parametrize(("pack", "parameters", "use_cases"), JOBS)
def test_the_lower_levels_are_enough_and_the_higher_ones_not_too_much(
    pack: str, parameters: Mapping[str, bool], use_cases: list[str]
) -> None:
    """Between the two levels of a row nothing is said."""
    for column in ("least_privilege_at_least", "least_privilege_at_most"):
        role = role_with(levels_of(use_cases, column))
        found = [rule.id for rule, _ in told(pack, parameters, role)]
        assert [name for name in found if name != "own-token-creation"] == []


@pytest.mark.parametrize(("pack", "parameters", "use_cases"), JOBS)
def test_less_than_the_lower_level_is_an_error(
    pack: str, parameters: Mapping[str, bool], use_cases: list[str]
) -> None:
    """Each permission alone, taken away, is told at the level that its row asks for."""
    least = levels_of(use_cases, "least_privilege_at_least")
    logins = {"ADMI_LOGIN_OAUTH", "ADMI_MANAGE_OWN_OAUTH_TOKENS"}
    for key, level in least.items():
        if key in OPTIONAL:
            continue
        gone = logins if key in logins else {key}
        left = {other: held for other, held in least.items() if other not in gone}
        errors = [
            verdict
            for rule, verdict in told(pack, parameters, role_with(left))
            if rule.severity is Severity.ERROR
        ]
        assert errors, key
        if key not in logins:
            assert {item.permission.id for item in errors if item.permission} == {key}
            assert max(item.required or 0 for item in errors) == level


@pytest.mark.parametrize(("pack", "parameters", "use_cases"), JOBS[:6])
def test_more_than_the_higher_level_is_a_warning(
    pack: str, parameters: Mapping[str, bool], use_cases: list[str]
) -> None:
    """Full, which the guide asks for, is never an error."""
    most = levels_of(use_cases, "least_privilege_at_most")
    found = told(pack, parameters, role_with(dict.fromkeys(most, Level.FULL)))
    assert {rule.severity for rule, _ in found} == {Severity.WARNING}
    bounds = {verdict.permission.id: verdict.required for _, verdict in found if verdict.permission}
    assert bounds == most


def test_where_guide_and_oracle_disagree_there_is_one_finding(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Whatever packs are used together, and whether the role has it or not."""
    role = tmp_path / "customrole_example.xml"
    rest = [("ADMI_MANAGE_OWN_OAUTH_TOKENS", "FULL"), ("ADMI_WEBSERVICES", "FULL")]
    ours = ["--pack", "least-privilege/token", "--pack", "hygiene/integration"]
    guides = ["--pack", "guide/token", "--pack", "hygiene/integration"]
    for grants in (rest, [*rest, ("ADMI_MANAGE_OAUTH_TOKENS", "FULL")]):
        role.write_text(sdf(*grants), encoding="utf-8")
        for given in (ours, guides):
            ran = run("check", role, *given, "--format", "csv", "--fail-on", "never")
            number = sum(",ADMI_MANAGE_OAUTH_TOKENS," in line for line in ran.out.splitlines())
            assert number == (len(grants) == 3 if given is ours else 1)
    text = run("check", role, "--pack", "least-privilege/token").out
    assert "The connector guide asks for it; Oracle's documentation says that it does not help" in (
        " ".join(text.split())
    )


@pytest.mark.parametrize("name", ["token", "sales-orders", "purchase-orders"])
def test_a_pack_and_its_twin_are_never_used_together(name: str) -> None:
    """They contradict each other in every line."""
    with pytest.raises(UsageError, match=f"guide/{name} contradict each other"):
        packs.load([Use(f"guide/{name}"), Use(f"least-privilege/{name}")])
    with pytest.raises(UsageError, match=r"orders \(part of guide\) contradict each other"):
        packs.load([Use("guide"), Use("least-privilege")])


@pytest.mark.parametrize("name", [name for name in packs.shipped() if "least" in name])
def test_every_pack_says_how_sure_it_is(name: str) -> None:
    """Nobody should take it for what Oracle or the vendor promises."""
    (pack,) = (found for found in packs.load([Use(name)]) if found.id == name)
    words = "This is the least privilege that we could document; try it in a sandbox."
    assert words in " ".join(pack.about.split())


def test_a_feature_of_which_nothing_is_known_is_not_evaluated(run: Callable[..., Ran]) -> None:
    """Whether the account is one of OneWorld, no role file tells."""
    ran = run("check", FIXTURES / "acme", "--pack", "least-privilege/features")
    assert "4 not evaluated" in ran.out


def test_a_limit_is_called_one_below_the_line(run: Callable[..., Ran]) -> None:
    """What is too much is not said to be required."""
    file = FIXTURES / "acme" / "src" / "Objects" / "customrole_acme_order_sync.xml"
    ran = run("check", file, "--select", "least-fulfillment-levels", "--pack", "least-privilege")
    assert "^^^^ granted Full, at most Edit\n" in ran.out
    assert "required" not in ran.out
