"""The seven steps of the connector guide: which exports tell, what is said, and no secret in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import FIXTURES, Ran, audited, sdf
from reading import read, read_all
from reported import reported

from nspermaudit import Config, Report, Request, Use, auditing, config, find, forking, packs
from nspermaudit.account import Account
from nspermaudit.auditing import audit
from nspermaudit.companions import AccessToken, Integration
from nspermaudit.reporters import REPORTERS
from nspermaudit.rule import STEPS, Result
from nspermaudit.source import Reading, from_bytes
from nspermaudit.summary import step_results

Run = Callable[..., Ran]
ACME = FIXTURES / "acme"
ROLE = ACME / "src" / "Objects" / "customrole_acme_order_sync.xml"
INTEGRATIONS = "Name,State,Token-based Authentication\nSync,Enabled,Yes\nPrinter,Blocked,No\n"
TOKENS = "Application,User,Role,Inactive\nSync,Sync User,Example,No\n"
ROLES = "Role,Permission,Level,Inactive\nExample,User Access Tokens,Full,No\n"
SECRET = "0123456789abcdef" * 4


def whole(*paths: Path, stated: Account | None = None, role: str = "Example") -> Report:
    """Every result of the pack of the account's readiness, with facts that are stated."""
    facts = Config(account=stated or Account())
    request = Request(packs=(Use("guide/readiness"),), roles=(role,), keep_all=True)
    return audit(find(map(str, paths)), facts, request)


def steps_of(*paths: Path, roles: Sequence[str] = ()) -> dict[int, str]:
    """What became of each step, in words."""
    found = step_results(audited(*paths, packs=["guide"], roles=roles))
    return {step: result.value for step, result in found.items()}


# The invented company


def test_with_all_exports_every_step_passes_or_is_a_finding() -> None:
    """Nothing is left open where everything was exported."""
    report = audited(ACME, packs=["guide"], config=config.read(str(ACME / "nspermaudit.yaml")))
    assert not report.not_evaluated
    found = {step: result.value for step, result in step_results(report).items()}
    passed = dict.fromkeys((1, 2, 4, 5, 6), "pass")
    assert found == passed | {3: "finding", 7: "finding"}


@pytest.mark.parametrize(("options", "code"), [((), 1), (("--strict",), 3)])
def test_with_one_role_alone_the_other_steps_say_what_to_export(
    options: tuple[str, ...], code: int, tmp_path: Path, run: Run
) -> None:
    """Outside its project, and with no configuration, a role tells of steps 3 and 7 alone."""
    shutil.copy(ROLE, tmp_path)
    ran = run("check", tmp_path / ROLE.name, "--pack", "guide", "--show", "all", *options)
    assert ran.code == code
    assert (
        "Guide: step 1 not evaluated, step 2 not evaluated, step 3 finding, step 4 not evaluated, "
        "step 5 not evaluated, step 6 not evaluated, step 7 finding.\n"
    ) in ran.out
    lines = [line for line in ran.out.splitlines() if line.startswith("not evaluated: ")]
    told = {line.partition(": ")[2] for line in lines}
    assert all(text.startswith(("export this: ", 'state "id: ..."')) for text in told)
    assert len(told) == 6  # one for each feature, and the tokens' one for three questions


def test_a_ready_account_has_no_finding_and_exit_code_0(tmp_path: Path, run: Run) -> None:
    """What is not evaluated fails nothing, unless --strict asks for it."""
    keys = {
        key
        for pack in packs.load([Use("guide")])
        for rule in pack.rules
        if rule.verb == "require"
        for key in (permission.id for permission, _ in rule.check.permissions())
    }
    text = sdf(*((key, "FULL") for key in sorted(keys)))
    (tmp_path / "customrole_example.xml").write_text(text, encoding="utf-8")
    assert run("check", tmp_path, "--pack", "guide").code == 0
    assert run("check", tmp_path, "--pack", "guide", "--strict").code == 3
    (tmp_path / "features.xml").write_bytes(
        (ACME / "src" / "AccountConfiguration" / "features.xml").read_bytes()
    )
    (tmp_path / "integrations.csv").write_text(INTEGRATIONS, encoding="utf-8")
    (tmp_path / "tokens.csv").write_text(TOKENS, encoding="utf-8")
    (tmp_path / "users.csv").write_text("Name,Role\nSync User,Example\n", encoding="utf-8")
    stated = "account: {id: '1234567', integrations: [{name: sync}]}\n"
    (tmp_path / "nspermaudit.yaml").write_text(stated, encoding="utf-8")
    ran = run("check", tmp_path, "--pack", "guide", "--strict")
    assert ran.code == 0
    assert f"Guide: {', '.join(f'step {step} pass' for step in range(1, 8))}.\n" in ran.out


