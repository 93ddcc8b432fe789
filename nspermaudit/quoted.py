"""The lines of inputs that a text report can quote."""

from collections.abc import Iterable, Mapping

from nspermaudit import source
from nspermaudit.finding import Report
from nspermaudit.source import Source


def lines(report: Report, inputs: Iterable[Source]) -> Mapping[str, Mapping[int, str]]:
    """The lines of findings and those before them, by path, read from the inputs once more."""
    wanted: dict[str, set[int]] = {}
    for finding in report.findings:
        if finding.verdict.granted is not None and finding.location.line:
            place = finding.location
            wanted.setdefault(place.path, set()).update((place.line - 1, place.line))
    by_path = {item.path: item for item in inputs}
    return {path: source.lines_of(by_path[path], numbers) for path, numbers in wanted.items()}
