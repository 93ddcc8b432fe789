"""``nspermaudit baseline``: the findings that were there before, so that only new ones fail."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from nspermaudit import baseline as known
from nspermaudit.auditing import audit
from nspermaudit.cli.asking import FILE, Asked, audit_options, sources
from nspermaudit.cli.editor import change, content
from nspermaudit.cli.exits import COMPLETE, NOT_COMPLETE
from nspermaudit.cli.terminal import put, tell
from nspermaudit.discovery import shown
from nspermaudit.errors import UsageError
from nspermaudit.finding import Finding, Report
from nspermaudit.style import counted, one_line

DEFAULT = "nspermaudit-baseline.json"
BUILD_SERVERS = (
    "CI",  # GitHub, GitLab, Bitbucket, CircleCI, Buildkite, Travis CI and most others
    "TF_BUILD",  # Azure Pipelines
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "CODEBUILD_BUILD_ID",  # AWS CodeBuild
    "bamboo_buildKey",
)
"""Variables that only build servers set: there a baseline can only shrink."""

_EPILOG = """\b
Examples:
  nspermaudit baseline write src
  nspermaudit check src --baseline nspermaudit-baseline.json
  nspermaudit baseline prune src
"""


@click.group(epilog=_EPILOG, short_help="Write and prune the list of known findings.")
def baseline() -> None:
    """Write and prune a baseline: the findings that are known and do not fail a check.

    The file is that of --baseline, else nspermaudit-baseline.json.
    """


@baseline.command()
@click.argument("paths", nargs=-1, type=FILE)
@audit_options
@click.option("--force", is_flag=True, help="Write it anew if it is there.")
def write(paths: tuple[str, ...], asked: Asked, *, force: bool) -> int:
    """Write the findings of PATHS, but for those that are waived, as the baseline.

    On a build server (CI is set, or the like) one that is there never gets entries that it did not
    have.
    """
    file = asked.baseline or DEFAULT
    is_there = os.path.lexists(file)
    if is_there and not force:
        raise UsageError(
            f"{file} exists: nspermaudit baseline prune drops what is mended, "
            "--force writes it anew"
        )
    before = known.read(file) if is_there else None
    report = _audit(paths, asked._replace(baseline=None))
    if not report.is_complete:
        return _not_complete(report)
    found = [finding for finding in report.findings if finding.waiver is None]
    if before and _build_server():
        _refuse_more(found, before)
    entries = known.of(found).entries.values()
    code = change(file, b"", "".join(known.written(entries)).encode(), is_dry=False)
    if code == COMPLETE:
        put(f"{shown(file)}: {counted(len(entries), 'finding')}")
    return code


@baseline.command()
@click.argument("paths", nargs=-1, type=FILE)
@audit_options
@click.option("--dry-run", is_flag=True, help="Show the difference, write nothing.")
def prune(paths: tuple[str, ...], asked: Asked, *, dry_run: bool) -> int:
    """Drop the entries of the baseline that no longer occur in PATHS.

    Those of rules that were not judged stay. If PATHS are folders with SDF objects, entries of
    custom roles that are not there go: give the same PATHS as to "baseline write".
    """
    file = asked.baseline or DEFAULT
    before = known.read(file)
    report = _audit(paths, asked._replace(baseline=file))
    if not report.is_complete:
        return _not_complete(report)
    gone = {*report.mended, *report.vanished}
    kept = [entry for entry in before.entries.values() if entry.fingerprint not in gone]
    if not gone:
        put(f"{shown(file)}: nothing is mended, {counted(len(kept), 'finding')} left")
        return COMPLETE
    new = "".join(known.written(kept)).encode()
    code = change(file, content(file), new, is_dry=dry_run)
    if code == COMPLETE and not dry_run:
        mended = f"{len(report.mended)} mended"
        if report.vanished:
            mended += f", {len(report.vanished)} of roles that are gone"
        put(f"{shown(file)}: {mended}, {counted(len(kept), 'finding')} left")
    return code


def _audit(paths: Sequence[str], asked: Asked) -> Report:
    inputs, settings = sources(paths or (".",)), asked.configuration(paths)
    return audit(inputs, settings, asked.request(), asked.reading)


def _not_complete(report: Report) -> int:
    tell(f"Not complete: {one_line(reason)}." for reason in report.unfinished)
    tell(["The baseline is left as it is."])
    return NOT_COMPLETE


def _build_server() -> str:
    """The variable that says that this is a build server; empty if none does."""
    values = ((name, os.environ.get(name, "").casefold()) for name in BUILD_SERVERS)
    return next((name for name, value in values if value not in ("", "0", "false")), "")


def _refuse_more(found: Sequence[Finding], before: known.Baseline) -> None:
    """Raise UsageError if a baseline would have to know more than it does."""
    entries = before.entries
    new = [
        finding
        for finding in found
        if finding.fingerprint not in entries or not entries[finding.fingerprint].bears(finding)
    ]
    if new:
        raise UsageError(
            f"{before.path} would get {counted(len(new), 'new finding')}, and on a build server "
            f"({_build_server()} is set) it can only shrink; the first: {new[0].verdict.message}"
        )
