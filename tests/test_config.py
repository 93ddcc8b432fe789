"""``nspermaudit.yaml``: where it is found, what it says, and what holds without it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran, audited, sdf

from nspermaudit import (
    Config,
    DocumentError,
    Level,
    Reading,
    Report,
    Request,
    Result,
    Severity,
    UsageError,
    audit,
    config,
    examples,
    find,
    packs,
)
from nspermaudit.account import Account
from nspermaudit.model import Location, Role

KEY = "0123456789abcdef" * 4  # no real one: it has the shape of a NetSuite key
PACK = """\
pack: ours
title: Ours
applies_to: {}
rules:
  - id: items
    title: Items
    severity: error
    require: {{Items: full}}
    examples: {{complies: [{{Items: full}}], violates: [{{Items: none}}]}}
"""


def read(folder: Path, text: str) -> Config:
    """The configuration that a text makes."""
    file = folder / config.FILE_NAME
    file.write_text(text, encoding="utf-8")
    return config.read(str(file))


def faults(folder: Path, text: str) -> list[str]:
    """The faults of a configuration, without its path."""
    with pytest.raises(DocumentError) as caught:
        read(folder, text)
    pattern = re.compile(r".*nspermaudit\.yaml:(\d+:\d+: .*)")
    lines = [pattern.fullmatch(line) for line in str(caught.value).splitlines()]
    assert all(lines), str(caught.value)
    return [line[1] for line in lines if line]


def role(role_id: str = "customrole_sync", name: str = "Order Sync", **attributes: bool) -> Role:
    """A role without permissions; attributes by their words with underscores."""
    words = {word.replace("_", " "): value for word, value in attributes.items()}
    return Role.of(role_id, name, (), Location("example"), attributes=words)


def write_roles(folder: Path, **roles: str) -> None:
    """Write SDF roles by their script ids, with what stands before their permissions."""
    for script_id, more in roles.items():
        text = sdf(("LIST_LOCATION", "VIEW"), script_id=script_id, name=script_id.title())
        (folder / f"{script_id}.xml").write_text(
            text.replace("  <permissions>", f"  {more}\n  <permissions>"), encoding="utf-8"
        )


WEB_SERVICES_ONLY = "<iswebserviceonlyrole>T</iswebserviceonlyrole>"
NOT_WEB_SERVICES_ONLY = "<iswebserviceonlyrole>F</iswebserviceonlyrole>"


def asked(report: Report) -> set[str]:
    """The roles that the guide's token rule was asked of, with a finding to show for it."""
    return {item.role_id for item in report.findings if item.rule.id == "token-permissions"}


# Where it is found


def test_the_nearest_configuration_upwards_is_found(tmp_path: Path) -> None:
    """It is looked for in the first path and in every folder above it; the nearest counts."""
    deep = tmp_path / "project" / "src" / "Objects"
    deep.mkdir(parents=True)
    (deep / "customrole_a.xml").write_text(sdf(), encoding="utf-8")
    (tmp_path / config.FILE_NAME).write_text("", encoding="utf-8")
    assert config.find(str(deep)) == str(tmp_path / config.FILE_NAME)
    nearer = tmp_path / "project" / config.FILE_NAME
    nearer.write_text("", encoding="utf-8")
    assert config.find(str(deep)) == str(nearer)
    assert config.find(str(deep / "customrole_a.xml")) == str(nearer)
    assert config.find(str(tmp_path / "project")) == str(nearer)


def test_a_folder_of_that_name_is_no_configuration(tmp_path: Path) -> None:
    """Only a file is a configuration."""
    below = tmp_path / "below"
    (below / config.FILE_NAME).mkdir(parents=True)
    (tmp_path / config.FILE_NAME).write_text("", encoding="utf-8")
    assert config.find(str(below)) == str(tmp_path / config.FILE_NAME)


