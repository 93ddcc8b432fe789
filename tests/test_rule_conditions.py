"""When a rule applies: three-valued conditions, and the logic that joins them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import sdf
from hypothesis import given, settings
from hypothesis import strategies as st

from nspermaudit import Reading, Result, Severity, Use, examples, packs, selector, source
from nspermaudit.account import Account
from nspermaudit.model import Permission, Role
from nspermaudit.parsers import sdf as sdf_parser
from nspermaudit.rule import Rule, Verdict

YES, NO, UNKNOWN = True, False, None
ANSWERS = (YES, NO, UNKNOWN)
TRUTH = {NO: 0, UNKNOWN: 1, YES: 2}

SALES = {"Sales Order": "edit", "Items": "view"}
TWO_ALTERNATIVES = {"has any": {"Sales Order": "full", "Items": "view"}}


class Answer(NamedTuple):
    """A condition with a known answer, the unknown one included."""

    answer: bool | None

    def holds(self, role: Role, account: Account) -> bool | None:
        """The answer, whatever the role."""
        del role, account
        return self.answer

    def __str__(self) -> str:
        return "the answer"


class Passing(NamedTuple):
    """A check that every role passes."""

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:
        """One pass."""
        del role, account
        return (Verdict(Result.PASS),)

    def permissions(self) -> Iterable[tuple[Permission, str]]:
        """None."""
        return ()


def judged(rule: Mapping[str, Any], role: Any, folder: Path, **pack: Any) -> list[Verdict]:
    """The verdicts of a rule, loaded from a pack, on an example role."""
    head = {"id": "example", "title": "Example", "severity": "error"}
    body = {"examples": {"complies": [{}], "violates": [{}]}, "forbid": ["Customers"], **rule}
    file = folder / "example.yaml"
    text = json.dumps({"pack": "example", "title": "Example", **pack, "rules": [head | body]})
    file.write_text(text, encoding="utf-8")
    (loaded,) = packs.load([Use(str(file))])
    (example,), account = examples.read(role)
    return list(loaded.rules[0].judge(example, account))


@pytest.mark.parametrize(
    ("condition", "role", "answer"),
    [
        ({"feature": "TBA"}, {"features": {"TBA": "on"}}, YES),
        ({"feature": "TBA"}, {"features": {"TBA": "off"}}, NO),
        ({"feature": "TBA"}, {}, UNKNOWN),
        ({"feature": "TBA"}, {"features": {"CRM": "on"}}, UNKNOWN),
        ({"feature": {"TBA": "on"}}, {"features": {"TBA": "on"}}, YES),
        ({"feature": {"TBA": "off"}}, {"features": {"TBA": "off"}}, YES),
        ({"feature": {"TBA": "off"}}, {"features": {"TBA": "on"}}, NO),
        ({"feature": {"TBA": "off"}}, {}, UNKNOWN),
        ({"feature": {"TBA": "on", "CRM": "on"}}, {"features": {"TBA": "on"}}, UNKNOWN),
        ({"feature": {"TBA": "on", "CRM": "on"}}, {"features": {"CRM": "off"}}, NO),
        ({"has any": ["Sales Order", "Locations"]}, SALES, YES),
        ({"has any": ["Purchase Order", "Locations"]}, SALES, NO),
        ({"has any": ["Items"]}, {"Items": "none"}, NO),
        (TWO_ALTERNATIVES, SALES, YES),
        (TWO_ALTERNATIVES, {"Sales Order": "edit"}, NO),
        ({"has all": ["Sales Order", "Items"]}, SALES, YES),
        ({"has all": ["Sales Order", "Locations"]}, SALES, NO),
        ({"has all": {"Sales Order": "edit", "Items": "view"}}, SALES, YES),
        ({"has all": {"Sales Order": "full", "Items": "view"}}, SALES, NO),
        ({"has none": ["Locations"]}, SALES, YES),
        ({"has none": ["Locations", "Items"]}, SALES, NO),
        ({"has none": {"Sales Order": "full"}}, SALES, YES),
        ({"role": {"inactive": True}}, {"attributes": {"inactive": True}}, YES),
        ({"role": {"inactive": True}}, {"attributes": {"inactive": False}}, NO),
        ({"role": {"inactive": False}}, {"attributes": {"inactive": False}}, YES),
        ({"role": {"inactive": False}}, {}, UNKNOWN),
        ({"role": {"subsidiaries": ["OWN", "ALL"]}}, {"attributes": {"subsidiaries": "ALL"}}, YES),
        ({"role": {"subsidiaries": ["OWN", "ALL"]}}, {"attributes": {"subsidiaries": "X"}}, NO),
        (
            {"role": {"inactive": False, "sales role": True}},
            {"attributes": {"inactive": True}},
            NO,
        ),
        (
            {"role": {"inactive": False, "sales role": True}},
            {"attributes": {"inactive": False}},
            UNKNOWN,
        ),
        ({"feature": "TBA", "has any": ["Items"]}, {"permissions": {}, "features": {}}, NO),
        ({"feature": "TBA", "has any": ["Items"]}, {"Items": "view"}, UNKNOWN),
        (
            {"feature": "TBA", "has any": ["Items"]},
            {"permissions": {"Items": "view"}, "features": {"TBA": "on"}},
            YES,
        ),
    ],
)
def test_a_condition_holds_or_not_or_cannot_be_told(
    condition: Any, role: Any, *, answer: bool | None, tmp_path: Path
) -> None:
    """``when`` applies a rule, ``unless`` spares it, and what is not known is not evaluated."""
    (when,) = judged({"when": condition}, role, tmp_path)
    (unless,) = judged({"unless": condition}, role, tmp_path)
    if answer is None:
        assert when.result is unless.result is Result.NOT_EVALUATED
        assert when.reason.startswith("not known: ")
    else:
        decided = (Result.NOT_APPLICABLE, Result.PASS)
        assert (when.result, unless.result) == (decided if not answer else decided[::-1])


@pytest.mark.parametrize(
    ("levels", "condition", "answer"),
    [
        (["MAXIMUM"], {"has any": ["Items"]}, UNKNOWN),
        (["MAXIMUM"], {"has none": ["Items"]}, UNKNOWN),
        (["MAXIMUM"], {"has all": ["Items", "Locations"]}, NO),
        (["MAXIMUM", "FULL"], {"has any": ["Items"]}, YES),
        (["MAXIMUM", "VIEW"], {"has any": {"Items": "full"}}, UNKNOWN),
        (["VIEW", "FULL"], {"has any": {"Items": "full"}}, YES),
    ],
)
def test_a_permission_whose_level_cannot_be_read_may_be_held(
    levels: list[str], condition: Any, *, answer: bool | None, tmp_path: Path
) -> None:
    """A level that cannot be read makes a condition unknown, unless the rest decides it."""
    text = sdf(*(("LIST_ITEM", level) for level in levels))
    read = sdf_parser.parse(source.from_bytes(text.encode(), "role.xml"), Reading())
    (role,) = (item for item in read if isinstance(item, Role))
    judged({"when": condition}, {}, tmp_path)
    (pack,) = packs.load([Use(str(tmp_path / "example.yaml"))])
    when = pack.rules[0].when
    assert when
    assert when.holds(role, Account()) is answer


@pytest.mark.parametrize(
    ("condition", "given_values", "applies"),
    [
        ("strict", {}, False),
        ("strict", {"strict": True}, True),
        ({"strict": False}, {}, True),
        ({"strict": False}, {"strict": True}, False),
        ({"tier": 2}, {}, True),
        ({"tier": 2}, {"tier": 3}, False),
        ({"kind": "sales", "tier": 2}, {}, True),
        ({"kind": "sales", "tier": 2}, {"kind": "purchase"}, False),
    ],
)
def test_a_parameter_decides_before_any_role_is_read(
    condition: Any, given_values: Any, *, applies: bool, tmp_path: Path
) -> None:
    """A pack's parameter has its default or the value given, and a condition asks for it."""
    defaults = {"strict": False, "tier": 2, "kind": "sales"}
    parameters = {name: {"default": value} for name, value in defaults.items()}
    judged({"when": {"parameter": condition}}, {}, tmp_path, parameters=parameters)
    (pack,) = packs.load([Use(str(tmp_path / "example.yaml"), given_values)])
    (role,), account = examples.read({})
    (verdict,) = pack.rules[0].judge(role, account)
    assert verdict.result is (Result.PASS if applies else Result.NOT_APPLICABLE)


