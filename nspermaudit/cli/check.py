"""``nspermaudit check``: hold roles against rule packs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

import click

from nspermaudit import quoted
from nspermaudit.auditing import Request, audit
from nspermaudit.cli.asking import FILE, Asked, audit_options, sources
from nspermaudit.cli.evidence_options import evidence_options
from nspermaudit.cli.exits import COMPLETE, FINDINGS, NOT_COMPLETE
from nspermaudit.cli.output import (
    Output,
    format_options,
    refuse_overwriting,
    refuse_terminal,
    write_all,
)
from nspermaudit.cli.terminal import end_in_order, put_all, put_bytes, tell, wants_color, width_of
from nspermaudit.config import Config
from nspermaudit.errors import UsageError
from nspermaudit.finding import Report
from nspermaudit.reporters import (
    BINARY,
    REPORTERS,
    WITH_DIGESTS,
    WITH_OUTCOMES,
    refuse_missing,
)
from nspermaudit.rule import Severity
from nspermaudit.source import Reading, Source
from nspermaudit.style import Style

if TYPE_CHECKING:
    from nspermaudit.cli.evidence import Evidence
    from nspermaudit.watching import Watch

FAIL_ON: Mapping[str, Severity | None] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "never": None,
}
_EPILOG = """\b
Examples:
  nspermaudit check src                              a SuiteCloud project
  nspermaudit check build/project.zip                what suitecloud project:package made
  nspermaudit check roles.csv --role "Order Sync"    a saved search; which role the connector has
  nspermaudit check src --pack guide/token           one pack only
  nspermaudit check src --format table --show all    every role and requirement
  nspermaudit check src --since origin/main          what a branch adds
  nspermaudit check src --output json=report.json    a report for the archive, text on screen
  nspermaudit check roles.csv --evidence audit.zip   all that the audit was made of, for an auditor
  nspermaudit check rollen.csv --map "role=Rolle,permission=Berechtigung,level=Stufe,full=Voll"
"""


@click.command(epilog=_EPILOG, short_help="Hold roles against rule packs.")
@click.argument("paths", nargs=-1, type=FILE)
@audit_options
@format_options(REPORTERS, "report")
@click.option(
    "--fail-on",
    type=click.Choice(list(FAIL_ON)),
    default="error",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option(
    "--show",
    type=click.Choice(["findings", "all"]),
    default="findings",
    show_default=True,
    help="Only findings, or every result.",
)
@click.option(
    "--since",
    metavar="GITREF",
    help="Only what the change since this commit brought: new findings, grants that differ.",
)
@click.option(
    "--no-new-access",
    is_flag=True,
    help="With --since: exit 1 if a grant was added or raised, or an attribute widened, too.",
)
@evidence_options
@click.option("-q", "--quiet", is_flag=True, help="Findings and sums only.")
@click.option("-v", "--verbose", is_flag=True, help="Also what was passed over, and why.")
def check(  # noqa: PLR0913 - one parameter an option
    *,
    paths: tuple[str, ...],
    asked: Asked,
    format: str,  # noqa: A002 - the option's name, and its environment variable's
    output: tuple[Output, ...],
    fail_on: str,
    show: str,
    color: str,
    since: str | None,
    no_new_access: bool,
    evidence: Evidence | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Check the roles in files and folders (default: this folder); "-" is standard input.

    What a file is, its content tells; a zip that is named is read as a folder. Without a
    configuration the packs "integrity" and "guide" are used; the guide's rules are asked of the
    integration roles.
    """
    if no_new_access and since is None:
        raise UsageError("--no-new-access needs --since: new access since when?")
    if output:
        end_in_order()
    if evidence:
        evidence.refuse_unfit(paths or (".",), since)
    formats = (format, *(item.format for item in output))
    refuse_missing(formats)
    if format in BINARY:
        refuse_terminal(format)
    is_digested = bool(evidence) or not WITH_DIGESTS.isdisjoint(formats)
    inputs = sources(paths or (".",), is_digested=is_digested)
    settings = asked.configuration(paths)
    read = [*(item.file for item in inputs), *asked.files, settings.file]
    if output:
        refuse_overwriting(output, filter(None, read))
    keep_all = bool(evidence) or show == "all" or not WITH_OUTCOMES.isdisjoint(formats)
    request = asked.request(keep_all=keep_all)
    request = request._replace(watch=_watch(quiet=quiet, needed=bool(evidence)))
    if evidence:
        request = evidence.prepared(asked, settings, request, inputs)
    how = (settings, request, asked.reading)
    report = _audited(inputs, paths or (".",), how, since, no_new_access=no_new_access)
    quotes = quoted.lines(report, inputs) if "text" in formats else {}
    style = Style(show_all=show == "all", verbosity=int(verbose) - int(quiet), lines=quotes)
    is_delivered = write_all(output, lambda form: REPORTERS[form].render(report, style))
    lines: list[str] = []
    if evidence:
        how_kept = (settings, request, asked, fail_on, exit_code(report, FAIL_ON[fail_on]))
        is_kept, lines = evidence.keep(report, inputs, how_kept)
        is_delivered = is_delivered and is_kept
    try:
        _print(report, format, style, color)
    finally:
        tell(lines)
    if "github" in formats:
        from nspermaudit.cli import step_summary  # noqa: PLC0415 - start-up: for GitHub alone

        tell(step_summary.append(report, filter(None, read), style))
    code = exit_code(report, FAIL_ON[fail_on], no_new_access=no_new_access)
    return code if is_delivered else NOT_COMPLETE


