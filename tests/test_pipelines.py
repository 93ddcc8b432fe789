"""CI jobs: valid under the schemas of those who run them, and safe by their own linters."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Ran
from needs import lacking
from scratch import PROGRAMS, environment, project, ran

from nspermaudit.reporters import REPORTERS

FILES = {
    "github": ("github-workflows", ".github/workflows/nspermaudit.yml"),
    "gitlab": ("gitlab-ci", ".gitlab-ci.yml"),
    "azure": ("azure-pipelines", "azure-pipelines.nspermaudit.yml"),
    "bitbucket": ("bitbucket-pipelines", "bitbucket-pipelines.yml"),
}
ACTION = ROOT / "action.yml"
# The Action's own release cannot be pinned by a hash that is not known when the file is written.
ZIZMOR = "rules: {unpinned-uses: {config: {policies: {nspermaudit/*: ref-pin, '*': hash-pin}}}}\n"
SHA = re.compile(r"[\w./-]+@[0-9a-f]{40}")


def _hold_against(schema: str, file: Path) -> None:
    program = PROGRAMS / "check-jsonschema"
    form = ("--builtin-schema", f"vendor.{schema}", "--regex-variant", "nonunicode")
    done = ran(program, *form, file, cwd=ROOT, env=dict(os.environ))
    assert done.returncode == 0, done.stdout


def _zizmor(file: Path, place: Path) -> None:
    config = place / "zizmor.yml"
    config.write_text(ZIZMOR)
    command = (PROGRAMS / "zizmor", "--offline", "--no-progress", "--persona", "pedantic")
    env = environment(place / "home")
    done = ran(*command, "--config", config, file, cwd=place, env=env)
    assert done.returncode == 0, done.stdout


def _formats(text: str) -> set[str]:
    return set(re.findall(r"--output \"?(\w+)=|--format (\w+)", text))


@pytest.mark.parametrize("folder", ["larkfield", "Größe und Gewicht"])
@pytest.mark.parametrize("way_in", FILES)
def test_jobs(
    way_in: str,
    folder: str,
    tmp_path: Path,
    run: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What ``init`` writes holds against the vendor's schema, with formats that there are."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(project(tmp_path / folder))
    assert run("init", way_in).code == 0
    schema, name = FILES[way_in]
    _hold_against(schema, tmp_path / name)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert f"{folder}/src" in text
    assert {word for pair in _formats(text) for word in pair if word} <= set(REPORTERS)
    if way_in == "github":
        _zizmor(tmp_path / name, tmp_path)
        assert len(SHA.findall(text)) == 2


def test_action_is_valid(tmp_path: Path) -> None:
    """The Action holds against GitHub's schema and a security linter; others' are pinned."""
    _hold_against("github-actions", ACTION)
    _zizmor(ACTION, tmp_path)
    steps = _action()["runs"]["steps"]
    assert all(SHA.fullmatch(step["uses"]) for step in steps if "uses" in step)
    assert not any("${{" in step.get("run", "") for step in steps)


def _action() -> Any:
    return yaml.safe_load(ACTION.read_text(encoding="utf-8"))


_INSTALLS = re.compile(r"(?m)^.* -I -m (?:venv|pip) .*\n")


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[int, str, str]]:
    """Run the Action's own step in bash: exit code, outputs, what it printed.

    It installs the first time, here; later runs leave these lines out.
    """
    bash = shutil.which("bash")
    if not bash:
        lacking("bash", "bash is not there")
    temporary = tmp_path_factory.mktemp("runner")
    (step,) = (step for step in _action()["runs"]["steps"] if "run" in step)
    script = temporary / "step.sh"
    script.write_text(step["run"])

    def call(place: Path, **inputs: str) -> tuple[int, str, str]:
        outputs = temporary / "outputs"
        outputs.write_text("")
        given = {name: item["default"] for name, item in _action()["inputs"].items()} | inputs
        values = {
            "NSP_PYTHON": sys.executable,
            **{
                name: given[expression.removeprefix("${{ inputs.").removesuffix(" }}")]
                for name, expression in step["env"].items()
                if "inputs." in expression
            },
        }
        env = environment(
            temporary / "home",
            RUNNER_TEMP=str(temporary),
            GITHUB_ACTION_PATH=str(ROOT),
            GITHUB_OUTPUT=str(outputs),
            PIP_CACHE_DIR=str(ROOT / "build" / "pip"),
            **values,
        )
        done = ran(bash, "--noprofile", "--norc", "-eo", "pipefail", script, cwd=place, env=env)
        return done.returncode, outputs.read_text(), done.stdout

    code, told, printed = call(project(temporary / "first"))
    if "No matching distribution" in printed or "ConnectionError" in printed:
        lacking("pypi", f"pip cannot install: {printed[-300:]}")
    assert (code, told) == (0, "exit-code=0\nsarif-file=nspermaudit.sarif\n"), printed
    script.write_text(_INSTALLS.sub("", step["run"]))
    return call


Action = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("lacks", "inputs", "code", "outputs"),
    [
        ("ADMI_WEBSERVICES", {}, 1, "exit-code=1\nsarif-file=nspermaudit.sarif\n"),
        ("ADMI_WEBSERVICES", {"fail": "false"}, 0, "exit-code=1\nsarif-file=nspermaudit.sarif\n"),
        ("", {"sarif-file": "a b.sarif"}, 0, "exit-code=0\nsarif-file=a b.sarif\n"),
        ("ADMI_WEBSERVICES", {"args": "--fail-on=never\n--strict\n"}, 0, "exit-code=0\n"),
        ("", {"paths": "src\n\nis not here"}, 2, "exit-code=2\n"),
        ("", {"paths": "$(touch evil)`touch evil`"}, 2, "exit-code=2\n"),
        ("", {"args": "; touch evil"}, 2, "exit-code=2\n"),
    ],
)
def test_action_runs(  # noqa: PLR0913, PLR0917 - a case and two fixtures
    lacks: str, inputs: dict[str, str], code: int, outputs: str, tmp_path: Path, action: Action
) -> None:
    """The step ends as the audit does, tells its exit code, and runs nothing of its inputs."""
    place = project(tmp_path / "Größe und Gewicht", lacks=lacks)
    (place / "click.py").write_text("raise SystemExit('the project was run')\n")
    (place / "pip.py").write_text("raise SystemExit('the project was run')\n")
    ended, told, printed = action(place, **inputs)
    assert ended == code, printed
    assert told.startswith(outputs), printed
    assert not (place / "evil").exists()
    if code != 2:
        assert (place / inputs.get("sarif-file", "nspermaudit.sarif")).is_file()


@pytest.mark.parametrize("name", ["nspermaudit.sarif", "a b.sarif"])
def test_action_hands_on_nothing_old(name: str, tmp_path: Path, action: Action) -> None:
    """Without an audit there is no SARIF, not even one of an earlier run; a folder is left."""
    place = project(tmp_path / "larkfield")
    (place / name).write_text("{}")
    inputs = {"paths": "is not here", "sarif-file": name}
    assert action(place, **inputs)[:2] == (2, "exit-code=2\n")
    assert not (place / name).exists()
    (place / name).mkdir()
    assert action(place, **inputs)[:2] == (2, "exit-code=2\n")
    assert (place / name).is_dir()
