"""The parameters of packs: their kinds and choices, from a configuration and from --parameter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran, sdf

from nspermaudit import DocumentError, UsageError, Use, packs

PACK = """\
pack: ours
title: Ours
parameters:
  phase: {default: run, choices: [setup, run]}
  is_strict: {default: false}
  most: {default: 1}
  label: {default: none}
rules:
  - id: setup-role
    title: While it is set up, the role can change items
    severity: error
    require: {Items: full}
    when: {parameter: {phase: setup}}
    examples:
      complies:
        - {Items: view}
        - {permissions: {Items: full}, parameters: {phase: setup}}
      violates:
        - {permissions: {Items: view}, parameters: {phase: setup}}
  - id: few
    title: The role has few permissions
    severity: error
    count: {of: "*", at_most: most}
    unless: {parameter: is_strict}
    examples:
      complies: [{Items: view}]
      violates: [{Items: view, Locations: view}]
"""


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The pack as a file, beside a role with two permissions at View."""
    monkeypatch.chdir(tmp_path)
    role = sdf(("LIST_ITEM", "VIEW"), ("LIST_LOCATION", "VIEW"))
    (tmp_path / "customrole_example.xml").write_text(role, encoding="utf-8")
    (tmp_path / "ours.yaml").write_text(PACK, encoding="utf-8")
    return "ours.yaml"


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ((), {"few"}),
        (("--parameter", "phase=setup"), {"few", "setup-role"}),
        (("--parameter", "most=2"), set()),
        (("--parameter", "is_strict=true"), set()),
        (("--parameter", " is_strict = Yes "), set()),
        (("--parameter", "phase=setup", "--parameter", "is_strict=true"), {"setup-role"}),
        (("--parameter", "phase=setup", "--parameter", "phase=setup"), {"few", "setup-role"}),
    ],
)
def test_a_parameter_of_the_command_line_is_in_force(
    arguments: tuple[str, ...], found: set[str], ours: str, run: Callable[..., Ran]
) -> None:
    """The words of a command line are read as the kind that the parameter has."""
    ran = run("check", "customrole_example.xml", "--pack", ours, *arguments, "--format", "csv")
    assert {name for name in ("few", "setup-role") if name in ran.out} == found
    assert ran.code == bool(found)


def test_a_parameter_of_the_command_line_goes_over_the_configuration(
    ours: str, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """What is said last, and nearest to the run, holds."""
    config = tmp_path / "nspermaudit.yaml"
    config.write_text(f"use: [{{pack: {ours}, parameters: {{most: 5}}}}]\n", encoding="utf-8")
    assert run("check", "customrole_example.xml").code == 0
    assert run("check", "customrole_example.xml", "--parameter", "most=1").code == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("phase", '--parameter: "phase" is not NAME=VALUE'),
        ("=setup", '--parameter: "=setup" is not NAME=VALUE'),
        ("phase=", '--parameter: "phase=" is not NAME=VALUE'),
        ("phas=setup", '--parameter: no pack has the parameter "phas" (did you mean "phase"?)'),
        (
            "zzz=setup",
            'no pack has the parameter "zzz" (there are is_strict, label, most, phase)',
        ),
        ("most=many", '--parameter: the parameter "most" must be a value like 1'),
        ("most=²", '--parameter: the parameter "most" must be a value like 1'),
        ("is_strict=1", '--parameter: the parameter "is_strict" must be a value like false'),
        (
            "phase=stup",
            'ours: the parameter "phase" must be setup or run, not "stup" (did you mean "setup"?)',
        ),
        ("phase=Setup", 'ours: the parameter "phase" must be setup or run, not "Setup"'),
    ],
)
def test_what_is_no_value_of_a_parameter_is_refused(
    text: str, told: str, ours: str, run: Callable[..., Ran]
) -> None:
    """Else the default would be in force, and nobody would know."""
    ran = run("check", "customrole_example.xml", "--pack", ours, "--parameter", text)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_two_values_for_a_parameter_are_refused(ours: str, run: Callable[..., Ran]) -> None:
    """Nobody could say which of the two was meant."""
    given = ("--parameter", "most=1", "--parameter", "most=2")
    ran = run("check", "customrole_example.xml", "--pack", ours, *given)
    assert (ran.code, ran.out) == (2, "")
    assert '"most" has two values, 1 and 2' in ran.err


def test_packs_without_parameters_say_so(ours: str, run: Callable[..., Ran]) -> None:
    """The hint names what there is, also where that is nothing."""
    del ours
    ran = run("check", ".", "--pack", "guide/token", "--parameter", "phase=setup")
    assert ran.code == 2
    assert 'no pack has the parameter "phase" (the packs in use have none)' in ran.err


def test_a_parameter_comes_from_the_environment(
    ours: str, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As every option does; commas stand between several."""
    monkeypatch.setenv("NSPERMAUDIT_CHECK_PARAMETER", "phase=setup,is_strict=true")
    ran = run("check", "customrole_example.xml", "--pack", ours)
    assert "setup-role" in ran.out
    assert "[few]" not in ran.out


def test_examples_hold_under_the_parameters_that_they_name(
    ours: str, run: Callable[..., Ran]
) -> None:
    """A rule that is asked only under another value than the default is tested all the same."""
    assert run("packs", "test", ours).out == "5 examples: 0 failures\n"
    text = PACK.replace("{permissions: {Items: full}, parameters", "{permissions: {}, parameters")
    Path(ours).write_text(text, encoding="utf-8")
    ran = run("packs", "test", ours)
    assert ran.code == 1
    assert "setup-role: example 2 of complies" in ran.out


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("default: run", "default: ran", 'the default of "phase" is none of its choices'),
        (
            "{phase: setup}}\n    ex",
            "{phase: stup}}\n    ex",
            '"stup" is no choice of the parameter "phase" (did you mean "setup"?)',
        ),
    ],
)
def test_a_pack_that_means_no_choice_is_faulty(old: str, new: str, told: str, ours: str) -> None:
    """A misspelt choice in a pack would be a rule that is never asked."""
    assert old in PACK
    Path(ours).write_text(PACK.replace(old, new), encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        packs.load([Use(ours)])
    assert told in str(caught.value)


def test_a_choice_of_the_configuration_is_held_to_the_choices(ours: str) -> None:
    """Wherever it comes from, a value that is no choice is refused."""
    with pytest.raises(UsageError, match="must be setup or run"):
        packs.load([Use(ours, {"phase": "later"})])


def test_a_name_means_one_kind_of_value_in_all_packs_that_ship() -> None:
    """--parameter goes to all packs in use: a name must not mean a number here, a word there."""
    kinds: dict[str, set[str]] = {}
    for pack in packs.load_each(map(Use, packs.shipped())):
        for name, value in pack.defaults.items():
            kinds.setdefault(name, set()).add(f"{type(value).__name__} {pack.choices.get(name)}")
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}
