"""The requirement lists that vendors publish: their rows, with the permissions that are meant."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import yaml

from nspermaudit.model import Level, Permission
from tools.rules import sources
from tools.rules.making import asked_of
from tools.rules.sources import Asked, permission_of, references, rows

READ_ON = "2026-11-22"
ALWAYS, OPTIONAL, LISTED = "always", "optional", "listed"
REMOVED, SETUP, FORBIDDEN = "removed", "setup", "forbidden"

Condition = Mapping[str, str]


class Line(NamedTuple):
    """One row of a list: what may stand for one another, and when it is asked for.

    ``when`` is a condition as rules have it, or a word: always, optional, listed (known, and not
    asked for), removed (forbidden once set-up is over), setup (asked for until then), forbidden.
    ``published`` is the level as the page has it, if NetSuite does not offer that.
    """

    ways: tuple[Asked, ...]
    when: Condition | str
    published: str = ""


class Made(NamedTuple):
    """A vendor's list on its way to a pack; rule ids begin with ``slug``."""

    vendor: Mapping[str, Any]
    lines: Sequence[Line]

    @property
    def slug(self) -> str:
        """The last part of the pack's id."""
        name: str = self.vendor["pack"]
        return name.rpartition("/")[2]

    @property
    def name(self) -> str:
        """The vendor, as a sentence calls it."""
        title: str = self.vendor["title"]
        return str(self.vendor.get("vendor") or title.partition(",")[0])

    @property
    def references(self) -> list[str]:
        """The pages, with the day on which they were read."""
        return [f"{text}, read on {READ_ON}" for text in references(self.vendor["sources"])]

    @property
    def page(self) -> str:
        """The first page as a sentence names it: whose, where, when it was read."""
        key = self.vendor["sources"].split()[0]
        (address,) = (row["url"] for row in rows("sources") if row["key"] == key)
        return f"{self.name}'s page ({address}, read on {READ_ON})"

    def of(self, when: Condition | str) -> list[Line]:
        """The lines of one condition."""
        return [line for line in self.lines if line.when == when]

    def rule(self, name: str, title: str, severity: str, **more: Any) -> dict[str, Any]:
        """A rule with what all rules of the pack have in common."""
        return {
            "id": f"{self.slug}-{name}",
            "title": title,
            "severity": severity,
            **more,
            "references": self.references,
            "evidence": "B",
            "tags": ["vendor"],
        }


@cache
def vendors() -> list[dict[str, Any]]:
    """What ``vendors.yaml`` says of each pack."""
    found: list[dict[str, Any]] = yaml.safe_load((sources.HERE / "vendors.yaml").read_text("utf-8"))
    return found


def lines_of(vendor: Mapping[str, Any]) -> list[Line]:
    """The rows of a vendor's list. Raises KeyError for a name, a note or a source of no meaning."""
    found = list(_published(vendor) if "list" in vendor else _judged(vendor))
    found += [Line((asked_of(key, word),), ALWAYS) for key, word in vendor.get("adds", {}).items()]
    others = vendor.get("alternatives", {})
    return [_with_others(line, others) for line in found]


def _with_others(line: Line, others: Mapping[str, list[str]]) -> Line:
    first = line.ways[0]
    more = others.get(first.permission.id, ())
    return line._replace(ways=(*line.ways, *(asked_of(key, first.level.name) for key in more)))


def _judged(vendor: Mapping[str, Any]) -> Iterator[Line]:
    for row in rows("vendor_requirements_judged"):
        if row["vendor"] != vendor.get("judged"):
            continue
        if row["operator"] == "forbid":
            yield Line((asked_of(row["permission_id"], "NONE"),), FORBIDDEN)
        else:
            yield Line((asked_of(row["permission_id"], row["level"]),), _when(vendor, row["when"]))


def published(vendor: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rows as the page has them."""
    with (sources.HERE / "vendor_lists" / f"{vendor['list']}.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        return list(csv.DictReader(stream))


def _published(vendor: Mapping[str, Any]) -> Iterator[Line]:
    left_out, names = vendor.get("left out", {}), vendor.get("names", {})
    for row in published(vendor):
        name, word = row["permission"], row["required_level"]
        if name in left_out or f"{row['section']} > {name}" in left_out:
            continue
        when = _when(vendor, row["note"])
        if " OR " in name:
            yield _line([permission_of(part.strip()) for part in name.split(" OR ")], word, when)
        else:
            for meant in names.get(name, [name]):
                yield _line([permission_of(meant)], word, when)


def _when(vendor: Mapping[str, Any], note: str) -> Condition | str:
    """What a note means; an unknown one must be looked at by somebody."""
    if not note:
        return ALWAYS
    meant: Condition | str = vendor.get("when", {})[note]
    return meant


def _line(ways: list[Permission], word: str, when: Condition | str) -> Line:
    if word == "FORBIDDEN":
        return Line(tuple(Asked(item, Level.NONE) for item in ways), when)
    levels = [_offered(item, word) for item in ways]
    odd = word if word and Level[word.upper()] != levels[0] else ""
    return Line(tuple(map(Asked, ways, levels)), when, odd)


def _offered(permission: Permission, word: str) -> Level:
    """The least level that NetSuite offers from the published one on; from View on if none is."""
    least = Level[word.upper()] if word else Level.VIEW
    return min((item for item in permission.levels if item >= least), default=least)
