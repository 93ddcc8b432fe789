"""Comparing: a state with itself, one way and the other, in any order."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from states import snapshot_of

from nspermaudit.change_lines import lines_of
from nspermaudit.changes import Change, Kind
from nspermaudit.comparing import compare

MIRRORED = {
    Kind.ADDED: Kind.REMOVED,
    Kind.RAISED: Kind.LOWERED,
    Kind.CHANGED: Kind.CHANGED,
    Kind.LOWERED: Kind.RAISED,
    Kind.REMOVED: Kind.ADDED,
}
IDS = {
    "customrole_a": "A",
    "customrole1042": "B",
    "1042": "B",
    "4101": "C",
    "ACME": "ACME",
    "3": "D",
}
PERMISSIONS = ("LIST_ITEM", "TRAN_FIND", "ADMI_MANAGE_OAUTH_TOKENS", "ADMI_ACCTPERIODS", "Artikel")
LEVELS = st.sampled_from(("NONE", "VIEW", "CREATE", "EDIT", "FULL"))
ROLES = st.lists(
    st.builds(
        lambda role_id, **more: {"id": role_id, "name": IDS[role_id], **more},
        st.sampled_from(sorted(IDS)),
        grants=st.dictionaries(st.sampled_from(PERMISSIONS), st.lists(LEVELS, min_size=1)),
        attributes=st.dictionaries(
            st.sampled_from(("inactive", "core administration permissions")), st.booleans()
        ),
        unread=st.lists(st.sampled_from(PERMISSIONS), max_size=1),
        legible=st.booleans(),
        format=st.sampled_from(("sdf", "csv")),
    ),
    max_size=5,
)


@given(roles=ROLES)
def test_nothing_differs_from_itself(roles: list[dict[str, Any]]) -> None:
    """A state compared with itself has no changes."""
    assert compare(snapshot_of(roles), snapshot_of(roles)).changes == ()


def _facts(change: Change) -> tuple[object, ...]:
    what = change.permission.id if change.permission else change.attribute
    return (change.role_name, what, str(change.before), str(change.after))


@given(old=ROLES, new=ROLES)
def test_the_other_way_round(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    """What is added one way is removed the other way; nothing is lost."""
    there = compare(snapshot_of(old), snapshot_of(new))
    back = compare(snapshot_of(new), snapshot_of(old))
    seen = sorted((change.kind.value, *_facts(change)) for change in there.changes)
    mirrored = [
        change._replace(kind=MIRRORED[change.kind], before=change.after, after=change.before)
        for change in back.changes
    ]
    assert seen == sorted((change.kind.value, *_facts(change)) for change in mirrored)
    assert sorted(there.notes) == sorted(back.notes)
    assert there.unsure == back.unsure


@given(old=ROLES, new=ROLES, seed=st.integers())
def test_order_is_irrelevant(
    old: list[dict[str, Any]], new: list[dict[str, Any]], seed: int
) -> None:
    """The same roles in another order have the same changes, places and all."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    sides = [
        [{**facts, "path": str(place)} for place, facts in enumerate(side)] for side in (old, new)
    ]
    first = compare(*map(snapshot_of, sides))
    for side in sides:
        chance.shuffle(side)
    assert compare(*map(snapshot_of, sides)) == first


@given(old=ROLES, new=ROLES)
def test_every_change_is_in_one_line(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    """A line of its own, or the line of the role that came or went."""
    changes = compare(snapshot_of(old), snapshot_of(new)).changes
    lines = lines_of(changes)
    told = [change for line in lines for change in (line.change, *line.grants)]
    assert sorted(told, key=lambda change: change.order) == list(changes)
