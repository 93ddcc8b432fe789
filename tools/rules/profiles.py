"""Rows of ``least_privilege_profiles.csv`` and the rules that are made of some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tools.rules.making import Example, above, asked_of, levels, limiting, required, requiring
from tools.rules.sources import Asked, references, rows

_GRADES = {"high": "A", "medium": "B", "low": "C"}
SEVERITIES = {"high": "error", "medium": "warning", "low": "info"}
"""How bad it is where a permission is missing of which that is known so well."""

_FULL = (
    "Full adds deleting, and on some of them operations in bulk. Reading, creating and changing"
    " records do not take that, and no documented use but these does."
)
_COUNTER = (
    "Oracle's own WMS roles, made for people, carry Full on Item Fulfillment, Fulfill Orders, Item"
    " Receipt, Receive Order, Purchase Order, Sales Order, Items, Locations and Find Transaction"
    " (Customers at View). An integration that deletes records needs Full. Accept it with a waiver."
)
_COUNTER_KEYS = "ORA-LEVELS ORA-WMS"


class Row(NamedTuple):
    """One row: the permission from the lower to the higher level, and how sure that is."""

    asked: Asked
    limit: Asked
    confidence: str
    condition: str
    evidence: str
    keys: str

    @property
    def is_optional(self) -> bool:
        """Whether no source says that it is needed: told, never failed."""
        return self.confidence == "low"


class Job(NamedTuple):
    """What an integration does beyond the base of its pack, and the parameter that says so."""

    parameter: str
    use_case: str
    id: str
    title: str
    about: str
    default: bool


def rows_of(use_case: str) -> list[Row]:
    """The rows of a use case that ask for a level; raises KeyError if there is none."""
    found = [row for row in rows("least_privilege_profiles") if row["use_case"] == use_case]
    if not found:
        raise KeyError(use_case)
    return [
        Row(
            asked_of(row["permission_id"], row["least_privilege_at_least"]),
            asked_of(row["permission_id"], row["least_privilege_at_most"]),
            row["confidence"],
            row["when"],
            row["evidence"],
            row["source_keys"],
        )
        for row in found
        if row["least_privilege_at_least"]
    ]


def needing(
    rule_id: str, title: str, wanted: Sequence[Row], job: Job | None = None
) -> dict[str, Any]:
    """A rule that asks for the lower levels of some rows, for a job if there is one."""
    items = [row.asked for row in wanted if not row.is_optional]
    perhaps = [row.asked for row in wanted if row.is_optional]
    given = {"parameters": {job.parameter: True}} if job else None
    return {
        "id": rule_id,
        "title": title,
        "severity": "error",
        "require": {**required(items), **required(perhaps, optional=True)},
        **({"when": {"parameter": job.parameter}} if job else {}),
        **reasons(wanted, "Without it the call is refused."),
        "examples": requiring(items, given=given),
    }


def reasons(wanted: Sequence[Row], why: str) -> dict[str, Any]:
    """The sentences, sources and grade that some rows have in common."""
    told = [f"{row.asked.name} ({row.evidence})" for row in wanted if row.evidence]
    return {
        "because": f"{why} Evidence: {'; '.join(told)}." if told else why,
        **_sources(wanted),
    }


def _sources(wanted: Sequence[Row], more: str = "") -> dict[str, Any]:
    keys = dict.fromkeys(key for row in wanted for key in f"{row.keys} {more}".split())
    counted = [row for row in wanted if not row.is_optional] or wanted
    worst = max(counted, key=lambda row: _GRADES[row.confidence]).confidence
    return {
        "references": references(" ".join(keys)),
        "evidence": _GRADES[worst],
        "tags": ["least-privilege"],
    }


def bounding(  # noqa: PLR0913, PLR0917 - what a rule consists of
    rule_id: str,
    title: str,
    told: Sequence[Row],
    items: Sequence[Asked],
    around: Mapping[str, Any],
    parameters: Mapping[str, bool] | None,
    why: str = _FULL,
) -> dict[str, Any]:
    """A rule that warns above the higher levels, which nothing documented needs."""
    bounded = [item for item in items if above(item)]
    given: Example | None = {"parameters": dict(parameters)} if parameters else None
    return {
        "id": rule_id,
        "title": title,
        "severity": "warning",
        "limit": levels(bounded),
        **around,
        "because": why,
        **_sources(told, _COUNTER_KEYS),
        "false_positives": _COUNTER,
        "examples": limiting(bounded, given),
    }
