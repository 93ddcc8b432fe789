"""Pages in a real browser: Debian's ``chromium``, driven by ``playwright-core`` from npm.

What is looked at stands in ``browser/look.js``; axe-core looks for what people with a screen reader
or without a mouse stumble over. Without a Chromium the tests are skipped (the word is
``chromium``, see ``needs``)::

    def test_it(look: Look, tmp_path: Path) -> None:
        assert look("<!doctype html>...")["violations"] == []
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from needs import lacking

NAMES = ("chromium", "chromium-browser", "google-chrome")
DRIVER = Path(__file__).parent / "browser" / "look.js"
SECONDS = 240

Look = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def look(npm: Path, tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Look at the text of a page in a browser."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        lacking("chromium", f"none of {', '.join(NAMES)} is there (apt-get install chromium)")

    def at(page: str) -> dict[str, Any]:
        file = tmp_path_factory.mktemp("page") / "report.html"
        file.write_text(page, encoding="utf-8")
        done = subprocess.run(
            ["node", DRIVER, npm, program, file],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        seen: dict[str, Any] = json.loads(done.stdout)
        others = {url for url in seen["requests"] if url != file.as_uri()}
        return seen | {"requests": sorted(others)}

    return at
