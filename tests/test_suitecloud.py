"""The gate under Oracle's real SuiteCloud CLI, without account, Java or jar."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from conftest import Ran
from scratch import PROGRAMS, environment, project, ran, role

FINDING = 'error[token-permissions]: "Larkfield Sync" needs Full on SOAP Web Services, has none'
STOPPED = "There is no JAR file"
Done = CompletedProcess[str]


@pytest.fixture
def suitecloud(npm: Path, tmp_path: Path) -> Callable[..., Done]:
    """Run Oracle's CLI in a folder."""

    def call(folder: Path, *arguments: str, **more: str) -> Done:
        cli = npm / "@oracle" / "suitecloud-cli" / "src" / "suitecloud.js"
        env = environment(tmp_path / "home", **more)
        return ran("node", cli, *arguments, cwd=folder, env=env)

    return call


@pytest.fixture
def gated(
    tmp_path: Path, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Path]:
    """A project whose role lacks a permission, with the gate."""

    def make() -> Path:
        place = tmp_path / "larkfield"
        if not place.exists():
            place.mkdir()
            project(place, lacks="ADMI_WEBSERVICES")
        monkeypatch.chdir(place)
        assert run("init", "suitecloud").code == 0
        return place

    return make


def _mend(place: Path) -> None:
    (place / "src" / "Objects" / "customrole_sync.xml").write_text(role())


@pytest.mark.parametrize("command", ["project:deploy", "project:validate"])
def test_findings_stop_the_command(
    command: str, gated: Callable[[], Path], suitecloud: Callable[..., Done]
) -> None:
    """A finding is in what the CLI prints, and nothing goes on; once it is mended, it does."""
    place = gated()
    stopped = suitecloud(place, command)
    assert stopped.returncode == 1
    assert f"{command} stopped by nspermaudit: there are findings" in stopped.stdout
    assert FINDING in stopped.stdout
    assert " --> src/Objects/customrole_sync.xml:1:1" in stopped.stdout
    assert STOPPED not in stopped.stdout
    _mend(place)
    goes_on = suitecloud(place, command)
    assert "Checked 1 role" in goes_on.stdout
    assert STOPPED in goes_on.stdout


def test_what_cannot_be_read_stops_too(
    gated: Callable[[], Path], suitecloud: Callable[..., Done]
) -> None:
    """An audit that is not complete lets nothing through, nor does a wrong configuration."""
    place = gated()
    _mend(place)
    (place / "src" / "Objects" / "customrole_cut.xml").write_text(
        "<role scriptid='customrole_cut'>"
    )
    assert "the audit is not complete" in suitecloud(place, "project:deploy").stdout
    (place / "nspermaudit.yaml").write_text("uses: [guide]\n")
    done = suitecloud(place, "project:deploy")
    assert "wrong usage or configuration" in done.stdout
    assert STOPPED not in done.stdout


@pytest.mark.parametrize(
    "variables",
    [
        {"NSPERMAUDIT_CHECK_FAIL_ON": "never"},
        {"NSPERMAUDIT_CHECK_IGNORE": "*"},
        {"NSPERMAUDIT_CHECK_PACK": "no such pack"},
    ],
)
def test_environment_opens_nothing(
    variables: dict[str, str], gated: Callable[[], Path], suitecloud: Callable[..., Done]
) -> None:
    """Variables that stand for options change nothing; the one that names the program does."""
    place = gated()
    stopped = suitecloud(place, "project:deploy", **variables)
    assert "project:deploy stopped by nspermaudit: there are findings" in stopped.stdout
    assert STOPPED not in stopped.stdout
    _mend(place)
    program = str(PROGRAMS / "nspermaudit")
    goes_on = suitecloud(place, "project:deploy", NSPERMAUDIT_COMMAND=program, **variables)
    assert STOPPED in goes_on.stdout


def test_program_missing(gated: Callable[[], Path], suitecloud: Callable[..., Done]) -> None:
    """Without the program nothing goes on, and the message says what to do."""
    place = gated()
    _mend(place)
    done = suitecloud(place, "project:deploy", NSPERMAUDIT_COMMAND=str(place / "is not here"))
    assert done.returncode == 1
    assert "is not here was not found; install it" in done.stdout
    assert STOPPED not in done.stdout


