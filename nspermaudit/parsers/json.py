"""JSON and NDJSON: SuiteQL over REST, mapped results, and trees of roles from RESTlets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nspermaudit import located_json, table
from nspermaudit.errors import InputError, NotAnExportError
from nspermaudit.finding import Page
from nspermaudit.json_rows import content_of, rows_of_lines
from nspermaudit.located_json import MARKS_16
from nspermaudit.model import Location
from nspermaudit.sifting import Row
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Head

_WORDS = re.compile(
    rb'"(?:perm|role|entity|scriptid|segment|employee|giveaccess|global_?perm|token[ _-]?based)'
    rb'[a-z _-]*"\s*:',
    re.IGNORECASE,
)
_FIRST_LINE_IS_AN_OBJECT = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{[^\r\n]*\}[ \t]*\r?\n\s*\{")


def recognises(head: Head, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether it is JSON and one of its first keys speaks of roles or permissions."""
    data = head.data
    if data.startswith(MARKS_16):
        data = data.decode("utf-16", "replace").encode()
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"{", b"[")) and _WORDS.search(data) is not None


def holds_roles(source: Source, reading: Reading) -> bool:
    """Whether its rows are grants, and not facts about roles or users."""
    try:
        found = table.find_columns(source.path, _rows(source), reading)
    except InputError:
        return True  # it will be told when the rows are read
    return found is None or table.grants_permissions(found[1])


def _rows(source: Source) -> Iterator[Row]:
    if _is_lines(source):
        yield from rows_of_lines(located_json.read_lines(source), source.path)
    else:
        yield from content_of(located_json.read(source), source.path).rows


def parse(source: Source, reading: Reading) -> Iterator[table.Fact | Page]:
    """The roles of the file, or what else its rows say; a page of a longer result as a Page.

    Raises InputError where it is no JSON, NotAnExportError where it is about something else.
    """
    if _is_lines(source):
        yield from table.read(source.path, _rows(source), reading, "json")
        return
    content = content_of(located_json.read(source), source.path)
    if not content.rows and not content.facts:
        raise NotAnExportError("no roles or permissions found in this JSON", Location(source.path))
    yield from content.facts
    if content.rows:
        whole = reading._replace(grouped=False)  # it is in memory anyway
        yield from table.read(source.path, content.rows, whole, "json", fragment=content.result)


def _is_lines(source: Source) -> bool:
    return _FIRST_LINE_IS_AN_OBJECT.match(source.head()) is not None
