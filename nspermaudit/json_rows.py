"""JSON documents as rows of a table: envelopes, lists of rows, trees of roles and permissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from posixpath import dirname
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from nspermaudit.errors import InputError
from nspermaudit.finding import Message, Page
from nspermaudit.headings import MAX_COLUMNS
from nspermaudit.located_json import Located, objects
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.sifting import Row

LINES_HEAD = 1000
"""So many first lines of NDJSON are looked at for keys."""

_MAX_DIGITS = 15
_INACTIVE = ("isinactive", "is_inactive", "inactive")
_OF_ROLE = ("id", "name", *_INACTIVE)
_TRUE = (True, "true", "T")


class Content(NamedTuple):
    """A document as rows, and what is to be said beside them.

    ``result`` names the longer result that the rows are a page of; empty if they are all.
    """

    rows: list[Row]
    facts: tuple[Message | Page, ...] = ()
    result: str = ""


def content_of(document: Any, path: str) -> Content:
    """The rows of a document; none if it is about something else."""
    if isinstance(document, list):
        return Content(_flat(objects(document), path), tuple(_strays(document, path)))
    if not isinstance(document, Located):
        return Content([])
    if isinstance(document.get("data"), Located):
        inner = content_of(document["data"], path)
        return inner if inner.result else _as_page(document, inner, path)
    if any(isinstance(document.get(key), list) for key in ("users", "roles")):
        return _as_page(document, _tree(document, path), path)
    lists = [document[key] for key in ("items", "data") if isinstance(document.get(key), list)]
    if not lists:
        return Content(_flat([document], path))  # one row
    items = [item for part in lists for item in part]
    rows = Content(_flat(objects(items), path), tuple(_strays(items, path)))
    return _as_page(document, rows, path)


def rows_of_lines(lines: Iterable[Located], path: str) -> Iterator[Row]:
    """NDJSON as rows, the headings first; they are the keys of the first thousand lines."""
    lines = iter(lines)
    head = list(islice(lines, LINES_HEAD))
    keys = _keys(head, path)
    yield 1, list(keys)
    for item in chain(head, lines):
        if item.get("hasMore") in _TRUE:
            text = "a page of a longer result (hasMore): give all pages together"
            raise InputError(text, Location(path, item.line))
        new = next((key for key in item if key not in keys and _is_cell(item[key])), None)
        if new:
            text = f'the key "{new}" is not in the first {LINES_HEAD} lines'
            raise InputError(text, Location(path, item.line))
        yield item.line, [_cell(item.get(key)) for key in keys]


def _strays(items: Iterable[Any], path: str) -> Iterator[Message]:
    """What stands among rows and is no object."""
    strays = sum(not isinstance(item, Located) for item in items)
    if strays:
        yield Message(
            Location(path), Severity.ERROR, f"{strays} entries of the list are no objects"
        )


def _as_page(document: Located, content: Content, path: str) -> Content:
    """The same content, as the page of a longer result if its envelope says so."""
    offset, total = _number(document.get("offset")), _number(document.get("totalResults"))
    rows = max(0, len(content.rows) - 1)
    links = objects(document.get("links") or [])
    has_more = (
        document.get("hasMore") in _TRUE
        or _number(document.get("totalPages")) > 1
        or any(link.get("rel") == "next" for link in links)
        or total > offset + rows
    )
    if not has_more and not offset:
        return content
    host = next((urlsplit(_cell(link.get("href"))).netloc for link in links), "")
    result = f"{dirname(path)} {host} {total}"
    page = Page(Location(path), result, offset, rows, total, has_more=has_more)
    return content._replace(facts=(*content.facts, page), result=result)


def _number(value: Any) -> int:
    is_number = isinstance(value, str) and value.isdecimal() and len(value) <= _MAX_DIGITS
    return int(value) if is_number else 0


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "T" if value else "F"
    return str(value)


def _is_cell(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _keys(items: Iterable[Located], path: str) -> dict[str, None]:
    keys: dict[str, None] = {}
    for item in items:
        keys.update((key, None) for key, value in item.items() if _is_cell(value))
        if len(keys) > MAX_COLUMNS:
            raise InputError(f"more than {MAX_COLUMNS} different keys", Location(path, item.line))
    return keys


def _flat(items: list[Located], path: str) -> list[Row]:
    """Objects as rows: the keys are the headings, what is nested is left out."""
    keys = _keys(items, path)
    if not keys:
        return []
    rows: list[Row] = [(items[0].line, list(keys))]
    return rows + [(item.line, [_cell(item.get(key)) for key in keys]) for item in items]


def _tree(document: Located, path: str) -> Content:
    """A tree of users, roles and permissions, flattened; what failed to load is told."""
    facts: list[Message] = []
    flat: list[Located] = []
    users = objects(document.get("users") or [])
    owners: list[tuple[Located | None, Any]] = [(user, user.get("roles")) for user in users]
    for user, roles in (*owners, (None, document.get("roles"))):
        listed = roles if isinstance(roles, list) else []
        facts += _strays(listed, path)
        for role in objects(listed):
            problem = _problem(role)
            if problem:
                facts.append(Message(Location(path, role.line), Severity.ERROR, problem))
            if not role.get("error"):
                flat.extend(_grants(user, role))
    return Content(_flat(flat, path), tuple(facts))


def _problem(role: Located) -> str:
    """What is wrong with a role of a tree; empty if nothing is."""
    name = _cell(role.get("role_name") or role.get("name") or role.get("role_id") or role.get("id"))
    if role.get("error"):
        reason = _cell(role.get("message") or role["error"])
        return f'role "{name}" was not exported and is not assessed: {reason}'
    permissions = role.get("permissions") or []
    if not isinstance(permissions, list):
        return f'the permissions of role "{name}" are no list'
    count, read = len(permissions), len(objects(permissions))
    if read < count:
        return f'role "{name}": {count - read} of {count} permissions are no objects'
    promised = role.get("permission_count")
    if promised is not None and _cell(promised) != str(count):
        return f'role "{name}" promises {_cell(promised)} permissions and has {count}'
    return ""


def _grants(user: Located | None, role: Located) -> Iterator[Located]:
    """One row a permission; a single row without one where there are none."""
    about = {
        f"role_{key}" if key in _OF_ROLE else key: value
        for key, value in role.items()
        if _is_cell(value)
    }
    if user is not None:
        about["user"] = user.get("email") or user.get("name")
        about["user name"] = user.get("name")
        inactive = next((user[key] for key in _INACTIVE if key in user), None)
        about["user inactive"] = None if isinstance(inactive, (dict, list)) else inactive
    permissions = role.get("permissions")
    entries = objects(permissions if isinstance(permissions, list) else [])
    empty = Located(permission=None, level=None)
    empty.line = role.line
    for entry in entries or [empty]:
        row = Located(about | entry)
        row.line = entry.line
        yield row
