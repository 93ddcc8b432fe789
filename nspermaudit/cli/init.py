"""``nspermaudit init``: put nspermaudit into a project, and into the tools that work on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

import click

from nspermaudit.cli.exits import COMPLETE, WRONG_USAGE
from nspermaudit.cli.output import write
from nspermaudit.cli.terminal import UndeliveredError, put, tell
from nspermaudit.config import FILE_NAME
from nspermaudit.discovery import shown
from nspermaudit.errors import UsageError
from nspermaudit.model import Role
from nspermaudit.scaffolding import WAYS_IN, Entry, Place, Plan, config_file, find_place, plan_of
from nspermaudit.scaffolding.config_file import Answers
from nspermaudit.style import one_line

_MOST_LISTED = 30
_EPILOG = """\b
Examples:
  nspermaudit init                                  nspermaudit.yaml; asks three questions
  nspermaudit init suitecloud pre-commit            stop suitecloud project:deploy, and commits
  nspermaudit init github --dry-run                 show what would be written

\b
Exit codes:
  0  all that was asked for is there
  2  something is left to you: it says what, and prints the lines
"""


@click.command(epilog=_EPILOG)
@click.argument(
    "what",
    nargs=-1,
    type=click.Choice(["config", *WAYS_IN]),
    metavar="[WHAT]...",
)
@click.option("--force", is_flag=True, help="Replace files that are wholly ours.")
@click.option("--dry-run", is_flag=True, help="Show the differences, write nothing.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
def init(*, what: tuple[str, ...], force: bool, dry_run: bool, yes: bool) -> int:
    """Write nspermaudit.yaml, or put nspermaudit into other tools.

    WHAT is one or several of: config (the default), suitecloud, pre-commit, github, gitlab, azure,
    bitbucket. Files of yours are extended or left, never replaced.
    """
    place = find_place()
    put(one_line(f"project: {shown(place.project)} (found by {place.found_by})"))
    plans = []
    for name in dict.fromkeys(what or ("config",)):
        if name == "config":
            plans.append(_configuration(place, force=force, asks=not (yes or dry_run)))
        else:
            plans.append(plan_of(name, place, force=force))
    for plan in plans:
        for entry in plan.entries:
            _carry_out(entry, dry_run=dry_run)
    if not dry_run:
        _tell_next(plans, place)
    return COMPLETE if all(plan.is_done for plan in plans) else WRONG_USAGE


def _carry_out(entry: Entry, *, dry_run: bool) -> None:
    name = shown(entry.file)
    if entry.text is None:
        kind = "left to you:" if entry.lines or entry.is_left else "left:"
        put(one_line(f"{kind} {name}: {entry.reason}"))
        if entry.lines:
            put("  add these lines:")
            put("".join(f"    {one_line(line)}\n" for line in entry.lines), nl=False)
    elif dry_run:
        _show_difference(name, entry)
    else:
        _write(entry.file, entry.text)
        put(one_line(f"{'wrote' if entry.before is None else 'changed'}: {name}"))


def _write(file: str, text: str) -> None:
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        write(file, [text])
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise UsageError(f"{shown(file)} cannot be written: {reason}") from None
    except UndeliveredError as error:
        raise UsageError(str(error).removeprefix("--output: ")) from None


def _show_difference(name: str, entry: Entry) -> None:
    from difflib import unified_diff  # noqa: PLC0415 - start-up: only --dry-run needs it

    before = "/dev/null" if entry.before is None else name
    old, new = (entry.before or "").splitlines(), (entry.text or "").splitlines()
    for line in unified_diff(old, new, before, name, lineterm=""):
        put("\t".join(map(one_line, line.split("\t"))))


def _tell_next(plans: Iterable[Plan], place: Place) -> None:
    plans = list(plans)
    for plan in plans:
        if any(entry.text is not None for entry in plan.entries):
            for line in plan.next:
                put(one_line(f"next: {line}"))
    has_config = os.path.exists(os.path.join(place.project, FILE_NAME))
    if not has_config:
        put(f"next: nspermaudit init, for a {FILE_NAME} that names the connector's role")


def _configuration(place: Place, *, force: bool, asks: bool) -> Plan:
    is_settled = os.path.lexists(os.path.join(place.project, FILE_NAME)) and not force
    roles = [] if is_settled else config_file.found_roles(place)
    answers = Answers(config_file.likely(roles))
    if asks and not is_settled and _is_terminal():
        answers = _asked(roles, answers.roles)
    for name in config_file.unmatched(answers.roles, roles):
        tell([one_line(f"note: no role of this project is {name}; it is written all the same")])
    return config_file.config(place, answers, force=force)


def _is_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _asked(roles: Sequence[Role], likely: tuple[str, ...]) -> Answers:
    """Three questions, each with an answer that a blank line gives."""
    width = max((len(role.id) for role in roles), default=0)
    for number, role in enumerate(roles[:_MOST_LISTED], 1):
        put(one_line(f"  {number:>2}  {role.id:<{width}}  {role.name}"))
    if len(roles) > _MOST_LISTED:
        put(f"      and {len(roles) - _MOST_LISTED} more, by their ids")

    def names(text: str) -> tuple[str, ...]:
        try:
            return config_file.chosen(text, roles)
        except UsageError as error:
            raise click.BadParameter(str(error)) from None

    connector = click.prompt(
        "Which roles do connectors log in with? (numbers, ids or globs)",
        default=", ".join(likely) or "none yet",
        value_proc=lambda text: () if text == "none yet" else names(text),
    )
    moves = click.prompt(
        "What do they move?",
        type=click.Choice(list(config_file.PACKS)),
        default="both",
    )
    tba = click.prompt(
        "Is the feature Token-based Authentication on in the account?",
        type=click.Choice(["yes", "no", "unknown"]),
        default="unknown",
    )
    return Answers(connector, moves, {"yes": True, "no": False}.get(tba))
