"""A matrix as a page: a table a category, a letter and a colour a level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from nspermaudit.html_page import Page, contents, items, section, table, text
from nspermaudit.matrix import NO_CATEGORY, Column, Matrix
from nspermaudit.model import Level, Permission
from nspermaudit.style import counted
from nspermaudit.version import VERSION

UNREAD = "?"

_KINDS = {
    Level.VIEW: "l-v",
    Level.CREATE: "l-c",
    Level.EDIT: "l-e",
    Level.FULL: "l-f",
    None: "l-u",
}


def pages(matrix: Matrix, notes: Iterable[str]) -> Iterator[str]:
    """The page, piece by piece; ``notes`` are sentences about what it shows."""
    page = Page(f"{matrix.what.capitalize()}s by permissions", styles=("matrix.css",))
    groups = [
        (f"c{number}", category or NO_CATEGORY, list(group))
        for number, (category, group) in enumerate(
            groupby(matrix.permissions, key=lambda item: item.category)
        )
    ]
    yield page.opening()
    yield from _head(matrix, [(anchor, category) for anchor, category, _ in groups])
    yield "<main id=main tabindex=-1>\n"
    for anchor, category, group in groups:
        yield from section(anchor, category, _levels(matrix.columns, category, group))
    messages = (text(str(message)) for message in matrix.access.messages)
    yield from section("inputs", "What was said of the inputs", items(messages))
    yield from section("notes", "Notes", items(map(text, notes)))
    yield f"</main>\n<footer><p>nspermaudit {text(VERSION)}</footer>\n"
    yield page.closing()


def _head(matrix: Matrix, sections: Sequence[tuple[str, str]]) -> Iterator[str]:
    what = counted(len(matrix.columns), matrix.what)
    yield f"<header>\n<h1>{what}, {counted(len(matrix.permissions), 'permission')}</h1>\n"
    for why in matrix.access.unfinished:
        yield f"<p><strong>Not complete: {text(why)}.</strong>\n"
    meanings = (f"{_cell(level)} {level.title}" for level in Level if level)
    key = "".join(items((*meanings, f"{_cell(None)} could not be read")))
    yield f"<div class=key>{key}</div>\n"
    yield "</header>\n" + contents(sections)


def _levels(
    columns: Sequence[Column], category: str, permissions: Sequence[Permission]
) -> Iterator[str]:
    names = [f"{item.name} ({item.note})" if item.note else item.name for item in columns]
    rows = (
        [text(item.name), *(_cell(column.level(item.id)) for column in columns)]
        for item in permissions
    )
    caption = f"Levels of {category}"
    return table(caption, ("Permission", *names), rows, kind="levels")


def _cell(level: Level | None) -> str:
    if level is Level.NONE:
        return ""
    return f"<b class={_KINDS[level]}>{UNREAD if level is None else level.name[0]}</b>"
