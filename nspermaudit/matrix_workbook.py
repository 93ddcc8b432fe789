"""A matrix as a workbook: permissions down, columns across, and what it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nspermaudit.matrix import NO_CATEGORY, Matrix
from nspermaudit.model import Level
from nspermaudit.version import VERSION
from nspermaudit.workbook import Book, Cell, Column

_LOOKS = {"Full": "bad", "Edit": "warning", "Create": "note", "View": "faint", "?": "open"}
_ABOUT = (Column("Permission", 34), Column("Id", 32), Column("Category", 14))
_REST = "nspermaudit matrix --format csv has them all"


def pieces(matrix: Matrix, notes: Iterable[str]) -> Iterator[bytes]:
    """The workbook, piece by piece; ``notes`` are sentences about what it shows."""
    title = f"{matrix.what.capitalize()}s by permissions"
    with Book(title, _REST) as book:
        heads = (
            f"{item.name} ({item.note})" if item.note else item.name for item in matrix.columns
        )
        columns = (*_ABOUT, *(Column(head, 12, _LOOKS) for head in heads))
        sheet = book.sheet("Matrix", columns, frozen=1)
        for item in matrix.permissions:
            levels = (_word(column.level(item.id)) for column in matrix.columns)
            sheet.row([item.name, item.id, item.category or NO_CATEGORY, *levels])
        about = book.sheet("About", (Column("", 24), Column("", 90)), has_headings=False)
        about.row([Cell(title, "title")])
        about.rows(_about(matrix, notes))
        yield from book.pieces()


def _about(matrix: Matrix, notes: Iterable[str]) -> Iterator[list[str]]:
    yield ["Made by", f"nspermaudit {VERSION}"]
    yield [f"{matrix.what.capitalize()}s", str(len(matrix.columns))]
    yield ["Permissions", str(len(matrix.permissions))]
    yield ["Blank", "no grant, or None"]
    yield ["?", "could not be read"]
    yield from (["Not complete", why] for why in matrix.access.unfinished)
    yield from (["Note", note] for note in notes)
    yield from (["Input", str(message)] for message in matrix.access.messages)


def _word(level: Level | None) -> str:
    if level is None:
        return "?"
    return level.title if level else ""
