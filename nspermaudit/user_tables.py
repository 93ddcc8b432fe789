"""Tables about users: who has which role, who is active, what somebody may in any role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nspermaudit.companions import Assignment, GlobalGrant, User
from nspermaudit.entries import no_level
from nspermaudit.grouping import identify
from nspermaudit.headings import read_level
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.secrecy import masked
from nspermaudit.sifting import Row, Sieve
from nspermaudit.user_columns import are_global
from nspermaudit.users import Users

Fact = Assignment | GlobalGrant | User


def assignments(sieve: Sieve, rows: Iterable[Row]) -> Iterator[Fact]:
    """Who has which role; global permissions may stand beside. Users may be filled down."""
    users, global_grants = Users(sieve), _GlobalGrants(sieve)
    has_globals = are_global(sieve.columns.fields)
    for user, line, cells in _by_user(sieve, users, rows):
        if "other roles" not in sieve.columns.fields:
            roles = [identify(sieve, cells).key]
        else:
            roles = [role.strip() for role in sieve.cell(cells, "other roles").split(",")]
        if not user or not any(roles):
            sieve.fault("the row names no user or no role", line)
            continue
        place = Location(sieve.path, line)
        yield from (Assignment(user, masked(role), place) for role in roles if role)
        if has_globals:
            global_grants.take(user, cells, line)
    yield from users.facts()
    yield from global_grants.facts()


def facts(sieve: Sieve, rows: Iterable[Row]) -> Iterator[Fact]:
    """What is known of users: SuiteQL ``employee``, or an employee search without roles."""
    users = Users(sieve)
    for line, cells in rows:
        if not users.of(cells, line):
            sieve.fault("the row names no user", line)
    yield from users.facts()


def global_grants(sieve: Sieve, rows: Iterable[Row]) -> Iterator[Fact]:
    """The global permissions of users; users may be filled down."""
    users, grants = Users(sieve), _GlobalGrants(sieve)
    for user, line, cells in _by_user(sieve, users, rows):
        if user:
            grants.take(user, cells, line)
        else:
            sieve.fault("the row names no user", line)
    yield from users.facts()
    yield from grants.facts()


def _by_user(
    sieve: Sieve, users: Users, rows: Iterable[Row]
) -> Iterator[tuple[str, int, Sequence[str]]]:
    user = ""
    for line, cells in rows:
        own = users.of(cells, line)
        sieve.users_filled_down += not own
        user = own or user
        yield user, line, cells


class _GlobalGrants:
    """The global permissions that a table names; of two levels the higher counts."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        fields = sieve.columns.fields
        names = ("global permission", "permission id", "permission")
        self._permission = next((name for name in names if name in fields), "")
        self._level = "global level" if "global level" in fields else "level"
        self._found: dict[tuple[str, str], GlobalGrant] = {}

    def take(self, user: str, cells: Sequence[str], line: int) -> None:
        """Take one row; one without a permission says nothing."""
        written = masked(self._sieve.cell(cells, self._permission))
        word = self._sieve.cell(cells, self._level)
        if not written:
            if word:
                self._sieve.fault(f'the level "{word}" has no permission', line)
            return
        permission = self._sieve.resolve(written)
        level = read_level(word, self._sieve.reading.levels)
        if level is None:
            self._sieve.fault(no_level(word, permission.name), line)
        grant = GlobalGrant(user, permission, level, Location(self._sieve.path, line))
        known = self._found.setdefault((user, permission.id), grant)
        if known.level != level:
            if None not in (known.level, level):
                text = f"{permission.name} has two levels here for one user: the higher counts"
                self._sieve.tell(Severity.WARNING, text, line)
            if grant.outweighs(known):
                self._found[user, permission.id] = grant

    def facts(self) -> Iterator[GlobalGrant]:
        """All of them, once the rows are read."""
        yield from self._found.values()