def test_the_table_has_the_steps_in_the_order_of_the_guide(run: Run) -> None:
    """A line a step, with the guide's names, and no row is wider than a narrow terminal."""
    ran = run("check", ACME, "--pack", "guide", "--format", "table", "--show", "all")
    table = ran.out.partition("note: ")[0].splitlines()
    steps = {f"{step} {title}" for step, title in enumerate(STEPS, 1)}
    titles = [line.partition(":")[0] for line in table if line.partition(":")[0] in steps]
    assert titles == sorted(steps)
    rows = [line for line in table if not line.startswith("      ")]
    assert max(map(len, rows)) <= 100
    assert table[0].split() == [
        "Step",
        "Result",
        "Role",
        "or",
        "what",
        "Requirement",
        "Granted",
        "Place",
    ]
    assert sum(line[:6].strip().isdecimal() for line in table) == 27


def test_what_to_export_is_said_in_the_checklist_and_not_again_below_it(
    tmp_path: Path, run: Run
) -> None:
    """The notes repeat none of it; without --show all, the sums say how to see why."""
    shutil.copy(ROLE, tmp_path)
    options = ("check", tmp_path, "--pack", "guide", "--format", "table")
    table, _, notes = run(*options, "--show", "all").out.partition("note: ")
    assert "export this: " in table
    assert "export this: " not in notes
    assert "not evaluated (-v tells why).\n" in run(*options).out
    assert "tells why" not in notes


def test_rules_without_a_step_stand_below_the_checklist(run: Run) -> None:
    """With other packs beside the guide, their results follow in the ordinary table."""
    ran = run("check", ACME, "--format", "table", "--show", "all")
    first, second = ran.out.index("7 Grants"), ran.out.index("unknown-permission")
    assert first < second


def test_the_steps_are_told_only_where_all_of_them_were_asked(run: Run) -> None:
    """One pack of the guide is no checklist."""
    assert "Guide:" not in run("check", ACME, "--pack", "guide/token").out
    assert "6 pass.\n" in run("check", ACME, "--pack", "guide/readiness").out


def test_a_waived_finding_waives_its_step() -> None:
    """A step whose findings are all accepted is waived."""
    report = audited(ACME, packs=["guide"])
    accepted = tuple(item._replace(is_baselined=True) for item in report.findings)
    found = step_results(report._replace(findings=accepted))
    assert [found[3], found[7]] == [Result.WAIVED, Result.WAIVED]


# Kinds of transactions


@pytest.mark.parametrize(("kind", "left"), [("sales", "purchase"), ("purchase", "sales")])
def test_a_connector_that_moves_one_kind_switches_the_other_off(
    kind: str, left: str, tmp_path: Path, run: Run
) -> None:
    """The rule of the other kind is not applicable, and that is told."""
    shutil.copy(ROLE, tmp_path)
    (tmp_path / "nspermaudit.yaml").write_text(
        f"use: [{{pack: guide, parameters: {{{kind} orders: false}}}}]\n", encoding="utf-8"
    )
    ran = run("check", tmp_path)
    told = f"not asked: {kind}-order-permissions (only when parameter {kind} orders is true)"
    assert told in ran.out
    assert f"not asked: {left}" not in ran.out
    assert f"[{kind}-order-permissions]" not in ran.out


