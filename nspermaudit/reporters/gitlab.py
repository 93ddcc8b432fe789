"""``gitlab``: a Code Quality report, which GitLab shows in merge requests; ASCII only.

GitLab knows no accepted findings: those with a waiver and those in a baseline are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from nspermaudit.finding import Report, messages_of
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.streamed_json import listed
from nspermaudit.style import Style, one_line, sentence

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}
_NOT_READ = {Severity.ERROR: "blocker", Severity.WARNING: "minor"}


def render(report: Report, style: Style) -> Iterator[str]:
    """A JSON list: what could not be read or judged, then the findings that count."""
    del style
    yield from listed(_entries(report))
    yield "\n"


def _entries(report: Report) -> Iterator[dict[str, Any]]:
    seen = _Seen()
    for reason in report.unfinished:
        place = Location(report.inputs[0].path if report.inputs else ".")
        name = "nspermaudit/not-complete"
        yield _entry(f"Not complete: {reason}", name, "blocker", place, seen.unique(reason, ""))
    for message in messages_of(report.inputs):
        if message.severity in _NOT_READ:
            text, place = message.text, message.location
            fingerprint = seen.unique(f"{place.path}\0{text}", place.path)
            severity = _NOT_READ[message.severity]
            yield _entry(text, "nspermaudit/input", severity, place, fingerprint)
    for finding in report.findings:
        if not finding.is_accepted:
            fix = f" Fix: {sentence(finding.fix)}" if finding.fix.strip() else ""
            fingerprint = seen.unique(finding.fingerprint, finding.location.path)
            severity = _SEVERITIES[finding.severity]
            text = sentence(finding.verdict.message) + fix
            yield _entry(text, finding.rule.id, severity, finding.location, fingerprint)


def _entry(
    text: str, name: str, severity: str, place: Location, fingerprint: str
) -> dict[str, Any]:
    return {
        "description": one_line(text),
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": one_line(place.path) or ".", "lines": {"begin": place.line or 1}},
    }


class _Seen:
    """GitLab shows only the first of those with one fingerprint: each gets one of its own."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def unique(self, identity: str, path: str) -> str:
        """A hash of what an entry is; of the second one with that identity, of its path too."""
        self._counts[identity] += 1
        if self._counts[identity] > 1:
            identity = f"{identity}\0{path}"
            self._counts[identity] += 1
            identity = f"{identity}\0{self._counts[identity]}"
        return sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
