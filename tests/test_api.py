"""The Python API: every name is there, and none costs anything before it is asked for."""

import subprocess
import sys

import pytest

import nspermaudit
from nspermaudit import config, discovery


@pytest.mark.parametrize("name", nspermaudit.__all__)
def test_every_name_is_there(name: str) -> None:
    """What is said to be public can be had."""
    assert getattr(nspermaudit, name) is not None
    assert name in dir(nspermaudit)


def test_names_lead_to_what_they_say() -> None:
    """Those that are called otherwise, or stand in a module that nobody would guess."""
    assert nspermaudit.audit.__module__ == "nspermaudit.auditing"
    assert nspermaudit.read_config is config.read
    assert nspermaudit.find is discovery.find


def test_an_unknown_name() -> None:
    """It is told as Python tells it of any module."""
    with pytest.raises(AttributeError, match="module 'nspermaudit' has no attribute 'audits'"):
        _ = nspermaudit.audits


def test_importing_the_package_imports_next_to_nothing() -> None:
    """The program has its own say on what is imported, and when."""
    script = "import sys, nspermaudit; print(*(m for m in sys.modules if 'nspermaudit' in m))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert sorted(done.stdout.split()) == ["nspermaudit", "nspermaudit.version"]