def test_a_connector_that_moves_nothing_is_asked_for_no_grants(tmp_path: Path, run: Run) -> None:
    """With both kinds off step 7 does not apply; both are told."""
    shutil.copy(ROLE, tmp_path)
    (tmp_path / "nspermaudit.yaml").write_text(
        "use: [{pack: guide, parameters: {sales orders: false, purchase orders: false}}]\n",
        encoding="utf-8",
    )
    ran = run("check", tmp_path)
    assert ran.out.count("not asked: ") == 2
    assert "7 not applicable." in ran.out


# Lists of integration records and access tokens


def test_integration_records_are_read_from_their_list() -> None:
    """Name, state and whether tokens may be used, each record at its line."""
    found = read(INTEGRATIONS)
    assert [item[:3] for item in found.account.integrations] == [
        ("Sync", True, True),
        ("Printer", False, False),
    ]
    assert [item.location.line for item in found.account.integrations] == [2, 3]
    assert found.status == "read"


@pytest.mark.parametrize(
    "text",
    [
        TOKENS,
        "Application;User;Role;Status\nSync;Sync User;Example;Active\n",
        '[{"application": "Sync", "user": "Sync User", "role": "Example", "isinactive": "F"}]',
    ],
    ids=["csv", "semicolons", "json"],
)
def test_access_tokens_are_read_from_their_list(text: str) -> None:
    """Application, user, role and state."""
    (token,) = read(text).account.tokens
    assert token[:4] == ("Sync", "Sync User", "Example", True)


def test_integration_records_are_read_from_json() -> None:
    """The keys of JSON are headings."""
    text = '[{"name": "Sync", "state": "Waiting for Approval", "tokenBased": "T"}]'
    assert [item[:3] for item in read(text).account.integrations] == [("Sync", False, True)]


def test_headings_in_other_words_are_mapped() -> None:
    """--map names the columns that nobody knows."""
    columns = {"application": "Anwendung", "user": "Benutzer", "role": "Rolle", "state": "Zustand"}
    text = "Anwendung,Benutzer,Rolle,Zustand\nSync,U,Example,revoked\n"
    (token,) = read(text, Reading(columns=columns)).account.tokens
    assert token == AccessToken("Sync", "U", "Example", is_active=False, location=token.location)


def test_a_state_that_is_none_is_an_error() -> None:
    """Nothing is taken for granted of it, and the input is partial."""
    found = read("Name,State,Token-based Authentication\nSync,On,Perhaps\n,Enabled,Yes\n")
    found.assert_told(
        [
            ("error", 2, '"On" is no state of an integration record'),
            ("error", 2, '"Perhaps" says neither yes nor no'),
            ("error", 3, "the row names no integration record"),
        ]
    )
    assert found.account.integrations == (
        Integration("Sync", location=found.account.integrations[0].location),
    )
    tokens = read("Application,User,Role,Status\nSync,U,Example,Odd\nSync,,Example,Active\n")
    tokens.assert_told(
        [("error", 2, '"Odd" is no state'), ("error", 3, "lacks the token's application")]
    )
    assert [item.is_active for item in tokens.account.tokens] == [None]


@pytest.mark.parametrize(
    "text",
    ["Role,User,Application,Permission,Level\nExample,U,Sync,Items,View\n", "Name,State\nA,B\n"],
)
def test_a_table_that_only_resembles_one_is_none(text: str) -> None:
    """A table of permissions stays one, whatever other columns it has."""
    found = read(text)
    assert not found.account.tokens
    assert not found.account.integrations


def test_what_is_exported_counts_more_than_what_is_stated(tmp_path: Path) -> None:
    """The configuration names the record; the export says that it is blocked."""
    (tmp_path / "integrations.csv").write_text(INTEGRATIONS, encoding="utf-8")
    (tmp_path / "roles.csv").write_text(ROLES, encoding="utf-8")
    for name, results in (
        ("sync", ["pass"] * 3),
        ("printer", ["finding", "finding", "pass"]),
        ("Elsewhere", ["finding"]),
    ):
        stated = Integration(name, is_enabled=True, is_token_based=True, is_stated=True)
        report = whole(tmp_path, stated=Account(integrations=(stated,)))
        outcomes = [item.verdict for item in report.outcomes or () if item.rule.step == 1]
        assert sorted(item.result.value for item in outcomes) == results


