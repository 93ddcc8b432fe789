"""``--output FORMAT=FILE``: reports into files, whole or not at all, over nothing that matters."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from nspermaudit.cli.terminal import UndeliveredError
from nspermaudit.errors import UsageError
from nspermaudit.reporters import REPORTERS


class Output(NamedTuple):
    """A report in one format, into one file."""

    format: str
    file: Path


class OutputType(click.ParamType):  # type: ignore[type-arg] # not generic before click 8.4
    """FORMAT=FILE."""

    name = "format=file"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Output:
        """Split and look the format up."""
        form, separator, file = value.partition("=")
        if not separator or not file or form not in REPORTERS:
            self.fail(
                f"{value!r} is not FORMAT=FILE with FORMAT one of {', '.join(REPORTERS)}",
                param,
                ctx,
            )
        return Output(form, Path(file))


def refuse_overwriting(outputs: Sequence[Output], read: Iterable[Path]) -> None:
    """Raise UsageError for a target that is read, is given twice, or cannot be a file."""
    taken = {file.resolve() for file in read} if outputs else set()
    for output in outputs:
        target = output.file.resolve()
        if target in taken:
            raise UsageError(f"--output: {output.file} is read, or written already: name another")
        if target.is_dir() or not target.parent.is_dir():
            raise UsageError(f"--output: {output.file} is a folder, or stands in none")
        taken.add(target)


def write(file: Path, text: str) -> None:
    """Write a file whole or not at all: into a temporary one beside it, then renamed.

    What exists and is no regular file (a pipe, a device) is written to as it is.
    Raises UndeliveredError where it cannot be written.
    """
    target = file.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if file.exists() and not file.is_file():
            file.write_text(text, encoding="utf-8", newline="\n")
            return
        try:
            with temporary.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise UndeliveredError(f"--output: {file} cannot be written: {reason}") from None
