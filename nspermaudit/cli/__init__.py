"""The command line: the only place that prints, exits and reads the environment."""

from __future__ import annotations

import sys
from importlib import import_module
from io import StringIO

import click

from nspermaudit.cli import terminal
from nspermaudit.cli.exits import COMPLETE, NOT_COMPLETE, WRONG_USAGE
from nspermaudit.errors import NspermauditError
from nspermaudit.style import one_line
from nspermaudit.version import VERSION

_EPILOG = """\b
Examples:
  nspermaudit check src
  nspermaudit check roles.csv --role "Order Sync" --format table
  nspermaudit explain "Find Transaction"
  nspermaudit who "Pay Bills>=create" roles.csv employees.csv

\b
Exit codes:
  0  the audit is complete and nothing is at or above --fail-on
  1  the audit is complete and something is
  2  wrong usage, configuration, pack or waiver: no audit was performed
  3  the audit is not complete: findings so far are printed; or it was interrupted,
     or a report could not be written
"""


class Commands(click.Group):
    """The commands: one file each, imported when it is needed."""

    names = (
        *("check", "diff", "explain", "init", "packs", "schema"),
        *("waivers", "baseline", "who", "matrix", "verify"),
    )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in order."""
        del ctx
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None if there is none."""
        del ctx
        if cmd_name not in self.names:
            return None
        command: click.Command = getattr(import_module(f"nspermaudit.cli.{cmd_name}"), cmd_name)
        return command


@click.group(
    cls=Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "NSPERMAUDIT",
        "max_content_width": 100,
    },
    epilog=_EPILOG,
)
@click.version_option(VERSION, prog_name="nspermaudit")
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error.")
def cli(*, debug: bool) -> None:
    """Hold NetSuite roles against rule packs: which permissions are missing, too low, too high.

    Reads what you already have, offline: SuiteCloud SDF projects, and CSV, JSON and Excel exports
    of roles.
    """
    del debug  # ``main`` looks at the command line itself: the error may come before this


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code. No exception gets out, but with --debug."""
    terminal.prepare()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = cli.main(arguments, prog_name="nspermaudit", standalone_mode=False, obj=given)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.ClickException, NspermauditError) as error:
        _tell_wrong_usage(error, given)
        return WRONG_USAGE
    except terminal.UndeliveredError as error:
        terminal.close_quietly(sys.stdout)
        if str(error):  # else the reader went away, and knows
            terminal.tell([f"error: standard output cannot be written: {error}"])
        return NOT_COMPLETE
    except (click.Abort, KeyboardInterrupt):
        terminal.tell(["interrupted"])
        return NOT_COMPLETE
    except Exception as error:
        if "--debug" in given:
            raise
        terminal.close_quietly(sys.stdout)
        terminal.tell([_unexpected(error)])
        return NOT_COMPLETE
    return code if isinstance(code, int) else COMPLETE


def _unexpected(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"error: {error.strerror.lower()}"
    what = f"nspermaudit {VERSION}: unexpected {type(error).__name__}"
    return f"{what}; please report it with what nspermaudit --debug prints"


def _tell_wrong_usage(error: Exception, given: list[str]) -> None:
    if isinstance(error, click.ClickException):
        shown = StringIO()
        error.show(shown)
        lines = shown.getvalue().splitlines()
    else:
        lines = [f"error: {one_line(line)}" for line in str(error).splitlines()]
    if "check" in given[:2]:
        lines.append("No audit was performed.")
    terminal.tell(lines)
