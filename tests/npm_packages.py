"""Programs of others that come from npm: installed once into ``build/npm``, at fixed versions.

A test takes the fixture ``npm``, the path of ``node_modules``::

    def test_it(npm: Path) -> None:
        cli = npm / "@oracle" / "suitecloud-cli" / "src" / "suitecloud.js"
        subprocess.run(["node", cli, "--version"], check=True)

It is skipped where npm is not there or cannot install (see ``needs``: the word is ``npm``). What
is installed, ``tests/npm/package.json`` and its lock file say; no package's script is run. To
change a version: edit ``package.json``, then ``npm install --ignore-scripts --package-lock-only``
in ``tests/npm``.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from needs import lacking

LISTED = Path(__file__).parent / "npm"
FILES = ("package.json", "package-lock.json")
INSTALLED = Path(__file__).parents[1] / "build" / "npm"
SECONDS = 300


@pytest.fixture(scope="session")
def npm() -> Path:
    """The folder ``node_modules`` with the packages that tests use."""
    try:
        return installed()
    except OSError as error:
        lacking("npm", str(error))


def installed() -> Path:
    """Install what is listed, unless it is; its ``node_modules``. Raises OSError with a reason."""
    wanted = hashlib.sha256(b"".join((LISTED / name).read_bytes() for name in FILES)).hexdigest()
    folder = INSTALLED / wanted[:16]
    if not folder.is_dir():
        _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    program = shutil.which("npm")
    if not program or not shutil.which("node"):
        raise OSError("node and npm are not there")
    shutil.rmtree(INSTALLED, ignore_errors=True)  # versions of before, and what was interrupted
    part = folder.with_suffix(".part")
    part.mkdir(parents=True)
    for name in FILES:
        shutil.copy(LISTED / name, part)
    command = [program, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(
            command, cwd=part, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise OSError(f"npm ci did not end within {SECONDS} seconds") from None
    if done.returncode:
        raise OSError(f"npm ci failed: {done.stderr.strip()[-300:]}")
    part.rename(folder)
