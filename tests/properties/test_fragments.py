"""The short cut through SDF objects gives what the plain reader gives, whatever the bytes."""

from __future__ import annotations

import os
import random

import pytest
from reading import read_with_restarts

from nspermaudit import fragments

FILES = int(os.environ.get("FUZZ_FILES", "250")) * 4
KEYS = (
    "TRAN_SALESORD",
    "LIST_ITEM",
    "LIST_LOCATION",
    "TRAN_NOTHING",
    "[scriptid=customrecord_lt]",
    "[appid=com.example.app, scriptid=customrecord_lt]",
    " LIST_ITEM ",
    "Sales Order",
    "",
)
LEVELS = ("FULL", "VIEW", "EDIT", "NONE", "full", "VOLL", "", "FULL ")
NAMES = ("LT", "LT Clerk", " LT", "", "L'T", "Ü", "A &amp; B")
IDS = ("customrole_lt", "customrole_lt_2", "CustomRole_LT", "")
TAILS = ("", "", "", "\n      <restriction>EDIT</restriction>", "\n      <restriction/>")
PIECES = (
    b"<!-- x -->",
    b"<![CDATA[FULL]]>",
    b"<?x y?>",
    b"&amp;",
    b"&#70;",
    b"<permission>",
    b"</permission>",
    b"</permissions>\n<permissions>",
    b"<permlevel>VIEW</permlevel>",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xff",
    b"<",
    b">",
    b" ",
    b"\n",
    b"x",
)


def _permission(chance: random.Random) -> str:
    common = chance.random() < 0.9
    key = chance.choice(KEYS[:6] if common else KEYS)
    level = chance.choice(LEVELS[:4] if common else LEVELS)
    return (
        f"    <permission>\n      <permkey>{key}</permkey>\n      <permlevel>{level}</permlevel>"
        f"{chance.choice(TAILS)}\n    </permission>\n"
    )


def _file(chance: random.Random) -> bytes:
    entries = "".join(_permission(chance) for _ in range(chance.randint(0, 6)))
    name = f"<name>{chance.choice(NAMES)}</name>"
    odd = (f"  <x>{name}</x>\n", f"  <name >{name}LT</name >\n", f"  {name}{name}\n")
    usual = (f"  {name}\n", f"  {name}\n  <isinactive>F</isinactive>\n")
    before = chance.choice(usual * 5 + odd)
    after = chance.choice(("", "", "  <restrictip>F</restrictip>\n", "  <nothing>F</nothing>\n"))
    text = (
        f'<role scriptid="{chance.choice(IDS)}">\n'
        f"{before}  <permissions>\n{entries}  </permissions>\n"
        f"{after}</role>{chance.choice(('', chr(10)))}"
    )
    data = text.encode(chance.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16")))
    for _ in range(chance.choice((0, 0, 1, 2))):
        place = chance.randrange(len(data) + 1)
        cut = place + chance.choice((0, 0, 1, 9))
        data = data[:place] + chance.choice((b"", *PIECES)) + data[cut:]
    return data


def test_short_cut_says_the_same() -> None:
    """Grants, counts, messages, lines and columns are those of the plain reader."""
    short_cuts = 0
    for seed in range(FILES):
        data = _file(random.Random(seed))  # noqa: S311 - not for secrets
        expected, _ = read_with_restarts(data, "x.xml", plain=True)
        found, took_plain = read_with_restarts(data, "x.xml", plain=False)
        assert found == expected, (seed, data)
        short_cuts += not took_plain and bool(expected.roles)
    assert short_cuts > FILES // 3


def test_memory_of_permissions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once too many distinct permissions are known, they are read anew; nothing is lost."""
    monkeypatch.setattr(fragments, "MAX_KNOWN", 3)
    for seed in range(50):
        data = _file(random.Random(seed))  # noqa: S311 - not for secrets
        expected, _ = read_with_restarts(data, "x.xml", plain=True)
        assert read_with_restarts(data, "x.xml", plain=False)[0] == expected
