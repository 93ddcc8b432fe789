"""The environment of the measured programs: our wheel, built afresh, and the peers.

It is what a user gets who installs today: the newest pip (whose wrappers start faster than those of
old ones), no setuptools, everything compiled.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.inputs import PLACE, ROOT

PEERS = {
    "yamllint": "1.38.0",
    "cfn-lint": "1.58.0",
    "duckdb": "2.0.0",
    "polars": "2.1.0",
    "tabulate": "0.10.0",
}
"""The newest that install on Python 3.11."""

_NO_XMLLINT = "xmllint is not installed (apt install libxml2-utils)"


class Environment(NamedTuple):
    """Where the programs are, their versions, and why some are missing."""

    programs: Path
    versions: Mapping[str, str]
    missing: Mapping[str, str]

    def program(self, name: str) -> str:
        """The path of an installed program."""
        return str(self.programs / name)


def ready() -> Environment:
    """Make the environment, or take the one that is there; ours is always installed anew."""
    place = PLACE / "env"
    stamp = place / "python.txt"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != sys.version:
        _create(place)
        stamp.write_text(sys.version, encoding="utf-8")
    programs = place / "bin"
    missing: dict[str, str] = {}
    present = _installed(programs)
    for name, version in PEERS.items():
        wanted = f"{name}=={version}"
        if present.get(name) != version and not _install(programs, wanted):
            missing[name] = f"{wanted} could not be installed"
    _install_ours(programs)
    versions = _installed(programs)
    shown = {name: versions[name] for name in ("nspermaudit", *PEERS) if name in versions}
    if shutil.which("xmllint"):
        shown["xmllint"] = _version_of_xmllint()
    else:
        missing["xmllint"] = _NO_XMLLINT
    return Environment(programs, shown, missing)


def _create(place: Path) -> None:
    print("making the environment in build/bench/env", file=sys.stderr)
    venv.create(place, with_pip=True, clear=True)
    _pip(place / "bin", "install", "--upgrade", "pip", "hatchling>=1.27")
    _pip(place / "bin", "uninstall", "--yes", "setuptools")


def _install_ours(programs: Path) -> None:
    dist = PLACE / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    _pip(programs, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", dist, ROOT)
    (wheel,) = dist.glob("*.whl")
    _pip(programs, "uninstall", "--yes", "nspermaudit")
    _pip(programs, "install", "--compile", wheel)


def _install(programs: Path, wanted: str) -> bool:
    command = _pip_command(programs, "install", "--compile", "--retries", "1", wanted)
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _pip(programs: Path, *arguments: str | Path) -> None:
    done = subprocess.run(_pip_command(programs, *arguments), capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"pip {arguments[0]} failed\n{done.stderr.decode()}")


def _pip_command(programs: Path, *arguments: str | Path) -> list[str | Path]:
    return [programs / "python", "-m", "pip", "--disable-pip-version-check", *arguments]


def _installed(programs: Path) -> dict[str, str]:
    command = _pip_command(programs, "list", "--format", "json")
    listed = subprocess.run(command, capture_output=True, check=True).stdout
    return {item["name"]: item["version"] for item in json.loads(listed)}


def _version_of_xmllint() -> str:
    done = subprocess.run(["xmllint", "--version"], capture_output=True, text=True, check=True)
    number = int((done.stderr + done.stdout).partition("libxml version ")[2].split()[0])
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"