def _print(report: Report, form: str, style: Style, color: str) -> None:
    """Write a report to standard output, as it can show it."""
    painted = style._replace(color=wants_color(color, sys.stdout), width=width_of(sys.stdout))
    put_pieces = put_bytes if form in BINARY else put_all
    put_pieces(REPORTERS[form].render(report, painted))


def _watch(*, quiet: bool, needed: bool) -> Watch | None:
    """What shows the progress on a terminal, or keeps what evidence needs."""
    if not needed and (quiet or sys.stderr is None or not sys.stderr.isatty()):
        return None
    from nspermaudit.cli import progress  # noqa: PLC0415 - start-up: of no use in a hook

    return progress.watch(quiet=quiet, needed=needed)


def _audited(
    inputs: Sequence[Source],
    paths: Sequence[str],
    how: tuple[Config, Request, Reading],
    since: str | None,
    *,
    no_new_access: bool,
) -> Report:
    """The report on the inputs, or on what is new in them since a commit."""
    watch = how[1].watch
    with closing(watch) if watch else nullcontext():
        if since is None:
            return audit(inputs, *how)
        from nspermaudit.git import old_state  # noqa: PLC0415 - start-up: only --since needs it
        from nspermaudit.since import audit_since  # noqa: PLC0415 - the same

        with old_state(paths, since) as old:
            return audit_since(inputs, old, *how, name=since, no_new_access=no_new_access)


def exit_code(report: Report, fail_on: Severity | None, *, no_new_access: bool = False) -> int:
    """0 for nothing at or above ``fail_on``, 1 for something, 3 for an incomplete audit.

    With ``no_new_access`` a change that lets somebody do more is something, too; it is told.
    """
    gained = _new_access(report) if no_new_access else ""
    if gained:
        tell([f"new access: {gained} (--no-new-access)"])
    if not report.is_complete:
        return NOT_COMPLETE
    fails = fail_on is not None and report.worst is not None and report.worst >= fail_on
    fails = fails or bool(gained)
    return FINDINGS if fails else COMPLETE


def _new_access(report: Report) -> str:
    from nspermaudit import change_lines  # noqa: PLC0415 - start-up: only --since asks for it

    return change_lines.new_access(report.changes or ())