def test_a_relative_path_is_looked_up_from_where_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folders above a relative path are those above the working folder too."""
    (tmp_path / "src").mkdir()
    (tmp_path / config.FILE_NAME).write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "src")
    found = config.find(".")
    assert found
    assert Path(found).resolve() == (tmp_path / config.FILE_NAME).resolve()


def test_the_configuration_of_the_first_path_is_used(
    tmp_path: Path, run: Callable[..., Ran]
) -> None:
    """``check`` finds the configuration by itself, and --config names another one."""
    write_roles(tmp_path, customrole_sync="")
    (tmp_path / config.FILE_NAME).write_text("use: [guide/token]\n", encoding="utf-8")
    other = tmp_path / "other.yaml"
    other.write_text("use: [guide/sales-orders]\n", encoding="utf-8")
    assert "token-permissions" in run("check", tmp_path).out
    done = run("check", tmp_path, "--config", other)
    assert "sales-order-permissions" in done.out
    assert "token-permissions" not in done.out


def test_a_configuration_that_is_not_there_is_wrong_usage(
    tmp_path: Path, run: Callable[..., Ran]
) -> None:
    """A configuration that was named and cannot be read stops the audit."""
    write_roles(tmp_path, customrole_sync="")
    done = run("check", tmp_path, "--config", tmp_path / "missing.yaml")
    assert (done.code, done.out) == (2, "")
    assert "missing.yaml" in done.err
    assert "No audit was performed." in done.err


# What it says


def test_an_empty_configuration_says_what_none_says(tmp_path: Path) -> None:
    """Without a word of its own a configuration leaves the defaults in force."""
    for text in ("", "# nothing yet\n", "{}\n"):
        found = read(tmp_path, text)
        assert [use.name for use in found.use] == ["integrity", "guide"]
        assert (found.classes, found.account.features, found.severities) == ({}, {}, {})
    assert [use.name for use in Config().use] == ["integrity", "guide"]


def test_a_configuration_may_say_all_that_there_is_to_say(tmp_path: Path) -> None:
    """The sample of the documentation is a configuration."""
    found = read(
        tmp_path,
        """\
# yaml-language-server: $schema=config.json
use: [integrity, guide, {pack: guide/token, parameters: {strict: true, tier: 2, kind: on}}]
roles:
  integration: [customrole_token, "customrole_*_api", {web services only: true}]
  human: {not: integration}
account:
  id: 1234567_SB1
  release: "2026.2"
  features: {TBA: on, CRM: off}
  integrations: [{name: Larkfield-Sync, token_based_authentication: true, state: enabled}]
rules: {explicit-none: off, empty-role: error, token-permissions: warning}
waiver_limits: {days: 180}
waivers:
  - rule: sales-order-permissions
    role: customrole_token
    permission: Customers
    level: view
    reason: This connector reads customers only.
    approved_by: Head of IT
    expires: 2027-03-31
