"""``nspermaudit check``: hold roles against rule packs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from os.path import isfile

import click

from nspermaudit import source
from nspermaudit.audit import audit
from nspermaudit.cli.asking import Asked, audit_options, sources
from nspermaudit.cli.exits import COMPLETE, FINDINGS, NOT_COMPLETE
from nspermaudit.cli.output import Output, OutputType, refuse_overwriting, write
from nspermaudit.cli.terminal import UndeliveredError, end_in_order, put_all, tell, wants_color
from nspermaudit.finding import Report
from nspermaudit.reporters import REPORTERS, WITH_DIGESTS
from nspermaudit.rule import Severity
from nspermaudit.source import Source
from nspermaudit.style import Style, one_line

FAIL_ON: Mapping[str, Severity | None] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "never": None,
}
_EPILOG = """\b
Examples:
  nspermaudit check src                              a SuiteCloud project
  nspermaudit check roles.csv --role "Order Sync"    a saved search; which role the connector has
  nspermaudit check src --pack guide/token           one pack only
  nspermaudit check src --format table --show all    every role and requirement
  nspermaudit check src --output json=report.json    a report for the archive, text on screen
  nspermaudit check rollen.csv --map "role=Rolle,permission=Berechtigung,level=Stufe,full=Voll"
"""


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path())
@audit_options
@click.option(
    "--format",
    type=click.Choice(list(REPORTERS)),
    default="text",
    show_default=True,
    help="How to print the report.",
)
@click.option(
    "--output",
    multiple=True,
    type=OutputType(),
    metavar="FORMAT=FILE",
    help="Also write the report to a file; may be repeated.",
)
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
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colours; auto also looks at NO_COLOR and FORCE_COLOR.",
)
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
    quiet: bool,
    verbose: bool,
) -> int:
    """Check the roles in files and folders (default: this folder); "-" is standard input.

    What a file is, its content tells. Without a configuration the packs "integrity" and "guide"
    are used; the guide's rules are asked of the integration roles.
    """
    if output:
        end_in_order()
    formats = (format, *(item.format for item in output))
    inputs = sources(paths or (".",), is_digested=not WITH_DIGESTS.isdisjoint(formats))
    settings = asked.configuration(paths)
    read = [*(item.file for item in inputs), *filter(isfile, asked.packs), settings.file]
    if output:
        refuse_overwriting(output, filter(None, read))
    report = audit(inputs, settings, asked.request(keep_all=show == "all"), asked.reading)
    style = Style(show_all=show == "all", verbosity=int(verbose) - int(quiet))
    if "text" in formats:
        style = style._replace(lines=_quotable(report, inputs))
    is_delivered = _write_all(output, report, style)
    painted = style._replace(color=wants_color(color, sys.stdout))
    put_all(REPORTERS[format].render(report, painted))
    if "github" in formats:
        from nspermaudit.cli import step_summary  # noqa: PLC0415 - start-up: for GitHub alone

        tell(step_summary.append(report, filter(None, read), style))
    return exit_code(report, FAIL_ON[fail_on]) if is_delivered else NOT_COMPLETE


def _write_all(outputs: Sequence[Output], report: Report, style: Style) -> bool:
    """Write the report into every file; False, which was told, if one cannot be written."""
    is_delivered = True
    for item in outputs:
        try:
            write(item.file, REPORTERS[item.format].render(report, style))
        except UndeliveredError as error:  # noqa: PERF203 - files are few
            tell([f"error: {one_line(str(error))}"])
            is_delivered = False
    return is_delivered


def exit_code(report: Report, fail_on: Severity | None) -> int:
    """0 for nothing at or above ``fail_on``, 1 for something, 3 for an incomplete audit."""
    if not report.is_complete:
        return NOT_COMPLETE
    fails = fail_on is not None and report.worst is not None and report.worst >= fail_on
    return FINDINGS if fails else COMPLETE


def _quotable(report: Report, inputs: Sequence[Source]) -> Mapping[str, Mapping[int, str]]:
    """The lines that the text report can quote, read from the inputs once more."""
    wanted: dict[str, set[int]] = {}
    for finding in report.findings:
        if finding.verdict.granted is not None and finding.location.line:
            place = finding.location
            wanted.setdefault(place.path, set()).update((place.line - 1, place.line))
    by_path = {item.path: item for item in inputs}
    return {path: source.lines_of(by_path[path], lines) for path, lines in wanted.items()}
