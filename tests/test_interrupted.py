"""Runs that end before they should: files are whole or as they were, and exit codes say so."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import FIXTURES, ROOT

PROGRAM = (sys.executable, "-m", "nspermaudit")
CHECK = (*PROGRAM, "check", str(FIXTURES / "acme"))
OLD = '{"schema": "old"}'
INTERRUPTED = [signal.SIGINT, signal.SIGTERM]

# The report is written and not yet renamed when the signal comes.
STRUCK = """
import os, sys
from nspermaudit.cli import main
rename = os.replace
def struck(file, target):
    os.kill(os.getpid(), int(sys.argv[1]))
    return rename(file, target)
os.replace = struck
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report of an earlier run, alone in a folder."""
    file = tmp_path / "out" / "report.json"
    file.parent.mkdir()
    file.write_text(OLD)
    return file


def _assert_whole(report: Path, schemas: set[str]) -> None:
    """Fail unless the report is one of these in full, and nothing stands beside it."""
    assert json.loads(report.read_text())["schema"] in schemas
    assert [file.name for file in report.parent.iterdir()] == [report.name]


@pytest.mark.parametrize("number", INTERRUPTED)
def test_signal_before_the_report_is_in_place(number: int, report: Path) -> None:
    """The old report stays, nothing is left beside it, and one line says what happened."""
    options = ("check", FIXTURES / "acme", "--output", f"json={report}")
    done = subprocess.run(
        [sys.executable, "-c", STRUCK, str(int(number)), *options], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.split()) == (3, b"", [b"interrupted"])
    _assert_whole(report, {"old"})


@pytest.mark.parametrize("number", [*INTERRUPTED, signal.SIGKILL])
def test_signal_at_any_moment(number: signal.Signals, report: Path) -> None:
    """Whenever a signal comes, a report is the old one or the new one, in full."""
    for moment in range(8):
        command = [*CHECK, "--output", f"json={report}", "--quiet"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            time.sleep(moment * 0.05)
            child.send_signal(number)
        if number == signal.SIGKILL:
            for file in report.parent.glob(".*.part"):
                file.unlink()
        _assert_whole(report, {"old", "nspermaudit-report/1"})


@pytest.mark.parametrize("number", INTERRUPTED)
def test_signal_while_standard_input_is_awaited(number: int, report: Path) -> None:
    """A run that waits for its input ends at once, with one line and the code for it."""
    command = [*PROGRAM, "--debug", "check", "-", "--output", f"json={report}"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        _await_sleep(child.pid)
        child.send_signal(number)
        assert child.wait(timeout=20) == 3
        assert child.stdout
        assert child.stderr
        assert child.stdout.read() == b""
        assert child.stderr.read().split() == [b"interrupted"]
    _assert_whole(report, {"old"})


def _await_sleep(process: int) -> None:
    """Wait until a process waits for its standard input."""
    place = Path(f"/proc/{process}/wchan")
    if not place.exists():
        pytest.skip("no way to see what a process waits for")
    for _ in range(400):
        time.sleep(0.02)
        if "pipe" in place.read_text():
            return
    pytest.fail("it never came to wait")


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def test_full_disk(report: Path) -> None:
    """A report that has no room leaves the old one; the run says so and is not complete."""
    command = [*CHECK, "--output", f"json={report}"]
    done = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=_small_files, check=False
    )
    assert done.returncode == 3
    assert done.stderr == f"error: --output: {report} cannot be written: file too large\n"
    assert "Checked 3 roles" in done.stdout
    _assert_whole(report, {"old"})


def test_other_reports_are_written_all_the_same(report: Path) -> None:
    """A report that cannot be written costs no other one."""
    command = [*CHECK, "--output", "json=/dev/full", "--output", f"json={report}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    reason = "cannot be written: no space left on device"
    assert done.stderr == f"error: --output: /dev/full {reason}\n"
    _assert_whole(report, {"nspermaudit-report/1"})


NO_ROOM = "error: standard output cannot be written: no space left on device\n"
CLOSED = "error: standard output cannot be written: it is closed\n"
STREAMS: Mapping[str, tuple[str, int, str]] = {
    "stdout on a full disk": ("check fixtures/acme >/dev/full", 3, NO_ROOM),
    "stdout closed": ("check fixtures/acme >&-", 3, CLOSED),
    "stderr closed": ("check fixtures/acme 2>&-", 1, ""),
    "stderr on a full disk": ("check fixtures/acme 2>/dev/full", 1, ""),
    "stdin closed": ("check fixtures/acme <&-", 1, ""),
    "all closed": ("check fixtures/acme <&- >&- 2>&-", 3, ""),
    "error, stderr closed": ("check nowhere 2>&-", 2, ""),
    "error, stderr on a full disk": ("check nowhere 2>/dev/full", 2, ""),
    "misspelt, stderr on a full disk": ("check --nowhere 2>/dev/full", 2, ""),
    "both on a full disk": ("check fixtures/acme >/dev/full 2>/dev/full", 3, ""),
    "reading a closed stdin": (
        "check - <&-",
        2,
        "error: standard input is closed\nNo audit was performed.\n",
    ),
    "a pack on a full disk": ("packs show guide >/dev/full", 3, NO_ROOM),
    "packs on a full disk": ("packs list >/dev/full", 3, NO_ROOM),
    "a schema on a full disk": ("schema report >/dev/full", 3, NO_ROOM),
    "an explanation on a full disk": ("explain Items >/dev/full", 3, NO_ROOM),
    "help on a full disk": ("--help >/dev/full", 3, "error: no space left on device\n"),
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to be had")
@pytest.mark.parametrize("case", STREAMS)
def test_streams(case: str) -> None:
    """A stream that is closed or full never makes a run look complete, and gives no traceback."""
    command, code, told = STREAMS[case]
    done = _in_shell(f"{sys.executable} -m nspermaudit {command}")
    assert (done.returncode, done.stderr) == (code, told)


@pytest.mark.parametrize(
    "command", ["check fixtures", "check fixtures --format json", "schema report", "packs list"]
)
def test_reader_that_goes_away(command: str) -> None:
    """A closed pipe ends a run quietly; it did not deliver its report, and says so by its code."""
    done = _in_shell(f"({sys.executable} -m nspermaudit {command}; echo $? >&2) | true")
    assert done.stderr == "3\n"


def _in_shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
