"""``nspermaudit diff``: what two inputs differ in."""

from __future__ import annotations

import sys

import click

from nspermaudit import change_lines
from nspermaudit.cli.asking import FILE, roles_options, sources
from nspermaudit.cli.exits import COMPLETE, FINDINGS, NOT_COMPLETE
from nspermaudit.cli.output import Output, format_options, refuse_overwriting, write_all
from nspermaudit.cli.terminal import end_in_order, put_all, tell, wants_color
from nspermaudit.difference import FORMATS, Difference, differ
from nspermaudit.discovery import shown
from nspermaudit.errors import UsageError
from nspermaudit.source import STDIN, Reading
from nspermaudit.style import Style

_EPILOG = """\b
Examples:
  nspermaudit diff src account.csv                   the project, and what the account has
  nspermaudit diff january.csv april.csv             two exports of one account
  nspermaudit diff old new --format markdown         for a pull request
  nspermaudit diff old new --no-new-access           exit 1 if a grant was added or raised
  nspermaudit diff src account.csv --role "ACME *"   some roles only

\b
Exit codes:
  0  both sides were read and compared, whatever differs
  1  they were, and there is new access (only with --no-new-access)
  2  wrong usage: nothing was compared
  3  not complete: a side has no roles, or something could not be read or compared
"""


@click.command(epilog=_EPILOG, short_help="Compare the roles of two inputs.")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@roles_options
@click.option(
    "--no-new-access",
    is_flag=True,
    help="Exit 1 if NEW lets somebody do more: a grant added or raised, an attribute widened.",
)
@format_options(FORMATS, "comparison")
@click.option(
    "--show",
    type=click.Choice(["some", "all"]),
    default="some",
    show_default=True,
    help="Of very many differences the first, or all.",
)
@click.option("-q", "--quiet", is_flag=True, help="Differences and sums only.")
def diff(  # noqa: PLR0913 - one parameter an option
    *,
    old: str,
    new: str,
    reading: Reading,
    role: tuple[str, ...],
    no_new_access: bool,
    format: str,  # noqa: A002 - the option's name, and its environment variable's
    output: tuple[Output, ...],
    show: str,
    color: str,
    quiet: bool,
) -> int:
    """Tell what roles grant in NEW and did not in OLD, and the reverse.

    OLD and NEW are files or folders in any formats; one of them can be "-", standard input.
    """
    if old == new == STDIN:
        raise UsageError('only one of the two can be "-"')
    if output:
        end_in_order()
    is_digested = "json" in (format, *(item.format for item in output))
    one, two = (sources([path], is_digested=is_digested) for path in (old, new))
    if output:
        refuse_overwriting(output, (item.file for item in (*one, *two) if item.file))
    difference = differ((_called(old), one), (_called(new), two), reading, role)
    style = Style(show_all=show == "all", verbosity=-int(quiet))
    is_delivered = write_all(output, lambda form: FORMATS[form](difference, style))
    put_all(FORMATS[format](difference, style._replace(color=wants_color(color, sys.stdout))))
    return _exit_code(difference, no_new_access=no_new_access) if is_delivered else NOT_COMPLETE


def _called(path: str) -> str:
    return "<stdin>" if path == STDIN else shown(path)


def _exit_code(difference: Difference, *, no_new_access: bool) -> int:
    gained = change_lines.new_access(difference.changes) if no_new_access else ""
    if gained:
        tell([f"new access: {gained} (--no-new-access)"])
        return NOT_COMPLETE if difference.unfinished else FINDINGS
    return NOT_COMPLETE if difference.unfinished else COMPLETE
