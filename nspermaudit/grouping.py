"""Rows of one grant each into roles: the rows of each role put together."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import NamedTuple

from nspermaudit.attributes import parse_attribute
from nspermaudit.companions import Assignment, User
from nspermaudit.entries import NUL, Entries, Fault
from nspermaudit.errors import InputError, OtherReadingError
from nspermaudit.headings import ROLE_FIELDS
from nspermaudit.held import Entry, Held
from nspermaudit.model import AttributeValue, Location, Permission, Role
from nspermaudit.rule import Severity
from nspermaudit.sifting import Row, Sieve
from nspermaudit.style import counted
from nspermaudit.users import Users

_MAX_BITS = 4096
"""What users may is compared by so many bits; an export has a few thousand distinct grants."""


class Identity(NamedTuple):
    """What a row says of the role it belongs to."""

    script_id: str = ""
    number: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """The role's id: its script id, else its internal id, else its name."""
        return self.script_id or self.number or self.name


def identify(sieve: Sieve, cells: Sequence[str]) -> Identity:
    """Tell a role by its script id, internal id and name, as far as the row has them."""
    role = sieve.cell(cells, "role")
    name = sieve.cell(cells, "role name")
    number = sieve.cell(cells, "role id").removesuffix(".0")
    script_id = sieve.cell(cells, "role script id")
    if role.removesuffix(".0").isdecimal():
        number = number or role.removesuffix(".0")
    elif role.casefold().startswith("customrole"):
        script_id = script_id or role
    else:
        name = name or role
    if not script_id and number.casefold().startswith("customrole"):
        number, script_id = "", number
    return Identity(script_id.casefold(), number, name)


def read_attributes(sieve: Sieve, cells: Sequence[str]) -> dict[str, AttributeValue]:
    """The role attributes that a row carries."""
    found = (
        (word, parse_attribute(word, cells[column]))
        for word, column in sieve.columns.attributes.items()
    )
    return {word: value for word, value in found if value is not None}


class _Rows:
    """The rows of one role: what each grants, and its line.

    ``lines`` is made of spans, so that rows which stand together cost no more than one.
    """

    def __init__(
        self, identity: Identity, line: int, attributes: dict[str, AttributeValue]
    ) -> None:
        self.identity = identity
        self.line = line
        self.attributes = attributes
        self.entries: list[Entry] = []
        self.lines: list[Sequence[int]] = []
        self.unread: dict[str, Permission] = {}

    def take(self, entry: Entry, line: int) -> None:
        """Take one row."""
        self.entries.append(entry)
        last = self.lines[-1] if self.lines else None
        if not isinstance(last, array):
            last = array("Q")
            self.lines.append(last)
        last.append(line)

    def line_of(self, position: int) -> int:
        """The line of the row at a position."""
        for span in self.lines:
            if position < len(span):
                return span[position]
            position -= len(span)
        raise IndexError(position)


