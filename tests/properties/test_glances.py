"""What is seen of an SDF object at a glance is what a parser sees, whatever the bytes."""

from __future__ import annotations

import os
import random

import pytest
from reading import read_with_restarts

FILES = int(os.environ.get("FUZZ_FILES", "250")) * 4
KINDS = ("customrecordtype", "customtransactiontype", "customsegment", "workflow")
LEVELS = ("FULL", "VIEW", "NONE", "", "VOLL", " EDIT ")
ROLES = (
    "[scriptid=customrole_lt]",
    "AP_CLERK",
    "",
    "A &amp; B",
    "[appid=x, scriptid=customrole_a]",
)
PARTS = (
    "<accesstype>NONENEEDED</accesstype>",
    "<accesstype>USEPERMISSIONLIST</accesstype>",
    "<accesstype/>",
    "<accesstype></accesstype>",
    "<runasadmin>T</runasadmin>",
    "<runasadmin>F</runasadmin>",
    "<name>LT</name>",
    "<permissions/>",
    "<description>Ü &lt;permissions></description>",
)
PIECES = (b"<!-- x -->", b"<![CDATA[T]]>", b"&amp;", b"\r", b"\n", b"\0", b"\xff", b"<", b">", b"x")


def _entry(chance: random.Random, kind: str) -> str:
    role, level = ("role", "valuemgmtaccesslevel")
    if kind != "customsegment" or chance.random() < 0.1:
        role, level = ("permittedrole", "permittedlevel")
    return (
        f"    <permission>\n      <{level}>{chance.choice(LEVELS)}</{level}>\n"
        f"      <{role}>{chance.choice(ROLES)}</{role}>\n    </permission>\n"
    )


def _file(chance: random.Random) -> bytes:
    kind = chance.choice(KINDS)
    parts = [f"  {part}\n" for part in chance.sample(PARTS, chance.randint(0, 3))]
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        entries = "".join(_entry(chance, kind) for _ in range(chance.randint(0, 3)))
        parts.append(f"  <permissions>\n{entries}  </permissions>\n")
    chance.shuffle(parts)
    text = f'<{kind} scriptid="custom_lt">\n{"".join(parts)}</{kind}>\n'
    data = bytearray(text.encode())
    while chance.random() < 0.3:
        place = chance.randrange(len(data))
        data[place : place + chance.randint(0, 3)] = chance.choice(PIECES)
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_a_glance_sees_what_a_parser_sees(seed: int) -> None:
    """Where a document is well-formed, both ways of reading give the same."""
    chance = random.Random(seed)  # noqa: S311 - for files, not for secrets
    read = 0
    for _ in range(FILES // 4):
        data = _file(chance)
        expected, _ = read_with_restarts(data, "input", plain=True)
        if expected.input.status != "failed":
            found, _ = read_with_restarts(data, "input", plain=False)
            assert found == expected, data
            read += 1
    assert read > FILES // 16
