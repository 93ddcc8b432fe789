"""How a matrix is told: as a table in blocks, as CSV (wide or long), as JSON, page, workbook."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from nspermaudit.access import NOBODY, ONE_AT_A_TIME
from nspermaudit.json_values import input_value, permission_value
from nspermaudit.matrix import ABOUT, NO_CATEGORY, Column, Matrix
from nspermaudit.model import Level, Permission
from nspermaudit.reporters.csv import written
from nspermaudit.streamed_json import listed, opened
from nspermaudit.style import Style, counted, one_line
from nspermaudit.summary import paragraphs
from nspermaudit.version import VERSION

SCHEMA = "nspermaudit-matrix/1"
UNREAD = "?"
LEGEND = f"V View, C Create, E Edit, F Full, blank none, {UNREAD} could not be read"
_HEADING_WIDTH = 14
_GAP = 2


class Look(NamedTuple):
    """How a matrix is to look: in so many characters a line (0: any), one row a grant or not."""

    style: Style
    width: int = 0
    is_long: bool = False


def _table(matrix: Matrix, look: Look) -> Iterator[str]:
    """Permissions down and roles across, in as many blocks as the width asks for."""
    style, access = look.style, matrix.access
    what = counted(len(matrix.columns), matrix.what)
    sums = f"{what}, {counted(len(matrix.permissions), 'permission')}"
    blocks = (_block(matrix, columns) for columns in _blocks(matrix, look.width))
    messages = [one_line(str(message)) for message in access.messages]
    notes = (*access.notes, *_note(matrix)) if style.verbosity >= 0 else ()
    ending = [
        *messages,
        *(f"note: {one_line(text)}" for text in notes),
        *(style.paint(f"Not complete: {one_line(why)}.", "error") for why in access.unfinished),
    ]
    head = (style.paint(f"{sums}: {LEGEND}", "bold"),)
    return paragraphs((*head, *blocks, "\n".join(ending)))


def _note(matrix: Matrix) -> Iterator[str]:
    if matrix.what == "user":
        yield ONE_AT_A_TIME if matrix.columns else NOBODY


def _blocks(matrix: Matrix, width: int) -> Iterator[list[Column]]:
    """The columns that stand side by side; at least one."""
    left = max([len(one_line(item.name)) for item in matrix.permissions], default=0)
    used, block = left, list[Column]()
    for column in matrix.columns:
        needed = max(map(len, _heading(column).split("\n"))) + _GAP
        if width and block and used + needed > width:
            yield block
            used, block = left, []
        used += needed
        block.append(column)
    if block:
        yield block


def _heading(column: Column) -> str:
    """What stands above a column, broken into short lines."""
    name = f"{column.name} ({column.note})" if column.note else column.name
    return "\n".join(textwrap.wrap(one_line(name), _HEADING_WIDTH)) or "-"


def _block(matrix: Matrix, columns: Sequence[Column]) -> str:
    """Some columns under their headings; drawn here, for a table may have a million cells."""
    names = [one_line(item.name) for item in matrix.permissions]
    headings = [["Permission"], *(_heading(column).split("\n") for column in columns)]
    widths = [max(map(len, (*headings[0], *names)))]
    widths += [max(map(len, heading)) for heading in headings[1:]]
    gap = " " * _GAP
    lines = [
        gap.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        for cells in zip_longest(*headings, fillvalue="")
    ]
    lines.append(gap.join("-" * width for width in widths))
    category = None
    for name, item in zip(names, matrix.permissions, strict=True):
        if item.category != category:
            category = item.category
            lines.append(f"[{one_line(category or NO_CATEGORY)}]")
        letters = (_LETTERS[column.level(item.id)] for column in columns)
        cells = map(str.ljust, (name, *letters), widths)
        lines.append(gap.join(cells))
    return "\n".join(line.rstrip() for line in lines)


_WORDS: Mapping[Level | None, str] = {
    None: UNREAD,
    Level.NONE: "",
    **{level: level.name for level in Level if level},
}
_LETTERS = {level: word[:1] for level, word in _WORDS.items()}


def _csv(matrix: Matrix, look: Look) -> Iterator[str]:
    """A row a permission and a column a role, or a row a grant; headings are kept in both."""
    if look.is_long:
        columns = (*ABOUT, f"{matrix.what}_id", f"{matrix.what}_name", "level", "path", "line")
        return written(columns, _grants(matrix))
    headings = (*ABOUT, *(column.name for column in matrix.columns))
    return written(headings, _levels(matrix))


def _levels(matrix: Matrix) -> Iterator[dict[str, str]]:
    for permission in matrix.permissions:
        levels = {column.name: _WORDS[column.level(permission.id)] for column in matrix.columns}
        yield levels | _about(permission)


def _grants(matrix: Matrix) -> Iterator[dict[str, str]]:
    for permission in matrix.permissions:
        for column in matrix.columns:
            level = column.level(permission.id)
            if level is not Level.NONE:
                place = column.place(permission.id) if level else None
                yield {
                    **_about(permission),
                    f"{matrix.what}_id": column.id,
                    f"{matrix.what}_name": column.name,
                    "level": _WORDS[level],
                    "path": place.path if place else "",
                    "line": str(place.line or "") if place else "",
                }


def _about(permission: Permission) -> dict[str, str]:
    return dict(zip(ABOUT, (permission.id, permission.name, permission.category), strict=True))


def _json(matrix: Matrix, look: Look) -> Iterator[str]:
    del look  # a document for programs has everything
    access = matrix.access
    head = {
        "schema": SCHEMA,
        "tool": {"name": "nspermaudit", "version": VERSION},
        "inputs": [input_value(item) for item in access.inputs],
        "complete": not access.unfinished,
        "unfinished": list(access.unfinished),
        "notes": [*access.notes, *_note(matrix)],
        "columns": [
            {"kind": matrix.what, "id": item.id, "name": item.name, "note": item.note or None}
            for item in matrix.columns
        ],
    }
    yield opened(head) + ',\n  "permissions": '
    yield from listed(_rows(matrix), depth=2)
    yield "\n}\n"


def _rows(matrix: Matrix) -> Iterable[dict[str, Any]]:
    for item in matrix.permissions:
        levels = [_WORDS[column.level(item.id)] or None for column in matrix.columns]
        yield {"permission": permission_value(item), "levels": levels}


def _html(matrix: Matrix, look: Look) -> Iterator[str]:
    from nspermaudit import matrix_page  # noqa: PLC0415 - start-up: few ask for a page

    del look  # a page is kept: it says everything
    return matrix_page.pages(matrix, (*matrix.access.notes, *_note(matrix)))


def _xlsx(matrix: Matrix, look: Look) -> Iterator[bytes]:
    from nspermaudit import matrix_workbook  # noqa: PLC0415 - start-up: few ask for a workbook

    del look
    return matrix_workbook.pieces(matrix, (*matrix.access.notes, *_note(matrix)))


FORMATS: Mapping[str, Callable[[Matrix, Look], Iterator[Any]]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "html": _html,
    "xlsx": _xlsx,
}
"""How a matrix can be told: each makes it piece by piece, as text or as bytes."""
