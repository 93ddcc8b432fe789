"""The packs ``segregation``, from ``sod_functions.csv`` and ``sod_conflicts.csv``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nspermaudit.model import Level
from tools.rules.sources import SEVERITIES, Asked, asked, references, rows, rule_ids
from tools.rules.writing import pack_text

_FROM = "sod_functions.csv and sod_conflicts.csv"
_REVIEWED = "2026-11-22"

CORE_ADMINISTRATION = "core administration permissions"
_ATTRIBUTE_OF = {"ADMI_KERNEL": CORE_ADMINISTRATION}
"""Permissions that exports of roles show as an attribute."""

PROCESSES = {
    "P2P": ("purchasing", "Whether vendors, purchases, bills and payments are in NetSuite."),
    "TRE": ("treasury", "Whether bank accounts are reconciled and funds moved in NetSuite."),
    "O2C": ("sales", "Whether customers, orders, invoices and receipts are in NetSuite."),
    "R2R": ("ledger", "Whether journals, periods and the chart of accounts are in NetSuite."),
    "INV": ("inventory", "Whether stock is kept in NetSuite."),
    "HR": ("staff", "Whether employees' time and expenses are in NetSuite."),
    "PAYROLL": ("payroll", "Whether payroll is run in NetSuite."),
    "IT": ("administration", "Whether to ask about administration, code and configuration."),
}
"""The parameter that switches off the pairs of a process, and what it says."""

_ABOUT = (
    "A function is what somebody can do, by the permissions of which one at that level or "
    "higher is enough; to see a record is not to do something with it. A pair tells what a role "
    "can do, not what anybody did. The grade says who names the pair. A: a source on NetSuite. "
    "B: a source on segregation of duties at large. C: we do, because recording, approval, "
    "reconciliation and custody should lie in different hands, and NetSuite's list of what each "
    "permission allows says who can do which. Purchase orders have no approval permission, and "
    "approvals by workflow do not show in a role: those pairs are not here."
)


def _is_starter(row: Mapping[str, str]) -> bool:
    return row["evidence_grade"] == "A" and row["severity"] in ("critical", "high")


def _is_standard(row: Mapping[str, str]) -> bool:
    return row["evidence_grade"] in ("A", "B") and not _is_starter(row)


def _is_full(row: Mapping[str, str]) -> bool:
    return row["evidence_grade"] == "C"


def packs() -> dict[str, str]:
    """The texts of the packs by their ids."""
    starter = "segregation/starter"
    return {
        "segregation": pack_text(
            _FROM,
            {
                "pack": "segregation",
                "title": "Duties that should lie in different hands: the pairs to begin with",
                "about": "What segregation/starter asks; standard and full ask more.",
                "reviewed": _REVIEWED,
                "extends": [starter],
            },
        ),
        starter: _pack(starter, "the pairs to begin with", (), _is_starter),
        "segregation/standard": _pack(
            "segregation/standard", "every pair that a source names", (starter,), _is_standard
        ),
        "segregation/full": _pack(
            "segregation/full", "all pairs", ("segregation/standard",), _is_full
        ),
    }


def _pack(
    pack_id: str,
    title: str,
    extended: tuple[str, ...],
    belongs: Callable[[Mapping[str, str]], bool],
) -> str:
    conflicts = [row for row in rows("sod_conflicts") if belongs(row)]
    used = {row[side] for row in conflicts for side in ("side_a", "side_b")}
    functions = {
        row["function"]: _function(row) for row in rows("sod_functions") if row["function"] in used
    }
    return pack_text(
        _FROM,
        {
            "pack": pack_id,
            "title": f"Duties that should lie in different hands: {title}",
            "about": _ABOUT,
            "reviewed": _REVIEWED,
            **({"extends": list(extended)} if extended else {}),
            "parameters": {
                name: {"default": True, "about": about} for name, about in PROCESSES.values()
            },
            "functions": functions,
            "rules": [_rule(row) for row in conflicts],
        },
    )


def _function(row: Mapping[str, str]) -> dict[str, Any]:
    wanted = list(asked(row["any_of_permissions"]))
    attributes = {_ATTRIBUTE_OF[x.permission.id]: True for x in wanted if _has_attribute(x)}
    return {
        "title": row["title"][0].lower() + row["title"][1:],
        "any of": {item.name: item.level.name.lower() for item in wanted},
        **({"or role": attributes} if attributes else {}),
    }


def _has_attribute(item: Asked) -> bool:
    return item.permission.id in _ATTRIBUTE_OF


def _rule(row: Mapping[str, str]) -> dict[str, Any]:
    process = row["process"]
    is_payroll = process == "HR" and "payroll" in row["side_a"] + row["side_b"]
    parameter, _ = PROCESSES["PAYROLL" if is_payroll else process]
    return {
        "id": rule_ids()[row["rule_id"]],
        "title": row["title"],
        "severity": SEVERITIES[row["severity"]],
        "conflict": [row["side_a"], row["side_b"]],
        "when": {"parameter": parameter},
        "because": row["risk"],
        "compensating_controls": row["compensating_controls"],
        "evidence": row["evidence_grade"],
        "tags": ["segregation", row["severity"], process, row["rule_id"]],
        "references": references(row["source_keys"]),
        "examples": _examples(row),
    }


def _examples(row: Mapping[str, str]) -> dict[str, list[Any]]:
    one, other = (list(asked(row[f"side_{side}_permissions"])) for side in "ab")
    return {
        "complies": [
            _held(one),
            _held(other),
            {**_held(one), **_held(_lowered(other))},
            {**_held(_lowered(one)), **_held(other)},
        ],
        "violates": [*_each(one, other), *_by_attribute(one, other), *_by_attribute(other, one)],
    }


def _held(items: Iterable[Asked]) -> dict[str, str]:
    return {item.name: item.level.name.lower() for item in items}


def _lowered(items: Iterable[Asked]) -> list[Asked]:
    """The same permissions where they are not enough yet: seen, and no more, if that can be."""
    return [
        item._replace(level=min(Level.VIEW, item.below) if item.below else Level.NONE)
        for item in items
    ]


def _each(one: list[Asked], other: list[Asked]) -> Iterator[dict[str, str]]:
    """Pairs in which every permission of both sides stands once."""
    for index in range(max(len(one), len(other))):
        yield _held((one[index % len(one)], other[index % len(other)]))


def _by_attribute(one: list[Asked], other: list[Asked]) -> Iterator[dict[str, Any]]:
    for item in one:
        if _has_attribute(item):
            attributes = {_ATTRIBUTE_OF[item.permission.id]: True}
            yield {"permissions": _held(other[:1]), "attributes": attributes}
