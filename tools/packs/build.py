"""Write the packs that ship as JSON files, which load without a YAML parser: ``make packs``.

A pack is taken from its file only while its YAML has the size and the checksum that stand there,
so a pack that was edited is read as YAML until this runs again. ``--check`` writes nothing.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from pathlib import Path

from nspermaudit import pack_file, packs, safe_yaml


def build() -> dict[Path, str]:
    """The compiled files with their texts."""
    entries = {}
    for name in packs.shipped():
        data = Path(packs.find(name)).read_bytes()
        document = safe_yaml.load(data, name)
        document.refuse_if_faulty()
        entry = {
            "size": len(data),
            "crc32": zlib.crc32(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "document": document.value,
        }
        entries[Path(pack_file.compiled_file(name))] = json.dumps(entry, indent=1) + "\n"
    return entries


def main(arguments: list[str]) -> int:
    """Write the files, or say whether they are what the packs make."""
    made = build()
    there = {
        file: file.read_text(encoding="utf-8") for file in Path(pack_file.COMPILED).rglob("*.json")
    }
    if "--check" in arguments:
        return int(there != made)
    for file in there.keys() - made.keys():
        file.unlink()
    for file, text in made.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
