"""Write the packs that are made from the csv files beside this: ``make rules``.

A pack is edited by editing its csv file; ``make packs`` compiles it afterwards. ``--check`` writes
nothing; the exit code says whether anything would change.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.rules import hygiene, least_privilege, privilege, segregation, vendors

RULES = Path(__file__).parents[2] / "rules"
GENERATORS = (
    segregation.packs,
    privilege.packs,
    hygiene.packs,
    least_privilege.packs,
    vendors.packs,
)
"""What makes packs: each gives texts by pack ids."""


def build() -> dict[Path, str]:
    """Every pack that is made, with the text it should have."""
    return {
        RULES / f"{name}.yaml": text
        for generator in GENERATORS
        for name, text in generator().items()
    }


def main(arguments: list[str]) -> int:
    """Write the packs, or say which would change."""
    changed = 0
    for file, text in build().items():
        if not file.is_file() or file.read_bytes() != text.encode():
            changed += 1
            print(f"changed: {file.relative_to(RULES.parent)}")
            if "--check" not in arguments:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
    return int(bool(changed) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