""",
    )
    (waiver,) = found.waivers
    assert (waiver.permission, waiver.level, waiver.expires) == (
        "LIST_CUSTJOB",
        Level.VIEW,
        "2027-03-31",
    )
    assert (waiver.location.line, waiver.location.column, found.waiver_days) == (14, 5, 180)
    assert [use.name for use in found.use] == ["integrity", "guide", "guide/token"]
    assert found.use[2].parameters == {"strict": True, "tier": 2, "kind": "on"}
    assert found.classes.keys() == {"integration", "human"}
    assert found.account.features == {"TBA": True, "CRM": False}
    assert found.severities == {
        "explicit-none": None,
        "empty-role": Severity.ERROR,
        "token-permissions": Severity.WARNING,
    }


YES, NO, UNKNOWN = True, False, None


@pytest.mark.parametrize(
    ("classes", "subject", "holds"),
    [
        ("x: customrole_sync", role(), YES),
        ("x: customrole_syn", role(), NO),
        ("x: customrole_s*", role(), YES),
        ("x: CUSTOMROLE_S*", role(), YES),
        ("x: '*_?ync'", role(), YES),
        ("x: order sync", role(), YES),
        ("x: 'Order *'", role(), YES),
        ("x: 'Order *'", role(name=" Order Sync "), YES),
        ("x: [nothing, 'customrole_*']", role(), YES),
        ("x: [nothing, neither]", role(), NO),
        ("x: {web services only: true}", role(web_services_only=True), YES),
        ("x: {web services only: true}", role(web_services_only=False), NO),
        ("x: {web services only: true}", role(), UNKNOWN),
        ("x: {web services only: true, inactive: false}", role(inactive=True), NO),
        ("x: {web services only: true, inactive: false}", role(inactive=False), UNKNOWN),
        ("x: [customrole_sync, {web services only: true}]", role(), YES),
        ("x: [customrole_other, {web services only: true}]", role(), UNKNOWN),
        ("x: {not: customrole_sync}", role(), NO),
        ("x: {not: customrole_other}", role(), YES),
        ("x: {not: [customrole_other, customrole_sync]}", role(), NO),
        ("x: {not: {inactive: true}}", role(), UNKNOWN),
        ("x: {not: {not: customrole_sync}}", role(), YES),
        ("x: {not: customrole_other, inactive: false}", role(inactive=False), YES),
        ("x: {not: y}\n  y: customrole_sync", role(), NO),
        ("x: [y, z]\n  y: customrole_other\n  z: {inactive: true}", role(inactive=True), YES),
        ("y: customrole_sync\n  x: y", role(), YES),
        ("x: {not: y}\n  y: [z]\n  z: [{not: customrole_sync}]", role(), YES),
    ],
)
def test_a_role_class_holds_a_role_or_not_or_cannot_be_told(
    classes: str, subject: Role, *, holds: bool | None, tmp_path: Path
) -> None:
    """Globs of ids and names, attributes, "not" and other classes say which roles are meant."""
    found = read(tmp_path, f"roles:\n  {classes}\n")
    assert found.classes["x"].holds(subject, Account()) is holds


def test_an_attribute_of_a_class_may_have_several_values(tmp_path: Path) -> None:
    """A list of values means any of them."""
    found = read(tmp_path, "roles: {x: {subsidiaries: [OWN, SELECTED]}}\n").classes["x"]
    for value, holds in (("OWN", True), ("SELECTED", True), ("ALL", False)):
        (example,), account = examples.read({"attributes": {"subsidiaries": value}})
        assert found.holds(example, account) is holds


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ("x: x", ['2:3: the class "x" is defined by itself']),
        ("x: [customrole_a, {not: x}]", ['2:3: the class "x" is defined by itself']),
        ("a: b\n  b: {not: c}\n  c: [a]", ['2:3: the class "a" is defined by itself']),
        ("ok: customrole_a\n  x: [ok, x]", ['3:3: the class "x" is defined by itself']),
    ],
)
def test_a_class_that_is_defined_by_itself_is_refused(
    classes: str, expected: list[str], tmp_path: Path
) -> None:
    """A class may name another, but not itself by way of others."""
    assert faults(tmp_path, f"roles:\n  {classes}\n") == expected


def test_a_rule_has_the_severity_that_is_configured(tmp_path: Path) -> None:
    """A rule that is off is not asked; another severity shows in the findings."""
    write_roles(tmp_path, customrole_sync="")
    (tmp_path / "customrole_none.xml").write_text(
        sdf(("LIST_ITEM", "NONE"), script_id="customrole_none"), encoding="utf-8"
    )
    before = audited(tmp_path, packs=["integrity"])
    assert {(item.rule.id, item.severity.word) for item in before.findings} == {
        ("explicit-none", "info"),
        ("empty-role", "warning"),
    }
    found = read(tmp_path, "use: [integrity]\nrules: {explicit-none: off, empty-role: error}\n")
    after = audited(tmp_path, config=found)
    assert [(item.rule.id, item.severity.word) for item in after.findings] == [
        ("empty-role", "error")
    ]
    assert after.rules == before.rules - 1


def test_a_severity_for_a_rule_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    """A misspelt rule would stay as it is and nobody would know."""
    write_roles(tmp_path, customrole_sync="")
    found = read(tmp_path, "rules: {explicit-nome: off}\n")
    with pytest.raises(UsageError, match=r'"explicit-nome" \(did you mean "explicit-none"\?\)'):
        audited(tmp_path, config=found)


@pytest.mark.parametrize(
    ("account", "result"),
    [
        ("account: {features: {INVENTORY: on}}\n", Result.FINDING),
        ("account: {features: {INVENTORY: off}}\n", Result.NOT_APPLICABLE),
        ("account: {features: {TBA: on}}\n", Result.NOT_EVALUATED),
        ("", Result.NOT_EVALUATED),
    ],
)
def test_features_may_be_stated(account: str, result: Result, tmp_path: Path) -> None:
    """What no export carries can stand in the configuration."""
    write_roles(tmp_path, customrole_sync="")
    text = PACK.format("all").replace("require", "when: {feature: INVENTORY}\n    require")
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    report = audited(tmp_path, config=read(tmp_path, f"use: [ours.yaml]\n{account}"))
    assert {key: number for key, number in report.results.items() if number} == {result: 1}


def test_ids_that_are_numbers_need_no_quotes(tmp_path: Path) -> None:
    """As most account ids and every internal id are."""
    file = tmp_path / "nspermaudit.yaml"
    file.write_text(
        "account:\n  id: 1234567\n  assignments: [{user: 501, role: 1040}]\n"
        "  tokens: [{user: 501, role: 1040}]\n"
    )
    account = config.read(str(file)).account
    assert account.id == "1234567"
    assert [(item.user, item.role) for item in account.assignments] == [("501", "1040")]
    assert [(item.user, item.role) for item in account.tokens] == [("501", "1040")]


def test_a_pack_is_found_from_the_folder_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path of a pack starts where the configuration stands, not where one works."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "rules" / "ours.yaml").write_text(PACK.format("all"), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = read(tmp_path, "use: [rules/ours.yaml]\n")
    assert [pack.id for pack in packs.load(found.use)] == ["ours"]


def test_a_pack_that_nobody_knows_is_refused(tmp_path: Path, run: Callable[..., Ran]) -> None:
    """A misspelt pack is wrong usage, with a suggestion."""
    write_roles(tmp_path, customrole_sync="")
    (tmp_path / config.FILE_NAME).write_text("use: [guide/tokens]\n", encoding="utf-8")
    done = run("check", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert 'did you mean "guide/token"' in done.err


def test_parameters_reach_their_pack(tmp_path: Path) -> None:
    """A pack has the parameters that stand beside it."""
    text = "parameters: {strict: {default: false}}\n" + PACK.format("all")
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    for value in (True, False):
        words = str(value).lower()
        found = read(tmp_path, f"use: [{{pack: ours.yaml, parameters: {{strict: {words}}}}}]\n")
        assert packs.load(found.use)[0].parameters == {"strict": value}


# What it must not say


@pytest.mark.parametrize(
    "key",
    [
        *("consumer_key", "consumer_secret", "consumerSecret", "Consumer-Key", "consumer secret"),
        *("token_id", "token_secret", "tokenSecret", "token id", "client_secret", "secret"),
        *("password", "Password", "passwd", "private_key", "api-key"),
        *("clientId", "CLIENT ID", "access token", "accessToken", "passphrase", "credentials"),
        *(
            "nsTokenSecret",
            "netsuiteConsumerKey",
            "NETSUITE_TOKEN_SECRET",
            "sandbox consumer key",
            "db_password",
        ),
    ],
)
def test_a_key_that_looks_like_a_secret_is_refused(key: str, tmp_path: Path) -> None:
    """Whatever its spelling, a key for a secret is refused, and its value is not told."""
    found = faults(tmp_path, f"use: [integrity]\n{key}: hunter2\n")
    assert f'2:1: "{key}" looks like a secret: this tool needs none, remove it' in found
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("start", "text"),
    [
        ("2:3", "account:\n  {}: hunter2\n"),
        ("3:5", "account:\n  integrations:\n  - {}: hunter2\n    name: Sync\n"),
        ("3:5", "account:\n  features:\n    {}: hunter2\n"),
        ("3:18", "use:\n  - pack: guide\n    parameters: {{{}: hunter2}}\n"),
        ("2:3", "rules:\n  {}: hunter2\n"),
        ("2:3", "roles:\n  {}: hunter2\n"),
        ("1:9", "oops: [{{{}: [hunter2]}}]\n"),
    ],
)
def test_a_secret_is_refused_wherever_it_stands(start: str, text: str, tmp_path: Path) -> None:
    """Secrets are refused at every depth; no message about anything repeats their values."""
    for key in ("token_secret", "password"):
        found = faults(tmp_path, text.format(key))
        assert f'{start}: "{key}" looks like a secret: this tool needs none, remove it' in found
        assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "use: [{}]\n",
        "roles: {{integration: {}}}\n",
        "roles: {{integration: [customrole_a, {}]}}\n",
        "account: {{id: {}}}\n",
        "account: {{release: {}}}\n",
        "account: {{features: {{TBA: {}}}}}\n",
        "account: {{features: {{{}: on}}}}\n",
        "account: {{integrations: [{{name: {}}}]}}\n",
        "account: {{integrations: [{{name: Sync, state: {}}}]}}\n",
        "rules: {{explicit-none: {}}}\n",
        "rules: {{{}: off}}\n",
        "rules: {}\n",
        "use: [{{pack: guide, parameters: {{code: {}}}}}]\n",
        "oops: {}\n",
        "{}: oops\n",
        "{}\n",
    ],
)
def test_a_value_that_looks_like_a_key_is_refused_and_never_told(text: str, tmp_path: Path) -> None:
    """Sixty-four hexadecimal digits are a NetSuite key; no message repeats them."""
    for key in (KEY, KEY.upper()):
        found = faults(tmp_path, text.format(key))
        assert KEY not in str(found).lower()
        assert any("looks like a key or a token: remove it" in line for line in found)


def test_a_secret_is_not_printed_by_the_command_line(
    tmp_path: Path, run: Callable[..., Ran]
) -> None:
    """The audit is refused and neither stream shows the value."""
    write_roles(tmp_path, customrole_sync="")
    text = f"account:\n  features: {{TBA: {KEY}}}\n  password: hunter2\n"
    (tmp_path / config.FILE_NAME).write_text(text, encoding="utf-8")
    done = run("check", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "looks like a secret" in done.err
    assert KEY not in done.err
    assert "hunter2" not in done.err


def test_that_a_token_exists_is_no_secret(tmp_path: Path) -> None:
    """For whom a token is may be stated, and rules about tokens be switched off."""
    text = (
        "rules: {access-token-is-active: off}\n"
        "account:\n  assignments: [{user: U, role: customrole_x}]\n"
        "  tokens:\n  - {application: Sync, user: U, role: customrole_x, state: revoked}\n"
    )
    found = read(tmp_path, text).account
    assert [item[:4] for item in found.tokens] == [("Sync", "U", "customrole_x", False)]
    assert found.tokens[0].location.line == 5
    assert [item[:2] for item in found.assignments] == [("U", "customrole_x")]
    for key in ("id", "token_id", "secret", "token"):
        told = faults(tmp_path, f"account: {{tokens: [{{role: x, {key}: hunter2}}]}}\n")
        assert told
        assert "hunter2" not in str(told)


def test_what_only_resembles_a_key_is_no_secret(tmp_path: Path) -> None:
    """Shorter texts, ids and names pass."""
    found = read(tmp_path, f"roles: {{integration: [{KEY[:-1]}, customrole_token]}}\n")
    assert "integration" in found.classes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uses: [guide]\n", ['1:1: unknown key "uses" (did you mean "use"?)']),
        ("qqq: 1\n", ['1:1: unknown key "qqq"']),
        ("account: {feature: {}}\n", ['1:11: unknown key "feature" (did you mean "features"?)']),
        (
            "account:\n  integrations:\n  - {nam: Sync}\n",
            ['3:5: "name" is missing here', '3:6: unknown key "nam" (did you mean "name"?)'],
        ),
        (
            "roles:\n  a: {web service only: true}\n",
            ['2:7: unknown key "web service only" (did you mean "web services only"?)'],
        ),
        ("use:\n  - {parameters: {}}\n", ['2:5: "pack" is missing here']),
        ("use: guide\n", ["1:1: expected a list"]),
        ("use: []\n", ["1:1: must not be empty"]),
        ("rules: {empty-role: eror}\n", ['1:9: "eror" is not one of "error", "warning", ']),
        ("account: {features: {TBA: true}}\n", ['1:22: true is not one of "on", "off"']),
        ("account: {release: 2026.3}\n", ['1:11: "2026.3" is not a release such as 2026.2']),
        ("account: {id: -1}\n", ["1:11: too small a number"]),
        ("account: {id: }\n", ["1:11: expected text or a whole number"]),
        ("account: {id: a b}\n", ['1:11: "a b" is not an account id such as 1234567_SB1']),
        (
            "roles:\n  fine: customrole_a\n  My Roles: customrole_b\n",
            ['3:3: "My Roles" is not an id of lower-case words and dashes'],
        ),
        ("roles: {a: {inactive: T}}\n", ["1:13: expected true or false"]),
        ("roles: {a: []}\n", ["1:9: must not be empty"]),
        ("account:\n", ["1:1: expected a mapping"]),
        ("- use\n", ["1:1: expected a mapping"]),
        ("use: [guide]\nuse: [integrity]\n", ['2:1: duplicate key "use"']),
        (
            "uses: 1\nrolls: 2\naccount: {idd: 3}\n",
            [
                '1:1: unknown key "uses" (did you mean "use"?)',
                '2:1: unknown key "rolls" (did you mean "roles"?)',
                '3:11: unknown key "idd" (did you mean "id"?)',
            ],
        ),
    ],
)
def test_every_fault_is_told_at_its_place(text: str, expected: list[str], tmp_path: Path) -> None:
    """Unknown keys, with a suggestion, and all else that is wrong, at line and column."""
    found = faults(tmp_path, text)
    assert len(found) == len(expected), found
    assert all(map(str.startswith, found, expected)), found


# Which roles the guide is asked of


def test_the_only_role_is_the_integration_role(tmp_path: Path) -> None:
    """With one role in the input the guide is asked of it, and the report says so."""
    write_roles(tmp_path, customrole_only=NOT_WEB_SERVICES_ONLY)
    report = audited(tmp_path)
    assert {digest.id for digest in report.packs} >= {"integrity", "guide", "guide/token"}
    assert asked(report) == {"customrole_only"}
    assert report.assumptions == ('integration role: "Customrole_Only", the only role there is',)


def test_of_several_roles_those_for_web_services_only_are_asked(tmp_path: Path) -> None:
    """The attribute tells which of several roles are for integration."""
    write_roles(tmp_path, customrole_a=WEB_SERVICES_ONLY, customrole_b=NOT_WEB_SERVICES_ONLY)
    report = audited(tmp_path)
    assert asked(report) == {"customrole_a"}
    (words,) = report.assumptions
    assert "web services only" in words
    assert "--role" in words


def test_a_role_of_which_nothing_is_known_is_not_evaluated(tmp_path: Path) -> None:
    """An export without the attribute does not say "no": the rules count as not evaluated."""
    write_roles(tmp_path, customrole_a="", customrole_b=NOT_WEB_SERVICES_ONLY)
    report = audited(tmp_path, packs=["guide/token"])
    assert asked(report) == set()
    assert report.results[Result.NOT_EVALUATED] == 1


def test_where_no_role_is_for_integration_the_report_says_so(tmp_path: Path) -> None:
    """With several roles of which none is meant, the output says that and how to name one."""
    write_roles(tmp_path, customrole_a=NOT_WEB_SERVICES_ONLY, customrole_b=NOT_WEB_SERVICES_ONLY)
    report = audited(tmp_path)
    assert asked(report) == set()
    words = " ".join((*report.assumptions, *report.notes))
    assert re.search(r"\b(no|none)\b", words)
    assert "--role" in words


def test_roles_named_on_the_command_line_are_the_integration_roles(tmp_path: Path) -> None:
    """--role beats everything else, the configuration included."""
    write_roles(tmp_path, customrole_a=WEB_SERVICES_ONLY, customrole_b="", customrole_c="")
    configured = read(tmp_path, "roles: {integration: customrole_a}\n")
    report = audited(tmp_path, roles=["*_b", "Customrole_C"], config=configured)
    assert asked(report) == {"customrole_b", "customrole_c"}
    assert report.assumptions[1:] == (
        "integration roles: those named with --role *_b Customrole_C",
    )


def test_roles_of_the_configuration_are_the_integration_roles(tmp_path: Path) -> None:
    """The configuration beats the attribute, and nothing was assumed."""
    write_roles(tmp_path, customrole_a=WEB_SERVICES_ONLY, customrole_b="")
    configured = read(tmp_path, "roles: {integration: customrole_b}\n")
    report = audited(tmp_path, config=configured)
    assert asked(report) == {"customrole_b"}
    assert [words.partition(":")[0] for words in report.assumptions] == ["configuration"]


def test_the_only_role_is_not_asked_if_the_configuration_means_another(tmp_path: Path) -> None:
    """That there is only one role counts where nobody said which one is meant."""
    write_roles(tmp_path, customrole_a=WEB_SERVICES_ONLY)
    configured = read(tmp_path, "roles: {integration: customrole_b}\n")
    assert asked(audited(tmp_path, config=configured)) == set()


def test_a_role_that_is_named_and_not_there_makes_the_audit_incomplete(tmp_path: Path) -> None:
    """A misspelt --role must not look clean."""
    write_roles(tmp_path, customrole_a="")
    report = audited(tmp_path, roles=["customrole_z"])
    assert report.unfinished == (
        'no role is named "customrole_z" (--role); there are "Customrole_A"',
    )


def test_a_class_that_nobody_defines_is_not_evaluated(tmp_path: Path) -> None:
    """Rules for a class of which nothing is said are counted, and the report says why."""
    write_roles(tmp_path, customrole_a="")
    (tmp_path / "ours.yaml").write_text(PACK.format("humans"), encoding="utf-8")
    report = audited(tmp_path, packs=[tmp_path / "ours.yaml"])
    assert report.findings == ()
    assert report.results[Result.NOT_EVALUATED] == 1
    assert report.assumptions == (
        'role class "humans" is defined nowhere: its rules were not evaluated',
    )


def test_integrity_is_asked_of_every_role(tmp_path: Path) -> None:
    """Only the guide's packs have roles of their own."""
    write_roles(tmp_path, customrole_a=WEB_SERVICES_ONLY, customrole_b=NOT_WEB_SERVICES_ONLY)
    report = audit(find([str(tmp_path)]), Config(), Request(keep_all=True), Reading())
    assert report.outcomes
    checked = {item.role_id for item in report.outcomes if item.rule.pack == "integrity"}
    assert checked == {"customrole_a", "customrole_b"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "web services only; name others with --role"),
        (["--role", "*_a"], "integration roles: those named with --role *_a"),
    ],
)
def test_what_was_assumed_is_printed(
    arguments: list[str], told: str, tmp_path: Path, run: Callable[..., Ran]
) -> None:
    """The text report says of which roles the guide was asked, and why of these."""
    write_roles(tmp_path, customrole_a=WEB_SERVICES_ONLY, customrole_b=NOT_WEB_SERVICES_ONLY)
    assert told in run("check", tmp_path, *arguments).out


