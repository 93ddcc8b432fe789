"""Write the packs that ship as one JSON file, which loads without a YAML parser: ``make packs``.

A pack is taken from that file only while its YAML has the size and the checksum that stand there,
so a pack that was edited is read as YAML until this runs again. ``--check`` writes nothing.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from pathlib import Path

from nspermaudit import pack_file, packs, safe_yaml


def build() -> str:
    """The text of the compiled file."""
    entries = {}
    for name in packs.shipped():
        data = Path(packs.find(name)).read_bytes()
        document = safe_yaml.load(data, name)
        document.refuse_if_faulty()
        entries[name] = {
            "size": len(data),
            "crc32": zlib.crc32(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "document": document.value,
        }
    return json.dumps(entries, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or say whether it is what the packs make."""
    text, compiled = build(), Path(pack_file.COMPILED)
    if "--check" in arguments:
        return int(compiled.read_text(encoding="utf-8") != text)
    compiled.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
