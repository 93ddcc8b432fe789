"""What commands that audit have in common: their inputs, their configuration, their options."""

from __future__ import annotations

import os.path
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from time import strftime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from nspermaudit import config as configuration
from nspermaudit import discovery, packs, source
from nspermaudit.auditing import Request
from nspermaudit.config import Config
from nspermaudit.errors import InputError, UsageError
from nspermaudit.model import Level
from nspermaudit.rule import Use, Written
from nspermaudit.source import FIELDS, Reading, Source

if TYPE_CHECKING:
    from nspermaudit.baseline import Baseline

if TYPE_CHECKING:
    from nspermaudit.waiver import Waiver

Command = TypeVar("Command", bound=Callable[..., Any])


class Asked(NamedTuple):
    """The options that say what is audited and how it is read.

    ``packs`` are pack ids or files, ``parameters`` values of theirs, ``roles``, ``select`` and
    ``ignore`` globs, ``config``, ``waivers`` and ``baseline`` the files that the options of these
    names give.
    """

    packs: tuple[str, ...]
    parameters: Mapping[str, Written]
    roles: tuple[str, ...]
    config: str | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    waivers: tuple[str, ...]
    baseline: str | None
    strict: bool
    reading: Reading

    @property
    def files(self) -> list[str]:
        """The files that are read beside the inputs and the configuration."""
        baseline = [self.baseline] if self.baseline else []
        return [*filter(os.path.isfile, self.packs), *self.waivers, *baseline]

    def request(self, *, keep_all: bool = False) -> Request:
        """The same as the audit wants it."""
        return Request(
            packs=tuple(Use(name) for name in self.packs),
            roles=self.roles,
            select=self.select,
            ignore=self.ignore,
            strict=self.strict,
            keep_all=keep_all,
            baseline=_baseline(self.baseline) if self.baseline else None,
            today=today(),
            parameters=tuple(self.parameters.items()),
        )

    def configuration(self, paths: Sequence[str]) -> Config:
        """The configuration that --config names, else the nearest above the first path.

        With the waivers of --waivers. Raises UsageError for what cannot be read.
        """
        place = self.config or configuration.find(_first_place(paths))
        try:
            found = configuration.read(place) if place else Config()
            return found._replace(waivers=(*found.waivers, *_waivers(self.waivers)))
        except InputError as error:
            raise UsageError(str(error)) from None


def today() -> str:
    """The day on which waivers must hold, as ``2026-11-22``."""
    return strftime("%Y-%m-%d")


def _waivers(files: Sequence[str]) -> Iterator[Waiver]:
    if files:
        from nspermaudit import waivers  # noqa: PLC0415 - start-up: most audits have none

        for file in files:
            yield from waivers.read(file)


def _baseline(file: str) -> Baseline:
    from nspermaudit import baseline  # noqa: PLC0415 - start-up: most audits have none

    return baseline.read(file)


class Names(click.ParamType):  # type: ignore[type-arg] # not generic before click 8.4
    """Names that may hold blanks: in the environment, commas stand between them."""

    name = "names"
    envvar_list_splitter = ","


FILE = click.Path()
"""Any path; nothing is asked of it before it is read."""


def _complete_packs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    del ctx, param
    return [name for name in packs.shipped() if name.startswith(incomplete)]


