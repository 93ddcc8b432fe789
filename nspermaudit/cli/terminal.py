"""The terminal: whether to colour, how to write what it cannot show, how errors are told."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

import click


def prepare() -> None:
    """Let no character that a terminal's encoding lacks stop a report."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def wants_color(choice: str, stream: TextIO) -> bool:
    """The colour choice: the option first, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def tell(lines: Iterable[str]) -> None:
    """Write lines to standard error."""
    for line in lines:
        click.echo(line, err=True)
