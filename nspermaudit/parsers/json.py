"""JSON and NDJSON: SuiteQL over REST, mapped results, and trees of roles from RESTlets."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from json.decoder import JSONObject, scanstring  # type: ignore[attr-defined] # not in typeshed
from json.scanner import py_make_scanner  # type: ignore[attr-defined] # not in typeshed
from typing import Any, NamedTuple

from nspermaudit import table
from nspermaudit.errors import InputError, NotAnExportError
from nspermaudit.finding import Message, Page
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.sifting import Row
from nspermaudit.source import Reading, Source

LIMIT = 32 << 20
_MARKS_16 = (b"\xff\xfe", b"\xfe\xff")

NDJSON_HEAD = 1000
"""So many first lines of NDJSON are looked at for keys."""

_WORDS = re.compile(rb'"(?:perm|role|entity|scriptid|segment)[a-z_]*"\s*:', re.IGNORECASE)
_FIRST_LINE_IS_AN_OBJECT = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{[^\r\n]*\}[ \t]*\r?\n\s*\{")

Object = dict[str, Any]
Fact = table.Fact | Page


class _Located(dict[str, Any]):
    """A JSON object that knows in which line it begins."""

    __slots__ = ("line",)
    line: int


def recognises(head: bytes, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether it is JSON and one of its first keys speaks of roles or permissions."""
    if head.startswith(_MARKS_16):
        head = head.decode("utf-16", "replace").encode()
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"{", b"[")) and _WORDS.search(head) is not None


def holds_roles(source: Source, reading: Reading) -> bool:
    """Whether its rows are grants, and not facts about roles or users."""
    try:
        is_ndjson = _is_ndjson(source)
        rows = _line_rows(source) if is_ndjson else _rows_of(_load(source), source.path).rows
        found = table.find_columns(source.path, rows, reading)
    except InputError:
        return True  # it will be told when the rows are read
    return found is None or table.grants_permissions(found[1])


def parse(source: Source, reading: Reading) -> Iterator[Fact]:
    """The roles of the file, or what else its rows say; a page of a longer result as a Page.

    Raises InputError where it is no JSON, NotAnExportError where it is about something else.
    """
    if _is_ndjson(source):
        yield from table.read(source.path, _line_rows(source), reading, "json")
        return
    content = _rows_of(_load(source), source.path)
    if not content.rows and not content.facts:
        raise NotAnExportError("no roles or permissions found in this JSON", Location(source.path))
    yield from content.facts
    if content.rows:
        whole = reading._replace(grouped=False)  # it is in memory anyway
        yield from table.read(
            source.path, content.rows, whole, "json", fragment=content.is_fragment
        )


def _is_ndjson(source: Source) -> bool:
    return _FIRST_LINE_IS_AN_OBJECT.match(source.head()) is not None


# --- reading, with the line of every object


