"""``nspermaudit verify``: hold evidence against its manifest, and make its audit again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext

import click

from nspermaudit.cli import progress
from nspermaudit.cli.asking import FILE, sources
from nspermaudit.cli.exits import COMPLETE, FINDINGS, NOT_COMPLETE
from nspermaudit.cli.terminal import end_in_order, put
from nspermaudit.errors import UsageError
from nspermaudit.evidence.opening import opened
from nspermaudit.evidence.verification import Verification
from nspermaudit.evidence.verification import verify as verified
from nspermaudit.style import counted, one_line
from nspermaudit.version import VERSION

_EPILOG = """\b
Examples:
  nspermaudit verify audit-2026                      a folder that check --evidence wrote
  nspermaudit verify audit.zip --digest 3f0a...      is the manifest still that of then?
  nspermaudit verify audit.zip exports               evidence with --no-inputs; the inputs

\b
Exit codes:
  0  identical: every file is as it was, and the audit says the same
  1  a file was changed, lacks or was added, or the audit says something else
  2  wrong usage, or not evidence
  3  the audit could not be made again
"""


@click.command(epilog=_EPILOG, short_help="Hold evidence against its manifest, audit again.")
@click.argument("evidence", type=FILE)
@click.argument("paths", nargs=-1, type=FILE)
@click.option(
    "--digest",
    metavar="SHA256",
    help="The digest of its manifest, as check printed it and you kept it elsewhere.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only what differs, and the last line.")
def verify(*, evidence: str, paths: tuple[str, ...], digest: str | None, quiet: bool) -> int:
    """Hold every file of EVIDENCE, a folder or a zip, against its manifest; make the audit again.

    PATHS are the inputs, where the evidence has only their digests; their names do not matter.
    """
    expected = (digest or "").strip().lower()
    if digest is not None and (len(expected) != 64 or set(expected) - set("0123456789abcdef")):  # noqa: PLR2004 - SHA-256
        raise UsageError(f'--digest: "{digest}" is no SHA-256 digest')
    end_in_order()
    given = sources(paths) if paths else []
    watch = progress.watch(quiet=quiet)
    with opened(evidence) as found, closing(watch) if watch else nullcontext():
        result = verified(found, given, expected, watch)
    put("\n".join(map(one_line, _lines(evidence, result, quiet=quiet))))
    if result.changes or result.differences:
        return FINDINGS
    return NOT_COMPLETE if result.unfinished else COMPLETE


def _lines(evidence: str, result: Verification, *, quiet: bool) -> Iterator[str]:
    if not quiet:
        yield f"manifest.json has the sha256 {result.digest or '(none)'}"
        yield from result.told
        if not result.changes:
            yield f"{counted(result.files, 'file')}, each as the manifest says"
    yield from map(str, result.changes)
    yield from (f"differs: {line}" for line in result.differences)
    yield from result.unfinished
    other = result.recorded not in ("", VERSION)
    if other and (result.differences or not quiet):
        why = ", which may be why" if result.differences else ""
        yield f"made with nspermaudit {result.recorded}, verified with {VERSION}{why}"
    yield f"{evidence}: {_verdict(result)}"


def _verdict(result: Verification) -> str:
    if result.is_identical:
        return "identical"
    words = []
    if result.changes:
        words.append(f"{counted(len(result.changes), 'file')} not as recorded")
    if result.differences:
        words.append("the audit says something else")
    elif result.unfinished:
        words.append("the audit was not made again")
    else:
        words.append("the audit says the same")
    return "; ".join(words)