def test_severity_of_a_rule_of_a_pack_that_an_option_leaves_out(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    """With --pack a configuration may still speak of the rules of the packs that it uses."""
    (tmp_path / "own.yaml").write_text(
        "pack: acme/own\ntitle: Own\nreviewed: 2026-11-22\nrules:\n"
        "  - id: acme-rule\n    title: A\n    severity: error\n    forbid: [LIST_ITEM]\n"
        "    because: It is so.\n    "
        "examples: {complies: [{TRAN_FIND: view}], violates: [{LIST_ITEM: view}]}\n"
    )
    (tmp_path / "nspermaudit.yaml").write_text("use: [own.yaml]\nrules: {acme-rule: warning}\n")
    (tmp_path / "r.xml").write_text(sdf(("LIST_ITEM", "VIEW")))
    ran = run("check", tmp_path, "--pack", "integrity")
    assert (ran.code, ran.err) == (0, "")
    assert "1 warning" in run("check", tmp_path).out


def test_integration_roles_that_are_not_there(run: Callable[..., Ran], tmp_path: Path) -> None:
    """A configuration whose connector roles are not among all the roles: not complete."""
    (tmp_path / "nspermaudit.yaml").write_text("roles: {integration: [customrole_renamed]}\n")
    file = tmp_path / "r.xml"
    file.write_text(sdf(("LIST_ITEM", "VIEW")))
    ran = run("check", tmp_path)
    assert ran.code == 3
    assert "nspermaudit.yaml names integration roles, and none of the roles here is one" in ran.out
    assert (
        run("check", file, "--config", tmp_path / "nspermaudit.yaml").code == 0
    )  # a commit's file
    assert run("check", tmp_path, "--pack", "integrity").code == 0


def test_other_configurations_are_told(run: Callable[..., Ran], tmp_path: Path) -> None:
    """One configuration holds; another below the paths, or one with another ending, is told."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "nspermaudit.yaml").write_text("use: [integrity]\n")
        (tmp_path / name / "r.xml").write_text(
            sdf(("LIST_ITEM", "VIEW"), script_id=f"customrole_{name}")
        )
    ran = run("check", tmp_path / "a", tmp_path / "b")
    assert "b/nspermaudit.yaml (one configuration holds for all paths" in ran.out
    assert ran.out.count("not in force") == 1
    (tmp_path / "b" / "nspermaudit.yaml").rename(tmp_path / "b" / "nspermaudit.yml")
    ran = run("check", tmp_path / "b")
    assert ran.code == 2
    assert "call it nspermaudit.yaml" in ran.err
