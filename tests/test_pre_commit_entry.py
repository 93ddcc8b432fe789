"""Our entry in ``.pre-commit-config.yaml``: where it goes, and when it is only printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Ran
from scratch import project

from nspermaudit.version import VERSION

ENTRY = {
    "repo": "https://github.com/nspermaudit/nspermaudit",
    "rev": f"v{VERSION}",
    "hooks": [{"id": "nspermaudit-project", "args": ["src"]}],
}
EXTENDED = {
    "indented": "repos:\n  - repo: local\n    hooks: []\n",
    "not indented": "repos:\n- repo: local\n  hooks: []\n",
    "no line end": "repos:\n  - repo: local\n    hooks: []",
    "keys around it": "minimum_pre_commit_version: 3.2.0\n\nrepos:\n- repo: local\n  hooks: []\n\n"
    "ci:\n  autofix_prs: false\n",
    "comments": "# ours\nrepos: # all\n  # first\n  - repo: local # here\n    hooks: []\n# end\n",
    "odd hooks": "repos:\n- repo: local\n  hooks: 5\n- 7\n- hooks: [{id: []}, 8]\n",
    "a marker": "---\nrepos:\n    - repo: local\n      hooks: []\n",
    "a block": "repos:\n- repo: local\n  hooks:\n  - id: a\n    files: |\n      (?x)^(\n      )$\n",
}
PRINTED = {
    "no repos": "ci: {}\n",
    "flow": "repos: []\n",
    "empty list": "repos:\n",
    "empty": "",
    "an alias": "repos:\n- repo: &a local\n  hooks: []\n- repo: *a\n  hooks: []\n",
    "repos within": "a:\n  repos:\n    - repo: local\n",
    "twice": "repos:\n- repo: local\nrepos:\n- repo: local\n",
    "flow over lines": "repos:\n  [\n  {repo: local, hooks: []}\n  ]\n",
    "no YAML": "repos:\n\t- {\n",
    "two documents": "repos:\n- repo: local\n---\nrepos:\n- repo: local\n",
}


@pytest.fixture
def edit(
    tmp_path: Path, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str | None], tuple[Ran, bytes]]:
    """Run ``init pre-commit`` beside a configuration with this text; what it is then."""
    monkeypatch.chdir(project(tmp_path))
    file = tmp_path / ".pre-commit-config.yaml"

    def call(text: str | None) -> tuple[Ran, bytes]:
        if text is not None:
            file.write_bytes(text.encode())
        return run("init", "pre-commit"), file.read_bytes()

    return call


Edit = Callable[[str | None], tuple[Ran, bytes]]


def test_new(edit: Edit) -> None:
    """Without a configuration there is one with our hook alone; twice is once."""
    done, text = edit(None)
    assert done.code == 0
    assert yaml.safe_load(text) == {"repos": [ENTRY]}
    assert edit(None)[1] == text


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("name", EXTENDED)
def test_extended(name: str, ends: str, edit: Edit) -> None:
    """Every line that was there is there still; the entry is the last of the list."""
    before = EXTENDED[name].replace("\n", ends)
    done, after = edit(before)
    assert done.code == 0
    old = yaml.safe_load(before)
    assert yaml.safe_load(after) == {**old, "repos": [*old["repos"], ENTRY]}
    kept = [line for line in after.decode().split(ends) if line]
    for line in filter(None, before.split(ends)):
        kept.remove(line)
    assert len(kept) == 5
    assert (b"\r" in after) is (ends == "\r\n")
    assert edit(None)[1] == after


@pytest.mark.parametrize("name", PRINTED)
def test_printed(name: str, edit: Edit) -> None:
    """Where the list is not certain to be extended, lines are printed, nothing touched."""
    done, after = edit(PRINTED[name])
    assert done.code == 2
    assert "    - repo: https://github.com/nspermaudit/nspermaudit\n" in done.out
    assert after.decode() == PRINTED[name]


def test_it_is_there(edit: Edit) -> None:
    """A list that has one of our hooks, from wherever, is left."""
    for hook in ("nspermaudit", "nspermaudit-project"):
        text = f"repos:\n- repo: https://git.example.com/mirror\n  hooks:\n  - id: {hook}\n"
        done, after = edit(text)
        assert done.code == 0
        assert "it has our hook already" in done.out
        assert after.decode() == text


def test_hooks_that_are_offered() -> None:
    """The hook that ``init`` writes is one that we offer."""
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {"nspermaudit", "nspermaudit-project"} == {hook["id"] for hook in offered}
