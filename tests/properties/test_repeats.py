"""The short cut through rows that repeat gives what the plain reader gives, whatever the bytes."""

from __future__ import annotations

import os
import random

import pytest
from reading import read_with_restarts

from nspermaudit import repeats

FILES = int(os.environ.get("FUZZ_FILES", "250"))
BLOCKS = (7, 64, 1 << 20)
ROLES = ("Sync", "A/P Clerk", '"Sync, EDI"', "Total Sync", "Ünü", "Sync 1", "Sync 10", "")
NAMES = ("Items", "Sales Order", "Locations", '"Bills"', "Nothing Known", "Find Transaction")
LEVELS = ("Full", "View", "Edit", "None", "4", "Voll", "")
HEADINGS = (
    "Role,Permission,Level",
    "Account,Role,Permission,Level",
    "Internal ID,Name,Permission,Level,Inactive",
    "Permission,Role,Level",
    '"Role","Permission","Level"',
)
BYTES = (b'"', b",", b"\n", b"\r", b"\r\n", b"\0", b" ", b"x", b"\xff", b'""', b",,", b"Total")


def _rows(chance: random.Random, heading: str) -> list[str]:
    columns = heading.replace('"', "").split(",")
    rows = []
    for number in range(chance.randint(1, 6)):
        role = chance.choice(ROLES)
        for _ in range(chance.randint(1, 8)):
            cells = {
                "Role": role,
                "Name": role,
                "Account": "LT",
                "Internal ID": str(number),
                "Permission": chance.choice(NAMES),
                "Level": chance.choice(LEVELS[: chance.choice((3, 3, 3, 7))]),
                "Inactive": "No",
            }
            rows.append(",".join(cells[column] for column in columns))
    if chance.random() < 0.2:
        chance.shuffle(rows)
    return rows


def _file(chance: random.Random) -> bytes:
    heading = chance.choice(HEADINGS)
    lines = [heading, *_rows(chance, heading)]
    if chance.random() < 0.1:
        lines.insert(0, "Larkfield Tools")
    end = chance.choice(("\n", "\n", "\r\n"))
    data = end.join(lines).encode(chance.choice(("utf-8", "utf-8", "utf-8-sig", "cp1252")))
    data += chance.choice((b"", end.encode()))
    for _ in range(chance.choice((0, 0, 1, 2))):
        place = chance.randrange(len(data) + 1)
        cut = place + chance.choice((0, 1, 5))
        data = data[:place] + chance.choice((b"", *BYTES)) + data[cut:]
    return data


@pytest.mark.parametrize("block", BLOCKS)
def test_short_cut_says_the_same(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Roles, counts, messages and their lines are those of the plain reader, file by file."""
    monkeypatch.setattr(repeats, "BLOCK", block)
    short_cuts = 0
    for seed in range(FILES):
        data = _file(random.Random(seed * len(BLOCKS) + block))  # noqa: S311 - not for secrets
        expected, _ = read_with_restarts(data, "x.csv", plain=True)
        found, took_plain = read_with_restarts(data, "x.csv", plain=False)
        assert found == expected, (seed, data)
        short_cuts += not took_plain and bool(expected.roles)
    assert short_cuts > FILES // 4
