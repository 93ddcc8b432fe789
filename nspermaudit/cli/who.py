"""``nspermaudit who``: who holds a permission."""

from __future__ import annotations

import sys

import click

from nspermaudit import access
from nspermaudit.cli.asking import FILE, roles_options, sources
from nspermaudit.cli.exits import COMPLETE, NOT_COMPLETE
from nspermaudit.cli.output import Output, format_options, refuse_overwriting, write_all
from nspermaudit.cli.terminal import end_in_order, put_all, wants_color, width_of
from nspermaudit.source import Reading
from nspermaudit.style import Style
from nspermaudit.who import answer, parse
from nspermaudit.who_formats import FORMATS

_EPILOG = """\b
Examples:
  nspermaudit who "Pay Bills>=create" src                  the roles of a project
  nspermaudit who "Pay Bills>=create" roles.csv staff.csv  and the users who have them
  nspermaudit who "Pay Bills>=create" --and "Vendors>=create" roles.csv staff.csv
  nspermaudit who "TRAN_*=full" roles.csv                  any permission of these ids
  nspermaudit who "Two-Factor Authentication=none" src     the roles that lack it

\b
Exit codes:
  0  everything was read, whether somebody holds it or nobody does
  2  wrong usage, or a permission that does not exist
  3  not complete: there are no roles, or something could not be read
"""


@click.command(epilog=_EPILOG, short_help="Tell which roles and users hold a permission.")
@click.argument("query")
@click.argument("paths", nargs=-1, type=FILE)
@click.option(
    "--and",
    "more",
    multiple=True,
    metavar="QUERY",
    help="What they must hold as well; may be repeated.",
)
@roles_options
@format_options(FORMATS, "answer", default="table")
@click.option("-q", "--quiet", is_flag=True, help="Without notes.")
def who(  # noqa: PLR0913 - one parameter an option
    *,
    query: str,
    paths: tuple[str, ...],
    more: tuple[str, ...],
    reading: Reading,
    role: tuple[str, ...],
    format: str,  # noqa: A002 - the option's name, and its environment variable's
    output: tuple[Output, ...],
    color: str,
    quiet: bool,
) -> int:
    """Tell which roles, and which users, hold a permission at a level.

    QUERY is a display name, an id or a glob of ids, alone (any level) or with ">=" or "=" and a
    level. PATHS are files and folders (default: this folder); give employees with their roles to
    see users: in one role, or only over several of theirs.
    """
    if output:
        end_in_order()
    queries = [parse(text) for text in (query, *more)]
    is_digested = "json" in (format, *(item.format for item in output))
    inputs = sources(paths or (".",), is_digested=is_digested)
    if output:
        refuse_overwriting(output, (item.file for item in inputs if item.file))
    found = access.read(inputs, reading, role)
    told = answer(queries, found)
    style = Style(verbosity=-int(quiet))
    is_delivered = write_all(output, lambda form: FORMATS[form](told, style))
    painted = style._replace(color=wants_color(color, sys.stdout), width=width_of(sys.stdout))
    put_all(FORMATS[format](told, painted))
    return COMPLETE if is_delivered and not found.unfinished else NOT_COMPLETE
