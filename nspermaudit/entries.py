"""What the rows of a table grant: each distinct combination of cells is read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nspermaudit import catalog
from nspermaudit.headings import read_level, split_level
from nspermaudit.held import Entry
from nspermaudit.model import Permission
from nspermaudit.rule import Severity
from nspermaudit.secrecy import masked
from nspermaudit.sifting import Sieve

NUL = "a NUL character (the file is damaged, or name its encoding with --encoding)"
MAX_QUOTED = 40
"""So many characters of a cell are quoted in a message."""

_NO_RESTRICTION = frozenset(("", "-1", "0", "null", "none", "- none -"))
_GRANT_FIELDS = ("permission", "permission id", "level", "restriction")


def no_level(word: str, permission: str) -> str:
    """What to say of a cell that should hold a level."""
    word = masked(word)
    if not word:
        return f"the level is missing for {permission}"
    if len(word) > MAX_QUOTED:
        word = f"{word[:MAX_QUOTED]}..."
    return f'"{word}" is no level for {permission} (name your own words with --map full=...)'


class Fault(NamedTuple):
    """What is wrong with the cells of a row, and whose level is unknown because of it."""

    text: str
    permission: Permission | None = None


class Entries:
    """What distinct combinations of cells grant; each is read once and then looked up."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._fields = [name for name in _GRANT_FIELDS if name in sieve.columns.fields]
        self._columns = [sieve.columns.fields[name] for name in self._fields]
        self._known: dict[tuple[str, ...], Entry | Fault | None] = {}
        self.unknown: set[str] = set()

    def of(self, cells: Sequence[str]) -> Entry | Fault | None:
        """What the cells of a row grant, or what is wrong with them; None if it is nothing."""
        key = tuple([cells[column] for column in self._columns])
        try:
            return self._known[key]
        except KeyError:
            entry = self._read(dict(zip(self._fields, key, strict=True)))
            if isinstance(entry, Entry) and entry.permission.kind == "unknown":
                self.unknown.add(entry.id)
            self._known[key] = entry
            return entry

    def _read(self, cells: dict[str, str]) -> Entry | Fault | None:
        cells = {name: masked(text.strip()) for name, text in cells.items()}
        written = cells.get("permission id") or cells.get("permission") or ""
        word = cells.get("level", "")
        if not written:
            return Fault(f'the level "{word}" has no permission') if word else None
        if any("\0" in text for text in cells.values()):
            return Fault(NUL)
        if "\n" in written or "\r" in written:
            return Fault("a line break in the name of a permission: is a quote missing?")
        split = None
        if self._sieve.columns.level_in_permission:
            split = split_level(written, self._sieve.reading.levels)
            written = split[0] if split else written
        by_id = bool(cells.get("permission id"))
        permission = catalog.load().resolve(written) if by_id else self._sieve.resolve(written)
        if by_id:
            self._compare(permission, cells.get("permission", ""))
        level = split[1] if split else read_level(word, self._sieve.reading.levels)
        if level is None:
            return Fault(no_level(word, permission.name), permission)
        restriction = cells.get("restriction", "")
        if restriction.casefold() in _NO_RESTRICTION:
            restriction = ""
        return Entry(permission.id, permission, level, restriction, written)

    def _compare(self, permission: Permission, name: str) -> None:
        """Tell if the display name of a row is another permission's than its id."""
        named = catalog.load().find(name) if name else None
        if named and named.id != permission.id and "standard" in (named.kind, permission.kind):
            text = f'"{name}" is {named.id}, but the id there is {permission.id}, which counts'
            self._sieve.tell(Severity.WARNING, text)
