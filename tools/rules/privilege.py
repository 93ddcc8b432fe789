"""The pack ``privilege``, from ``mandatory_2fa.csv`` and ``highly_privileged.csv``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nspermaudit.model import Level
from tools.rules.segregation import CORE_ADMINISTRATION
from tools.rules.sources import (
    SEVERITIES,
    Asked,
    name_of,
    permission_of,
    references,
    rows,
    rule_ids,
)
from tools.rules.writing import pack_text

_FROM = "mandatory_2fa.csv and highly_privileged.csv"

_IN_TOTAL = {
    "TRAN_FIND": "can change transactions in bulk (Find Transaction: Full)",
    "LIST_EXPORT": "can export lists and search results (Export Lists)",
}
"""What nearly every role has: only the number of roles is told."""

_ABOUT = (
    "What Oracle's help lets the holders of these permissions do is more than their daily work "
    "takes: administer roles and tokens, run code, change closed books, take the data away. "
    "Such roles exist in every account; they should be few, known and held by few. A permission "
    "counts from the level on at which it is dangerous. The tiers (critical, high, medium, low) "
    "are ours; what each permission allows is its source's. Grade A says that a source on "
    "NetSuite tells what it allows."
)

_TWO_FACTOR = (
    "NetSuite demands two-factor authentication of every role that holds one of these, whatever "
    "the role's own setting (tfarequired) says: an export in which that is off tells nothing."
)
_EXEMPT = (
    "Roles whose users sign in through SAML are exempt. SAML Single Sign-on, which lets people "
    "do that, is not Set Up SAML Single Sign-on; Integration Applications is not Integration "
    "Application."
)


def packs() -> dict[str, str]:
    """The text of the pack by its id."""
    rules = [_two_factor(), *(rule for row in rows("highly_privileged") for rule in _rules(row))]
    pack = {
        "pack": "privilege",
        "title": "Permissions that only few roles should hold",
        "about": _ABOUT,
        "reviewed": "2026-11-22",
        "rules": rules,
    }
    return {"privilege": pack_text(_FROM, pack)}


def _two_factor() -> dict[str, Any]:
    listed = rows("mandatory_2fa")
    wanted = [
        Asked(permission_of(row["permission_id"] or row["permission_name"]), Level.FULL)
        for row in listed
    ]
    return {
        "id": rule_ids()["PRIV-2FA"],
        "title": "Roles of which NetSuite demands two-factor authentication are known",
        "severity": "info",
        "report": {
            "say": "must sign in with two factors, whatever its own setting says",
            "holders of": {item.name: _from_where(item) for item in wanted},
            "or role": {CORE_ADMINISTRATION: True},
        },
        "because": _TWO_FACTOR,
        "false_positives": _EXEMPT,
        "evidence": "A",
        "tags": ["privilege", "two-factor", "PRIV-2FA"],
        "references": references(" ".join(dict.fromkeys(row["source_key"] for row in listed))),
        "examples": {
            "complies": [
                {item.name: "none" for item in wanted},
                {"SAML Single Sign-on": "full", "Integration Applications": "view"},
            ],
            "violates": [
                *({item.name: "full"} for item in wanted),
                {"attributes": {CORE_ADMINISTRATION: True, "two-factor authentication": "OFF"}},
            ],
        },
    }


def _from_where(item: Asked) -> str:
    """Full where it is the only level; where levels are not documented, any."""
    return "full" if item.permission.levels else "view"


def _rules(row: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    item = Asked(permission_of(row["permission_id"]), Level[row["flag_from_level"]])
    if item.permission.id in _IN_TOTAL:
        yield _in_total(row, item)
        return
    yield _rule(row, item)
    if item.permission.id == "ADMI_KERNEL":
        yield _attribute(row)


def _in_total(row: Mapping[str, str], item: Asked) -> dict[str, Any]:
    level = item.level.name.lower()
    below = item.below.name.lower()
    return {
        "id": rule_ids()[row["rule_id"]],
        "title": f"How many roles have {_words(item)}",
        "severity": "info",
        "report": {"in total": _IN_TOTAL[item.permission.id]},
        "when": {"has any": {item.name: level}},
        **_reasons(row),
        "examples": {"complies": [{item.name: below}], "violates": [{item.name: level}]},
    }


def _rule(row: Mapping[str, str], item: Asked) -> dict[str, Any]:
    name, below = item.name, item.below.name.lower()
    return {
        "id": rule_ids()[row["rule_id"]],
        "title": f"{_words(item)} is privileged",
        "severity": SEVERITIES[row["tier"]],
        **({"limit": {name: below}} if item.below else {"forbid": [name]}),
        **_reasons(row),
        "examples": {
            "complies": [{name: below}],
            "violates": [{name: item.level.name.lower()}],
        },
    }


def _words(item: Asked) -> str:
    """The permission, with the level where a lower one is no matter."""
    name = name_of(item.permission)
    return f"{name} {item.level.and_higher}" if item.below else name


def _attribute(row: Mapping[str, str]) -> dict[str, Any]:
    """Exports show this permission as an attribute of the role."""
    return {
        "id": rule_ids()[f"{row['rule_id']}-ATTRIBUTE"],
        "title": "The role attribute Core Administration Permissions is privileged",
        "severity": SEVERITIES[row["tier"]],
        "role": {CORE_ADMINISTRATION: False},
        **_reasons(row),
        "examples": {
            "complies": [{"attributes": {CORE_ADMINISTRATION: False}}],
            "violates": [{"attributes": {CORE_ADMINISTRATION: True}}],
        },
    }


def _reasons(row: Mapping[str, str]) -> dict[str, Any]:
    return {
        "because": row["why"],
        "evidence": "A",
        "tags": ["privilege", row["tier"], row["category"], row["rule_id"]],
        "references": references(row["source_keys"]),
    }
