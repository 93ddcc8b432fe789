"""Inputs that are made from a seed and kept in build/bench/inputs until their makers change."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "build" / "bench"

Facts = dict[str, Any]
"""What can be counted of an input: rows, roles, grants, findings and the like."""

_CATALOG = ROOT / "tools" / "catalog" / "permissions.csv"
_RULES = ROOT / "rules" / "guide"


class Input(NamedTuple):
    """A file or folder to read, and what its maker knows of it."""

    path: Path
    facts: Mapping[str, Any]

    @property
    def megabytes(self) -> int:
        """Its size, that of all files of a folder."""
        files = self.path.rglob("*") if self.path.is_dir() else [self.path]
        return sum(file.stat().st_size for file in files) // 1_000_000


def made(name: str, make: Callable[[Path], Facts], *sizes: int) -> Input:
    """The input of that name and these sizes: the one that is there, else a new one.

    ``make`` fills the path that it is given and returns what it knows of it.
    """
    place = PLACE / "inputs" / "-".join([Path(name).stem, *map(str, sizes)])
    path, stamp = place / name, place / "facts.json"
    known = json.loads(stamp.read_text(encoding="utf-8")) if stamp.is_file() else {}
    if known.get("makers") != _makers():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        known = {"makers": _makers(), "facts": make(path)}
        stamp.write_text(json.dumps(known), encoding="utf-8")
    return Input(path, known["facts"])


@cache
def _makers() -> str:
    """A digest of all that inputs are made of."""
    here = Path(__file__).parent
    files = [
        here / "inputs.py",
        *sorted(here.glob("make_*.py")),
        _CATALOG,
        *sorted(_RULES.glob("*.yaml")),
    ]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


@cache
def permissions() -> dict[str, str]:
    """The ids of the catalogue by display name, each of which means one permission."""
    found: dict[str, str] = {}
    with _CATALOG.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            name = row["names"].partition("|")[0].strip()
            if name and name.isascii() and '"' not in name:
                found.setdefault(name, row["id"])
    return found


@cache
def requirements() -> tuple[tuple[str, str], ...]:
    """What the pack ``guide`` asks for: rule and permission, each at Full."""
    packs = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in _RULES.glob("*.yaml")]
    asked = [
        (rule["id"], permission, level)
        for pack in packs
        for rule in pack["rules"]
        for permission, level in rule.get("require", {}).items()
    ]
    if any(level != "full" for _, _, level in asked):
        raise ValueError("the guide asks for other levels than Full: teach the peers to compare")
    return tuple(sorted((rule, permission) for rule, permission, _ in asked))


def requirements_file() -> Path:
    """The requirements as JSON, for the peers that do the same audit."""
    file = PLACE / "requirements.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(requirements()), encoding="utf-8")
    return file
