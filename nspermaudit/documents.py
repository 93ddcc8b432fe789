"""A document that a person wrote: plain data, and the line and column of everything in it."""

from __future__ import annotations

from typing import Any

from nspermaudit.errors import DocumentError, Fault
from nspermaudit.model import Location

Path = tuple[str | int, ...]
"""The way to a value inside a document: keys and indexes."""


class Document:
    """A document's value and where each part of it stands."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.value: Any = None
        self.marks: dict[Path, tuple[int, int]] = {}
        self.faults: list[Fault] = []
        self._faulty: set[Path] = set()

    def locate(self, where: Path) -> Location:
        """The place of a key or an item; of the nearest one around it if it is not there."""
        while where and where not in self.marks:
            where = where[:-1]
        return Location(self.path, *self.marks.get(where, (1, 1)))

    def fault(self, text: str, where: Path) -> None:
        """Note that something is wrong at a place."""
        self.faults.append(Fault(self.locate(where), text))
        self._faulty.add(where)

    def is_faulty(self, where: Path) -> bool:
        """Whether something at or below a place is wrong."""
        return any(path[: len(where)] == where for path in self._faulty)

    def refuse_if_faulty(self) -> None:
        """Raise DocumentError with all faults noted so far, if there are any."""
        if self.faults:
            raise DocumentError(self.faults)