def test_of_many_integration_records_one_must_be_named(tmp_path: Path) -> None:
    """Nobody but the user knows which of them is the connector's."""
    (tmp_path / "integrations.csv").write_text(INTEGRATIONS, encoding="utf-8")
    (tmp_path / "roles.csv").write_text(ROLES, encoding="utf-8")
    report = audited(tmp_path, packs=["guide/readiness"])
    assert any("which of 2 integration records" in reason for reason in report.not_evaluated)


def test_who_has_the_role_may_stand_in_the_export_of_the_roles(tmp_path: Path) -> None:
    """An employee search with permissions says it row by row: known at the very end."""
    rows = ["Name,Role,Permission,Level,Inactive"]
    rows += [f"User {number},Role {number},User Access Tokens,Full,No" for number in range(3)]
    (tmp_path / "search.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert steps_of(tmp_path, roles=["Role 0"])[4] == "pass"
    rows += ["User 0,Role 9,User Access Tokens,Full,No", ",Role 7,Items,View,No"]
    (tmp_path / "search.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert steps_of(tmp_path, roles=["Role 9"])[4] == "pass"


def test_no_token_role_is_told_once_and_not_of_each_role(tmp_path: Path) -> None:
    """Where nobody knows which role it is, the questions about it are open, each once."""
    rows = [f"Role {number},Items,View" for number in range(50)]
    text = "\n".join(("Role,Permission,Level", *rows))
    (tmp_path / "roles.csv").write_text(text, encoding="utf-8")
    report = whole(tmp_path, role="Nobody")
    asked = [item for item in report.outcomes or () if item.rule.id == "token-role-is-active"]
    assert [item.verdict.result for item in asked] == [Result.NOT_EVALUATED]
    assert "no token role is known" in asked[0].verdict.reason


def test_a_token_in_a_role_known_by_its_number_is_found() -> None:
    """The companion table ``role`` says that 1042 and customrole_x are one."""
    texts = {
        "role.csv": "id,scriptid,name,isinactive,issalesrole\n1042,customrole_x,X,F,F\n",
        "grants.csv": "role,permkey,permlevel\n1042,ADMI_LOGIN_OAUTH,4\n",
        "tokens.csv": "Application,User,Role,Inactive\nSync,7,1042,F\n",
    }
    found = read_all([from_bytes(text.encode(), path) for path, text in texts.items()])
    (rule,) = (
        rule
        for pack in packs.load([Use("guide/readiness")])
        for rule in pack.rules
        if rule.id == "access-token-role-may-use-tokens"
    )
    (role,) = found.roles
    assert found.levels == {"customrole_x": {"ADMI_LOGIN_OAUTH": "FULL"}}
    assert [item.result for item in rule.judge(role, found.account)] == [Result.PASS]


# Symptoms


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("INSUFFICIENT_PERMISSION", "soap-web-services-are-on"),
        ("insufficient_permission", "soap-web-services-are-on"),
        ("Error: INSUFFICIENT_PERMISSION.", "soap-web-services-are-on"),
        ("permission_denied", "token-authentication-is-on"),
        ("ROLE_REQUIRED", "token-permissions"),
        ("login access has been disabled", "token-permissions"),
    ],
)
def test_a_symptom_leads_to_its_rules(text: str, first: str, run: Run) -> None:
    """In any case, in part or inside a message; the first step's rule first."""
    ran = run("explain", text)
    assert (ran.code, ran.err) == (0, "")
    rules = [line for line in ran.out.splitlines() if line.endswith(" (error)")]
    assert rules[0] == f"{first} (error)"
    assert "token-permissions (error)" in rules


