"""The rows of an Excel workbook, read by a process of its own (``excel_child``) with its limits."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, Any, NamedTuple

from nspermaudit.errors import InputError
from nspermaudit.model import Location
from nspermaudit.sifting import Row

MAX_BYTES = 64 << 20
"""Bytes of a workbook; one of a million rows and six columns has 25 million."""

_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from nspermaudit.excel_child import main; main()"
)
_CHUNK = 256 * 1024
_MAX_KEPT = 48 << 20
_TOO_MUCH = "a workbook that takes too much memory or time to read: save the sheet as CSV"

_kept: dict[bytes, list[bytes]] = {}
"""What was read of workbooks, compressed, by their digests: an audit asks more than once."""


class Head(NamedTuple):
    """A sheet: its name and its first rows."""

    name: str
    rows: list[Row]


def heads(data: bytes, path: str) -> list[Head]:
    """The sheets of a workbook. Raises InputError for one that cannot be read."""
    found = next(_values(data, path))
    return [Head(name, [(line, cells) for line, cells in rows]) for name, rows in found]


def rows(data: bytes, path: str) -> Iterator[tuple[int, Iterator[Row]]]:
    """The number of each sheet, counted from 0, and its rows; blank ones are left out.

    Raises InputError, as ``heads`` does.
    """
    values = _values(data, path)
    next(values)
    waiting = [next(values, None)]

    def of_sheet() -> Iterator[Row]:
        for value in values:
            if isinstance(value, int):
                waiting.append(value)
                return
            yield value[0], value[1]

    while waiting:
        number = waiting.pop()
        if isinstance(number, int):
            body = of_sheet()
            yield number, body
            for _ in body:  # what nobody wanted
                pass


def _values(data: bytes, path: str) -> Iterator[Any]:
    """What the process says. Raises InputError where it did not come to its end."""
    key = hashlib.sha256(data).digest()
    if key not in _kept:
        _keep(key, _read(data, path))
    for line in _lines(_kept[key]):
        value = json.loads(line)
        if isinstance(value, dict):
            raise InputError(value["error"], Location(path))
        yield value


def _keep(key: bytes, pieces: list[bytes]) -> None:
    """Keep what was read of a workbook, and of earlier ones what there is room for."""
    _kept[key] = pieces
    while len(_kept) > 1 and sum(sum(map(len, one)) for one in _kept.values()) > _MAX_KEPT:
        del _kept[next(iter(_kept))]


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of what was compressed."""
    inflater, rest = zlib.decompressobj(), b""
    for piece in pieces:
        *lines, rest = (rest + inflater.decompress(piece)).split(b"\n")
        yield from lines


def _read(data: bytes, path: str) -> list[bytes]:
    """Run the process; what it prints, compressed. Raises InputError if it fails."""
    pieces: list[bytes] = []
    machine = zlib.compressobj(1)
    size = 0
    process = _started()
    try:
        if process.stdin and process.stdout:
            _give(process.stdin, data)
            while printed := process.stdout.read(_CHUNK):
                pieces.append(machine.compress(printed))
                size += len(pieces[-1])
                if size > _MAX_KEPT:
                    process.kill()
    except BaseException:
        process.kill()
        raise
    finally:
        if process.stdout:
            process.stdout.close()
        code = process.wait()
    if code:
        raise InputError(_TOO_MUCH, Location(path))
    return [*pieces, machine.flush()]


def _give(stream: IO[bytes], data: bytes) -> None:
    """Write all and close; a process that does not listen any more is told by its exit code."""
    with suppress(BrokenPipeError):
        stream.write(data)
    with suppress(BrokenPipeError):
        stream.close()


def _started() -> subprocess.Popen[bytes]:
    """The process. It imports from where this one does, and nothing from the current folder."""
    places = json.dumps([place for place in sys.path if place])
    return subprocess.Popen(  # noqa: S603 - it is Python itself
        [sys.executable, "-I", "-c", _CHILD, places],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
