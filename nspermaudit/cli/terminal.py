"""The terminal: whether to colour, what it cannot show, how errors are told, interruption."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import NoReturn, TextIO

import click

_MOST_HELD = 64 * 1024


class UndeliveredError(Exception):
    """What a command has to say could not be written: its text is the reason."""


def prepare() -> None:
    """Let no character that a terminal's encoding lacks stop a report."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def wants_color(choice: str, stream: TextIO | None) -> bool:
    """The colour choice: the option first, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def width_of(stream: TextIO | None) -> int:
    """How many characters a line of a terminal holds; 0 for what is no terminal."""
    if stream is None or not stream.isatty():
        return 0
    import shutil  # noqa: PLC0415 - start-up: only wide tables need it

    return shutil.get_terminal_size().columns


def put(text: str | bytes, *, nl: bool = True) -> None:
    """Write text, or bytes, to standard output.

    Raises UndeliveredError where it does not get there.
    """
    if sys.stdout is None:
        raise UndeliveredError("it is closed")
    try:
        click.echo(text, nl=nl, color=True)
    except BrokenPipeError:
        raise UndeliveredError("") from None
    except OSError as error:
        raise UndeliveredError((error.strerror or "error").lower()) from None


def put_bytes(pieces: Iterable[bytes]) -> None:
    """Write pieces of no text to standard output. Raises UndeliveredError as ``put`` does."""
    try:
        for piece in pieces:
            put(piece, nl=False)
    except OSError as error:  # they could not be made: no room for what is made on the way
        raise UndeliveredError((error.strerror or "error").lower()) from None


def put_all(pieces: Iterable[str]) -> None:
    """Write the pieces of a text to standard output. Raises UndeliveredError as ``put`` does."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > _MOST_HELD:
            put("".join(held), nl=False)
            held, size = [], 0
    put("".join(held), nl=False)


def close_quietly(stream: TextIO | None) -> None:
    """Keep Python from writing to a closed pipe or a full disk once more at its end."""
    if stream is None:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except OSError:  # somebody put another thing in its place, and looks after that
        pass
    finally:
        os.close(nowhere)


def end_in_order() -> None:
    """Let SIGTERM end a run as an interruption from the keyboard does."""
    import signal  # noqa: PLC0415 - start-up: only a run that writes files needs it

    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def tell(lines: Iterable[str]) -> None:
    """Write lines to standard error; if that is not possible there is nobody to be told."""
    try:
        for line in lines if sys.stderr else ():
            click.echo(line, err=True)
    except OSError:
        close_quietly(sys.stderr)
