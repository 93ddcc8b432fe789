"""Scratch projects: a small SuiteCloud project with one role, and a git repository around it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from conftest import sdf

PROGRAMS = Path(sys.executable).parent
TOKEN = ("ADMI_MANAGE_OWN_OAUTH_TOKENS", "ADMI_MANAGE_OAUTH_TOKENS", "ADMI_WEBSERVICES")
CONFIGURATION = """\
use: [integrity, guide/token]
roles:
  integration: [customrole_sync]
"""
MANIFEST = """\
<manifest projecttype="ACCOUNTCUSTOMIZATION">
  <projectname>larkfield</projectname>
  <frameworkversion>1.0</frameworkversion>
</manifest>
"""
DEPLOY = "<deploy><objects><path>~/Objects/*</path></objects></deploy>\n"


def role(*, lacks: str = "", script_id: str = "customrole_sync") -> str:
    """The text of a role that the pack guide/token is content with, but for what it lacks."""
    grants = [(key, "FULL") for key in TOKEN if key != lacks]
    return sdf(*grants, script_id=script_id, name="Larkfield Sync")


def project(folder: Path, *, lacks: str = "", objects: str = "src") -> Path:
    """A SuiteCloud project with one role and a configuration; its folder."""
    src = folder / objects
    (src / "Objects").mkdir(parents=True)
    (src / "manifest.xml").write_text(MANIFEST)
    (src / "deploy.xml").write_text(DEPLOY)
    (src / "Objects" / "customrole_sync.xml").write_text(role(lacks=lacks))
    (folder / "project.json").write_text('{"defaultAuthId": "none"}')
    (folder / "nspermaudit.yaml").write_text(CONFIGURATION)
    return folder


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a program of others: a home of its own, our programs on the path."""
    home.mkdir(exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {
        **kept,
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "test",
        "GIT_AUTHOR_EMAIL": "test@example.com",
        "GIT_COMMITTER_NAME": "test",
        "GIT_COMMITTER_EMAIL": "test@example.com",
        **more,
    }


def ran(
    *command: str | Path, cwd: Path, env: dict[str, str], seconds: int = 300
) -> subprocess.CompletedProcess[str]:
    """Run a program of others to its end, standard error with standard output."""
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
        check=False,
    )
