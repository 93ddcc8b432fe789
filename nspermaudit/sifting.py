"""The rows of a table that carry data, and what is to be said of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from nspermaudit import catalog
from nspermaudit.finding import MAX_TOLD, Message
from nspermaudit.headings import Columns
from nspermaudit.model import Location, Permission
from nspermaudit.rule import Severity
from nspermaudit.source import Reading
from nspermaudit.style import counted

_TOTAL = re.compile(r"(?:overall )?totals?\b(?:\s*[-:\u2013].*)?", re.IGNORECASE)
_NUMBER = re.compile(r"[\d.,\s]+")

Row = tuple[int, Sequence[str]]
"""A line number and the cells that stand there."""

MAX_NAMED = 5
"""So many unknown names of one input are listed."""


class Sieve:
    """Lets the data rows of one table through and keeps the account of the rest."""

    def __init__(self, path: str, columns: Columns, reading: Reading, heading_line: int) -> None:
        self.path = path
        self.columns = columns
        self.reading = reading
        self.heading_line = heading_line
        self.count = self.dropped = self.faulty = 0
        self.roles_filled_down = self.users_filled_down = 0
        self.messages: list[Message] = []
        self._names: dict[str, Permission] = {}

    def resolve(self, name: str) -> Permission:
        """The permission of a display name (an id will do); what is unknown is kept in mind."""
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = catalog.load().resolve(name)
        return known

    def tell(self, severity: Severity, text: str, line: int = 0) -> None:
        """Note something about the table or one of its rows."""
        self.messages.append(Message(Location(self.path, line), severity, text))

    def fault(self, text: str, line: int) -> None:
        """Note a row, or a part of it, that cannot be read."""
        self.faulty += 1
        if self.faulty <= MAX_TOLD:
            self.tell(Severity.ERROR, text, line)

    def told(self) -> Iterator[Message]:
        """All that was noted, with the sums that are known once the table is read."""
        if self.faulty > MAX_TOLD:
            text = f"{self.faulty - MAX_TOLD} more rows could not be read"
            self.tell(Severity.ERROR, text)
        for what, rows in (("role", self.roles_filled_down), ("user", self.users_filled_down)):
            if rows:
                text = f"{counted(rows, 'row')} took the {what} from a row above"
                self.tell(Severity.INFO, text)
        if self.dropped:
            what = "of totals, categories or repeated headings left out"
            self.tell(Severity.INFO, f"{counted(self.dropped, 'row')} {what}")
        self._tell_unknown_names()
        return iter(self.messages)

    def _tell_unknown_names(self) -> None:
        unknown = sorted(name for name, found in self._names.items() if found.kind == "unknown")
        if not unknown:
            return
        sums = f"{len(unknown)} of {len(self._names)} permission names are in no catalogue"
        if len(unknown) * 2 > len(self._names):
            cure = "export in English, or with the permissions' ids (SuiteQL column permkey)"
            self.tell(Severity.ERROR, f"{sums}: {cure}")
        else:
            more = ", ..." if len(unknown) > MAX_NAMED else ""
            names = ", ".join(f'"{name}"' for name in unknown[:MAX_NAMED])
            self.tell(Severity.INFO, f"{sums}, no rule can judge them: {names}{more}")

    def sift(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows with data, each at least as wide as the headings."""
        headings = list(self.columns.headings)
        width = len(headings)
        for line, row in rows:
            if not any(row):
                continue
            cells = row
            if len(cells) != width:
                if any(cell.strip() for cell in cells[width:]):
                    self.fault(
                        f"the row has {len(cells)} cells, the headings are {width}",
                        line,
                    )
                    continue
                cells = [*cells, *[""] * (width - len(cells))]
            if not any(cell.strip() for cell in cells):
                continue
            if self._is_no_data(cells, headings):
                self.dropped += 1
                continue
            self.count += 1
            yield line, cells

    def _is_no_data(self, cells: Sequence[str], headings: list[str]) -> bool:
        first = next(cell for cell in cells if cell.strip()).strip()
        if first in headings and [cell.strip() for cell in cells[: len(headings)]] == headings:
            return True
        if not _TOTAL.fullmatch(first):
            return False
        column = self.columns.fields.get("level")
        if column is not None:  # an unreadable word in it is a fault, not a sum
            return not cells[column].strip() or _NUMBER.fullmatch(cells[column].strip()) is not None
        return self.columns.kind != "matrix" or catalog.load().find(first) is None

    def may_be_sum(self, cells: Sequence[str]) -> bool:
        """Whether rows that begin as this one could be sums, going by what follows."""
        first = next((cell for cell in cells if cell.strip()), "")
        return _TOTAL.fullmatch(first.strip()) is not None

    def cell(self, cells: Sequence[str], name: str) -> str:
        """What a row has in the column of a field; empty if there is no such column."""
        column = self.columns.fields.get(name)
        return "" if column is None else cells[column].strip()
