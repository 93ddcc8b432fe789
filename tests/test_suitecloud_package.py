"""Oracle's own zip: what ``suitecloud project:package`` makes is audited as the project is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES, Ran


@pytest.fixture
def packaged(npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The zip of the invented company's project, made offline, without an account."""
    cli = npm / "@oracle" / "suitecloud-cli" / "src" / "suitecloud.js"
    project = tmp_path / "acme"
    shutil.copytree(FIXTURES / "acme", project)
    (project / "project.json").write_text('{"defaultAuthId": "none"}')
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        ["node", cli, "project:package"],
        cwd=project,
        env={**os.environ, **home},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.chdir(project)
    (made,) = Path("build").glob("*.zip")
    return made


def test_package_is_audited_as_the_project(packaged: Path, run: Callable[..., Ran]) -> None:
    """The same findings with the same fingerprints, the same counts, the same digests."""
    of_project, of_zip = (
        run("check", place, "--format", "json", "--show", "all") for place in ("src", packaged)
    )
    assert (of_project.code, of_zip.code) == (1, 1)
    assert json.loads(of_zip.out.replace(packaged.as_posix(), "src")) == json.loads(of_project.out)


def test_package_is_quoted(packaged: Path, run: Callable[..., Ran]) -> None:
    """The text report shows the lines of the members."""
    of_project, of_zip = (run("check", place) for place in ("src", packaged))
    assert "<permlevel>VIEW</permlevel>" in of_zip.out
    assert of_zip.out.replace(packaged.as_posix(), "src") == of_project.out


def test_package_beside_its_project_counts_once(packaged: Path, run: Callable[..., Ran]) -> None:
    """Whoever audits the project's whole folder does not get every role twice."""
    document = json.loads(run("check", ".", "--format", "json").out)
    assert document["summary"]["roles"] == 3
    statuses = {item["path"]: item["status"] for item in document["inputs"]}
    assert statuses[packaged.as_posix()] == "skipped"
