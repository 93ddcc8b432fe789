"""The short cut through rows that repeat gives what the plain reader gives, whatever the bytes."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from xml.sax.saxutils import escape

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
CSV_PIECES = (b'"', b",", b"\n", b"\r", b"\r\n", b"\0", b" ", b"x", b"\xff", b'""', b",,", b"Total")


XML_PIECES = (
    b"</Row>",
    b"<Row>",
    b"<Row/>",
    b'<Row ss:Height="15">',
    b"</Cell>",
    b"<Cell/>",
    b"<Cell>",
    b'<Cell ss:Index="3">',
    b'<Cell ss:Index="4"><Data>Full</Data></Cell>',
    b"<Data>",
    b"</Data>",
    b"</Table></Worksheet><Worksheet><Table>",
    b"<!-- </Row> -->",
    b"<![CDATA[Full]]>",
    b"<?x y?>",
    b"&amp;",
    b"&#70;",
    b"&",
    b"<B>",
    b"</B>",
    b"<x/>",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xff",
    b"Total",
)
SEPARATORS = ("", "", "\n", "\n      ", "\r\n")


def _rows(chance: random.Random, heading: str) -> list[list[str]]:
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
            rows.append([cells[column] for column in columns])
    if chance.random() < 0.2:
        chance.shuffle(rows)
    return rows


def _mutated(chance: random.Random, data: bytes, pieces: tuple[bytes, ...]) -> bytes:
    for _ in range(chance.choice((0, 0, 1, 2))):
        place = chance.randrange(len(data) + 1)
        cut = place + chance.choice((0, 1, 5))
        data = data[:place] + chance.choice((b"", *pieces)) + data[cut:]
    return data


def _csv(chance: random.Random) -> bytes:
    heading = chance.choice(HEADINGS)
    lines = [heading, *map(",".join, _rows(chance, heading))]
    if chance.random() < 0.1:
        lines.insert(0, "Larkfield Tools")
    end = chance.choice(("\n", "\n", "\r\n"))
    data = end.join(lines).encode(chance.choice(("utf-8", "utf-8", "utf-8-sig", "cp1252")))
    data += chance.choice((b"", end.encode()))
    return _mutated(chance, data, CSV_PIECES)


def _row(cells: list[str], between: str) -> str:
    written, gap = [], False
    for place, text in enumerate(cells, 1):
        index = f' ss:Index="{place}"' if gap else ""
        data = f'<Data ss:Type="String">{escape(text.strip(chr(34)))}</Data>'
        if text:
            written.append(f"{between}<Cell{index}>{data}</Cell>")
        gap = not text
    return f"<Row>{''.join(written)}{between}</Row>"


def _workbook(chance: random.Random) -> bytes:
    heading = chance.choice(HEADINGS)
    rows = [heading.split(","), *_rows(chance, heading)]
    if chance.random() < 0.1:
        rows.insert(0, ["Larkfield Tools"])
    between, end = chance.choice(SEPARATORS), chance.choice(SEPARATORS)
    body = end.join(_row(cells, between) for cells in rows)
    declared = chance.choice(("", '<?xml version="1.0" encoding="UTF-8"?>\n'))
    encoding = "utf-8-sig" if chance.random() < 0.1 else "utf-8"
    if chance.random() < 0.1:
        declared, encoding = '<?xml version="1.0" encoding="iso-8859-1"?>', "iso-8859-1"
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    text = (
        f'{declared}<Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="Roles">'
        f"<Table>{end}{body}{end}</Table></Worksheet></Workbook>"
    )
    return _mutated(chance, text.encode(encoding), XML_PIECES)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("make", [_csv, _workbook])
def test_short_cut_says_the_same(
    make: Callable[[random.Random], bytes], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Roles, counts, messages and their lines are those of the plain reader, file by file."""
    monkeypatch.setattr(repeats, "BLOCK", block)
    short_cuts = 0
    for seed in range(FILES):
        data = make(random.Random(seed * len(BLOCKS) + block))  # noqa: S311 - not for secrets
        expected, _ = read_with_restarts(data, "export", plain=True)
        found, took_plain = read_with_restarts(data, "export", plain=False)
        assert found == expected, (seed, data)
        short_cuts += not took_plain and bool(expected.roles)
    assert short_cuts > FILES // 5
