"""The csv files beside this: their rows, what they call permissions, where each fact is from."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from nspermaudit import catalog
from nspermaudit.model import Level, Permission

HERE = Path(__file__).parent

SEVERITIES = {"critical": "error", "high": "warning", "medium": "info", "low": "info"}
"""The severity of a rule for each of the words that auditors rank by."""


class Asked(NamedTuple):
    """A permission and the least level that counts."""

    permission: Permission
    level: Level

    @property
    def name(self) -> str:
        """What the packs call the permission: its display name, if that means no other."""
        return name_of(self.permission)

    @property
    def below(self) -> Level:
        """The highest level that does not count yet, of those that NetSuite offers."""
        offered = [level for level in self.permission.levels if level < self.level]
        return max(offered, default=Level.NONE)


@cache
def rows(name: str) -> list[dict[str, str]]:
    """The rows of a csv file, each by its headings."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def rule_ids() -> dict[str, str]:
    """The permanent rule id of each row's own id: it stays when a title changes."""
    return {row["key"]: row["rule"] for row in rows("rule_ids")}


def references(keys: str) -> list[str]:
    """The sources of some keys with blanks between them, each with its address.

    Raises KeyError for a key that ``sources.csv`` does not have.
    """
    known = {row["key"]: row for row in rows("sources")}
    return [_reference(known[key]) for key in keys.split()]


def _reference(source: dict[str, str]) -> str:
    is_help = source["key"].startswith("ORA-") and "docs.oracle.com" in source["url"]
    return f"{'NetSuite help: ' if is_help else ''}{source['title']} ({source['url']})"


def asked(words: str) -> Iterator[Asked]:
    """``A >= CREATE | B >= VIEW``; raises KeyError for an id or a level that there is none of."""
    for item in words.split("|"):
        key, _, level = item.partition(">=")
        yield Asked(permission_of(key.strip()), Level[level.strip()])


def permission_of(name: str) -> Permission:
    """The permission of that id or display name; raises KeyError if the catalogue has none."""
    found = catalog.load().find(name)
    if found is None:
        raise KeyError(name)
    return found


def name_of(permission: Permission) -> str:
    """The display name, or the id where the name is missing or means something else."""
    found = catalog.load().find(permission.name)
    return permission.name if found and found.id == permission.id else permission.id
