"""The users whom the rows of a table name: what they are called there, what it says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nspermaudit.attributes import parse_attribute
from nspermaudit.companions import User
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.secrecy import masked
from nspermaudit.sifting import Sieve
from nspermaudit.style import listed

_FIELDS = (
    *("user", "user name", "email", "first name", "last name"),
    *("user inactive", "login access"),
)


class Users:
    """The users of one table, each known by one name or id."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        fields = sieve.columns.fields
        self._columns = [fields[name] for name in _FIELDS if name in fields]
        self._names = [name for name in _FIELDS if name in fields]
        self._has_last_name_only = fields.get("user", -1) == fields.get("last name", -2)
        self._keys: dict[tuple[str, ...], str] = {}
        self._users: dict[str, User] = {}
        self._differing: set[str] = set()

    def of(self, cells: Sequence[str], line: int) -> str:
        """What the user of a row is called; empty if the row names none."""
        texts = tuple([cells[column] for column in self._columns])
        key = self._keys.get(texts)
        if key is None:
            words = (masked(text.strip()) for text in texts)
            user = self._read(dict(zip(self._names, words, strict=True)), line)
            key = self._keys[texts] = user.id
            if key:
                self._take(user)
        return key

    def _read(self, cells: dict[str, str], line: int) -> User:
        full = " ".join(f"{cells.get('first name', '')} {cells.get('last name', '')}".split())
        name = cells.get("user name") or full
        email = cells.get("email", "")
        key = full if self._has_last_name_only else cells.get("user", "")
        if key.removesuffix(".0").isdecimal():  # a number that went through a spreadsheet
            key = key.removesuffix(".0")
        if not name and key != email and not key.isdecimal():
            name = key
        inactive = parse_attribute("inactive", cells.get("user inactive", ""))
        access = parse_attribute("inactive", cells.get("login access", ""))  # also a yes or no
        return User(
            key or email or name,
            name,
            None if inactive is None else inactive is True,
            Location(self._sieve.path, line),
            email,
            None if access is None else access is True,
        )

    def _take(self, user: User) -> None:
        known = self._users.setdefault(user.id, user)
        if known is not user:
            if None not in (known.is_inactive, user.is_inactive) and (
                known.is_inactive is not user.is_inactive
            ):
                self._differing.add(user.id)
            self._users[user.id] = known.joined(user)

    def facts(self) -> Iterator[User]:
        """All of them, once the rows are read."""
        if self._differing:
            names = listed(sorted(self._differing))
            text = (
                f'"Inactive" differs between rows of one user: {names}; taken for active (call the '
                'column "Role Inactive" if it is about roles)'
            )
            self._sieve.tell(Severity.WARNING, text)
        yield from self._users.values()
