"""The progress of a long run: one line on a terminal, and nothing anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import TextIO

from nspermaudit.errors import InputError
from nspermaudit.export import Export
from nspermaudit.inputs import Inputs
from nspermaudit.style import counted
from nspermaudit.watching import Watch

_FIRST, _NEXT = 1.0, 0.1
"""Seconds until it is shown for the first time, and until it is shown again."""
_CELLS = 30
_ERASED = "\r\x1b[K"


def watch(*, quiet: bool, needed: bool = False) -> Watch | None:
    """What shows the progress of an audit, if there is a terminal to show it on.

    Without one, or where it is not wanted, a plain watch if that is ``needed``, else None.
    """
    stream = sys.stderr
    is_shown = not quiet and stream is not None and stream.isatty()
    if is_shown and os.environ.get("TERM") != "dumb":
        return Bar(stream)
    return Watch() if needed else None


class Bar(Watch):
    """A line with what part of the inputs was judged, by number and bytes."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._due = monotonic() + _FIRST
        self._is_shown = False
        self._sizes: dict[int, int] | None = None
        self._reset(())

    def _reset(self, exports: Sequence[Export]) -> None:
        self._all = exports
        self._sizes = None
        self._done = self._elsewhere = 0
        self._before = self._here = 0

    def begin(self, inputs: Inputs) -> None:
        """Watch what is going to be read; a table tells of its bytes, objects are small."""
        super().begin(inputs)
        self._reset(inputs.exports)
        for export in inputs.all:
            if export.format != "sdf":
                export.source.watch = self._read

    def _read(self, count: int) -> None:
        self._here += count
        self._tick()

    def shared(self, exports: Sequence[Export]) -> None:
        """Count what the other process judges at the pace of this one."""
        self._elsewhere = len(exports)

    def judged(self, export: Export) -> None:
        """Count an export, and its bytes where they are known."""
        self._done += 1
        size = self._here if self._sizes is None else self._sizes.get(id(export), 0)
        if self._elsewhere:
            self._elsewhere -= 1
            self._done += 1
            size *= 2
        self._before += size
        self._here = 0
        self._tick()

    def _tick(self) -> None:
        now = monotonic()
        if now < self._due:
            return
        self._due = now + _NEXT
        self._is_shown = True
        with suppress(OSError, ValueError):  # nobody looks any more
            self._stream.write("\r" + self._line()[: _columns(self._stream) - 1] + "\x1b[K")
            self._stream.flush()

    def _line(self) -> str:
        if self._sizes is None:
            self._sizes = {id(export): _size(export) for export in self._all}
            self._before = sum(self._sizes[id(export)] for export in self._all[: self._done])
        total, of_all = sum(self._sizes.values()), len(self._all)
        done = min(self._done, of_all)
        read = min(self._before + self._here, total)
        part = read / total if total >> 20 else done / max(of_all, 1)
        full = int(part * _CELLS)
        bar = "#" * full + "-" * (_CELLS - full)
        megabytes = f", {read >> 20:,} of {total >> 20:,} MB" if total >> 20 else ""
        return f"[{bar}] {done:,} of {counted(of_all, 'input')}{megabytes}"

    def close(self) -> None:
        """Leave the terminal's line as it was."""
        if self._is_shown:
            self._is_shown = False
            with suppress(OSError, ValueError):
                self._stream.write(_ERASED)
                self._stream.flush()


def _size(export: Export) -> int:
    """The bytes of an export's file; those of an archive are not its own."""
    if export.source.archive is not None:
        return 0
    try:
        return export.source.measured()
    except InputError:
        return 0


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
