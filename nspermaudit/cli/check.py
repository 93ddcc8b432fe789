"""``nspermaudit check``: hold roles against rule packs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from os.path import isfile

import click

from nspermaudit import config as configuration
from nspermaudit import discovery, packs, source
from nspermaudit.audit import Request, audit
from nspermaudit.cli.exits import COMPLETE, FINDINGS, NOT_COMPLETE
from nspermaudit.cli.output import Output, OutputType, refuse_overwriting, write
from nspermaudit.cli.terminal import UndeliveredError, end_in_order, put_all, tell, wants_color
from nspermaudit.config import Config
from nspermaudit.errors import InputError, UsageError
from nspermaudit.finding import Report
from nspermaudit.model import Level
from nspermaudit.reporters import REPORTERS, WITH_DIGESTS
from nspermaudit.rule import Severity, Use
from nspermaudit.source import FIELDS, Reading, Source
from nspermaudit.style import Style, one_line

_FAIL_ON: Mapping[str, Severity | None] = {
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


class Names(click.ParamType):  # type: ignore[type-arg] # not generic before click 8.4
    """Names that may hold blanks: in the environment, commas stand between them."""

    name = "names"
    envvar_list_splitter = ","


def _complete_packs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    del ctx, param
    return [name for name in packs.shipped() if name.startswith(incomplete)]


@click.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--pack",
    multiple=True,
    type=Names(),
    metavar="PACK",
    shell_complete=_complete_packs,
    help="A pack to use instead of the configured ones: its id, or a YAML file.",
)
@click.option(
    "--role",
    multiple=True,
    type=Names(),
    metavar="GLOB",
    help="The integration roles, by id or name; also the role of a table without a role column.",
)
@click.option("--config", type=click.Path(), help="The configuration to use.")
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
    type=click.Choice(list(_FAIL_ON)),
    default="error",
    show_default=True,
    help="The least severity that makes the exit code 1.",
)
@click.option("--strict", is_flag=True, help="Exit 3 if something could not be evaluated.")
@click.option(
    "--select", multiple=True, type=Names(), metavar="RULE", help="Only these rules (ids or globs)."
)
@click.option(
    "--ignore", multiple=True, type=Names(), metavar="RULE", help="Not these rules (ids or globs)."
)
@click.option(
    "--show",
    type=click.Choice(["findings", "all"]),
    default="findings",
    show_default=True,
    help="Only findings, or every result.",
)
@click.option(
    "--map",
    metavar="FIELD=HEADING,...",
    help=f"Headings of your export ({', '.join(FIELDS)}), and its words for levels (full=Voll).",
)
@click.option("--encoding", help="The encoding of text exports; else it is recognised.")
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
    pack: tuple[str, ...],
    role: tuple[str, ...],
    config: str | None,
    format: str,  # noqa: A002 - the option's name, and its environment variable's
    output: tuple[Output, ...],
    fail_on: str,
    strict: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    show: str,
    map: str | None,  # noqa: A002 - the same
    encoding: str | None,
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
    sources = _sources(paths or (".",), is_digested=not WITH_DIGESTS.isdisjoint(formats))
    settings = _config(config, paths)
    if output:
        read = [*(item.file for item in sources), *filter(isfile, pack), settings.file]
        refuse_overwriting(output, filter(None, read))
    request = Request(
        packs=tuple(Use(name) for name in pack),
        roles=role,
        select=select,
        ignore=ignore,
        strict=strict,
        keep_all=show == "all",
    )
    report = audit(sources, settings, request, _reading(map, encoding, role))
    style = Style(show_all=show == "all", verbosity=int(verbose) - int(quiet))
    if "text" in formats:
        style = style._replace(lines=_quotable(report, sources))
    is_delivered = _write_all(output, report, style)
    painted = style._replace(color=wants_color(color, sys.stdout))
    put_all(REPORTERS[format].render(report, painted))
    return exit_code(report, _FAIL_ON[fail_on]) if is_delivered else NOT_COMPLETE


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


def _sources(paths: Sequence[str], *, is_digested: bool) -> list[Source]:
    if not all(paths):
        raise UsageError("an empty path names nothing")
    found = discovery.find(path for path in paths if path != source.STDIN)
    if source.STDIN in paths:
        if sys.stdin is None:
            raise UsageError("standard input is closed")
        data = sys.stdin.buffer.read(source.STDIN_BYTES + 1)
        try:
            found.append(source.from_bytes(data, "<stdin>"))
        except InputError as error:
            raise UsageError(str(error)) from None
    for item in found:
        item.is_digested = is_digested
    return found


def _config(file: str | None, paths: Sequence[str]) -> Config:
    place = file or configuration.find(_first_place(paths))
    if place is None:
        return Config()
    try:
        return configuration.read(place)
    except InputError as error:
        raise UsageError(str(error)) from None


def _first_place(paths: Sequence[str]) -> str:
    return next((path for path in paths if path != source.STDIN), ".")


def _reading(mapping: str | None, encoding: str | None, roles: tuple[str, ...]) -> Reading:
    columns: dict[str, str] = {}
    levels: dict[str, Level] = {}
    words = {level.name.casefold(): level for level in Level}
    for item in filter(None, (mapping or "").split(",")):
        field, separator, heading = (part.strip() for part in item.partition("="))
        if not separator or not heading or field not in (*FIELDS, *words):
            known = ", ".join((*FIELDS, *words))
            raise UsageError(f'--map: "{item.strip()}" is not FIELD=HEADING with one of {known}')
        if field in words:
            levels[heading.casefold()] = words[field]
        else:
            columns[field] = heading
    if encoding:
        try:
            "".encode(encoding)  # not all codecs are of text: this tells
        except (LookupError, UnicodeError):
            raise UsageError(f'--encoding: there is no text encoding "{encoding}"') from None
    is_name = len(roles) == 1 and not set("*?[") & set(roles[0])
    return Reading(
        encoding=encoding or "",
        columns=columns,
        levels=levels,
        role=roles[0] if is_name else "",
    )


def _quotable(report: Report, sources: Sequence[Source]) -> Mapping[str, Mapping[int, str]]:
    """The lines that the text report can quote, read from the inputs once more."""
    wanted: dict[str, set[int]] = {}
    for finding in report.findings:
        if finding.verdict.granted is not None and finding.location.line:
            place = finding.location
            wanted.setdefault(place.path, set()).update((place.line - 1, place.line))
    by_path = {item.path: item for item in sources}
    return {path: source.lines_of(by_path[path], lines) for path, lines in wanted.items()}