def test_a_rule_tells_its_step_and_its_symptoms(run: Run) -> None:
    """``explain`` says both, and a symptom that is misspelt is suggested."""
    out = run("explain", "token-role-is-assigned").out
    assert "guide step:  4 Assignment\n" in out
    assert "symptoms:    ROLE_REQUIRED\n" in out
    wrong = run("explain", "INSUFICIENT_PERMISSION")
    assert wrong.code == 2
    assert '(did you mean "INSUFFICIENT_PERMISSION"?)' in wrong.err


# Secrets


def test_other_columns_than_those_with_secrets_are_read(tmp_path: Path, run: Run) -> None:
    """The warning names the columns that are not."""
    text = "Role,Permission,Level,Token ID,Token Secret\nExample,Items,Full,a,b\n"
    (tmp_path / "roles.csv").write_text(text, encoding="utf-8")
    ran = run("check", tmp_path)
    assert "Checked 1 role, 1 grant" in ran.out
    assert (
        'holds secrets (columns "Token ID", "Token Secret"), which are not read: remove the columns'
    ) in ran.out


@pytest.mark.parametrize(
    "heading",
    [
        *("Consumer Key", "CONSUMER_SECRET", "Token ID", "token-secret", "TokenSecret"),
        *("Password", "Client ID", "client_secret", "Secret", "API Key", "Access Token"),
    ],
)
def test_a_column_with_secrets_is_told_and_nothing_of_it_is_read(
    heading: str, tmp_path: Path, run: Run
) -> None:
    """Neither a report in any format nor a message shows what stood there."""
    text = (
        f"Role,Permission,Level,{heading}\n"
        f"Example,SOAP Web Services,View,hunter2-{SECRET}\nExample,Items,Voll,hunter2\n"
    )
    (tmp_path / "roles.csv").write_text(text, encoding="utf-8")
    ran = run("check", tmp_path)
    assert f'roles.csv:1: holds secrets (column "{heading}")' in ran.out
    for form in REPORTERS:
        for more in ((), ("--show", "all"), ("-v",)):
            ran = reported(run, tmp_path.parent, form, "check", tmp_path, *more)
            assert ran.code == 3
            assert "hunter2" not in ran.out + ran.err
            assert SECRET[:12] not in ran.out + ran.err


SPREAD = {
    "roles.csv": f"Role,Permission,Level\n{SECRET},{SECRET},Full\nX,Items,{SECRET}\n",
    "grants.csv": f"role,permkey,permlevel\nX,{SECRET},4\nX,[scriptid=customrecord_{SECRET}],4\n",
    "users.csv": f"Role,User\n{SECRET},U {SECRET}\n",
    "tokens.csv": f"Application,User,Role,Status\n{SECRET},{SECRET},{SECRET},{SECRET}\n",
    "records.csv": f"Name,State,Token-based Authentication\n{SECRET},{SECRET},{SECRET}\n",
    "unknown.csv": f"Colour,{SECRET}\n1,2\n",
    "role.xml": sdf((SECRET, "VIEW"), ("LIST_ITEM", SECRET)).replace("Example", SECRET),
    "matrix.csv": f"Permission,{SECRET}\n{SECRET},Full\nItems,{SECRET}\n",
    "data.json": f'[{{"role": "{SECRET}", "permkey": "{SECRET}", "permlevel": "{SECRET}"}}]',
}


@pytest.mark.parametrize("name", SPREAD)
def test_what_looks_like_a_secret_is_masked_wherever_it_stands(
    name: str, tmp_path: Path, run: Run
) -> None:
    """Of a key that somebody pasted into a name no part is told, in any format."""
    (tmp_path / name).write_text(SPREAD[name], encoding="utf-8")
    for form in REPORTERS:
        options = ("--show", "all", "--role", "*")
        ran = reported(run, tmp_path.parent, form, "check", tmp_path / name, *options)
        assert SECRET[:12] not in ran.out + ran.err


