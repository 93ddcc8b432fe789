"""What tests share: the fixtures folder, an audit in one call, a command line in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from browsers import look as look  # noqa: PLC0414 - the fixture, for all tests
from npm_packages import npm as npm  # noqa: PLC0414 - the fixture, for all tests

from nspermaudit import Config, Reading, Report, Request, Use, find
from nspermaudit.auditing import audit
from nspermaudit.cli import main

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"


class Ran(NamedTuple):
    """What a command line did."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run a command line in this process; standard output and error apart."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)  # of a run of these tests on GitHub

    def call(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


def audited(
    *paths: Path,
    packs: Sequence[str | Path] = (),
    roles: Sequence[str] = (),
    reading: Reading | None = None,
    config: Config | None = None,
) -> Report:
    """Audit some paths as the command line would, without one."""
    request = Request(packs=tuple(Use(str(name)) for name in packs), roles=tuple(roles))
    return audit(find(map(str, paths)), config or Config(), request, reading or Reading())


def sdf(
    *grants: tuple[str, str], script_id: str = "customrole_example", name: str = "Example"
) -> str:
    """The text of an SDF role with these permissions and levels, one tag a line."""
    entries = "".join(
        f"    <permission>\n      <permkey>{key}</permkey>\n"
        f"      <permlevel>{level}</permlevel>\n    </permission>\n"
        for key, level in grants
    )
    return (
        f'<role scriptid="{script_id}">\n  <name>{name}</name>\n'
        f"  <permissions>\n{entries}  </permissions>\n</role>\n"
    )
