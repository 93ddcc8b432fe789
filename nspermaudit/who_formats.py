"""How the answer to "who" is told: as tables, Markdown, CSV or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from nspermaudit.escaping import markdown
from nspermaudit.json_values import input_value, location_value, permission_value
from nspermaudit.reporters.csv import written
from nspermaudit.reporters.table import drawn
from nspermaudit.streamed_json import listed as json_list
from nspermaudit.streamed_json import opened
from nspermaudit.style import Style, counted, listed, one_line
from nspermaudit.summary import paragraphs
from nspermaudit.version import VERSION
from nspermaudit.who import Answer, Holding, RoleAnswer, UserAnswer

SCHEMA = "nspermaudit-who/1"
_ROLES = ("Role", "Id", "Grants", "Users", "Place")
_USERS = ("User", "State", "How", "Roles", "Grants")
_MAX_SHOWN = 20
CSV_COLUMNS = (
    *("kind", "user", "state", "how", "role_id", "role_name", "users"),
    *("permission_id", "permission_name", "level", "path", "line"),
)
"""Columns are added at the end, never renamed or removed."""


def _grants(held: Sequence[Holding], most: int = _MAX_SHOWN) -> str:
    words = [
        f"{item.permission.name} {item.level.title}{' (global permission)' * item.is_global}"
        for item in held
    ]
    return listed(words, most)


def _role_row(role: RoleAnswer) -> tuple[str, ...]:
    name = f"{role.name} (inactive)" if role.is_inactive else role.name
    return (name, role.id, _grants(role.held), str(role.users or ""), str(role.held[0].location))


def _user_row(user: UserAnswer) -> tuple[str, ...]:
    roles = listed(user.roles, _MAX_SHOWN)
    return (user.user, user.state or "active", user.view, roles, _grants(user.held))


def _heads(answer: Answer) -> tuple[str, str]:
    """How many roles and users there are, of how many."""
    access = answer.access
    roles = f"held by {len(answer.roles) or 'none'} of {counted(len(access.roles), 'role')}"
    users = f"held by {len(answer.users) or 'none'} of {counted(len(access.persons), 'user')}"
    return roles, users if access.persons else ""


def _ending(answer: Answer, style: Style) -> Iterator[str]:
    for message in answer.access.messages:
        yield one_line(str(message))
    if style.verbosity >= 0:
        yield from (f"note: {one_line(text)}" for text in answer.notes)
    yield from (
        style.paint(f"Not complete: {one_line(reason)}.", "error")
        for reason in answer.access.unfinished
    )


def _table(answer: Answer, style: Style) -> Iterator[str]:
    roles, users = _heads(answer)
    parts = [
        style.paint(one_line(f"{' and '.join(answer.asked)}: {roles}"), "bold"),
        drawn(_ROLES, [*map(_role_row, answer.roles)], style.width),
        style.paint(one_line(users), "bold"),
        drawn(_USERS, [*map(_user_row, answer.users)], style.width),
        "\n".join(_ending(answer, style)),
    ]
    return paragraphs(parts)


def _markdown(answer: Answer, style: Style) -> Iterator[str]:
    roles, users = _heads(answer)
    yield f"### {markdown(' and '.join(answer.asked))}: {roles}\n"
    yield from _rows(_ROLES, map(_role_row, answer.roles))
    if users:
        yield f"\n{users}\n"
        yield from _rows(_USERS, map(_user_row, answer.users))
    ending = [*_ending(answer, style._replace(color=False))]
    if ending:
        yield "\n" + "".join(f"- {markdown(line)}\n" for line in ending)


def _rows(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = [f"| {' | '.join(map(markdown, row))} |\n" for row in rows]
    if lines:
        yield f"\n| {' | '.join(headings)} |\n| {' | '.join(['---'] * len(headings))} |\n"
        yield from lines


def _csv(answer: Answer, style: Style) -> Iterator[str]:
    del style
    return written(CSV_COLUMNS, _csv_rows(answer))


def _csv_rows(answer: Answer) -> Iterator[dict[str, str]]:
    for reason in answer.access.unfinished:
        yield {"kind": "not complete", "how": reason}
    for role in answer.roles:
        state = "inactive" if role.is_inactive else ""
        about = {"kind": "role", "role_id": role.id, "role_name": role.name, "state": state}
        for item in role.held:
            yield {**about, "users": str(role.users or ""), **_csv_held(item)}
    for user in answer.users:
        about = {"kind": "user", "user": user.user, "state": user.state or "active"}
        about |= {"how": user.view, "role_name": "; ".join(user.roles)}
        for item in user.held:
            yield {**about, **_csv_held(item)}


def _csv_held(item: Holding) -> dict[str, str]:
    return {
        "permission_id": item.permission.id,
        "permission_name": item.permission.name,
        "level": item.level.name,
        "path": item.location.path,
        "line": str(item.location.line or ""),
    }


def _json(answer: Answer, style: Style) -> Iterator[str]:
    del style  # a document for programs has everything
    access = answer.access
    head = {
        "schema": SCHEMA,
        "tool": {"name": "nspermaudit", "version": VERSION},
        "asked": list(answer.asked),
        "inputs": [input_value(item) for item in access.inputs],
        "complete": not access.unfinished,
        "unfinished": list(access.unfinished),
        "notes": list(answer.notes),
        "of": {"roles": len(access.roles), "users": len(access.persons)},
    }
    yield opened(head) + ',\n  "roles": '
    yield from json_list(map(_role_value, answer.roles), depth=2)
    yield ',\n  "users": '
    yield from json_list(map(_user_value, answer.users), depth=2)
    yield "\n}\n"


def _role_value(role: RoleAnswer) -> dict[str, Any]:
    return {
        "id": role.id,
        "name": role.name,
        "inactive": role.is_inactive,
        "users": role.users,
        "grants": [*map(_held_value, role.held)],
    }


def _user_value(user: UserAnswer) -> dict[str, Any]:
    return {
        "user": user.user,
        "state": user.state or "active",
        "how": user.view,
        "roles": list(user.roles),
        "grants": [*map(_held_value, user.held)],
        "location": location_value(user.location),
    }


def _held_value(item: Holding) -> dict[str, Any]:
    return {
        "permission": permission_value(item.permission),
        "level": item.level.name,
        "location": location_value(item.location),
    }


FORMATS: Mapping[str, Callable[[Answer, Style], Iterator[str]]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "markdown": _markdown,
}
"""How an answer can be told: each makes the text of it piece by piece."""