@pytest.mark.parametrize(
    ("employee", "state"), [("F,F", "without login access"), ("T,T", "inactive"), ("F,T", "")]
)
def test_a_token_role_is_held_by_nobody_who_cannot_log_in(
    employee: str, state: str, tmp_path: Path
) -> None:
    """Whatever the exports call its holder: one by the address, the other one by the id."""
    (tmp_path / "role.xml").write_text(sdf(("ADMI_LOGIN_OAUTH", "FULL")), encoding="utf-8")
    (tmp_path / "roles.csv").write_text("Email,Role\nj@h.example,Example\n", encoding="utf-8")
    (tmp_path / "employee.csv").write_text(
        f"id,entityid,email,isinactive,giveaccess\n501,Jane Roe,j@h.example,{employee}\n",
        encoding="utf-8",
    )
    found = [item for item in whole(tmp_path).findings if item.rule.id == "token-role-is-assigned"]
    assert [item.verdict.message.rpartition(": ")[2] for item in found] == (
        [f"only users who are {state} have it"] if state else []
    )


@pytest.mark.parametrize("step", [1, -1])
def test_records_of_one_name_that_differ_are_no_pass(step: int, tmp_path: Path) -> None:
    """Whichever comes first: nothing says which of the two is the connector's."""
    rows = ["App,Enabled,Yes\n", "App,Blocked,Yes\n"]
    text = "Name,State,Token-based Authentication\n" + "".join(rows[::step])
    (tmp_path / "records.csv").write_text(text, encoding="utf-8")
    (tmp_path / "role.xml").write_text(sdf(("ADMI_LOGIN_OAUTH", "FULL")), encoding="utf-8")
    found = {
        item.verdict.subject: item.verdict.result.value
        for item in whole(tmp_path).outcomes or ()
        if item.rule.id == "integration-record-is-ready"
    }
    assert found == {
        "integration App": "pass",
        "integration App state": "not_evaluated",
        "integration App tokens": "pass",
    }


def test_a_key_in_the_name_of_a_global_permission_is_masked(tmp_path: Path, run: Run) -> None:
    """A matrix lists what no catalogue knows, too."""
    (tmp_path / "roles.csv").write_text("Role,Permission,Level\nA,Items,Full\n", encoding="utf-8")
    (tmp_path / "users.csv").write_text("Employee,Role\n5,A\n", encoding="utf-8")
    (tmp_path / "globals.csv").write_text(
        f"Employee,Global Permission,Global Permission Level\n5,{SECRET},Full\n", encoding="utf-8"
    )
    for form in ("table", "csv", "json", "html"):
        ran = run("matrix", tmp_path, "--users", "--format", form)
        assert "masked" in ran.out
        assert SECRET[:12] not in ran.out + ran.err


def test_a_matrix_may_have_a_role_called_as_a_secret() -> None:
    """The headings of a matrix are roles: a password clerk is none to warn of."""
    found = read("Permission,Password Reset,Other\nItems,Full,Full\n")
    assert not found.inputs[0].messages


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_two_processes_know_the_same_roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Roles that a second process kept until the end are asked, each once."""
    for number in range(8):
        text = sdf(("ADMI_LOGIN_OAUTH", "FULL"), script_id=f"customrole_{number}")
        (tmp_path / f"{number}.xml").write_text(text, encoding="utf-8")
    users = "".join(f"User {number},customrole_{number}\n" for number in range(0, 8, 2))
    tokens = "".join(f"A,User {number},customrole_{number},No\n" for number in range(0, 8, 3))
    (tmp_path / "users.csv").write_text(f"Name,Role\n{users}", encoding="utf-8")
    (tmp_path / "tokens.csv").write_text(
        f"Application,User,Role,Inactive\n{tokens}", encoding="utf-8"
    )
    alone = whole(tmp_path, role="*")
    failed = [item.rule.id for item in alone.findings]
    assert [failed.count("token-role-is-assigned"), failed.count("access-token-is-active")] == [
        4,
        5,
    ]
    assert failed.count("access-token-user-holds-role") == 1
    monkeypatch.setattr(auditing, "MANY_OBJECTS", 2)
    monkeypatch.setattr(forking, "is_possible", lambda: True)
    assert whole(tmp_path, role="*") == alone
