"""The progress of a long run: on a terminal, after a while, and gone at the end."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FIXTURES, audited, sdf
from terminals import read_all
from zips import zip_of

from nspermaudit import Request, Use, audit, auditing, find, forking
from nspermaudit.cli import progress
from nspermaudit.cli.progress import Bar
from nspermaudit.watching import Watch

PERMISSIONS = ("Sales Order", "Bills", "Items", "Customers", "Find Transaction")
ERASED = "\r\x1b[K"


def _table(file: Path, rows: int) -> Path:
    """A table of so many rows, five to a role."""
    lines = (f"Role {row // 5},{PERMISSIONS[row % 5]},Full\n" for row in range(rows))
    file.write_text("Role,Permission,Level\n" + "".join(lines))
    return file


def _on_a_terminal(*arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    """The exit code of a check, its standard output, and what a terminal got as standard error."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "nspermaudit", "check", *map(str, arguments)]
    env = {**os.environ, "TERM": "xterm", **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=env) as child:
        os.close(theirs)
        told = read_all(ours)
        out = child.stdout.read() if child.stdout else b""
    return child.returncode, out.decode(), told


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table that takes some seconds."""
    return _table(tmp_path_factory.mktemp("table") / "roles.csv", 100_000)


def test_a_long_run_on_a_terminal(table: Path) -> None:
    """A line that grows, and of which nothing is left; the report is that of any run."""
    options = ("--pack", "guide", "--role", "Role 1", table, FIXTURES / "acme")
    code, out, told = _on_a_terminal(*options)
    frames = told.split("\r")
    assert code == 1
    assert frames[0] == ""
    assert told.endswith(ERASED)
    shown = [frame for frame in frames if "inputs" in frame]
    assert shown, told
    assert all(frame.startswith("[") and "of 4 inputs, " in frame for frame in shown)
    assert all(frame.endswith(" of 2 MB\x1b[K") for frame in shown)
    cells = [frame.count("#") for frame in shown]
    assert cells == sorted(cells)
    piped = subprocess.run(
        [sys.executable, "-m", "nspermaudit", "check", *map(str, options)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (piped.stdout, piped.stderr) == (out, "")


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(("--quiet",), {}), ((), {"TERM": "dumb"})],
    ids=["quiet", "dumb"],
)
def test_where_it_is_not_wanted(
    arguments: tuple[str, ...], environment: dict[str, str], table: Path
) -> None:
    """Not a byte of it."""
    *_, told = _on_a_terminal("--pack", "guide", table, *arguments, **environment)
    assert told == ""


def test_a_short_run_shows_nothing() -> None:
    """Nobody can read what is gone at once."""
    *_, told = _on_a_terminal(FIXTURES / "acme")
    assert told == ""


class _Clock:
    """A clock that is a second later each time it is asked."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What gets the line, each time that something was read."""
    monkeypatch.setattr(progress, "monotonic", _Clock())
    return io.StringIO()


def _frames(stream: io.StringIO) -> list[str]:
    return [frame.removesuffix("\x1b[K") for frame in stream.getvalue().split("\r")[1:]]


@pytest.mark.parametrize("is_forked", [False, True])
def test_objects(
    is_forked: bool,  # noqa: FBT001 - pytest gives it
    stream: io.StringIO,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each object is counted once; those of a second process with those of this one."""
    for number in range(10):
        text = sdf(("LIST_ITEM", "FULL"), script_id=f"customrole_{number}")
        (tmp_path / f"{number}.xml").write_text(text)
    monkeypatch.setattr(auditing, "MANY_OBJECTS", 4)
    monkeypatch.setattr(forking, "is_possible", lambda: is_forked and hasattr(os, "fork"))
    bar = Bar(stream)
    request = Request(packs=(Use("guide"),), watch=bar)
    report = audit(find([str(tmp_path)]), request=request)
    assert report == audited(tmp_path, packs=["guide"])
    frames = _frames(stream)
    step = 2 if is_forked else 1
    counts = [int(frame.split("] ")[1].split(" of")[0]) for frame in frames]
    assert counts == list(range(step, 11, step))
    assert frames[-1] == f"[{'#' * 30}] 10 of 10 inputs"
    bar.close()
    bar.close()
    assert stream.getvalue().endswith(f"10 of 10 inputs\x1b[K{ERASED}")


def test_bytes_of_tables_and_archives(stream: io.StringIO, tmp_path: Path) -> None:
    """A large table grows byte by byte; what stands in an archive has no bytes of its own."""
    (tmp_path / "a").mkdir()
    _table(tmp_path / "a" / "one.csv", 60_000)
    _table(tmp_path / "a" / "two.csv", 60_000)
    (tmp_path / "b.zip").write_bytes(zip_of(FIXTURES / "acme" / "src"))
    bar = Bar(stream)
    request = Request(packs=(Use("guide"),), watch=bar)
    audit(find([str(tmp_path / "a"), str(tmp_path / "b.zip")]), request=request)
    frames = _frames(stream)
    assert frames[-1] == f"[{'#' * 30}] 5 of 5 inputs, 2 of 2 MB"
    cells = [frame.count("#") for frame in frames]
    assert len({*cells}) > 4


def test_a_plain_watch_keeps_what_became_of_inputs() -> None:
    """It shows nothing, and has every input that there was."""
    watch = Watch()
    paths = [str(FIXTURES / "acme")]
    report = audit(find(paths), request=Request(watch=watch))
    told = {export.source.path for export in watch.exports}
    assert told >= {item.path for item in report.inputs}
    assert len(told) == len(find(paths))


def test_a_terminal_that_is_gone(stream: io.StringIO) -> None:
    """Nobody looks any more: the audit goes on."""
    bar = Bar(stream)
    stream.close()
    report = audit(find([str(FIXTURES / "acme")]), request=Request(watch=bar))
    bar.close()
    assert report.roles == 3
