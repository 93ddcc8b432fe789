"""Rule packs: those that ship, how they combine, and how every fault is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Ran
from jsonschema import Draft7Validator

from nspermaudit import (
    DocumentError,
    UsageError,
    Use,
    config,
    examples,
    pack_file,
    packs,
    safe_yaml,
)
from nspermaudit.rule import Rule

SHIPPED_RULES = packs.all_rules(packs.load_each(map(Use, packs.shipped())))
LEVELS = '"none", "view", "create", "edit", "full"'
VERBS = "account, conflict, count, exactly, forbid, integrity, limit, report, require, role"

HEAD = """\
pack: ours
title: Ours
rules:
"""
RULE = """\
  - id: {}
    title: Items
    severity: error
    {}
    examples: {{complies: [{{Items: full}}], violates: [{{Items: none}}]}}
"""


def rule(body: str, rule_id: str = "items") -> str:
    """The text of a rule whose verb stands in its fourth line."""
    return RULE.format(rule_id, body)


def one(body: str) -> str:
    """The text of a pack with one rule; its verb starts at 7:5."""
    return HEAD + rule(body)


def written(folder: Path, name: str, text: str) -> str:
    """Write a pack; the name to use it by."""
    file = folder / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return str(file)


def pack_of(name: str, more: str = "", rule_id: str = "") -> str:
    """The text of a pack with one rule, which is called after the pack."""
    body = rule("forbid: [Customers]", rule_id or f"{name}-rule".replace("/", "-"))
    return f"pack: {name}\ntitle: {name.capitalize()}\n{more}rules:\n{body}"


# Packs that ship


@pytest.mark.parametrize("name", packs.shipped())
def test_a_pack_that_ships_is_valid_by_the_published_schema(
    name: str, run: Callable[..., Ran]
) -> None:
    """What ``nspermaudit schema pack`` prints is a draft-07 schema that our packs hold to."""
    schema = json.loads(run("schema", "pack").out)
    Draft7Validator.check_schema(schema)
    document = safe_yaml.load(Path(packs.find(name)).read_bytes(), name)
    document.refuse_if_faulty()
    assert [error.message for error in Draft7Validator(schema).iter_errors(document.value)] == []


@pytest.mark.parametrize("name", packs.shipped())
def test_a_pack_that_ships_is_named_after_its_file(name: str) -> None:
    """The word that a user types is the pack's id and its file's name."""
    assert pack_file.read(packs.find(name)).id == name


@pytest.mark.parametrize("name", packs.shipped())
def test_a_pack_that_ships_has_no_fault_as_a_file_of_ones_own(name: str, tmp_path: Path) -> None:
    """A copy of a pack that ships passes all that is asked of a foreign one."""
    copy = tmp_path / "copy.yaml"
    copy.write_bytes(Path(packs.find(name)).read_bytes())
    own, foreign = pack_file.read(packs.find(name)), pack_file.read(str(copy))
    assert [item.id for item in foreign.rules] == [item.id for item in own.rules]
    assert (foreign.digest.ships, own.digest.ships) == (False, True)
    assert foreign.digest._replace(ships=True) == own.digest


@pytest.mark.parametrize("shipped", SHIPPED_RULES, ids=lambda item: item.id)
def test_the_examples_of_a_rule_that_ships_hold(shipped: Rule) -> None:
    """What complies passes, what violates is found, and there is at least one of each."""
    assert [str(failure) for failure in examples.failures(shipped)] == []
    assert shipped.examples["complies"]
    assert shipped.examples["violates"]


@pytest.mark.parametrize("shipped", SHIPPED_RULES, ids=lambda item: item.id)
def test_a_rule_that_ships_says_why(shipped: Rule) -> None:
    """Every rule of ours has a reason that an auditor can read."""
    assert shipped.because
    assert shipped.title


@pytest.mark.parametrize("tool", ["packs", "catalog"])
def test_what_is_compiled_is_what_its_source_makes(tool: str) -> None:
    """The compiled packs and the catalogue are what their build scripts write."""
    command = [sys.executable, str(ROOT / "tools" / tool / "build.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("schema", [pack_file.pack_schema(), config.config_schema()])
def test_the_schemas_are_draft_07(schema: dict[str, Any]) -> None:
    """Every editor understands the schemas that are published."""
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_an_example_that_does_not_hold_is_told(tmp_path: Path) -> None:
    """Examples are tests: one that complies and should not, or the other way, is a failure."""
    name = written(tmp_path, "ours", one("forbid: [Items]"))
    (pack,) = packs.load([Use(name)])
    told = [(item.kind, item.number) for item in examples.failures(pack.rules[0])]
    assert told == [("complies", 1), ("violates", 1)]


# Packs together


def test_a_pack_brings_the_packs_that_it_extends(tmp_path: Path) -> None:
    """The rules of the packs that are extended belong to the audit, each once."""
    written(tmp_path, "below/base", pack_of("base"))
    written(tmp_path, "middle", pack_of("middle", "extends: [below/base.yaml]\n"))
    more = "extends: [middle.yaml, below/base.yaml, guide/token]\n"
    top = written(tmp_path, "top", pack_of("top", more))
    found = packs.load([Use(top)])
    assert [pack.id for pack in found] == ["base", "guide/token", "middle", "top"]
    ids = [item.id for item in packs.all_rules(found)]
    assert ids == ["base-rule", "token-permissions", "middle-rule", "top-rule"]


def test_a_pack_without_rules_may_extend_others() -> None:
    """The pack ``guide`` is nothing but the packs that it extends."""
    found = {pack.id: len(pack.rules) for pack in packs.load([Use("guide")])}
    assert found["guide"] == 0
    assert {"guide/token", "guide/sales-orders", "guide/purchase-orders"} < found.keys()


def test_packs_that_extend_each_other_are_loaded_once_each(tmp_path: Path) -> None:
    """A circle of packs ends; none of them is lost."""
    first = written(tmp_path, "first", pack_of("first", "extends: [second.yaml]\n"))
    written(tmp_path, "second", pack_of("second", "extends: [third.yaml]\n"))
    written(tmp_path, "third", pack_of("third", "extends: [first.yaml, third.yaml]\n"))
    assert [pack.id for pack in packs.load([Use(first)])] == ["first", "second", "third"]


def test_a_pack_that_is_used_twice_is_loaded_once(tmp_path: Path) -> None:
    """The same file under two spellings of its path is one pack."""
    written(tmp_path, "first", pack_of("first"))
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    uses = [Use("first.yaml", folder=str(tmp_path)), Use("link/first.yaml", folder=str(tmp_path))]
    assert len(packs.load(uses)) == 1


def test_two_files_with_one_pack_id_are_refused(tmp_path: Path) -> None:
    """Nobody could say which of two packs of the same id is meant."""
    first = written(tmp_path, "first", pack_of("ours"))
    second = written(tmp_path, "second", pack_of("ours", rule_id="other"))
    with pytest.raises(UsageError, match='two packs have the id "ours"') as caught:
        packs.load([Use(first), Use(second)])
    assert "first.yaml" in str(caught.value)
    assert "second.yaml" in str(caught.value)


def test_a_rule_id_is_unique_over_all_packs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two packs with a rule of the same id cannot be used together; the place is told."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "first", pack_of("first", rule_id="same"))
    written(tmp_path, "second", pack_of("second", rule_id="same"))
    told = '^second.yaml:4:5: rule id "same" is taken by the pack first$'
    with pytest.raises(UsageError, match=told):
        packs.load([Use("second.yaml"), Use("first.yaml")])


def test_a_pack_cannot_stand_beside_one_that_it_replaces(tmp_path: Path) -> None:
    """Two packs that contradict each other are refused together, and fine apart."""
    ours = written(tmp_path, "ours", pack_of("ours", "replaces: [guide/token]\n"))
    assert [pack.id for pack in packs.load([Use(ours)])] == ["ours"]
    for other, parent in (("guide/token", ""), ("guide", r" \(part of guide\)")):
        told = f"ours and guide/token{parent} contradict each other"
        with pytest.raises(UsageError, match=told):
            packs.load([Use(other), Use(ours)])


def test_a_pack_that_nobody_knows_is_refused_with_a_suggestion() -> None:
    """A misspelt pack is no empty one."""
    with pytest.raises(UsageError, match=r'"guide/tokens" \(did you mean "guide/token"\?\)'):
        packs.load([Use("guide/tokens")])
    with pytest.raises(UsageError, match=r"no such pack file: .*missing\.yaml"):
        packs.load([Use("missing.yaml")])


def test_a_pack_that_extends_what_nobody_knows_is_refused(tmp_path: Path) -> None:
    """A misspelt pack is refused wherever it is named, with the place where that is."""
    ours = written(tmp_path, "ours", pack_of("ours", "extends: [guide/tokens]\n"))
    with pytest.raises(UsageError, match=r'\(did you mean "guide/token"\?\)') as caught:
        packs.load([Use(ours)])
    assert "ours.yaml:3:" in str(caught.value)


PARAMETERS = "parameters: {strict: {default: false, about: Whether to be strict}}\n"


def test_a_parameter_has_its_default_until_one_is_given(tmp_path: Path) -> None:
    """A pack's parameters are its defaults, over which the user's values go."""
    ours = written(tmp_path, "ours", pack_of("ours", PARAMETERS))
    assert packs.load([Use(ours)])[0].parameters == {"strict": False}
    assert packs.load([Use(ours, {"strict": True})])[0].parameters == {"strict": True}


def test_parameters_reach_the_packs_that_are_extended(tmp_path: Path) -> None:
    """What a pack does not declare itself goes on to those that it extends."""
    written(tmp_path, "base", pack_of("base", PARAMETERS))
    top = written(tmp_path, "top", pack_of("top", "extends: [base.yaml]\n"))
    found = {pack.id: pack for pack in packs.load([Use(top, {"strict": True})])}
    assert found["base"].parameters == {"strict": True}


def test_a_parameter_of_two_packs_is_one(tmp_path: Path) -> None:
    """What a pack declares and uses holds for those that it extends, too."""
    written(tmp_path, "base", pack_of("base", PARAMETERS))
    top = written(tmp_path, "top", pack_of("top", "extends: [base.yaml]\n" + PARAMETERS))
    found = packs.load([Use(top, {"strict": True})])
    assert [pack.parameters for pack in found] == [{"strict": True}] * 2


def test_a_parameter_that_no_pack_has_is_refused(tmp_path: Path) -> None:
    """A misspelt parameter would leave the default in force and nobody would know."""
    ours = written(tmp_path, "ours", pack_of("ours", PARAMETERS))
    with pytest.raises(UsageError, match=r'"strikt".*did you mean "strict"'):
        packs.load([Use(ours, {"strikt": True})])


def test_a_parameter_has_the_kind_of_its_default(tmp_path: Path) -> None:
    """A word where a pack expects true or false would never be equal to either."""
    ours = written(tmp_path, "ours", pack_of("ours", PARAMETERS))
    with pytest.raises(UsageError, match='"strict" must be a value like false'):
        packs.load([Use(ours, {"strict": "yes"})])


# Faults


FAULTS: list[tuple[str, str | bytes, list[str]]] = [
    (
        "three faults",
        one("require: {Itemz: full, SOAP Web Services: edit}\n    becuase: it must"),
        [
            '7:15: unknown permission "Itemz" (did you mean "Items"?)',
            "7:28: SOAP Web Services has no level Edit (only None or Full)",
            '8:5: unknown key "becuase" (did you mean "because"?)',
        ],
    ),
    (
        "three faults in three rules",
        HEAD
        + rule("require: {TRAN_SALESORDER: full}", "first")
        + rule("forbid: [Find Transactions]", "second")
        + rule("limit: {Reconcile Reporting: full}", "third"),
        [
            '7:15: unknown permission "TRAN_SALESORDER" (did you mean "TRAN_SALESORD"?)',
            '12:14: unknown permission "Find Transactions" (did you mean "Find Transaction"?)',
            "17:13: Reconcile Reporting has no level Full (only None or View)",
        ],
    ),
    (
        "an unknown key at the top",
        "pack: ours\ntitle: Ours\nruls: []\nextends: [guide]\n",
        ['3:1: unknown key "ruls" (did you mean "rules"?)'],
    ),
    (
        "an unknown key near nothing",
        "pack: ours\ntitle: Ours\nqqq: 1\nextends: [guide]\n",
        ['3:1: unknown key "qqq"'],
    ),
    ("a missing key", "title: Ours\nextends: [guide]\n", ['1:1: "pack" is missing here']),
    (
        "several missing keys",
        HEAD + "  - id: items\n    require: {Items: full}\n",
        [
            '4:5: "examples" is missing here',
            '4:5: "severity" is missing here',
            '4:5: "title" is missing here',
        ],
    ),
    (
        "a missing key and an unknown permission in a rule that starts with its verb",
        HEAD
        + "  - require: {Itemz: full}\n    id: items\n    title: Items\n"
        + "    examples: {complies: [{Items: full}], violates: [{Items: none}]}\n",
        [
            '4:5: "severity" is missing here',
            '4:15: unknown permission "Itemz" (did you mean "Items"?)',
        ],
    ),
    (
        "neither rules nor extends",
        "pack: ours\ntitle: Ours\n",
        ["1:1: a pack has rules, or extends other packs"],
    ),
    (
        "two verbs",
        one("require: {Items: full}\n    forbid: [Customers]"),
        [f"4:5: a rule has exactly one of the verbs {VERBS}"],
    ),
    (
        "no verb",
        one("because: it must"),
        [f"4:5: a rule has exactly one of the verbs {VERBS}"],
    ),
    (
        "a misspelt verb",
        one("requires: {Items: full}"),
        [
            f"4:5: a rule has exactly one of the verbs {VERBS}",
            '7:5: unknown key "requires" (did you mean "require"?)',
        ],
    ),
    (
        "an unknown permission near nothing",
        one("require: {Qqqqq: full}"),
        ['7:15: unknown permission "Qqqqq"'],
    ),
    (
        "an unknown permission in a list",
        one("forbid:\n      - Items\n      - Itemz"),
        ['9:9: unknown permission "Itemz" (did you mean "Items"?)'],
    ),
    (
        "an unknown permission among alternatives",
        one("require:\n      any of:\n        - Items: full\n        - Itemz: full"),
        ['10:11: unknown permission "Itemz" (did you mean "Items"?)'],
    ),
    (
        "an unknown permission in a condition",
        one("forbid: [Items]\n    when: {has any: [Itemz]}"),
        ['8:22: unknown permission "Itemz" (did you mean "Items"?)'],
    ),
    (
        "an unknown permission in an exception",
        one('limit:\n      every: "LIST_*"\n      at: view\n      except: [Items, Itemz]'),
        ['10:23: unknown permission "Itemz" (did you mean "Items"?)'],
    ),
    (
        "a glob that matches nothing",
        one('forbid: ["TRAN_*", "XYZ_*"]'),
        ['7:24: no permission id matches "XYZ_*"'],
    ),
    (
        "a glob of a limit that matches nothing",
        one('limit: {every: ["TRAN_*", "XYZ_*"], at: view}'),
        ['7:31: no permission id matches "XYZ_*"'],
    ),
    (
        "an impossible level",
        one("require: {User Access Tokens: view}"),
        ["7:15: User Access Tokens has no level View (only None or Full)"],
    ),
    (
        "an impossible level in a condition",
        one("forbid: [Items]\n    unless: {has all: {SOAP Web Services: create}}"),
        ["8:24: SOAP Web Services has no level Create (only None or Full)"],
    ),
    (
        "an unknown level",
        one("require: {Items: fulll}"),
        [f'7:15: "fulll" is not one of {LEVELS} (did you mean "full"?)'],
    ),
    (
        "an unknown level that is a number",
        one("require: {Items: 4}"),
        [f"7:15: 4 is not one of {LEVELS}"],
    ),
    (
        "an unknown level inside a mapping",
        one("require:\n      Items:\n        level: fulll\n        optional: true"),
        [f'9:9: "fulll" is not one of {LEVELS} (did you mean "full"?)'],
    ),
    (
        "an unknown level of an alternative",
        one("require: {any of: [{Items: full}, {Locations: al}]}"),
        [f'7:40: "al" is not one of {LEVELS}'],
    ),
    (
        "a level that asks for nothing",
        one("require: {Items: none}"),
        ["7:15: None asks for nothing: use forbid"],
    ),
    (
        "an alternative that asks for nothing",
        one("require: {any of: [{Items: none}, {Locations: full}]}"),
        ["7:25: None asks for nothing: use forbid"],
    ),
    ("a list for a mapping", one("require: [Items]"), ["7:5: expected a mapping"]),
    ("a text for a list", one("forbid: Items"), ["7:5: expected a list"]),
    ("a number for a text", one("forbid: [Items, 5]"), ["7:21: expected text"]),
    ("a number for a title", "pack: ours\ntitle: 5\nextends: [guide]\n", ["2:1: expected text"]),
    (
        "a text for a rule",
        HEAD + "  - items\n",
        [f"4:5: a rule has exactly one of the verbs {VERBS}", "4:5: expected a mapping"],
    ),
    ("nothing for rules", HEAD, ["3:1: expected a list"]),
    (
        "a number for references",
        one("forbid: [Items]\n    references: 5"),
        ["8:5: expected text or a list"],
    ),
    ("nothing for tags", one("forbid: [Items]\n    tags:"), ["8:5: expected a list"]),
    (
        "a word for an attribute",
        one("role: {inactive: F}"),
        ["7:12: expected true or false"],
    ),
    (
        "an unknown attribute",
        one("role: {inactiv: true}"),
        ['7:12: unknown key "inactiv" (did you mean "inactive"?)'],
    ),
    (
        "an unknown value of an attribute",
        one("role: {employee restriction: NON}"),
        ['7:12: "NON" is not one of ', '(did you mean "NONE"?)'],
    ),
    ("a limit without its level", one('limit: {every: "TRAN_*"}'), ['7:5: "at" is missing here']),
    ("an empty mapping", one("require: {}"), ["7:5: must not be empty"]),
    ("an empty list", one("forbid: []"), ["7:5: must not be empty"]),
    ("an empty text", 'pack: ours\ntitle: ""\nextends: [guide]\n', ["2:1: must not be empty"]),
    (
        "a duplicate key",
        one("require:\n      Items: full\n      Items: view"),
        ['9:7: duplicate key "Items"'],
    ),
    (
        "an anchor",
        one("require: &all {Items: full}"),
        ["7:14: an anchor (&name) is not allowed: write it out"],
    ),
    (
        "an alias",
        one("forbid:\n      - *all\n      - Items"),
        ["8:9: an alias (*name) is not allowed: write it out", "8:9: expected text"],
    ),
    (
        "a tag",
        one("require: !!map {Items: full}"),
        ["7:14: a tag (tag:yaml.org,2002:map) is not allowed"],
    ),
    (
        "an unknown parameter",
        HEAD.replace("rules", "parameters: {strict: {default: false}}\nrules")
        + rule("forbid: [Items]\n    when:\n      parameter: strikt"),
        ['10:7: the pack has no parameter "strikt" (did you mean "strict"?)'],
    ),
    (
        "a bad pack id",
        "pack: Ours\ntitle: Ours\nextends: [guide]\n",
        ['1:1: "Ours" is not a pack id such as guide/token'],
    ),
    (
        "a bad rule id",
        HEAD + rule("forbid: [Items]", "No_Items"),
        ['4:5: "No_Items" is not an id of lower-case words and dashes'],
    ),
    (
        "a rule id twice",
        HEAD + "".join(rule("forbid: [Items]", name) for name in ("first", "second", "second")),
        ['14:5: rule id "second" stands here more than once'],
    ),
    (
        "a misspelt severity",
        one("forbid: [Items]").replace("error", "eror"),
        ['6:5: "eror" is not one of "error", "warning", "info" (did you mean "error"?)'],
    ),
    (
        "a misspelt built-in check",
        one("integrity: empty-rol"),
        ['7:5: "empty-rol" is not one of ', '(did you mean "empty-role"?)'],
    ),
    (
        "a date that is none",
        "pack: ours\ntitle: Ours\nreviewed: yesterday\nextends: [guide]\n",
        ['3:1: "yesterday" is not a date such as 2026-11-22'],
    ),
    ("a list at the top", "- pack: ours\n", ["1:1: expected a mapping"]),
    ("a text at the top", "pack", ["1:1: expected a mapping"]),
    ("an empty file", "", ["1:1: expected a mapping"]),
    ("nothing but a comment", "# nothing\n", ["1:1: expected a mapping"]),
    ("two documents", one("forbid: [Items]") + "---\npack: b\n", ["9:1: one document to a file"]),
    (
        "invalid YAML",
        "pack: ours\ntitle: [Ours\nrules: []\n",
        ["3:6: not valid YAML: "],
    ),
    ("a tab", "pack: ours\n\ttitle: Ours\n", ["2:1: not valid YAML: "]),
    (
        "a mapping for a key",
        "? [pack]\n: ours\n",
        ["1:3: a key must be text, not a mapping or a list"],
    ),
    ("bytes that are not UTF-8", b"pack: ours\ntitle: Caf\xe9\n", ["2:11: not valid "]),
    ("more than a megabyte", "#" * (1 << 20) + "\n", ["1:1: larger than 1048576 bytes"]),
    ("nesting without end", "[" * 40, ["1:33: nested too deeply"]),
]


@pytest.mark.parametrize(
    ("text", "expected"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_every_fault_of_a_pack_is_told_at_its_place(
    text: str | bytes, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All faults of a pack at once, each as ``file:line:column: what (did you mean ...)``."""
    monkeypatch.chdir(tmp_path)
    data = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "ours.yaml").write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        packs.load([Use("ours.yaml")])
    lines = str(caught.value).splitlines()
    wanted = [f"ours.yaml:{line}" for line in expected if line[0].isdigit()]
    assert len(lines) == len(wanted), lines
    for line, start in zip(lines, wanted, strict=True):
        assert line == start or (start.endswith(" ") and line.startswith(start)), lines
    assert all(part in str(caught.value) for part in expected)