_AUDIT_OPTIONS = (
    click.option(
        "--pack",
        multiple=True,
        type=Names(),
        metavar="PACK",
        shell_complete=_complete_packs,
        help="A pack to use instead of the configured ones: its id, or a YAML file.",
    ),
    click.option(
        "--role",
        multiple=True,
        type=Names(),
        metavar="GLOB",
        help="The integration roles, by id or name; also the role of a table without a role "
        "column.",
    ),
    click.option(
        "--parameter",
        multiple=True,
        type=Names(),
        metavar="NAME=VALUE",
        help='A parameter of the packs in use, such as "phase=setup".',
    ),
    click.option("--config", type=FILE, help="The configuration to use."),
    click.option(
        "--waivers",
        multiple=True,
        type=FILE,
        metavar="FILE",
        help="A file of waivers, beside those of the configuration.",
    ),
    click.option(
        "--baseline",
        type=FILE,
        metavar="FILE",
        help="The findings that are known and do not count.",
    ),
    click.option("--strict", is_flag=True, help="Exit 3 if something could not be evaluated."),
    click.option(
        "--select",
        multiple=True,
        type=Names(),
        metavar="RULE",
        help="Only these rules (ids or globs).",
    ),
    click.option(
        "--ignore",
        multiple=True,
        type=Names(),
        metavar="RULE",
        help="Not these rules (ids or globs).",
    ),
)
_READING_OPTIONS = (
    click.option(
        "--map",
        metavar="FIELD=HEADING,...",
        help=f"Headings of your export ({', '.join(FIELDS)}), and its words for levels "
        "(full=Voll).",
    ),
    click.option("--encoding", help="The encoding of text exports; else it is recognised."),
)
_ONLY_ROLES = click.option(
    "--role",
    multiple=True,
    type=Names(),
    metavar="GLOB",
    help="Only these roles, by id or name; also the role of a table without a role column.",
)


def _with(options: Sequence[Callable[[Command], Command]], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def audit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of an audit; it gets them as ``asked``."""

    @wraps(command)
    def with_asked(**given: Any) -> Any:
        reading = as_reading(given.pop("map"), given.pop("encoding"), given["role"])
        asked = Asked(
            packs=given.pop("pack"),
            parameters=as_parameters(given.pop("parameter")),
            roles=given.pop("role"),
            config=given.pop("config"),
            select=given.pop("select"),
            ignore=given.pop("ignore"),
            waivers=given.pop("waivers"),
            baseline=given.pop("baseline"),
            strict=given.pop("strict"),
            reading=reading,
        )
        return command(asked=asked, **given)

    return _with((*_AUDIT_OPTIONS, *_READING_OPTIONS), with_asked)


def roles_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that looks at roles without a rule its options: ``reading`` and ``role``."""

    @wraps(command)
    def with_reading(**given: Any) -> Any:
        reading = as_reading(given.pop("map"), given.pop("encoding"), given["role"])
        return command(reading=reading, **given)

    return _with((*_READING_OPTIONS, _ONLY_ROLES), with_reading)


def sources(paths: Sequence[str], *, is_digested: bool = False) -> list[Source]:
    """The inputs that paths name or contain; ``-`` is standard input. Raises UsageError."""
    if not all(paths):
        raise UsageError("an empty path names nothing")
    found = discovery.find(path for path in paths if path != source.STDIN)
    if source.STDIN in paths:
        if sys.stdin is None:
            raise UsageError("standard input is closed")
        data = sys.stdin.buffer.read(source.STDIN_BYTES + 1)
        try:
            found += discovery.opened([source.from_bytes(data, "<stdin>")])
        except InputError as error:
            raise UsageError(str(error)) from None
    for item in found:
        item.is_digested = is_digested
    return found


def _first_place(paths: Sequence[str]) -> str:
    return next((path for path in paths if path != source.STDIN), ".")


def as_reading(mapping: str | None, encoding: str | None, roles: tuple[str, ...]) -> Reading:
    """What --map, --encoding and a single --role say of tables. Raises UsageError."""
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
    return Reading(
        encoding=encoding or "",
        columns=columns,
        levels=levels,
        role=role_of(roles),
    )


def as_parameters(texts: Sequence[str]) -> Mapping[str, Written]:
    """What --parameter says. Raises UsageError for what is no NAME=VALUE, and for two values."""
    found: dict[str, Written] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            raise UsageError(f'--parameter: "{text}" is not NAME=VALUE')
        if found.setdefault(name, Written(value)) != value:
            raise UsageError(f'--parameter: "{name}" has two values, {found[name]} and {value}')
    return found


def role_of(globs: Sequence[str]) -> str:
    """The role of a table without a role column: what --role names, if that is one name."""
    return globs[0] if len(globs) == 1 and not set("*?[") & set(globs[0]) else ""
