"""Two states of roles side by side: a table of cases."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from states import snapshot_of

from nspermaudit import catalog
from nspermaudit.change_lines import new_access
from nspermaudit.changes import Change
from nspermaudit.comparing import compare
from nspermaudit.model import AttributeValue, Grant, Level, Location, Role
from nspermaudit.snapshot import Snapshot

CASES = yaml.safe_load((Path(__file__).parent / "comparing.yaml").read_text("utf-8"))


def _told(change: Change) -> str:
    start = f"{change.kind.value} {change.role_id}"
    if change.is_of_role:
        return start
    what = change.permission.id if change.permission else change.attribute
    before, after = (
        f"{value.name} by {limit}".removesuffix(" by ") if isinstance(value, Level) else value
        for value, limit in zip((change.before, change.after), change.restrictions, strict=True)
    )
    return f"{start}: {what}, {before} -> {after}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    """The changes are told, in order, with what could not be compared."""
    comparison = compare(snapshot_of(case["old"]), snapshot_of(case["new"]))
    assert [_told(change) for change in comparison.changes] == case.get("changes", [])
    assert list(comparison.notes) == case.get("notes", [])
    assert list(comparison.unsure) == case.get("unsure", [])


def test_places() -> None:
    """A change stands where the new state has it; what is gone, where the old one had it."""
    old = snapshot_of(
        [{"id": "customrole_a", "grants": {"TRAN_FIND": "VIEW", "LIST_ITEM": "VIEW"}}]
    )
    new = snapshot_of([{"id": "customrole_a", "grants": {"LIST_ITEM": "FULL"}}])
    raised, removed = compare(old, new).changes
    assert raised.location == Location("0.xml", 2, 7)
    assert removed.location == Location("0.xml", 2, 7)
    assert [change.is_new_access for change in (raised, removed)] == [True, False]


def test_grants_of_several_files_keep_their_places() -> None:
    """A role whose pages are several files: each grant stands in its own."""
    item, find = map(catalog.load().resolve, ("LIST_ITEM", "TRAN_FIND"))
    places = Location("1.json", 3), Location("2.json", 4)
    grants = [Grant(item, Level.VIEW, places[0]), Grant(find, Level.VIEW, places[1])]
    snapshot = Snapshot()
    snapshot.take(Role.of("customrole_a", "", grants, Location("1.json", 1)))
    found = {change.location for change in compare(Snapshot(), snapshot).changes}
    assert found == {*places, Location("1.json", 1)}


@pytest.mark.parametrize(
    ("attribute", "values"),
    [
        ("inactive", (True, False)),
        ("inactive", (True, None)),
        ("core administration permissions", (None, True)),
        ("cross-subsidiary viewing", (False, True)),
        ("employee viewing", (None, True)),
        ("do not restrict employee fields", (False, True)),
        ("restrict by ip address", (True, None)),
        ("restrict by device", (True, False)),
        ("restrict time and expenses", (True, None)),
        ("web services only", (True, False)),
        ("single sign-on only", (True, None)),
        ("two-factor authentication", ("TOTP", "OFF")),
        ("two-factor authentication", ("SMS", None)),
        ("subsidiaries", ("OWN", "SELECTED", "ALLACTIVE", "ALL")),
        ("subsidiaries", ("OWN", None)),
        ("employee restriction", ("OWNONLY", "UNASSIGNED", "DEFAULTTOOWN", "NONE")),
        ("employee restriction", ("UNASSIGNED", None)),
        ("accounting books", ("PRIMARY", "SELECTED", "ALL")),
        ("accounting books", (None, "SELECTED")),
    ],
)
def test_attributes_that_widen(attribute: str, values: Sequence[AttributeValue | None]) -> None:
    """What lets a role do more is new access, and nothing the other way round."""
    for before, after in pairwise(values):
        assert _is_gain(attribute, before, after)
        assert not _is_gain(attribute, after, before)


@pytest.mark.parametrize(
    ("attribute", "before", "after", "is_gain"),
    [
        ("inactive", None, False, False),
        ("subsidiaries", None, "ALL", False),
        ("subsidiaries", "own", "OWN", False),
        ("accounting books", None, "PRIMARY", False),
        ("two-factor authentication", "SMS", "TOTP", False),
        ("subsidiaries", "OWN", "ELSEWHERE", True),
        ("subsidiaries", "ELSEWHERE", "OWN", True),
        ("center", "BASIC", "CLASSIC", False),
        ("sales role", False, True, False),
    ],
)
def test_attributes_that_do_not(
    attribute: str, before: AttributeValue | None, after: AttributeValue | None, *, is_gain: bool
) -> None:
    """What is not set has its meaning; a value that nobody knows may be wider."""
    assert _is_gain(attribute, before, after) is is_gain


def _is_gain(attribute: str, before: AttributeValue | None, after: AttributeValue | None) -> bool:
    sides = [{} if value is None else {attribute: value} for value in (before, after)]
    old, new = (snapshot_of([{"id": "customrole_a", "attributes": side}]) for side in sides)
    return bool(new_access(compare(old, new).changes))


@pytest.mark.parametrize(
    ("before", "after", "is_gain"),
    [
        (("FULL", "EDIT"), ("FULL", ""), True),
        (("FULL", "VIEWANDEDIT"), ("EDIT", ""), True),
        (("EDIT", ""), ("FULL", "VIEWANDEDIT"), True),
        (("FULL", ""), ("FULL", "EDIT"), False),
        (("FULL", "EDIT"), ("EDIT", "EDIT"), False),
        (("FULL", "EDIT"), ("NONE", ""), False),
        (("FULL", "VIEW"), ("FULL", "EDIT"), True),
    ],
)
def test_restrictions_and_new_access(
    before: tuple[str, str], after: tuple[str, str], *, is_gain: bool
) -> None:
    """A restriction that is dropped or loosened lets somebody do more, whatever the level."""
    old, new = (
        snapshot_of(
            [
                {
                    "id": "customrole_a",
                    "grants": {"LIST_ITEM": level},
                    "restrictions": {"LIST_ITEM": limit},
                }
            ]
        )
        for level, limit in (before, after)
    )
    assert bool(new_access(compare(old, new).changes)) is is_gain


def test_very_many_files_of_one_script_id() -> None:
    """They are not held against each other one by one."""
    sides = [
        snapshot_of([{"id": "customrole_a", "path": f"{side}/{n}.xml"} for n in range(3000)])
        for side in ("old", "new")
    ]
    assert compare(*sides).changes == ()
