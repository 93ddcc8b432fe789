"""Our hooks under the real pre-commit and the real git, in scratch repositories."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from conftest import ROOT, Ran
from needs import lacking
from scratch import environment, project, ran, role

FINDING = 'error[token-permissions]: "Larkfield Sync" needs Full on SOAP Web Services, has none'
UNREACHABLE = re.compile(r"ConnectionError|NewConnection|Could not (find|resolve)|Retrying")
ACCENTED = "src/Objects/Größe und Gewicht/customrole_sync.xml"
CRATE = "src/Objects/customrecord_crate.xml"
RECORD = """\
<customrecordtype scriptid="customrecord_crate"><permissions><permission>
  <permittedrole>[scriptid=customrole_sync]</permittedrole><permittedlevel>VIEW</permittedlevel>
</permission></permissions></customrecordtype>
"""
GRANT = """
  <permission><permkey>[scriptid=customrecord_crate]</permkey><permlevel>VIEW</permlevel></permission>
"""
Done = CompletedProcess[str]


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which pre-commit keeps to itself, but for what pip downloaded before."""
    if not shutil.which("git"):
        lacking("git", "git is not there")
    return environment(
        tmp_path_factory.mktemp("home"),
        PRE_COMMIT_HOME=str(tmp_path_factory.mktemp("pre-commit")),
        PIP_CACHE_DIR=str(ROOT / "build" / "pip"),
        PIP_DISABLE_PIP_VERSION_CHECK="1",
    )


@pytest.fixture(scope="module")
def hooks(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with our files as they are now, committed or not."""
    place = tmp_path_factory.mktemp("hooks")
    command = ("git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard")
    listed = ran(*command, cwd=ROOT, env=env)
    if listed.returncode:
        lacking("git", "this is no git repository")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("fixtures/", "tests/")):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    _commit_all(place, env)
    return place


def _commit_all(place: Path, env: dict[str, str]) -> None:
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "All"]):
        done = ran("git", *command, cwd=place, env=env)
        assert done.returncode == 0, done.stdout


def _installed(done: Done) -> Done:
    if "An unexpected error has occurred" in done.stdout and UNREACHABLE.search(done.stdout):
        lacking("pypi", f"its environment cannot be built: {done.stdout[-300:]}")
    return done


class Repository:
    """A scratch repository with a SuiteCloud project, in which the hooks are installed."""

    def __init__(self, place: Path, hook: str, env: dict[str, str]) -> None:
        self.place = place
        self.hook = hook
        self.env = env

    def git(self, *arguments: str) -> Done:
        """Run git."""
        return ran("git", *arguments, cwd=self.place, env=self.env)

    def commit(self, **files: str | None) -> tuple[bool, str]:
        """Commit files with these texts (None: deleted); whether it went in, and what was said."""
        head = self.git("rev-parse", "HEAD").stdout
        for name, text in files.items():
            file = self.place / name
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        self.git("add", "--all")
        done = _installed(self.git("commit", "-m", "Change"))
        went_in = self.git("rev-parse", "HEAD").stdout != head
        assert went_in is (done.returncode == 0)
        return went_in, done.stdout


@pytest.fixture(params=["nspermaudit", "nspermaudit-project"])
def repository(  # noqa: PLR0913, PLR0917 - fixtures
    request: pytest.FixtureRequest,
    tmp_path: Path,
    hooks: Path,
    env: dict[str, str],
    run: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
) -> Repository:
    """A repository with one of our hooks, as ``init`` writes it but for where it comes from."""
    place = project(tmp_path / "larkfield")
    monkeypatch.chdir(place)
    assert run("init", "pre-commit").code == 0
    config = place / ".pre-commit-config.yaml"
    head = ran("git", "rev-parse", "HEAD", cwd=hooks, env=env).stdout.strip()
    text = re.sub(r"(?m)repo: .*$", f"repo: {hooks}", config.read_text())
    text = re.sub(r"(?m)rev: .*$", f"rev: {head}", text)
    text = text.replace("id: nspermaudit-project", f"id: {request.param}")
    config.write_text(text if "project" in request.param else text.replace("args: [src]", ""))
    _commit_all(place, env)
    made = Repository(place, request.param, env)
    assert ran("pre-commit", "install", cwd=place, env=env).returncode == 0
    return made


def test_commits(repository: Repository) -> None:
    """A bad role is refused, a good one goes in, whatever its folder is called."""
    sync = "src/Objects/customrole_sync.xml"
    went_in, said = repository.commit(**{sync: role(lacks="ADMI_WEBSERVICES")})
    assert not went_in
    assert FINDING in said
    assert f"--> {sync}:1:1" in said
    assert repository.commit(**{sync: role() + "<!-- changed -->\n"})[0]
    went_in, said = repository.commit(**{ACCENTED: role(lacks="ADMI_WEBSERVICES"), sync: None})
    assert not went_in
    assert f"--> {ACCENTED}:1:1" in said
    assert repository.commit(**{ACCENTED: role()})[0]


def test_commits_without_roles(repository: Repository) -> None:
    """A commit that changes or deletes other things is not refused because it has no role."""
    workflow = "src/Objects/customworkflow_a.xml"
    text = '<workflow scriptid="customworkflow_a"><name>A</name></workflow>\n'
    for files in ({workflow: text}, {workflow: None}, {"README.md": "# Larkfield\n"}):
        went_in, said = repository.commit(**files)
        assert went_in, said
        assert ("no files to check" in said) is (repository.hook == "nspermaudit")


def test_deleted_role(repository: Repository) -> None:
    """A commit that only deletes a role leaves the others to check, or no file at all."""
    other = "src/Objects/customrole_other.xml"
    assert repository.commit(**{other: role(script_id="customrole_other")})[0]
    went_in, said = repository.commit(**{other: None})
    assert went_in
    assert ("no files to check" in said) is (repository.hook == "nspermaudit")


@pytest.mark.parametrize("repository", ["nspermaudit-project"], indirect=True)
def test_deleted_record(repository: Repository) -> None:
    """A commit that only deletes what a role names is refused."""
    sync = role().replace("<permissions>", f"<permissions>{GRANT}")
    went_in, said = repository.commit(**{"src/Objects/customrole_sync.xml": sync, CRATE: RECORD})
    assert went_in, said
    went_in, said = repository.commit(**{CRATE: None})
    assert not went_in
    assert "error[unresolved-reference]" in said


@pytest.mark.parametrize("repository", ["nspermaudit-project"], indirect=True)
def test_last_role_deleted(repository: Repository) -> None:
    """Where no role is left nothing was audited, which is told, and refuses the commit."""
    went_in, said = repository.commit(**{"src/Objects/customrole_sync.xml": None})
    assert not went_in
    assert "exit code: 3" in said


def test_try_repo(tmp_path: Path, hooks: Path, env: dict[str, str]) -> None:
    """``pre-commit try-repo`` finds what is wrong."""
    place = project(tmp_path / "larkfield", lacks="ADMI_WEBSERVICES")
    _commit_all(place, env)
    command = ("pre-commit", "try-repo", hooks, "nspermaudit", "--all-files")
    done = _installed(ran(*command, cwd=place, env=env))
    assert done.returncode == 1, done.stdout
    assert FINDING in done.stdout
    assert "Checked 1 role" in done.stdout
