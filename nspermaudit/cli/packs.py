"""``nspermaudit packs``: the rule packs, those that ship and your own."""

from __future__ import annotations

import click

from nspermaudit import examples
from nspermaudit import packs as rule_packs
from nspermaudit.cli.asking import FILE
from nspermaudit.cli.exits import COMPLETE, FINDINGS, WRONG_USAGE
from nspermaudit.cli.terminal import put
from nspermaudit.errors import DocumentError, InputError, UsageError
from nspermaudit.pack_file import Pack, read
from nspermaudit.rule import Use
from nspermaudit.style import counted, one_line

_EPILOG = """\b
Examples:
  nspermaudit packs list
  nspermaudit packs show guide/token
  nspermaudit packs lint our-rules.yaml
  nspermaudit packs test our-rules.yaml
"""


@click.group(epilog=_EPILOG)
def packs() -> None:
    """List and show rule packs; lint and test your own."""


@packs.command("list")
def list_() -> None:
    """List the packs that ship."""
    names = rule_packs.shipped()
    width = max(map(len, names))
    put(f"{'PACK':<{width}}  RULES  TITLE")
    for name in names:
        pack = read(rule_packs.find(name))
        rules = len(rule_packs.all_rules(rule_packs.load_each([Use(name)])))
        put(f"{pack.id:<{width}}  {rules:>5}  {pack.title}")
    put(
        "RULES counts those of the packs that a pack includes; nspermaudit explain PACK names them."
    )


@packs.command()
@click.argument("name")
def show(name: str) -> None:
    """Show a pack as it is written, comments and all: an id, or a YAML file."""
    with open(rule_packs.find(name), encoding="utf-8", errors="replace") as stream:
        for line in stream:
            put(one_line(line.rstrip("\r\n")))


@packs.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
def lint(files: tuple[str, ...]) -> int:
    """Tell every fault of rule packs, with line, column and suggestion; exit 2 if there is one."""
    faults = [fault for file in files for fault in _faults(file)]
    for fault in faults:
        put(one_line(fault))
    if not faults:
        put(f"{counted(len(files), 'pack')}: no faults")
    return WRONG_USAGE if faults else COMPLETE


def _faults(file: str) -> list[str]:
    try:
        read(rule_packs.find(file))
        rule_packs.load([Use(file)])
    except DocumentError as error:
        return [str(fault) for fault in error.faults]
    except (UsageError, InputError) as error:
        return [str(error)]
    return []


@packs.command()
@click.argument("names", nargs=-1, required=True)
def test(names: tuple[str, ...]) -> int:
    """Run the examples of packs as tests; exit 1 if one fails."""
    found = rule_packs.load(Use(name) for name in names)
    failed = [
        failure for pack in found for rule in pack.rules for failure in examples.failures(rule)
    ]
    for failure in failed:
        put(one_line(str(failure)))
    put(f"{counted(_count(found), 'example')}: {counted(len(failed), 'failure')}")
    return FINDINGS if failed else COMPLETE


def _count(found: tuple[Pack, ...]) -> int:
    return sum(
        len(items) for pack in found for rule in pack.rules for items in rule.examples.values()
    )
