"""The summary of a step of GitHub Actions: the Markdown report, where annotations are asked for.

GitHub shows only the first ten annotations of each kind; the summary has what they leave out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from nspermaudit.finding import Report
from nspermaudit.reporters import REPORTERS
from nspermaudit.style import Style, one_line

VARIABLE = "GITHUB_STEP_SUMMARY"
MAX_BYTES = 1024 * 1024
"""GitHub refuses the whole summary of a step if it is larger."""


def append(report: Report, read: Iterable[str], style: Style) -> Iterator[str]:
    """Append to the file that GitHub names, if it names one.

    ``read`` are the files that the audit read: none of them is written to. Yields lines for
    standard error, where it was not done: a failure with any ``style``, that there is no such file
    only with a verbose one.
    """
    file = os.environ.get(VARIABLE, "")
    if not file:
        return
    if not os.path.isfile(file):
        if style.verbosity > 0:
            yield f"note: {VARIABLE} names no regular file: no summary is written"
        return
    if os.path.realpath(file) in map(os.path.realpath, read):
        yield f"warning: {VARIABLE} names a file that is read: no summary is written"
        return
    plain = style._replace(show_all=False, color=False)
    text = "".join(REPORTERS["markdown"].render(report, plain))
    try:
        yield from _append(file, text.encode())
    except OSError as error:
        reason = one_line((error.strerror or "error").lower())
        yield f"warning: {VARIABLE} cannot be written, the summary is missing: {reason}"


def _append(file: str, data: bytes) -> Iterator[str]:
    with open(file, "ab") as stream:
        size = stream.tell()
        if size + len(data) + 1 > MAX_BYTES:
            yield f"warning: {VARIABLE} is full, a step has 1 MiB: no summary is written"
            return
        stream.write(b"\n" + data if size else data)