def _load(source: Source) -> Any:
    data = source.read(LIMIT)
    try:
        text = data.decode("utf-16" if data.startswith(_MARKS_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        place = Location(source.path, data.count(b"\n", 0, error.start) + 1)
        raise InputError("not UTF-8 (save it as UTF-8)", place) from None
    try:
        return _decode(text)
    except ValueError as error:
        raise _told(error, source.path) from None
    except RecursionError:
        raise InputError("nested too deeply", Location(source.path)) from None


def _told(error: ValueError, path: str, line: int = 0) -> InputError:
    """What is wrong with a document, or with one of its lines, as an error with its place."""
    if isinstance(error, _RefusedError):
        return InputError(str(error), Location(path, line or error.line))
    if isinstance(error, json.JSONDecodeError) and not line:
        reason = error.msg.removesuffix(" starting at")
        place = Location(path, error.lineno, error.colno)
        return InputError(f"not valid JSON: {reason[0].lower()}{reason[1:]}", place)
    return InputError("not a JSON object on a line of its own", Location(path, line))


class _RefusedError(ValueError):
    """Something that JSON allows, or Python does, and that leaves open what is meant."""

    line = 0


def _decode(text: str) -> Any:
    ends = [match.start() for match in re.finditer("\n", text)]

    def parse_object(text_and_end: tuple[str, int], *rest: Any) -> tuple[_Located, int]:
        line = bisect_right(ends, text_and_end[1] - 1) + 1
        try:
            pairs, end = JSONObject(text_and_end, *rest)
        except _RefusedError as error:
            error.line = error.line or line
            raise
        found = _Located(pairs)
        found.line = line
        return found, end

    # the parts of a decoder that its own scanner in Python takes from it
    decoder: Any = _decoder()
    decoder.parse_object = parse_object
    decoder.parse_string = scanstring
    decoder.scan_once = py_make_scanner(decoder)
    return decoder.decode(text)


def _decoder() -> json.JSONDecoder:
    """A decoder that refuses duplicate keys and NaN, and leaves numbers as they are written."""
    return json.JSONDecoder(
        object_pairs_hook=_unique,
        parse_constant=_refuse_constant,
        parse_int=str,
        parse_float=str,
    )


def _unique(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        again = next(key for key in keys if keys.count(key) > 1)
        raise _RefusedError(f'duplicate key "{again}"')
    return found


def _refuse_constant(word: str) -> Any:
    raise _RefusedError(f"not valid JSON: {word} is no JSON value")


# --- shapes


class _Content(NamedTuple):
    """A document as rows of a table, and what is to be said beside them."""

    rows: list[Row]
    facts: tuple[Message | Page, ...] = ()
    is_fragment: bool = False


def _rows_of(document: Any, path: str) -> _Content:
    if isinstance(document, list):
        return _Content(_flat(_objects(document)))
    if not isinstance(document, dict):
        return _Content([])
    for key in ("users", "roles"):
        if isinstance(document.get(key), list):
            return _tree(document, path)
    data = document.get("data")
    if isinstance(data, dict):
        return _rows_of(data, path)
    items = document.get("items", data)
    if not isinstance(items, list):
        return _Content(_flat(_objects([document])))  # one row
    rows = _flat(_objects(items))
    page = _page_of(document, len(items), path)
    return _Content(rows, (page,) if page else (), is_fragment=page is not None)


def _objects(items: Iterable[Any]) -> list[_Located]:
    return [item for item in items if isinstance(item, _Located)]


def _page_of(document: Object, count: int, path: str) -> Page | None:
    """The page that an envelope says it is; None where it holds the whole result."""
    offset, total = (
        _number(document.get("offset")),
        _number(document.get("totalResults")),
    )
    has_more = (
        document.get("hasMore") in (True, "true", "T") or _number(document.get("totalPages")) > 1
    )
    if not has_more and not offset:
        return None
    return Page(Location(path), offset, count, total, has_more=has_more)


def _number(value: Any) -> int:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else 0  # noqa: PLR2004 - digits


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "T" if value else "F"
    return str(value)


def _is_cell(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _flat(objects: Iterable[_Located]) -> list[Row]:
    """Objects as rows: the keys are the headings, what is nested is left out."""
    objects = list(objects)
    keys = dict.fromkeys(key for item in objects for key, value in item.items() if _is_cell(value))
    if not keys:
        return []
    rows: list[Row] = [(objects[0].line, list(keys))]
    return rows + [(item.line, [_cell(item.get(key)) for key in keys]) for item in objects]


def _tree(document: Object, path: str) -> _Content:
    """A tree of users, roles and permissions, flattened; what failed to load is told."""
    facts: list[Message | Page] = []
    flat: list[_Located] = []
    users = _objects(document.get("users") or [])
    owners: Iterable[tuple[Object, Any]] = [(user, user.get("roles")) for user in users]
    if not users:
        owners = [({}, document.get("roles"))]
    for user, roles in owners:
        for role in _objects(roles or []):
            problem = _role_problem(role)
            if problem:
                facts.append(Message(Location(path, role.line), Severity.ERROR, problem))
            if not role.get("error"):
                flat.extend(_grants(user, role))
    return _Content(_flat(flat), tuple(facts))


def _role_problem(role: _Located) -> str:
    name = _cell(role.get("role_name") or role.get("name") or role.get("role_id") or role.get("id"))
    if role.get("error"):
        reason = _cell(role.get("message") or role["error"])
        return f'role "{name}" was not exported and is not assessed: {reason}'
    promised, permissions = role.get("permission_count"), role.get("permissions")
    count = len(permissions) if isinstance(permissions, list) else 0
    objects = len(_objects(permissions)) if isinstance(permissions, list) else 0
    if objects < count:
        return f'role "{name}": {count - objects} of {count} permissions are no objects'
    if promised is not None and _cell(promised) != str(count):
        return f'role "{name}" promises {_cell(promised)} permissions and has {count}'
    return ""


def _grants(user: Object, role: _Located) -> Iterator[_Located]:
    """One row a permission; a single row without one where there are none."""
    about = {f"role_{key}" if key in ("id", "name") else key: value for key, value in role.items()}
    about |= {"user": user.get("email") or user.get("name")} if user else {}
    permissions = _objects(role.get("permissions") or [])
    empty = _Located(permission=None, level=None)
    empty.line = role.line
    for permission in permissions or [empty]:
        row = _Located({key: value for key, value in about.items() if _is_cell(value)} | permission)
        row.line = permission.line
        yield row


# --- one object a line


def _line_rows(source: Source) -> Iterator[Row]:
    objects = _lines(source)
    head = list(islice(objects, NDJSON_HEAD))
    keys = dict.fromkeys(key for _, item in head for key, value in item.items() if _is_cell(value))
    yield 1, list(keys)
    for line, item in chain(head, objects):
        if not item.keys() <= keys.keys():
            new = next((key for key in item if key not in keys and _is_cell(item[key])), None)
            if new:
                text = f'the key "{new}" is not in the first {NDJSON_HEAD} lines'
                raise InputError(text, Location(source.path, line))
        yield line, [_cell(item.get(key)) for key in keys]


def _lines(source: Source) -> Iterator[tuple[int, Mapping[str, Any]]]:
    decode = _decoder().decode
    with source.open() as stream:
        for line, data in enumerate(stream, 1):
            if not data.strip():
                continue
            try:
                item = decode(data.decode("utf-8-sig"))
            except ValueError as error:
                raise _told(error, source.path, line) from None
            except RecursionError:
                raise InputError("nested too deeply", Location(source.path, line)) from None
            if not isinstance(item, dict):
                raise _told(ValueError(), source.path, line)
            yield line, item
