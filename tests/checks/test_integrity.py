from __future__ import annotations

from collections import Counter

from nspermaudit import Use, packs
from nspermaudit.checks import integrity
from nspermaudit.checks.integrity import ABOUT_ACCOUNT, ABOUT_SDF_OBJECTS, JUDGEMENTS, NEEDS
from nspermaudit.inputs import EVERYTHING


def test_every_built_in_check_is_in_one_rule_that_ships() -> None:
    """No check waits for somebody to find it, and no rule says the same as another."""
    found = packs.load_each(Use(name) for name in packs.shipped())
    rules = {rule.id: rule.check for pack in found for rule in pack.rules}
    asked = Counter(
        check.name for check in rules.values() if isinstance(check, integrity.Integrity)
    )
    assert asked == dict.fromkeys(JUDGEMENTS, 1)


def test_tables_name_only_checks_and_parts_that_exist() -> None:
    """What is said of checks is said of real ones, and what they need is something to be read."""
    assert {*NEEDS, *ABOUT_ACCOUNT, *ABOUT_SDF_OBJECTS} <= {*JUDGEMENTS}
    assert {need for needs in NEEDS.values() for need in needs} == {*EVERYTHING}
