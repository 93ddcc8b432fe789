"""Column headings: which column of an export holds what, and what kind of table it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from nspermaudit import register_columns, user_columns
from nspermaudit.attributes import ATTRIBUTES
from nspermaudit.errors import InputError
from nspermaudit.model import Level, Location

_BETWEEN_CELLS = re.compile(r"[,;\t|]")
HEAD_ROWS = 30
MAX_COLUMNS = 1024
"""No export has more columns; what has is passed over."""
ROLE_FIELDS = ("role", "role name", "role id", "role script id")
"""The fields that tell which role a row belongs to."""

# Headings that were seen or are documented, without blanks and underscores, best first.
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "role id": ("roleid", "roleinternalid", "role:internalid"),
    "role script id": ("rolescriptid", "scriptid"),
    "role": ("role", "roles", "ロール"),
    "role name": ("rolename",),
    "permission id": (
        "permkey",
        "permissionkey",
        "permissionid",
        "permissionkeyid",
        "key",
    ),
    "permission": (
        "permission",
        "permissionname",
        "permname",
        "rolepermission",
        "権限",
    ),
    "level": (
        "permlevel",
        "permissionlevel",
        "level",
        "permlevelname",
        "accesslevel",
        "レベル",
    ),
    "restriction": ("restriction", "restrict", "permrestriction"),
    "user": (
        *("employeeid", "employeeinternalid", "entity", "email", "user", "username", "employee"),
    ),
    "other roles": ("otherroles",),
    "segment": ("segment",),
}
# Headings that mean different things in different tables: see ``_settle``.
_NAME = ("name", "名前")
_ID = ("internalid", "id", "内部id")

_COUNTED = frozenset((*_NAME, *_ID, *(word for words in _SYNONYMS.values() for word in words)))

_NEVER = frozenset(("accesslevel", "searchlevel"))  # scales of fields, where 2 is Edit

_CATEGORIES = frozenset(
    (
        "transactions",
        "lists",
        "reports",
        "setup",
        "custom record",
        "custom records",
        "permissions",
    )
)


def squeezed(heading: str) -> str:
    """A heading without case, blanks and underscores: ``Role_Name`` and ``RoleName`` are one."""
    return "".join(heading.replace("_", " ").split()).casefold()


_ATTRIBUTE_HEADINGS: Mapping[str, str] = {
    squeezed(heading): word
    for word, attribute in ATTRIBUTES.items()
    for heading in (attribute.field, *attribute.headings)
}


class Columns(NamedTuple):
    """The kind of a table and where its fields stand, counted from 0.

    ``kind`` is "permissions" (one row a grant), "matrix" (a column a role), "roles" (one row a
    role, with attributes), "assignments" (who has which role), "users" (one row a user), "global"
    (one row a permission of a user), "restrictions", "integrations" (one row an integration record)
    or "tokens" (one row an access token).
    """

    kind: str
    headings: tuple[str, ...]
    fields: Mapping[str, int]
    attributes: Mapping[str, int] = MappingProxyType({})
    level_in_permission: bool = False


def may_name_columns(text: str) -> bool:
    """Whether a heading that counts stands in a text, whatever parts its cells."""
    cells = _BETWEEN_CELLS.split(text.replace('"', "").replace("\ufeff", ""))
    lines = (line for cell in cells for line in cell.splitlines())
    return not _COUNTED.isdisjoint(squeezed(cell) for cell in chain(cells, lines))


def columns_of(
    row: Sequence[str],
    following: Sequence[Sequence[str]],
    columns: Mapping[str, str] = MappingProxyType({}),
    levels: Mapping[str, Level] = MappingProxyType({}),
) -> Columns | None:
    """Read a row as the headings of a table; None if it is none.

    ``following`` are the rows below it, as far as they are known; ``columns`` and ``levels`` are
    the user's own headings and words. Raises InputError, without a line, if a heading that
    counts stands there twice.
    """
    if len(row) > MAX_COLUMNS:
        return None
    headings = tuple(cell.strip().lstrip("\ufeff") for cell in row)
    if not columns and _COUNTED.isdisjoint(map(squeezed, headings)):
        return None
    fields = _fields(headings, columns)
    attributes = {
        word: index
        for index, heading in enumerate(headings)
        if (word := _ATTRIBUTE_HEADINGS.get(squeezed(heading)))
    }
    user_columns.settle(fields, attributes, [*map(squeezed, headings)])
    kind = _kind(fields, attributes)
    if kind == "permissions" or (kind is None and "permission" in fields):
        return _permissions(headings, fields, attributes, following, levels)
    return Columns(kind, headings, fields, attributes) if kind else None


def _fields(headings: tuple[str, ...], columns: Mapping[str, str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for index, heading in enumerate(headings):
        key = squeezed(heading)
        if key in places and key in _COUNTED:
            raise InputError(twice(heading), Location(""))
        if heading.casefold() not in _NEVER:
            places.setdefault(key, index)
    fields = {
        name: next(places[word] for word in words if word in places)
        for name, words in chain(
            _SYNONYMS.items(), user_columns.SYNONYMS.items(), register_columns.SYNONYMS.items()
        )
        if any(word in places for word in words)
    }
    mapped = {
        name: places[squeezed(heading)]
        for name, heading in columns.items()
        if squeezed(heading) in places
    }
    fields = user_columns.with_mapped(fields, mapped, ROLE_FIELDS)
    _settle(fields, places)
    return fields


def twice(heading: str) -> str:
    """What to say of a heading that stands there twice."""
    return f'the heading "{heading}" stands here twice'


def _settle(fields: dict[str, int], places: Mapping[str, int]) -> None:
    """Decide by the neighbours what a bare "Name" and a bare "Internal ID" mean."""
    name = next((places[word] for word in _NAME if word in places), None)
    number = next((places[word] for word in _ID if word in places), None)
    names_role = any(field in fields for field in ROLE_FIELDS if field != "role script id")
    is_of_users = not names_role and user_columns.are_of_users(fields)
    taken = set(fields.values())
    if name is not None and name not in taken:
        if "permission id" in fields and "permission" not in fields:
            fields["permission"] = name
        elif not names_role and not is_of_users:
            fields["role"] = name
        else:
            fields.setdefault("user", name)
    if number is not None and number not in taken:
        if names_role or is_of_users:
            fields["user"] = number
        else:
            fields["role id"] = number
    user_columns.settle_names(fields, places)


def _kind(fields: Mapping[str, int], attributes: Mapping[str, int]) -> str | None:
    if fields.keys().isdisjoint(ROLE_FIELDS):
        if "user" in fields and user_columns.are_global(fields):
            return "global"
        if user_columns.tell_of_users(fields) and not _has_permission(fields):
            return "assignments" if "other roles" in fields else "users"
    if _has_permission(fields):
        return "permissions" if "level" in fields else None
    return _companion(fields, attributes)


def _has_permission(fields: Mapping[str, int]) -> bool:
    return "permission" in fields or "permission id" in fields


def _companion(fields: Mapping[str, int], attributes: Mapping[str, int]) -> str | None:
    names_role = "role" in fields or "role name" in fields
    if register := register_columns.kind_of(fields):
        return register
    if "segment" in fields and names_role:
        return "restrictions"
    if "user" in fields and (names_role or "other roles" in fields):
        return "assignments"
    if ("role id" in fields or "role script id" in fields) and len(attributes) > 1:
        return "roles"
    return None


def _permissions(
    headings: tuple[str, ...],
    fields: dict[str, int],
    attributes: dict[str, int],
    following: Sequence[Sequence[str]],
    levels: Mapping[str, Level],
) -> Columns | None:
    if "level" in fields:
        return Columns("permissions", headings, fields, attributes)
    body = [row for row in following if any(cell.strip() for cell in row)]
    column = fields["permission"]
    if body and all(split_level(_cell(row, column), levels) for row in body):
        return Columns("permissions", headings, fields, attributes, level_in_permission=True)
    if column == 0 and _is_matrix(headings, body, levels):
        return Columns("matrix", headings, {"permission": 0})
    return None


def _cell(row: Sequence[str], index: int) -> str:
    return row[index] if index < len(row) else ""


def _is_matrix(
    headings: Sequence[str], body: Sequence[Sequence[str]], levels: Mapping[str, Level]
) -> bool:
    """Whether there are roles across, and most of what is filled in below them is a level."""
    cells = [cell for row in body for cell in row[1:] if cell.strip()]
    known = sum(read_level(cell, levels) is not None for cell in cells)
    if not any(headings[1:]) or known * 2 <= len(cells):
        return False
    names = [heading for heading in headings[1:] if heading]
    again = next((name for name in names if names.count(name) > 1), None)
    if again:
        raise InputError(twice(again), Location(""))
    return True


def is_category(text: str) -> bool:
    """Whether a cell is the heading of a group of permissions, not a permission."""
    return text.strip().casefold() in _CATEGORIES


def read_level(text: str, levels: Mapping[str, Level]) -> Level | None:
    """The level that a cell says, in NetSuite's words or the user's; None if it says none."""
    own = levels.get(text.strip().casefold())
    if own is not None:
        return own
    try:
        return Level.parse(text)
    except ValueError:
        return None


def split_level(text: str, levels: Mapping[str, Level]) -> tuple[str, Level] | None:
    """Split ``Bills (Full)`` or ``Bills - Full`` if the right part is a level's name."""
    for mark in (" (", "(", " – ", " - ", "–"):  # noqa: RUF001 - exports use this dash
        name, found, word = text.strip().rpartition(mark)
        word = word.strip().rstrip(")")
        if found and name and not word.isdigit():
            level = read_level(word, levels)
            if level is not None:
                return name.strip(), level
    return None
