"""Two states of roles side by side: a table of cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from states import snapshot_of

from nspermaudit import catalog
from nspermaudit.changes import Change
from nspermaudit.comparing import compare
from nspermaudit.model import Grant, Level, Location, Role
from nspermaudit.snapshot import Snapshot

CASES = yaml.safe_load((Path(__file__).parent / "comparing.yaml").read_text("utf-8"))


def _told(change: Change) -> str:
    start = f"{change.kind.value} {change.role_id}"
    if change.is_of_role:
        return start
    what = change.permission.id if change.permission else change.attribute
    before, after = (
        value.name if isinstance(value, Level) else value for value in (change.before, change.after)
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
    ("before", "after", "is_gain"),
    [(True, False, True), (False, True, False), (None, False, False)],
)
def test_inactive_no_more_is_new_access(*, before: bool | None, after: bool, is_gain: bool) -> None:
    """A role that works again gives what it grants."""
    sides = [{} if value is None else {"inactive": value} for value in (before, after)]
    old, new = (snapshot_of([{"id": "customrole_a", "attributes": side}]) for side in sides)
    assert any(change.is_new_access for change in compare(old, new).changes) is is_gain