def test_hooks_that_are_there_stay(
    gated: Callable[[], Path], suitecloud: Callable[..., Done], tmp_path: Path
) -> None:
    """A hook runs before the gate, gets the context, and what it returns is what the CLI gets."""
    place = project(tmp_path / "larkfield", lacks="ADMI_WEBSERVICES")
    (place / "suitecloud.config.js").write_text(
        "const seen = async (context) => {\n"
        "  console.log(`BEFORE ${context.command} ${typeof context.arguments}`);\n"
        "  return {arguments: 7};\n"
        "};\n"
        "module.exports = {defaultProjectFolder: 'src', commands: {\n"
        "  'project:deploy': {beforeExecuting: seen, onError: () => console.log('ON ERROR')},\n"
        "  'project:package': {beforeExecuting: () => { throw new Error('PACKAGE') }}}}"
    )
    gated()
    done = suitecloud(place, "project:deploy")
    assert done.stdout.index("BEFORE project:deploy object") < done.stdout.index(FINDING)
    assert "ON ERROR" in done.stdout
    assert "PACKAGE" in suitecloud(place, "project:package").stdout
    _mend(place)
    done = suitecloud(place, "project:deploy")
    assert "Checked 1 role" in done.stdout
    assert STOPPED not in done.stdout  # 7 is no arguments: the CLI says so itself


def test_classes_stay(
    gated: Callable[[], Path], suitecloud: Callable[..., Done], tmp_path: Path
) -> None:
    """A configuration of classes still names its folder and its hooks."""
    place = project(tmp_path / "larkfield", lacks="ADMI_WEBSERVICES")
    (place / "suitecloud.config.js").write_text(
        "class Hooks {\n"
        "  #words = 'ON ERROR';\n"
        "  onError() { console.log(this.#words); }\n"
        "}\n"
        "class Config {\n"
        "  get defaultProjectFolder() { return 'src'; }\n"
        "  get commands() { return {'project:deploy': new Hooks()}; }\n"
        "}\n"
        "module.exports = new Config();\n"
    )
    gated()
    done = suitecloud(place, "project:deploy")
    assert FINDING in done.stdout
    assert " --> src/Objects/customrole_sync.xml:1:1" in done.stdout
    assert "ON ERROR" in done.stdout
    _mend(place)
    assert STOPPED in suitecloud(place, "project:deploy").stdout


def test_long_reports_are_shortened(
    gated: Callable[[], Path], suitecloud: Callable[..., Done]
) -> None:
    """Of thousands of lines the first and the last stand in the message."""
    place = gated()
    for number in range(200):
        one = f"customrole_{number:03}"
        text = role(script_id=one).replace("ADMI_WEBSERVICES", "ADMI_NO_SUCH_THING")
        (place / "src" / "Objects" / f"{one}.xml").write_text(text)
    done = suitecloud(place, "project:deploy")
    assert "lines are left out here; nspermaudit check shows them" in done.stdout
    assert "Checked 201 roles" in done.stdout
    assert len(done.stdout.splitlines()) < 350


def test_projects_that_oracle_makes(
    suitecloud: Callable[..., Done],
    run: Callable[..., Ran],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What ``project:create`` writes is extended, and stops from then on; twice changes nothing."""
    made = suitecloud(
        tmp_path, "project:create", "--type", "ACCOUNTCUSTOMIZATION", "--projectname", "larkfield"
    )
    assert made.returncode == 0
    place = tmp_path / "larkfield"
    (place / "src" / "Objects" / "customrole_sync.xml").write_text(role(lacks="ADMI_WEBSERVICES"))
    (place / "project.json").write_text('{"defaultAuthId": "none"}')
    monkeypatch.chdir(place / "src" / "Objects")
    before = (place / "suitecloud.config.js").read_text()
    assert run("init", "suitecloud", "config").code == 0
    after = (place / "suitecloud.config.js").read_text()
    assert after.startswith(before)
    assert FINDING in suitecloud(place, "project:validate").stdout
    again = run("init", "suitecloud", "config")
    assert again.code == 0
    assert "it calls the gate already" in again.out
    assert (place / "suitecloud.config.js").read_text() == after


def test_oracles_template_for_unit_tests(
    npm: Path, run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration with a hook for Jest, which Oracle ships, is extended too."""
    (template,) = npm.glob("**/unittest/suitecloud.config.js.template")
    place = project(tmp_path / "larkfield")
    shutil.copy(template, place / "suitecloud.config.js")
    monkeypatch.chdir(place)
    ran_ = run("init", "suitecloud")
    assert ran_.code == 0
    assert "changed: suitecloud.config.js" in ran_.out
