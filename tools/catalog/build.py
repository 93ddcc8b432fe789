"""Rebuild the permission catalogue from its source table: ``make catalog``.

With ``--check`` nothing is written; the exit code says whether the two agree.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCE = HERE / "permissions.csv"
TARGET = HERE.parents[1] / "nspermaudit" / "data" / "permissions.json"
ABOUT = (
    "Built from tools/catalog/permissions.csv by tools/catalog/build.py. "
    "Ids and display names: Oracle, Universal Permissive License 1.0, see NOTICE."
)


def entry(row: dict[str, str]) -> dict[str, Any]:
    """One row of the table as an entry of the catalogue; empty cells are left out."""
    found: dict[str, Any] = {
        "names": [name.strip() for name in row["names"].split("|") if name.strip()],
        "category": row["category"],
        "levels": row["allowed_levels"].split(),
        "evidence": row["levels_evidence"],
    }
    optional = {
        "feature": row["feature"].replace(" | ", ", "),
        "requires_2fa": row["requires_2fa"] == "T",
        "full_adds": row["what_full_adds_over_edit"].replace(".;", ";").rstrip("."),
        "retired": row["obsolete"] == "yes" or row["id"].startswith("GRAP_"),
        "note": row["notes"],
    }
    return found | {key: value for key, value in optional.items() if value}


def build() -> str:
    """The text of the catalogue file."""
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        entries = {row["id"]: entry(row) for row in csv.DictReader(lines)}
    lines_of = (f"{json.dumps(key)}: {json.dumps(entries[key])}" for key in sorted(entries))
    body = ",\n".join(lines_of)
    return f'{{"about": {json.dumps(ABOUT)},\n"permissions": {{\n{body}\n}}}}\n'


def main(arguments: list[str]) -> int:
    """Write the catalogue, or say whether it is what its source makes."""
    text = build()
    if "--check" in arguments:
        return int(TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
