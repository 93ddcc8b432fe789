"""Changing files that people keep: reading one, showing the difference, writing it whole."""

from __future__ import annotations

import os.path
from collections.abc import Iterator

from nspermaudit.cli.exits import COMPLETE, NOT_COMPLETE
from nspermaudit.cli.output import write
from nspermaudit.cli.terminal import UndeliveredError, put, tell
from nspermaudit.discovery import shown
from nspermaudit.errors import InputError, UsageError
from nspermaudit.source import Source
from nspermaudit.style import one_line


def content(file: str, *, is_new: bool = False) -> bytes:
    """What is in a file; nothing if it may be new and is not there. Raises UsageError."""
    if is_new and not os.path.lexists(file):
        return b""
    try:
        return Source(shown(file), file).read()
    except InputError as error:
        raise UsageError(str(error)) from None


def change(file: str, old: bytes, new: bytes, *, is_dry: bool) -> int:
    """Write the new content of a file, or show how it differs from the old; the exit code."""
    if is_dry:
        for line in _difference(file, old.decode(), new.decode()):
            put(one_line(line))
        return COMPLETE
    try:
        write(file, [new.decode()], "error")
    except UndeliveredError as error:
        tell([one_line(str(error))])
        return NOT_COMPLETE
    return COMPLETE


def _difference(file: str, old: str, new: str) -> Iterator[str]:
    from difflib import unified_diff  # noqa: PLC0415 - only a dry run needs it

    name = shown(file)
    for line in unified_diff(old.split("\n"), new.split("\n"), name, name, lineterm=""):
        yield line.removesuffix("\r")
