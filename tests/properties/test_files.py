"""Files of any content under any name, by way of the command line."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pieces import ENDS, HEADS

quick = settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
ENDINGS = ("xml", "csv", "txt", "xls", "xlsx", "json", "ndjson", "yaml", "zip", "")


@pytest.mark.parametrize("ending", ENDINGS)
@quick
@given(head=st.sampled_from(sorted(HEADS)), end=ENDS)
def test_any_bytes_under_any_name(
    ending: str, head: str, end: bytes, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Any bytes under any name give roles or a clear error: 0, 1 or 3, and nothing unexpected."""
    file = tmp_path / f"customrole_x.{ending}"
    file.write_bytes(HEADS[head] + end)
    ran = run("check", file, "--format", "json")
    document = json.loads(ran.out)
    (item,) = document["inputs"]
    errors = [message for message in item["messages"] if message["severity"] == "error"]
    assert ran.code == (3 if errors or not item["roles"] else int(_fails(document)))
    assert errors or item["roles"]
    assert ran.err == ""


def _fails(document: dict[str, dict[str, dict[str, int]]]) -> bool:
    return document["summary"]["findings"]["error"] > 0


CHILD = """
import io, resource, sys
from contextlib import redirect_stdout
from nspermaudit.cli import main
for file in sys.argv[1:]:
    with redirect_stdout(io.StringIO()):
        code = main(["check", file])
    print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
"""
PIECES = (
    *(b"<a>", b"<!-- -->", b"<a/>", b'a="1" ', b"x", b"<permission>", b"&amp;", b"<![CDATA[x]]>"),
    *(b"[", b'{"a":', b'{"role": 1},', b'"k": 1, ', b'"', b"\\u0041", b"9", b"null,", b"\n"),
    *(b",", b"\t", b"LT,Items,Full\n", b'"a\n', b"\0", b"\xff", "権".encode("cp932"), b"\r", b";"),
    *(b"<Cell>", b"<Row></Row>", b'<Cell ss:Index="99">', b"<Data>", b" "),
)


@pytest.mark.parametrize("head", HEADS)
def test_any_piece_a_million_times(head: str, tmp_path: Path) -> None:
    """However often something stands in a file, reading it takes neither memory nor long."""
    chance = random.Random(head)  # noqa: S311 - not for secrets
    files = []
    for number, piece in enumerate(chance.sample(PIECES, 3)):
        files.append(tmp_path / str(number))
        files[-1].write_bytes(HEADS[head] + piece * (2_000_000 // len(piece)))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    for line in done.stdout.splitlines():
        code, megabytes = map(int, line.split())
        assert code in (0, 1, 3)
        assert megabytes < 300
    assert len(done.stdout.splitlines()) == len(files)
