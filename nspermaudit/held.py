"""What a role holds, kept as the pieces that its export repeats; grants are made when asked for.

Most grants of most roles are never looked at one by one: a rule asks for a dozen permissions. So a
role refers to what each distinct piece of its export says, and a grant with its place comes into
being when somebody wants it.
"""

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from nspermaudit.model import Grant, Holding, Level, Location, Permission


class Entry(NamedTuple):
    """What one distinct piece of an export grants: the cells of a row, a ``<permission>``.

    ``lines`` is how many lines the piece takes; ``line`` and ``column`` tell where in it the level
    stands, the line counted from 0.
    """

    id: str
    permission: Permission
    level: Level
    restriction: str
    written: str
    lines: int = 1
    line: int = 0
    column: int = 0


id_of = itemgetter(Entry._fields.index("id"))
lines_of = itemgetter(Entry._fields.index("lines"))


class Held(Holding):
    """The grants that some entries make; of those that repeat a level the first counts.

    ``line_of`` tells the line on which the entry at a position begins.
    """

    def __init__(self, path: str, entries: Sequence[Entry], line_of: Callable[[int], int]) -> None:
        self._path = path
        self._entries = entries
        self._line_of = line_of
        self._positions = dict(zip(map(id_of, entries), range(len(entries)), strict=True))
        self._repeated: dict[str, list[int]] = {}
        if len(self._positions) < len(entries):
            for position, key in enumerate(map(id_of, entries)):
                self._repeated.setdefault(key, []).append(position)

    def __getitem__(self, key: str) -> tuple[Grant, ...]:
        return tuple(map(self._grant, self._positions_of(key)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._positions)

    def __len__(self) -> int:
        return len(self._positions)

    def levels(self, key: str) -> Sequence[Level]:
        """The levels at which a permission is granted; empty where it is not."""
        if key not in self._positions:
            return ()
        if not self._repeated:
            return (self._entries[self._positions[key]].level,)
        return [self._entries[position].level for position in self._positions_of(key)]

    def _positions_of(self, key: str) -> Sequence[int]:
        """Where the entries of a permission stand, each level once: joined columns repeat rows."""
        last = self._positions[key]
        if not self._repeated:
            return (last,)
        first: dict[Level, int] = {}
        for position in self._repeated[key]:
            first.setdefault(self._entries[position].level, position)
        return [*first.values()]

    def _grant(self, position: int) -> Grant:
        found = self._entries[position]
        place = Location(self._path, self._line_of(position) + found.line, found.column)
        return Grant(found.permission, found.level, place, found.restriction, found.written)