@pytest.mark.parametrize(("when", "unless"), list(product((*ANSWERS, "absent"), repeat=2)))
def test_a_rule_applies_only_where_it_is_known_to(
    when: bool | str | None,  # noqa: FBT001 - one of three answers, or none given
    unless: bool | str | None,  # noqa: FBT001 - the same
) -> None:
    """A decided condition beats an unknown one, and only "when" without "unless" is judged."""
    rule = Rule(
        id="example",
        pack="example",
        title="Example",
        severity=Severity.ERROR,
        verb="forbid",
        check=Passing(),
        when=None if isinstance(when, str) else Answer(when),
        unless=None if isinstance(unless, str) else Answer(unless),
    )
    (role,), account = examples.read({})
    (verdict,) = rule.judge(role, account)
    if when is NO or unless is YES:
        expected = Result.NOT_APPLICABLE
    elif UNKNOWN in (when, unless):
        expected = Result.NOT_EVALUATED
    else:
        expected = Result.PASS
    assert verdict.result is expected
    assert bool(verdict.reason) is (expected is not Result.PASS)


calm = settings(deadline=None)
answers = st.lists(st.sampled_from(ANSWERS))


@calm
@given(answers)
def test_and_is_the_least_of_its_answers(given_answers: list[bool | None]) -> None:
    """Kleene's "and" is the minimum where no < unknown < yes; of nothing it is yes."""
    least = min(given_answers, key=TRUTH.__getitem__, default=YES)
    assert selector.all_of(given_answers) is least


@calm
@given(answers)
def test_or_is_the_greatest_of_its_answers(given_answers: list[bool | None]) -> None:
    """Kleene's "or" is the maximum where no < unknown < yes; of nothing it is no."""
    greatest = max(given_answers, key=TRUTH.__getitem__, default=NO)
    assert selector.any_of(given_answers) is greatest


@calm
@given(answers)
def test_not_swaps_and_and_or(given_answers: list[bool | None]) -> None:
    """De Morgan's laws hold of conditions, three-valued as they are."""
    conditions = tuple(map(Answer, given_answers))
    swapped = tuple(map(selector.Not, conditions))
    (role,), account = examples.read({})
    not_all = selector.Not(selector.All(conditions)).holds(role, account)
    not_any = selector.Not(selector.Any(conditions)).holds(role, account)
    assert not_all is selector.Any(swapped).holds(role, account)
    assert not_any is selector.All(swapped).holds(role, account)


@calm
@given(answers, st.data())
def test_an_answer_that_is_learnt_overturns_none_that_was_known(
    given_answers: list[bool | None], data: st.DataObject
) -> None:
    """What was decided stays so when an unknown answer becomes known."""
    learnt = [data.draw(st.booleans()) if answer is None else answer for answer in given_answers]
    for joined in (selector.all_of, selector.any_of):
        before = joined(given_answers)
        assert before is None or joined(learnt) is before