class Grouping:
    """Puts the rows of each role together.

    While ``reading.grouped`` holds, a role is handed on as soon as the next one begins, and
    OtherReadingError is raised when one comes back; otherwise all are handed on at the end.
    """

    def __init__(self, sieve: Sieve, form: str, *, fragment: str) -> None:
        self._sieve = sieve
        self._form = form
        self._fragment = fragment
        self._entries = Entries(sieve)
        self._current: _Rows | None = None
        self._groups: dict[str, _Rows] = {}
        self._done: set[str] = set()
        self._users = Users(sieve)
        self._assigned: dict[tuple[str, str], int] = {}
        self._bits: dict[int, int] = {}
        self._names_no_role = False

    def roles(self, rows: Iterable[Row]) -> Iterator[Role | Assignment | User]:
        """The roles that the rows make up, and the users who have them.

        Raises InputError if there is no telling whose the permissions are.
        """
        fields = self._sieve.columns.fields
        role_columns = [fields[name] for name in ROLE_FIELDS if name in fields]
        self._names_no_role = not role_columns
        if self._names_no_role and not self._sieve.reading.role:
            text = "the table has no role column: say with --role NAME whose permissions these are"
            raise InputError(text, Location(self._sieve.path))
        last: list[str] | None = None
        for line, cells in rows:
            role_cells = [cells[column] for column in role_columns]
            if role_cells != last:
                if self._current and role_cells and not any(cell.strip() for cell in role_cells):
                    self._sieve.roles_filled_down += 1
                else:
                    yield from self._turn_to(self._identity_of(cells), cells, line)
                    last = role_cells
            yield from self._take(cells, line)
        yield from self.rest()
        yield from self._users.facts()
        self._tell_if_untied()

    def begin(self, cells: Sequence[str], line: int) -> Iterator[Role]:
        """Turn to the role of a row that is in simple form; hand on the one before.

        Raises OtherReadingError if the row leaves its role to the row above.
        """
        identity = identify(self._sieve, cells)
        if not identity.key:
            raise OtherReadingError(plain=True)
        yield from self._turn_to(identity, cells, line)

    def entry_of(self, cells: Sequence[str]) -> Entry | None:
        """What the cells of a row grant; None if it is nothing or cannot be read."""
        entry = self._entries.of(cells)
        return entry if isinstance(entry, Entry) else None

    def take_span(self, entries: Sequence[Entry], lines: Sequence[int]) -> None:
        """Give the current role what rows that stand together grant."""
        if self._current:
            self._current.entries += entries
            self._current.lines.append(lines)

    def rest(self) -> Iterator[Role]:
        """The roles that were not handed on yet."""
        return map(self._finish, self._groups.values())

    def _identity_of(self, cells: Sequence[str]) -> Identity:
        if self._names_no_role:
            return Identity(name=self._sieve.reading.role)
        return identify(self._sieve, cells)

    def _turn_to(self, identity: Identity, cells: Sequence[str], line: int) -> Iterator[Role]:
        """Make the role of this row the current one; hand on the one before."""
        key = identity.key
        if "\0" in key:
            raise InputError(NUL, Location(self._sieve.path, line))
        if not key or (self._current and key == self._current.identity.key):
            return
        if self._sieve.reading.grouped and self._current:
            yield self._finish(self._current)
            self._done.add(self._current.identity.key)
            self._groups.clear()
            if key in self._done:
                raise OtherReadingError(grouped=False)
        rows = self._groups.get(key)
        if rows is None:
            rows = _Rows(identity, line, read_attributes(self._sieve, cells))
            self._groups[key] = rows
        self._current = rows

    def _take(self, cells: Sequence[str], line: int) -> Iterator[Assignment]:
        rows = self._current
        if rows is None:
            self._sieve.fault("the row names no role, nor does one above it", line)
            return
        entry = self._entries.of(cells)
        if isinstance(entry, Fault):
            self._sieve.fault(entry.text, line)
            if entry.permission:
                rows.unread[entry.permission.id] = entry.permission
        elif entry is not None:
            rows.take(entry, line)
        user = self._users.of(cells, line)
        if user:
            pair = (user, rows.identity.key)
            if pair not in self._assigned:
                self._assigned[pair] = 0
                yield Assignment(*pair, Location(self._sieve.path, line))
            if isinstance(entry, Entry):  # each entry is one and the same object wherever it stands
                bit = self._bits.setdefault(id(entry), len(self._bits))
                self._assigned[pair] |= 1 << bit % _MAX_BITS

    def _tell_if_untied(self) -> None:
        """Warn if the roles of a user never differ: then the permissions are tied to the user."""
        by_user: dict[str, list[int]] = {}
        for (user, _), held in self._assigned.items():
            by_user.setdefault(user, []).append(held)
        several = [held for held in by_user.values() if len(held) > 1]
        if several and all(len(set(held)) == 1 for held in several):
            text = (
                f"all roles of one user have the same permissions ({counted(len(several), 'user')} "
                "with several roles): the search may not tie Permission to Role, then which role "
                "has which permission is not reliable"
            )
            self._sieve.tell(Severity.WARNING, text)

    def _finish(self, rows: _Rows) -> Role:
        """The role of some rows."""
        held = Held(self._sieve.path, rows.entries, rows.line_of)
        few, many = sorted((held, self._entries.unknown), key=len)
        unknown = sum(key in many for key in few)
        return Role(
            id=rows.identity.key,
            name=rows.identity.name,
            held=held,
            location=Location(self._sieve.path, rows.line),
            attributes=MappingProxyType(rows.attributes),
            unread=MappingProxyType(rows.unread),
            format=self._form,
            fragment=self._fragment,
            is_legible=unknown * 2 <= len(held),
        )
