"""Rebuild the permission catalogue from its source table: ``make catalog``.

With ``--check`` nothing is written; the exit code says whether the two agree.
"""

from __future__ import annotations

import csv
import sys
from operator import itemgetter
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE / "permissions.csv"
TARGET = HERE.parents[1] / "nspermaudit" / "data" / "permissions.tsv"
ABOUT = (
    "Built from tools/catalog/permissions.csv by tools/catalog/build.py. "
    "Ids and display names: Oracle, Universal Permissive License 1.0, see NOTICE."
)


def entry(row: dict[str, str]) -> dict[str, str]:
    """One row of the table as one of the catalogue."""
    is_retired = row["obsolete"] == "yes" or row["id"].startswith("GRAP_")
    return {
        "id": row["id"],
        "names": "|".join(name.strip() for name in row["names"].split("|") if name.strip()),
        "category": row["category"],
        "levels": " ".join(row["allowed_levels"].split()),
        "evidence": row["levels_evidence"],
        "feature": row["feature"].replace(" | ", ", "),
        "requires_2fa": "yes" if row["requires_2fa"] == "T" else "",
        "full_adds": row["what_full_adds_over_edit"].replace(".;", ";").rstrip("."),
        "retired": "yes" if is_retired else "",
        "note": row["notes"],
    }


def build() -> str:
    """The text of the catalogue file: a comment, the headings, and a line for each permission.

    Tabs stand between the cells; no cell has one, or a line end.
    """
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        entries = sorted((entry(row) for row in csv.DictReader(lines)), key=itemgetter("id"))
    rows = [list(entries[0]), *(list(item.values()) for item in entries)]
    for cell in (cell for row in rows for cell in row):
        if set(cell) & set("\t\r\n"):
            sys.exit(f"a cell of {SOURCE} has a tab or a line end: {cell!r}")
    return "".join(f"{line}\n" for line in (f"# {ABOUT}", *map("\t".join, rows)))


def main(arguments: list[str]) -> int:
    """Write the catalogue, or say whether it is what its source makes."""
    text = build()
    if "--check" in arguments:
        return int(TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
