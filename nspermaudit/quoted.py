"""The lines of inputs that a text report can quote."""

from collections.abc import Iterable, Mapping

from nspermaudit import source
from nspermaudit.finding import Report, messages_of
from nspermaudit.secrecy import masked, tells_of_secrets
from nspermaudit.source import Source


def lines(report: Report, inputs: Iterable[Source]) -> Mapping[str, Mapping[int, str]]:
    """The lines of findings and those before them, by path, read from the inputs once more.

    None of an input that holds secrets.
    """
    wanted: dict[str, set[int]] = {}
    for finding in report.findings:
        if finding.verdict.granted is not None and finding.location.line:
            place = finding.location
            wanted.setdefault(place.path, set()).update((place.line - 1, place.line))
    by_path = {item.path: item for item in inputs}
    secret = {
        message.location.path
        for message in messages_of(report.inputs)
        if tells_of_secrets(message.text)
    }
    return {
        path: {
            number: masked(text) for number, text in source.lines_of(by_path[path], numbers).items()
        }
        for path, numbers in wanted.items()
        if path not in secret
    }
