"""``nspermaudit waivers``: the findings that a team has accepted, each with a name and a date."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import click

from nspermaudit import config as configuration
from nspermaudit import editing, packs, safe_yaml
from nspermaudit import waivers as reader
from nspermaudit.accepting import SOON, when
from nspermaudit.auditing import audit
from nspermaudit.cli.asking import FILE, Asked, audit_options, sources, today
from nspermaudit.cli.editor import change, content
from nspermaudit.cli.exits import COMPLETE, FINDINGS, NOT_COMPLETE, WRONG_USAGE
from nspermaudit.cli.terminal import put, tell, width_of
from nspermaudit.config import Config
from nspermaudit.discovery import shown
from nspermaudit.errors import DocumentError, Fault, UsageError
from nspermaudit.model import Location
from nspermaudit.reporters.table import drawn
from nspermaudit.requirement import LEVELS
from nspermaudit.rule import Rule
from nspermaudit.style import counted, one_line
from nspermaudit.waiver import Waiver
from nspermaudit.waivers import days_left

_KEY = "waivers"
_EPILOG = """\b
Examples:
  nspermaudit waivers list
  nspermaudit waivers lint waivers.yaml
  nspermaudit waivers add --rule sales-order-permissions --role customrole_sync
      --permission Customers --reason "It only reads customers." --approved-by "Head of IT"
      --expires 2027-03-31
  nspermaudit waivers prune src --dry-run
"""
_HEADINGS = ("State", "Rule", "Role", "Permission", "Approved by", "Reason", "Place")


class _File(NamedTuple):
    """A file that has waivers: a configuration, or a file of waivers alone."""

    file: str
    data: bytes
    is_configuration: bool

    @property
    def path(self) -> str:
        """The file as messages call it."""
        return shown(self.file)

    def parsed(self, data: bytes | None = None) -> Config:
        """What it says, or what other content in its place would. Raises DocumentError."""
        text = self.data if data is None else data
        if self.is_configuration:
            return configuration.parse(text, self.path, self.file)
        return Config(waivers=reader.parse(text, self.path))


def _opened(file: str) -> _File:
    """A file whose content tells what it is: one with other keys than "waivers" configures."""
    data = content(file)
    try:
        value = safe_yaml.load(data, file).value
    except DocumentError:
        value = None
    is_alone = isinstance(value, dict) and set(value) == {_KEY}
    return _File(file, data, not is_alone)


def _configuration(given: str | None, *, is_needed: bool) -> Config:
    """The configuration of that name, else that above this folder. Raises UsageError."""
    file = given or configuration.find(".")
    if file is None and is_needed:
        raise UsageError(f"no {configuration.FILE_NAME} here or above: name a file of waivers")
    return Config() if file is None else _File(file, content(file), is_configuration=True).parsed()


@click.group(epilog=_EPILOG, short_help="List, lint, add and prune accepted findings.")
def waivers() -> None:
    """List, lint, add and prune waivers: findings that are accepted until a day."""


@waivers.command("list")
@click.argument("paths", nargs=-1, type=FILE)
@audit_options
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def list_(paths: tuple[str, ...], asked: Asked, form: str) -> int:
    """List all waivers and whether they hold; with PATHS also those that match no finding."""
    found = asked.configuration(paths).waivers
    idle, code = _idle(paths, asked) if paths else ((), COMPLETE)
    if form == "json":
        text = json.dumps([_as_json(item, idle) for item in found], indent=2)
        put(text.replace("##", "#\\u0023"))
    else:
        rows = [_row(item, idle) for item in found]
        put(drawn(_HEADINGS, rows, width_of(sys.stdout)) or "no waivers")
    return code


def _idle(paths: Sequence[str], asked: Asked) -> tuple[tuple[Waiver, ...], int]:
    """The waivers that match no finding of some inputs, and the exit code if one is unreadable."""
    report = audit(sources(paths), asked.configuration(paths), asked.request(), asked.reading)
    tell(f"Not complete: {one_line(reason)}." for reason in report.unfinished)
    return report.idle_waivers, COMPLETE if report.is_complete else NOT_COMPLETE


def _state(waiver: Waiver, idle: Collection[Waiver]) -> str:
    left = days_left(waiver, today())
    state = f"until {waiver.expires}" if left > SOON else when(waiver, left)
    return f"unused, {state}" if waiver in idle else state


def _row(waiver: Waiver, idle: Collection[Waiver]) -> tuple[str, ...]:
    permission = "any" if waiver.permission == "*" else waiver.permission
    if waiver.level is not None:
        permission += f" up to {waiver.level.title}"
    return (
        _state(waiver, idle),
        waiver.rule,
        waiver.role,
        permission,
        waiver.approved_by,
        waiver.reason,
        str(waiver.location),
    )


def _as_json(waiver: Waiver, idle: Collection[Waiver]) -> dict[str, object]:
    left = days_left(waiver, today())
    state = "expired" if left < 0 else "unused" if waiver in idle else "holds"
    return {
        "state": state,
        "days_left": left,
        **waiver._asdict(),
        "level": waiver.level.name if waiver.level is not None else None,
        "location": waiver.location._asdict(),
    }


@waivers.command()
@click.argument("files", nargs=-1, type=FILE)
def lint(files: tuple[str, ...]) -> int:
    """Tell every fault of waivers; exit 2 if there is one, 1 if a waiver has expired.

    FILES are configurations or files of waivers; without any, the configuration above this folder.
    """
    nearest = configuration.find(".")
    if not files and nearest is None:
        raise UsageError(f"no {configuration.FILE_NAME} here or above: name a file of waivers")
    told: list[str] = []
    found: list[Waiver] = []
    for file in files or (str(nearest),):
        try:
            found += _checked(_opened(file))
        except DocumentError as error:  # noqa: PERF203 - files are few
            told += map(str, error.faults)
    wrong = len(told)
    expired = [item for item in found if days_left(item, today()) < 0]
    soon = [item for item in found if 0 <= days_left(item, today()) <= SOON]
    for item in (*expired, *soon):
        told.append(f"{item.location}: {when(item, days_left(item, today()))}")
    for line in told:
        put(one_line(line))
    put(f"{counted(len(found), 'waiver')}: {counted(wrong, 'fault')}, {len(expired)} expired")
    return WRONG_USAGE if wrong else FINDINGS if expired else COMPLETE


def _checked(target: _File) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises DocumentError, also for what an audit would refuse."""
    given = target.parsed()
    settings = given if target.is_configuration else _configuration(None, is_needed=False)
    _refuse(given.waivers, settings)
    return given.waivers


