"""``nspermaudit matrix``: roles, or users, by permissions."""

from __future__ import annotations

import sys

import click

from nspermaudit import access
from nspermaudit.cli.asking import FILE, Names, roles_options, sources
from nspermaudit.cli.exits import COMPLETE, NOT_COMPLETE
from nspermaudit.cli.output import (
    Output,
    format_options,
    refuse_overwriting,
    refuse_terminal,
    write_all,
)
from nspermaudit.cli.terminal import end_in_order, put_all, put_bytes, wants_color, width_of
from nspermaudit.errors import UsageError
from nspermaudit.matrix import matrix as made
from nspermaudit.matrix_formats import FORMATS, Look
from nspermaudit.reporters import BINARY, refuse_missing
from nspermaudit.source import Reading
from nspermaudit.style import Style

_EPILOG = """\b
Examples:
  nspermaudit matrix src                                    roles across, permissions down
  nspermaudit matrix roles.csv --permission Setup           one category
  nspermaudit matrix roles.csv --role "*clerk*" --only-differences
  nspermaudit matrix roles.csv staff.csv --users            users, over all their roles
  nspermaudit matrix src --output xlsx=matrix.xlsx          a workbook; also csv, html

\b
Exit codes:
  0  everything was read
  2  wrong usage, or a permission that does not exist
  3  not complete: there are no roles, or something could not be read
"""


@click.command(epilog=_EPILOG, short_help="Show roles by permissions.")
@click.argument("paths", nargs=-1, type=FILE)
@roles_options
@click.option(
    "--permission",
    multiple=True,
    type=Names(),
    metavar="GLOB",
    help="Only these permissions, by id, name or category.",
)
@click.option("--users", is_flag=True, help="A column a user, over all their roles.")
@click.option("--only-differences", is_flag=True, help="Leave out what is equal in all columns.")
@click.option("--long", is_flag=True, help="In csv: a row a grant, with its place.")
@format_options(FORMATS, "matrix", default="table")
@click.option("-q", "--quiet", is_flag=True, help="Without notes.")
def matrix(  # noqa: PLR0913 - one parameter an option
    *,
    paths: tuple[str, ...],
    reading: Reading,
    role: tuple[str, ...],
    permission: tuple[str, ...],
    users: bool,
    only_differences: bool,
    long: bool,
    format: str,  # noqa: A002 - the option's name, and its environment variable's
    output: tuple[Output, ...],
    color: str,
    quiet: bool,
) -> int:
    """Show the level of every permission in every role of files and folders (default: this one).

    With --users, of every user: the highest level over the roles that they can work in, one at a
    time.
    """
    if output:
        end_in_order()
    formats = (format, *(item.format for item in output))
    if long and "csv" not in formats:
        raise UsageError("--long goes with --format csv or --output csv=FILE")
    refuse_missing(formats)
    if format in BINARY:
        refuse_terminal(format)
    is_digested = "json" in formats
    inputs = sources(paths or (".",), is_digested=is_digested)
    if output:
        refuse_overwriting(output, (item.file for item in inputs if item.file))
    found = access.read(inputs, reading, role)
    table = made(found, globs=permission, of_users=users, only_differences=only_differences)
    look = Look(Style(verbosity=-int(quiet)), is_long=long)
    is_delivered = write_all(output, lambda form: FORMATS[form](table, look))
    put = put_bytes if format in BINARY else put_all
    style = look.style._replace(color=wants_color(color, sys.stdout))
    put(FORMATS[format](table, look._replace(style=style, width=width_of(sys.stdout))))
    return COMPLETE if is_delivered and not found.unfinished else NOT_COMPLETE
