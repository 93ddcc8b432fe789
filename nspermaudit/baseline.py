"""A baseline: the findings that were there when a team began, so that only new ones fail."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from nspermaudit import located_json, schemas
from nspermaudit.discovery import shown
from nspermaudit.documents import Document
from nspermaudit.errors import InputError, UsageError
from nspermaudit.finding import Finding, fingerprint
from nspermaudit.model import Level, Location
from nspermaudit.rule import Verdict
from nspermaudit.source import Source

SCHEMA = "nspermaudit-baseline/1"
_TOO_LITTLE = ("missing", "under-scoped")
"""The problems that are worse the lower the granted level; all others are worse the higher."""


class Entry(NamedTuple):
    """One finding that is known, whatever its line, its file and its number.

    ``role`` is the id of the role or object, ``subject`` what of it the rule judges: mostly a
    permission's id. ``granted`` are the levels that were found, none where there were none,
    ``required`` those that stood against them, where that is not for a pack to say: on the other
    side of a custom record.
    """

    fingerprint: str
    rule: str
    role: str
    subject: str
    granted: tuple[Level, ...] = ()
    required: tuple[Level, ...] = ()
    location: Location = Location("")

    def bears(self, finding: Finding) -> bool:
        """Whether a finding of this fingerprint is no worse than what is known."""
        level = _level(finding.verdict)
        if level is None:
            return True
        required = _required(finding)
        if required is not None and self.required:
            known = self.granted or (Level.NONE,)
            return abs(level - required) <= max(
                abs(one - other) for one in known for other in self.required
            )
        if finding.verdict.problem in _TOO_LITTLE:
            return level >= min(self.granted, default=Level.NONE)
        return level <= max(self.granted, default=Level.NONE)


class Baseline(NamedTuple):
    """The entries of a baseline by their fingerprints, and the file's path for people."""

    path: str
    entries: Mapping[str, Entry]


def of(findings: Iterable[Finding], path: str = "") -> Baseline:
    """The baseline that knows these findings."""
    entries: dict[str, Entry] = {}
    for finding in findings:
        verdict, mark = finding.verdict, finding.fingerprint
        new = Entry(mark, finding.rule.id, finding.subject_id, verdict.subject)
        known = entries.setdefault(mark, new)
        level, required = _level(verdict), _required(finding)
        if level is not None:
            known = known._replace(granted=tuple(sorted({*known.granted, level})))
        if required is not None:
            known = known._replace(required=tuple(sorted({*known.required, required})))
        entries[mark] = known
    return Baseline(path, entries)


def _level(verdict: Verdict) -> Level | None:
    """The level that was found; None where the finding is not about a single permission."""
    if verdict.permission is None or verdict.permission.id != verdict.subject:
        return None
    return verdict.granted or Level.NONE


def _required(finding: Finding) -> Level | None:
    """The level that stands against the one that was found, where an audited file says it."""
    return finding.verdict.required if finding.rule.verb == "integrity" else None


def written(entries: Iterable[Entry]) -> Iterator[str]:
    """The text of a baseline: sorted, one entry a line, so that differences can be read."""
    yield f'{{\n"schema": "{SCHEMA}",\n"findings": ['
    before = "\n"
    for entry in sorted(entries, key=lambda item: (item.role, item.rule, item.subject, item)):
        item: dict[str, Any] = {
            "fingerprint": entry.fingerprint,
            "rule": entry.rule,
            "role": entry.role,
            "permission": entry.subject,
        }
        if any(entry.granted):
            item["granted"] = [level.name for level in entry.granted]
        if entry.required:
            item["required"] = [level.name for level in entry.required]
        yield before + json.dumps(item).replace("##", "#\\u0023")
        before = ",\n"
    yield "\n]\n}\n"


def read(file: str) -> Baseline:
    """Read a baseline. Raises UsageError with the line of what is wrong with it."""
    return parse(Source(shown(file), file))


def parse(source: Source) -> Baseline:
    """The same for a source."""
    path = source.path
    document = Document(path)
    try:
        document.value = located_json.read(source)
    except InputError as error:
        raise UsageError(str(error)) from None
    items = document.value.get("findings") if isinstance(document.value, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, located_json.Located):
            document.marks["findings", index] = (item.line, 0)
    schemas.hold_against(document, schemas.load("baseline"))
    document.refuse_if_faulty()
    entries = [_entry(document, item, index) for index, item in enumerate(items or ())]
    document.refuse_if_faulty()
    return Baseline(path, {entry.fingerprint: entry for entry in entries})


def _entry(document: Document, item: Mapping[str, Any], index: int) -> Entry:
    where = ("findings", index)
    entry = Entry(
        item["fingerprint"],
        item["rule"],
        item["role"],
        item["permission"],
        tuple(sorted(Level[word] for word in item.get("granted", ()))),
        tuple(sorted(Level[word] for word in item.get("required", ()))),
        document.locate(where),
    )
    if entry.fingerprint != fingerprint(entry.rule, entry.role, entry.subject):
        text = "the fingerprint is not that of this rule, role and permission"
        document.fault(f"{text}: write the baseline anew", where)
    return entry
