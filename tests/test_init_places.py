"""Where ``nspermaudit init`` writes: the project, its repository, and never above it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from scratch import project

from nspermaudit import read_config
from nspermaudit.scaffolding import WAYS_IN

EVERYTHING = ("config", *WAYS_IN)
Run = Callable[..., Ran]


def _files(place: Path) -> set[str]:
    return {str(file.relative_to(place)) for file in place.rglob("*") if file.is_file()}


@pytest.mark.parametrize("folder", [".", "src", "src/Objects", "docs"])
def test_from_any_folder(
    folder: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project is found from any folder in it."""
    place = project(tmp_path)
    (place / "nspermaudit.yaml").unlink()
    (place / "docs").mkdir()
    monkeypatch.chdir(place / folder)
    assert run("init", "config", "suitecloud").code == 0
    assert (place / "nspermaudit.yaml").is_file()
    assert "defaultProjectFolder: 'src'" in (place / "suitecloud.config.js").read_text()


def test_project_below_the_repository(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What belongs to the repository stands at its top, and names the project below."""
    (tmp_path / ".git").mkdir()
    place = project(tmp_path / "our netsuite", objects="sdf")
    (place / "suitecloud.config.js").write_text(
        'module.exports = {"defaultProjectFolder": "./sdf"};'
    )
    monkeypatch.chdir(place)
    assert run("init", *EVERYTHING).code == 0
    assert (place / "nspermaudit.gate.js").is_file()
    assert 'args: ["our netsuite/sdf"]' in (tmp_path / ".pre-commit-config.yaml").read_text()
    workflow = (tmp_path / ".github" / "workflows" / "nspermaudit.yml").read_text()
    assert 'paths: "our netsuite/sdf"\n' in workflow
    assert "check 'our netsuite/sdf' --output" in (tmp_path / ".gitlab-ci.yml").read_text()


@pytest.mark.parametrize("below", [".", "Objects"])
def test_project_that_is_the_repository(
    below: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its manifest at the repository's top nothing is written above it."""
    place = project(tmp_path, objects="repo") / "repo"
    (tmp_path / "nspermaudit.yaml").unlink()
    (place / ".git").mkdir()
    monkeypatch.chdir(place / below)
    before = _files(place)
    outside = set(tmp_path.iterdir())
    done = run("init", *EVERYTHING)
    assert done.code == 0
    assert "(found by its manifest.xml)\n" in done.out
    assert len(_files(place)) == len(before) + 8
    assert set(tmp_path.iterdir()) == outside
    assert "defaultProjectFolder: '.'" in (place / "suitecloud.config.js").read_text()
    assert "integration: [customrole_sync]" in (place / "nspermaudit.yaml").read_text()


@pytest.mark.parametrize("text", ["<OfficeApp/>", "<manifest/>", ""])
def test_manifests_of_other_tools(
    text: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They make no project, wherever they are; the repository is what there is."""
    place = tmp_path / "repo"
    for folder in (place, place / "web", place / "web" / "src"):
        folder.mkdir()
        (folder / "manifest.xml").write_text(text)
    (place / ".git").mkdir()
    monkeypatch.chdir(place / "web")
    done = run("init", "config", "gitlab")
    assert done.code == 0
    assert "(found by its git repository)\n" in done.out
    assert (place / "nspermaudit.yaml").is_file()
    assert (place / ".gitlab-ci.yml").is_file()
    assert list(tmp_path.iterdir()) == [place]
    assert "no SuiteCloud project" in run("init", "suitecloud").err


def test_project_around_the_repository(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is above the repository is another's."""
    place = project(tmp_path / "larkfield")
    (place / "suitecloud.config.js").write_text("module.exports = {};\n")
    (place / "docs" / ".git").mkdir(parents=True)
    monkeypatch.chdir(place / "docs")
    before = _files(place)
    assert run("init").code == 0
    assert _files(place) - before == {os.path.join("docs", "nspermaudit.yaml")}


def test_without_a_project(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to gate where there is no SuiteCloud project; a configuration may be."""
    monkeypatch.chdir(tmp_path)
    done = run("init", "suitecloud")
    assert done.code == 2
    assert "no SuiteCloud project" in done.err
    done = run("init")
    assert done.code == 0
    assert "project: . (found by this folder)" in done.out
    assert read_config(str(tmp_path / "nspermaudit.yaml")).classes == {}