def _refuse(found: Sequence[Waiver], settings: Config) -> None:
    def rules() -> Sequence[Rule]:
        return packs.known_rules(settings.use)

    reader.refuse(reader.faults(found, rules, settings.waiver_days, today()))


def _as_given(error: DocumentError, target: _File) -> Iterator[Fault]:
    """Faults of an entry that was to be added: it stands in no line of the file yet."""
    lines = target.data.count(b"\n") + 1
    for fault in error.faults:
        is_new = fault.location.line >= lines
        yield Fault(Location("waivers add"), fault.text) if is_new else fault


@waivers.command()
@click.option("--rule", required=True, help="The rule's id.")
@click.option("--role", required=True, help="The role's script id or name, or a glob.")
@click.option("--permission", help="The permission's display name or id; any, if left out.")
@click.option("--level", type=click.Choice(LEVELS), help="The highest level that is accepted.")
@click.option("--reason", required=True, help="Why the risk is accepted.")
@click.option("--approved-by", required=True, help="Who accepts it.")
@click.option("--expires", required=True, metavar="DATE", help="The last day: 2027-03-31.")
@click.option("--config", type=FILE, help="The configuration to add it to.")
@click.option("--waivers", "file", type=FILE, help="A file of waivers to add it to.")
@click.option("--dry-run", is_flag=True, help="Show the difference, write nothing.")
def add(config: str | None, file: str | None, *, dry_run: bool, **given: str | None) -> int:
    """Add a waiver to the configuration, or to a file of waivers; nothing else in it changes."""
    settings = _configuration(config, is_needed=not file)
    place = file or str(settings.file)
    target = _File(place, content(place, is_new=bool(file)), is_configuration=not file)
    target.parsed()  # a file with faults is left alone
    values = {key: value for key, value in given.items() if value is not None}
    try:
        changed = editing.with_entry(target.data, _KEY, values)
    except editing.NotSafeError as error:
        return _by_hand(target, str(error), ["Add yourself:", *editing.entry(values)])
    try:
        found = target.parsed(changed).waivers
        _refuse(found if target.is_configuration else (*settings.waivers, *found), settings)
    except DocumentError as error:
        raise DocumentError(_as_given(error, target)) from None
    if days_left(found[-1], today()) < 0:
        raise UsageError(f"--expires: {found[-1].expires} is over")
    code = change(place, target.data, changed, is_dry=dry_run)
    if code == COMPLETE and not dry_run:
        put(one_line(f"added {found[-1]}: until {found[-1].expires}"))
    return code


@waivers.command()
@click.argument("paths", nargs=-1, type=FILE)
@audit_options
@click.option("--dry-run", is_flag=True, help="Show the difference, write nothing.")
def prune(paths: tuple[str, ...], asked: Asked, *, dry_run: bool) -> int:
    """Remove expired waivers; with PATHS also those that match no finding there.

    One with a glob goes only if all that it may be about was judged: whole folders, every rule.
    """
    settings = asked.configuration(paths)
    idle, code = _idle(paths, asked) if paths else ((), COMPLETE)
    if code != COMPLETE:
        return code
    places = [(settings.file, True), *((file, False) for file in asked.waivers)]
    number = 0
    for place, is_configuration in places:
        if place is not None:
            target = _File(place, content(place), is_configuration)
            gone = list(_gone(target.parsed().waivers, idle))
            number += len(gone)
            code = max(code, _pruned(target, gone, is_dry=dry_run) if gone else COMPLETE)
    if not number:
        put("no waiver has expired" + (", and none was found to be unused" if paths else ""))
    return code


def _gone(found: Iterable[Waiver], idle: Collection[Waiver]) -> Iterator[int]:
    for index, item in enumerate(found):
        if days_left(item, today()) < 0 or item in idle:
            yield index


def _pruned(target: _File, gone: Sequence[int], *, is_dry: bool) -> int:
    found = target.parsed().waivers
    lines = [one_line(f"{found[index]}: until {found[index].expires}") for index in gone]
    try:
        changed = editing.without_entries(target.data, _KEY, gone)
    except editing.NotSafeError as error:
        return _by_hand(target, str(error), ["Remove yourself:", *lines])
    target.parsed(changed)
    code = change(target.file, target.data, changed, is_dry=is_dry)
    if code == COMPLETE and not is_dry:
        for line in lines:
            put(f"removed {line}")
    return code


def _by_hand(target: _File, reason: str, lines: Iterable[str]) -> int:
    tell([one_line(f"error: {target.path} is left as it is: {reason}")])
    for line in lines:
        put(one_line(line))
    return WRONG_USAGE
