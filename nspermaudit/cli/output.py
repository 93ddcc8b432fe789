"""``--output FORMAT=FILE``: reports into files, whole or not at all, over nothing that matters."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import click

from nspermaudit.cli.terminal import UndeliveredError, tell
from nspermaudit.errors import UsageError
from nspermaudit.style import one_line


class Output(NamedTuple):
    """A report in one format, into one file."""

    format: str
    file: str


class OutputType(click.ParamType):  # type: ignore[type-arg] # not generic before click 8.4
    """FORMAT=FILE."""

    name = "format=file"

    def __init__(self, formats: Iterable[str]) -> None:
        self._formats = tuple(formats)

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Output:
        """Split and look the format up."""
        form, separator, file = value.partition("=")
        if not separator or not file or form not in self._formats:
            self.fail(
                f"{value!r} is not FORMAT=FILE with FORMAT one of {', '.join(self._formats)}",
                param,
                ctx,
            )
        if file == "-":
            self.fail("standard output has what --format says: name a file", param, ctx)
        return Output(form, file)


Command = TypeVar("Command", bound=Callable[..., Any])


def format_options(
    formats: Iterable[str], what: str, default: str = "text"
) -> Callable[[Command], Command]:
    """Give a command the options --format, --output and --color for what it reports."""
    names = list(formats)

    def with_options(command: Command) -> Command:
        command = click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colours; auto also looks at NO_COLOR and FORCE_COLOR.",
        )(command)
        command = click.option(
            "--output",
            multiple=True,
            type=OutputType(names),
            metavar="FORMAT=FILE",
            help=f"Also write the {what} to a file; may be repeated.",
        )(command)
        return click.option(
            "--format",
            type=click.Choice(names),
            default=default,
            show_default=True,
            help=f"How to print the {what}.",
        )(command)

    return with_options


def refuse_overwriting(outputs: Sequence[Output], read: Iterable[str]) -> None:
    """Raise UsageError for a target that is read, is given twice, or cannot be a file."""
    taken = {*map(os.path.realpath, read)}
    for output in outputs:
        target = os.path.realpath(output.file)
        if target in taken:
            raise UsageError(f"--output: {output.file} is read, or written already: name another")
        if os.path.isdir(target) or not os.path.isdir(os.path.dirname(target)):
            raise UsageError(f"--output: {output.file} is a folder, or stands in none")
        taken.add(target)


def write_all(outputs: Iterable[Output], render: Callable[[str], Iterable[str | bytes]]) -> bool:
    """Write every file, in its format; False, which was told, if one cannot be written."""
    is_delivered = True
    for item in outputs:
        try:
            write(item.file, render(item.format))
        except UndeliveredError as error:  # noqa: PERF203 - files are few
            tell([f"error: {one_line(str(error))}"])
            is_delivered = False
    return is_delivered


def refuse_terminal(form: str) -> None:
    """Raise UsageError for a format of bytes if standard output is a terminal."""
    if sys.stdout is not None and sys.stdout.isatty():
        text = f"--format {form} is no text for a terminal: --output {form}=FILE writes a file"
        raise UsageError(text)


def write(file: str, pieces: Iterable[str | bytes], option: str = "--output") -> None:
    """Write a file whole or not at all: into a temporary one beside it, then renamed.

    Text is written as UTF-8. ``option`` is the one that names the file, for messages. A file keeps
    its mode. What exists and is no regular file (a pipe, a device) is written to as it is.
    Raises UndeliveredError where it cannot be written.
    """
    target = os.path.realpath(file)
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.part")
    try:
        if os.path.exists(file) and not os.path.isfile(file):
            with open(file, "wb") as stream:
                stream.writelines(map(_encoded, pieces))
            return
        try:
            with open(temporary, "xb") as stream:
                stream.writelines(map(_encoded, pieces))
            if os.path.exists(target):
                os.chmod(temporary, os.stat(target).st_mode & 0o777)
            os.replace(temporary, target)
        finally:
            if os.path.lexists(temporary):
                os.unlink(temporary)
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise UndeliveredError(f"{option}: {file} cannot be written: {reason}") from None


def _encoded(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece
