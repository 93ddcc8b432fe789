"""``github``: workflow commands, which GitHub Actions shows as annotations beside the lines."""

from __future__ import annotations

from collections.abc import Iterator

from nspermaudit.finding import Report, messages_of
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.style import Style, one_line
from nspermaudit.summary import closing

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, style: Style) -> Iterator[str]:
    """One command a finding that counts, one a message on an input, and the sums as plain lines."""
    for reason in report.unfinished:
        yield _command(Severity.ERROR, Location(""), "nspermaudit", f"Not complete: {reason}")
    for message in messages_of(report.inputs):
        yield _command(message.severity, message.location, "nspermaudit: input", message.text)
    for finding in report.findings:
        if not finding.is_accepted:
            fix = f"\nFix: {one_line(finding.fix)}" if finding.fix.strip() else ""
            text = one_line(finding.verdict.message) + fix
            yield _command(finding.severity, finding.location, finding.rule.id, text)
    yield "\n".join(closing(report, style)) + "\n"


def _command(severity: Severity, place: Location, title: str, text: str) -> str:
    """A command; ``text`` may have lines."""
    numbers = {"line": place.line, "col": place.column if place.line else 0}
    properties = {"file": place.path, **numbers, "title": title}
    told = ",".join(
        f"{name}={_property(str(value))}" for name, value in properties.items() if value
    )
    data = _data("\n".join(one_line(line) for line in text.split("\n")))
    return f"::{_COMMANDS[severity]} {told}::{data}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