def test_faults_of_several_packs_are_told_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in one pack hides none in another."""
    monkeypatch.chdir(tmp_path)
    for name in ("first", "second"):
        written(tmp_path, name, pack_of(name) + "oops: 1\n")
    with pytest.raises(DocumentError) as caught:
        packs.load([Use("second.yaml"), Use("first.yaml")])
    assert str(caught.value).splitlines() == [
        'first.yaml:9:1: unknown key "oops"',
        'second.yaml:9:1: unknown key "oops"',
    ]


def test_lint_tells_the_faults_and_the_exit_code_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Ran]
) -> None:
    """``packs lint`` prints each fault on a line of its own and exits with 2."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "ours", one("require: {Itemz: full}"))
    done = run("packs", "lint", "ours.yaml")
    told = 'ours.yaml:7:15: unknown permission "Itemz" (did you mean "Items"?)\n'
    assert (done.code, done.out) == (2, told)


def test_an_audit_with_a_faulty_pack_is_not_performed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Ran]
) -> None:
    """With a pack that cannot be read there is no audit, no report, and exit code 2."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "ours", one("require: {Itemz: full}"))
    done = run("check", ".", "--pack", "ours.yaml")
    assert (done.code, done.out) == (2, "")
    assert 'ours.yaml:7:15: unknown permission "Itemz"' in done.err
    assert "No audit was performed." in done.err


def test_the_surprises_of_yaml_are_plain_words_in_a_pack(tmp_path: Path) -> None:
    """Norway, switches, dates and releases stay what was written."""
    text = "pack: no\ntitle: NO\nabout: 2026.2\nreviewed: 2026-11-22\nextends: [guide]\n"
    pack = pack_file.read(str(written(tmp_path, "no", text)))
    assert (pack.id, pack.title, pack.about) == ("no", "NO", "2026.2")
