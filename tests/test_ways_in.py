"""The pages of docs that say how to put nspermaudit into other tools: their lines are run.

Every line of an ``sh`` block is run in a scratch project with one finding, and ends with 0 or with
what it says itself (``# exit 1``). Every ``yaml`` block is what ``init`` wrote.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from needs import lacking
from scratch import environment, project, ran

PAGES = ("suitecloud", "pre-commit", "github", "gitlab", "ci")
WRITTEN = {
    "pre-commit": ".pre-commit-config.yaml",
    "github": ".github/workflows/nspermaudit.yml",
    "gitlab": ".gitlab-ci.yml",
}
EXIT = re.compile(r"\s+# exit (\d)$")


def _blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project that lacks something, in a git repository."""
    if not shutil.which("git") or not shutil.which("sh"):
        lacking("git", "git or sh is not there")
    made = project(tmp_path / "larkfield", lacks="ADMI_WEBSERVICES")
    ran("git", "init", "--quiet", cwd=made, env=environment(tmp_path / "home"))
    return made


@pytest.mark.parametrize("page", PAGES)
def test_lines(page: str, place: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Each line ends as the page says."""
    env = environment(tmp_path / "home", PRE_COMMIT_HOME=str(tmp_path / "pre-commit"))
    lines = "".join(_blocks(page, "sh")).splitlines()
    if any(line.startswith("suitecloud ") for line in lines):
        _put_suitecloud_on_path(request.getfixturevalue("npm"), tmp_path, env)
    assert lines
    for line in lines:
        expected = EXIT.search(line)
        done = ran("sh", "-c", line, cwd=place, env=env)
        assert done.returncode == int(expected[1] if expected else 0), f"{line}\n{done.stdout}"
    for block in _blocks(page, "yaml")[:1]:
        written = (place / WRITTEN[page]).read_text(encoding="utf-8")
        assert block == written


def _put_suitecloud_on_path(npm: Path, place: Path, env: dict[str, str]) -> None:
    program = place / "bin" / "suitecloud"
    program.parent.mkdir()
    cli = npm / "@oracle" / "suitecloud-cli" / "src" / "suitecloud.js"
    program.write_text(f'#!/bin/sh\nexec node "{cli}" "$@"\n')
    program.chmod(0o755)
    env["PATH"] = f"{program.parent}:{env['PATH']}"


@pytest.mark.parametrize("page", PAGES)
def test_yaml_is_yaml(page: str) -> None:
    """Every YAML block can be read."""
    for block in _blocks(page, "yaml"):
        assert yaml.safe_load(block)


def test_gate_lines() -> None:
    """The lines for ``suitecloud.config.js`` are those that ``init`` adds."""
    lines = ROOT / "nspermaudit" / "data" / "templates" / "gate-lines.js"
    assert _blocks("suitecloud", "js") == [lines.read_text(encoding="utf-8")]
