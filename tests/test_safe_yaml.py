"""YAML from strangers: plain data with its places, or a list of faults, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nspermaudit import DocumentError, safe_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SCALARS = st.none() | st.booleans() | st.integers(-(10**18) + 1, 10**18 - 1) | TEXT
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
PIECES = (
    *("a", "b", "1", "~", "null", ": ", "- ", "? ", ", ", "[", "]", "{", "}", "\n", "  ", "\t"),
    *("&x ", "*x", "!t ", "!!map ", "<<", "'", '"', "|\n", ">\n", "#", "@", "`", "\\u12", "\\U"),
    *("---\n", "...\n", "%YAML 1.1\n", "%TAG ! x\n", "\u00e9", "\u2028", "\ufeff", "\x00"),
)
YAML_LIKE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
calm = settings(deadline=None)


class Quoting(yaml.SafeDumper):
    """Writes every text in double quotes, so that it cannot be taken for anything else."""


Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def faults_of(text: str | bytes) -> list[str]:
    """The faults of a document, whether they stop the reading or are only noted."""
    data = text if isinstance(text, bytes) else text.encode()
    try:
        document = safe_yaml.load(data, "x.yaml")
        document.refuse_if_faulty()
    except DocumentError as error:
        return str(error).splitlines()
    return []


def value_of(text: str) -> Any:
    """The value of a document without faults."""
    document = safe_yaml.load(text.encode(), "x.yaml")
    document.refuse_if_faulty()
    return document.value


@calm
@given(st.binary(max_size=300))
def test_any_bytes_are_a_document_or_its_faults(data: bytes) -> None:
    """Whatever the bytes, there is a document or a DocumentError."""
    read(data)


@calm
@given(YAML_LIKE)
def test_anything_like_yaml_is_a_document_or_its_faults(text: str) -> None:
    """The same of what is nearly YAML, which gets further into the reader."""
    read(text.encode())


@calm
@given(YAML_LIKE, st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"]))
def test_any_encoding_is_a_document_or_its_faults(text: str, encoding: str) -> None:
    """The same of encodings that YAML has or has not."""
    read(text.encode(encoding, "replace"))


def read(data: bytes) -> None:
    """Read a document, or the faults that it has instead; each part of either has a place."""
    try:
        places = list(safe_yaml.load(data, "x.yaml").marks.values())
    except DocumentError as error:
        places = [fault.location[1:] for fault in error.faults] or [(0, 0)]
    assert all(line > 0 and column > 0 for line, column in places)


@calm
@given(PLAIN)
def test_plain_data_is_read_as_it_was_written(value: Any) -> None:
    """What a dumper wrote with all texts quoted comes back the same."""
    assert value_of(yaml.dump(value, Dumper=Quoting, allow_unicode=True)) == value


@calm
@given(PLAIN)
def test_flow_style_is_read_as_block_style_is(value: Any) -> None:
    """Braces and brackets mean the same as indentation."""
    assert value_of(yaml.dump(value, Dumper=Quoting, default_flow_style=True)) == value


@pytest.mark.parametrize(
    "text",
    [
        *("NO", "no", "No", "on", "ON", "off", "yes", "Yes", "y", "n", "Y", "N"),
        *("12:30:45", "1:20", "010", "0o10", "0x1F", "1_000", "+1", "0b11", "00"),
        *("2026.2", "1.0", "1e3", ".5", ".inf", ".nan", "-.inf"),
        *("2026-11-22", "2026-11-22T10:00:00Z", "2026-11-22 10:00:00"),
        *("=", "<<", "1234567_SB1", "99999999999999999999"),
    ],
)
def test_what_yaml_1_1_would_turn_into_something_else_stays_text(text: str) -> None:
    """Norway, switches, base 60, octal numbers, releases and dates are what was written."""
    assert value_of(f"key: {text}\n") == {"key": text}
    assert value_of(f"- {text}\n") == [text]
    assert value_of(f"{text}: value\n") == {text: "value"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("true", True), ("True", True), ("TRUE", True)),
        *(("false", False), ("False", False), ("FALSE", False)),
        *(("null", None), ("Null", None), ("~", None), ("", None)),
        *(("0", 0), ("7", 7), ("-7", -7), ("1234567", 1234567)),
        *(('"true"', "true"), ("'7'", "7"), ('""', ""), ("'null'", "null"), ('"~"', "~")),
    ],
)
def test_truth_nothing_and_whole_numbers_are_no_text(text: str, value: Any) -> None:
    """The few words and the whole numbers that mean something, unless they are quoted."""
    found = value_of(f"key: {text}\n")["key"]
    assert found == value
    assert type(found) is type(value)


def test_a_block_text_is_text() -> None:
    """Folded and literal blocks keep what they hold as text."""
    text = "a: >-\n  12\n  34\nb: |\n  true\nc: |-\n  7\n"
    assert value_of(text) == {"a": "12 34", "b": "true\n", "c": "7"}


def test_a_key_is_always_text() -> None:
    """A key that looks like a number, a truth or nothing is a text too."""
    assert value_of("1: a\ntrue: b\n~: c\n2026.2: d\n") == {
        "1": "a",
        "true": "b",
        "null": "c",
        "2026.2": "d",
    }


def test_the_empty_document_is_nothing() -> None:
    """No text, only comments, or a marker alone: nothing."""
    for text in ("", "# a comment\n", "---\n", "---\n...\n"):
        assert value_of(text) is None


def test_a_byte_order_mark_is_no_text() -> None:
    """A mark at the start, as some editors write it, changes nothing."""
    assert safe_yaml.load(b"\xef\xbb\xbfa: b\n", "x.yaml").value == {"a": "b"}


def test_every_part_of_a_document_has_its_place() -> None:
    """A mapping's entry stands where its key stands, a list's item where it begins."""
    text = "# head\nfirst: 1\nlist:\n  - one\n  - key: deep\n    more: {a: b, c: [d, e]}\n"
    document = safe_yaml.load(text.encode(), "x.yaml")
    places = {
        (): (2, 1),
        ("first",): (2, 1),
        ("list",): (3, 1),
        ("list", 0): (4, 5),
        ("list", 1): (5, 5),
        ("list", 1, "key"): (5, 5),
        ("list", 1, "more"): (6, 5),
        ("list", 1, "more", "a"): (6, 12),
        ("list", 1, "more", "c"): (6, 18),
        ("list", 1, "more", "c", 1): (6, 25),
    }
    assert {where: document.marks[where] for where in places} == places


def test_what_is_not_there_has_the_place_around_it() -> None:
    """A missing key is told where the mapping stands that should have it."""
    document = safe_yaml.load(b"a:\n  - b: c\n", "x.yaml")
    assert str(document.locate(("a", 0, "missing", "deep"))) == "x.yaml:2:5"
    assert str(document.locate(("missing",))) == "x.yaml:1:1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", ['x.yaml:3:1: duplicate key "a"']),
        ("{a: 1, 'a': 2}", ['x.yaml:1:8: duplicate key "a"']),
        ("1: a\n'1': b\n", ['x.yaml:2:1: duplicate key "1"']),
        ("null: a\n~: b\n", ['x.yaml:2:1: duplicate key "null"']),
        ("a: &x 1\n", ["x.yaml:1:4: an anchor (&name) is not allowed: write it out"]),
        ("a: &x {b: 1}\n", ["x.yaml:1:4: an anchor (&name) is not allowed: write it out"]),
        ("a: *x\n", ["x.yaml:1:4: an alias (*name) is not allowed: write it out"]),
        ("*x : a\n", ["x.yaml:1:1: an alias (*name) is not allowed: write it out"]),
        ("a: !!int 1\n", ["x.yaml:1:4: a tag (tag:yaml.org,2002:int) is not allowed"]),
        ("a: !secret b\n", ["x.yaml:1:4: a tag (!secret) is not allowed"]),
        (
            "a: !!python/object/apply:os.system [x]\n",
            ["x.yaml:1:4: a tag (tag:yaml.org,2002:python/object/apply:os.system) is not allowed"],
        ),
        (
            "a: &x 1\nb: *x\na: !t 2\n",
            [
                "x.yaml:1:4: an anchor (&name) is not allowed: write it out",
                "x.yaml:2:4: an alias (*name) is not allowed: write it out",
                'x.yaml:3:1: duplicate key "a"',
                "x.yaml:3:4: a tag (!t) is not allowed",
            ],
        ),
        ("a: 1\n---\nb: 2\n", ["x.yaml:2:1: one document to a file"]),
        ("? {a: b}\n: c\n", ["x.yaml:1:3: a key must be text, not a mapping or a list"]),
        ("? [a]\n: c\n", ["x.yaml:1:3: a key must be text, not a mapping or a list"]),
        (b"\xef\xbb\xbf" + b"#" * (1 << 20), ["x.yaml:1:1: larger than 1048576 bytes"]),
        ("[" * 33 + "]" * 33, ["x.yaml:1:33: nested too deeply"]),
        ("a:\n" * 2 + "b: [" + "[" * 32, ['x.yaml:2:1: duplicate key "a"', "x.yaml:3:35: nested"]),
        ("- 1\n" * 50_000, ["x.yaml:50000:3: more than 50000 values"]),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, str) else "",
)
def test_what_is_not_allowed_is_told_at_its_place(text: str | bytes, expected: list[str]) -> None:
    """Duplicate keys, anchors, aliases, tags and excess are faults, all of them told."""
    lines = faults_of(text)
    assert len(lines) == len(expected), lines
    assert all(map(str.startswith, lines, expected)), lines


def test_nesting_up_to_the_limit_is_read() -> None:
    """Thirty-two levels are fine."""
    assert faults_of("[" * 32 + "]" * 32) == []


def test_a_bomb_of_aliases_is_small() -> None:
    """Aliases are not followed, so they multiply nothing."""
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    faults = faults_of("\n".join(["a0: &a0 [x]", *lines]))
    assert len(faults) == 12 + 11 * 9


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1\nb: 2\n", "x.yaml:2:2"),
        ("a: b\n\tc: d\n", "x.yaml:2:1"),
        ("a: 'b\n", "x.yaml:2:1"),
        ("a: b: c\n", "x.yaml:1:5"),
    ],
)
def test_what_is_no_yaml_is_told_where_it_ends_to_be(text: str, place: str) -> None:
    """A mistake in the YAML itself is one fault, at the line where the reader stumbled."""
    (fault,) = faults_of(text)
    assert fault.startswith(f"{place}: not valid YAML: ")


@pytest.mark.parametrize(
    "data", [b"a: caf\xe9\n", b"\xff\xff", b"a: \xc3(\n", b"a: \xed\xa0\x80\n"]
)
def test_what_is_no_utf_8_is_told(data: bytes) -> None:
    """Bytes that are no text are one fault."""
    (fault,) = faults_of(data)
    assert re.match(r"x\.yaml:1:\d: not valid ", fault)


@pytest.mark.parametrize(
    "text",
    [
        '"\\UFFFFFFFF"',
        '"\\U00110000"',
        '"\\ud800"',
        '"\\x',
        "a: [b",
        "%YAML 3.0\n--- a",
        "a: \x07",
        "!<%ff> a",
        "[" * 40,
    ],
)
def test_what_is_broken_is_told_without_the_compiled_reader_too(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where PyYAML was installed without libyaml, broken documents are faults all the same."""
    with_libyaml = faults_of(text)
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert with_libyaml
    assert faults_of(text)
