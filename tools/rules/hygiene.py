"""The packs ``hygiene/tokens``, ``/integration`` and ``/roles``, from ``integration_hygiene.csv``.

``hygiene.yaml`` has what no table can say: verbs, titles, examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from nspermaudit import catalog
from nspermaudit.model import Level
from tools.rules import sources
from tools.rules.making import levels
from tools.rules.sources import Asked, permission_of, references, rows
from tools.rules.writing import pack_text

_FROM = "hygiene.yaml and integration_hygiene.csv"
_REVIEWED = "2026-11-22"
_MANY = 160
_OWN_CURE = {"forbid", "limit", "require", "role"}
"""The verbs that say of each finding what to set, and where."""


def packs() -> dict[str, str]:
    """The texts of the packs by their ids."""
    return {pack["pack"]: pack_text(_FROM, _pack(pack)) for pack in written()}


@cache
def written() -> list[dict[str, Any]]:
    """The packs as ``hygiene.yaml`` has them."""
    found: list[dict[str, Any]] = yaml.safe_load((sources.HERE / "hygiene.yaml").read_text("utf-8"))
    return found


def _pack(pack: Mapping[str, Any]) -> dict[str, Any]:
    head = {key: value for key, value in pack.items() if key != "rules"}
    return {
        "pack": head.pop("pack"),
        "title": head.pop("title"),
        "about": head.pop("about"),
        "reviewed": _REVIEWED,
        **head,
        "rules": [_rule(rule) for rule in pack["rules"]],
    }


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule with what its row says."""
    row = next(row for row in rows("integration_hygiene") if row["rule_id"] == rule["row"])
    own = {key: value for key, value in rule.items() if key not in ("row", "also", "examples")}
    for key in own.keys() & {"when", "unless"}:
        own[key] = {word: _holdings(word, value) for word, value in own[key].items()}
    from_row = {
        "because": row["why"],
        "fix": "" if _OWN_CURE & own.keys() else row["click_path"],
        "false_positives": row["exceptions_and_false_positives"],
    }
    return {
        "id": own.pop("id"),
        "title": own.pop("title"),
        "severity": own.pop("severity", row["severity"]),
        **own,
        **{key: text for key, text in from_row.items() if text and key not in own},
        "references": references(row["source_keys"]),
        **({} if "evidence" in own else {"evidence": "A"}),
        "tags": ["hygiene", row["rule_id"], *rule.get("also", ())],
        "examples": {
            kind: [_example(item) for item in items] for kind, items in rule["examples"].items()
        },
    }


def _holdings(word: str, value: Any) -> Any:
    """A list of permissions by its name: those of another csv file, or of the catalogue."""
    if word != "has any" or not isinstance(value, str):
        return value
    if value == "mandatory_2fa":
        items = [
            Asked(permission_of(row["permission_id"] or row["permission_name"]), Level.VIEW)
            for row in rows("mandatory_2fa")
        ]
        return [item.name for item in items]
    if value == "retired":
        found = [item for item in catalog.load() if item.retired]
        return [Asked(item, Level.VIEW).name for item in (*found, permission_of("ADMI_USER"))]
    privileged = [row for row in rows("highly_privileged") if row["tier"] == value]
    return levels(
        Asked(permission_of(row["permission_id"]), Level[row["flag_from_level"]])
        for row in privileged
    )


def _example(item: Any) -> Any:
    """An example; "many" stands for a role with a great many permissions."""
    words = item.get("sdf", "") if isinstance(item, dict) else ""
    if not words.startswith("many"):
        return item
    level = Level.FULL if words.endswith("Full") else Level.VIEW
    known = [found for found in catalog.load() if found.id.startswith(("TRAN_", "LIST_"))]
    offered = [found for found in known if found.levels_are_documented and level in found.levels]
    return levels(Asked(found, level) for found in offered[:_MANY])
