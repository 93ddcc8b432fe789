"""Changing lists in YAML that people wrote: every other byte stays, or nothing is done."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nspermaudit import editing, safe_yaml

NEW = {"rule": "a-rule", "role": "customrole_*", "reason": 'No: it\'s "fine" # really'}
LINES = (
    "# a comment",
    "",
    "use: [integrity, guide] # packs",
    "roles:\n  integration: [customrole_sync]\n  # or another",
    "account:\n  id: 1234567_SB1\n\n  features: {TBA: on}",
)
ENTRIES = (
    "  - rule: one\n    role: x",
    "  # about the next\n  - rule: two # here\n    role: y\n    # and inside",
    "  - {rule: three, role: z}",
    "  - rule: four\n    reason: |\n      lines\n      # of text\n\n      more",
    "  - rule: five\n    reason: >-\n      folded\n    role: v\n\n  # after it",
    '  - rule: six\n    reason: "quoted\n      over lines"',
)


@st.composite
def _files(draw: st.DrawFn, *, has_entries: bool) -> str:
    """A configuration, with comments, blank lines, either line end, with or without the last."""
    parts = draw(st.lists(st.sampled_from(LINES), unique=True, max_size=5))
    if has_entries:
        entries = draw(st.lists(st.sampled_from(ENTRIES), unique=True, min_size=1, max_size=4))
        place = draw(st.integers(0, len(parts)))
        parts.insert(place, "\n".join(("waivers: # ours", *entries)))
    text = "\n".join(parts)
    ends = ("\n", "\n\n") if text.endswith("more") else ("", "\n", "\n\n")  # or its value changes
    text += draw(st.sampled_from(ends))
    return text.replace("\n", draw(st.sampled_from(("\n", "\r\n"))))


def _value(data: bytes) -> dict[str, object]:
    document = safe_yaml.load(data, "")
    document.refuse_if_faulty()
    return document.value or {}


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    st.one_of(_files(has_entries=True), _files(has_entries=False)),
    st.dictionaries(st.sampled_from(["rule", "role", "reason"]), TEXT, min_size=1),
)
def test_add_then_remove_gives_the_same_bytes(text: str, values: dict[str, str]) -> None:
    """Comments, blank lines, line ends and a missing last one survive; the values come back."""
    old = text.encode()
    items = _value(old).get("waivers", [])
    assert isinstance(items, list)
    new = editing.with_entry(old, "waivers", values)
    assert _value(new)["waivers"] == [*items, values]
    if b"\r\n" in old:
        assert not re.search(rb"(?<!\r)\n", new)
    back = editing.without_entries(new, "waivers", [len(items)])
    assert back == (old or b"")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(_files(has_entries=True), st.data())
def test_removing_keeps_every_other_line(text: str, data: st.DataObject) -> None:
    """What is removed is whole lines, none of them a comment or a blank line of its own."""
    old = text.encode()
    items = _value(old)["waivers"]
    assert isinstance(items, list)
    gone = data.draw(st.sets(st.integers(0, len(items) - 1), min_size=1))
    new = editing.without_entries(old, "waivers", gone)
    left = [item for number, item in enumerate(items) if number not in gone]
    assert _value(new).get("waivers", []) == left
    pending = iter(old.splitlines())
    assert all(line in pending for line in new.splitlines())
    if b"# about the next" in old:
        assert b"# about the next" in new


@pytest.mark.parametrize(
    "text",
    [
        "waivers: []\n",
        "waivers: [{rule: a}]\n",
        "{waivers: [{rule: a}]}\n",
        "{use: [guide]}\n",
        "waivers:\n  -\n    rule: a\n",
        "waivers:\n  - rule: a\n...\n",
        "use: [guide]\rwaivers:\r  - rule: a\r",
        "waivers:\n  - rule: a\n    reason: |+\n      kept\n\n",
        "  use: [guide]\n",
        "waivers: # \u2028# x\n  - rule: a\n",
    ],
)
def test_what_cannot_be_changed_safely_is_left_alone(text: str) -> None:
    """Flow style, entries that share lines, strange line ends: nothing is tried."""
    with pytest.raises(editing.NotSafeError):
        editing.with_entry(text.encode(), "waivers", NEW)


def test_not_utf_8_is_left_alone() -> None:
    """YAML may be UTF-16; editors of today do not write that."""
    with pytest.raises(editing.NotSafeError, match="UTF-8"):
        editing.with_entry("use: [guide]\n".encode("utf-16"), "waivers", NEW)


def test_a_block_keeps_its_line_end() -> None:
    """An entry that comes last now would say something else without it."""
    old = b"waivers:\n  - rule: |\n      a\n  - rule: b"
    assert editing.without_entries(old, "waivers", [1]) == b"waivers:\n  - rule: |\n      a\n"


def test_the_list_keeps_its_indentation() -> None:
    """A new entry stands under those that are there."""
    old = b"waivers:\n- rule: a\n\n# the end\nuse: [guide]\n"
    new = editing.with_entry(old, "waivers", {"rule": "b", "role": "1042"})
    assert new == (b'waivers:\n- rule: a\n- rule: b\n  role: "1042"\n\n# the end\nuse: [guide]\n')


def test_the_key_shares_its_line() -> None:
    """A list whose key has something beside it is not removed to the last entry."""
    old = b"--- {}\n"
    with pytest.raises(editing.NotSafeError):
        editing.with_entry(old, "waivers", NEW)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(TEXT)
def test_scalar_is_read_as_it_was(text: str) -> None:
    """Any text on one line of YAML comes back as text."""
    assert _value(f"key: {editing.scalar(text)}\n".encode()) == {"key": text}
