"""Tables of any format: what kind it is, and the roles or the companion facts in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from types import MappingProxyType

from nspermaudit import catalog, registers, user_columns, user_tables
from nspermaudit.companions import (
    AccessToken,
    Assignment,
    GlobalGrant,
    Integration,
    RoleFacts,
    User,
)
from nspermaudit.entries import no_level
from nspermaudit.errors import InputError, NotAnExportError
from nspermaudit.finding import Message, RowCount
from nspermaudit.grouping import Grouping, identify, read_attributes
from nspermaudit.headings import HEAD_ROWS, Columns, columns_of, is_category, read_level, squeezed
from nspermaudit.model import Grant, Location, Permission, Role
from nspermaudit.rule import Severity
from nspermaudit.secrecy import masked
from nspermaudit.sifting import Row, Sieve
from nspermaudit.source import Reading

Fact = (
    Role
    | RoleFacts
    | Assignment
    | User
    | GlobalGrant
    | Integration
    | AccessToken
    | Message
    | RowCount
)


def find_columns(
    path: str, rows: Iterable[Row], reading: Reading, *, only_plausible: bool = False
) -> tuple[int, Columns] | None:
    """Look for the headings in the first rows: the index of that row, and what it says.

    ``only_plausible`` passes over headings that rows follow which look like prose.

    Raises InputError if they hold a heading twice that matters.
    """
    head = list(islice(rows, HEAD_ROWS))
    cells = [row for _, row in head]
    for index, (line, row) in enumerate(head):
        try:
            found = columns_of(row, cells[index + 1 :], reading.columns, reading.levels)
        except InputError as error:
            raise InputError(error.text, Location(path, line)) from None
        if found and (not only_plausible or _is_plausible(found, cells[index + 1 :], reading)):
            return index, found
    return None


def _is_plausible(columns: Columns, body: Sequence[Sequence[str]], reading: Reading) -> bool:
    """Whether rows that follow headings look like rows of such a table, and not like prose.

    Most are as wide as the headings, and where they should grant something, one has a level or a
    permission that is known.
    """
    filled = [row for row in body if any(cell.strip() for cell in row)]
    width = len(columns.headings)
    if sum(len(row) == width for row in filled) * 2 < len(filled):
        return False
    if columns.kind != "permissions" or not filled:
        return True
    places = [columns.fields.get(name) for name in ("level", "permission id", "permission")]
    cells = [
        (place, row[column])
        for row in filled
        for place, column in enumerate(places)
        if column is not None and column < len(row)
    ]
    return any(
        read_level(text, reading.levels) is not None if place == 0 else _is_known(text)
        for place, text in cells
    )


def _is_known(text: str) -> bool:
    """Whether a cell names a permission, by id or by display name."""
    return catalog.load().find(text) is not None


def grants_permissions(columns: Columns) -> bool:
    """Whether a table of this kind holds grants, or is a companion of one that does."""
    return columns.kind in ("permissions", "matrix")


def read(
    path: str,
    rows: Iterable[Row],
    reading: Reading,
    form: str,
    *,
    fragment: str = "",
) -> Iterator[Fact]:
    """What a table says: roles, or what is known of them, and what was odd about its rows.

    ``form`` is the name of the format, ``fragment`` names the result that this is a page of.
    Raises NotAnExportError if no row holds headings that are known, InputError if the roles cannot
    be told, OtherReadingError if the rows of a role do not stand together although they should.
    """
    rows = iter(rows)
    head = list(islice(rows, HEAD_ROWS))
    found = find_columns(path, head, reading)
    if found is None:
        raise NotAnExportError(
            _headings_wanted(head, reading), Location(path, head[0][0] if head else 0)
        )
    index, columns = found
    sieve = Sieve(path, columns, reading, head[index][0])
    tell_of_headings(sieve)
    _tell_unread_globals(sieve)
    body = sieve.sift(chain(head[index + 1 :], rows))
    if columns.kind == "permissions":
        yield from Grouping(sieve, form, fragment=fragment).roles(body)
    else:
        yield from _READERS[columns.kind](sieve, body, form)
    yield from closing(sieve)


def closing(sieve: Sieve) -> Iterator[Message | RowCount]:
    """What is to be said of a table once its rows are read. Raises InputError if it has none."""
    if not sieve.count and not sieve.faulty:
        text = "headings of an export and no row below them (export it again)"
        raise InputError(text, Location(sieve.path, sieve.heading_line))
    yield from sieve.told()
    yield RowCount(sieve.count)


def tell_of_headings(sieve: Sieve) -> None:
    """Say which headings name secrets, and which of --map the table does not have."""
    registers.tell_secrets(sieve)
    known = {squeezed(heading) for heading in sieve.columns.headings}
    optional = () if sieve.columns.kind == "global" else user_columns.MAPPED
    for name, heading in sieve.reading.columns.items():
        if squeezed(heading) not in known and name not in optional:
            text = f'no heading "{heading}", as --map {name} says'
            sieve.tell(Severity.ERROR, text, sieve.heading_line)


def _tell_unread_globals(sieve: Sieve) -> None:
    """Say that a column speaks of global permissions where it cannot be read."""
    fields, kind = sieve.columns.fields, sieve.columns.kind
    is_read = kind != "permissions" and user_columns.are_global(fields)
    if user_columns.speak_of_globals(fields) and not is_read:
        text = (
            "the global permissions of this table are not read: give them as a table of their own, "
            "with the headings User, Global Permission and Global Permission Level"
        )
        sieve.tell(Severity.WARNING, text, sieve.heading_line)


def _headings_wanted(head: Sequence[Row], reading: Reading) -> str:
    seen = next((cells for _, cells in head if sum(map(bool, cells)) > 1), ())
    found = ", ".join(f'"{cell.strip()}"' for cell in seen[:12] if cell.strip()) or "none"
    cells = {squeezed(cell) for _, row in head for cell in row}
    for name, heading in reading.columns.items():
        if squeezed(heading) not in cells:
            return f'no heading "{heading}", as --map {name} says (found: {found})'
    return (
        f"no headings of a role export (found: {found}; wanted: Role, Permission, Level; "
        "name yours with --map role=...,permission=...,level=...)"
    )


def _matrix(sieve: Sieve, rows: Iterable[Row], form: str) -> Iterator[Fact]:
    """Show Role Differences: a row a permission, a column a role."""
    roles: list[list[Grant]] = [[] for _ in sieve.columns.headings]
    unread: list[dict[str, Permission]] = [{} for _ in sieve.columns.headings]
    a_row_is_equal = False
    for line, cells in _without_categories(sieve, rows):
        words = [cell.strip() for cell in cells[1:]]
        written = masked(cells[0].strip())
        permission = sieve.resolve(written)
        a_row_is_equal = a_row_is_equal or len(set(words)) == 1
        for column, word in enumerate(words, 1):
            level = read_level(word, sieve.reading.levels)
            if level is not None:
                place = Location(sieve.path, line)
                grant = Grant(permission, level, place, written=written)
                roles[column].append(grant)
            elif word:
                sieve.fault(no_level(word, permission.name), line)
                unread[column][permission.id] = permission
    for column, heading in enumerate(sieve.columns.headings):
        if roles[column] and not heading:
            text = f"column {column + 1} holds levels and its heading names no role"
            sieve.tell(Severity.ERROR, text, sieve.heading_line)
    if len(roles) > 2 and not a_row_is_equal:  # noqa: PLR2004 - the permissions and two roles
        text = "no permission is equal in all roles: maybe only the differences were exported"
        sieve.tell(Severity.WARNING, text)
    for column, heading in enumerate(sieve.columns.headings):
        if column and heading:
            yield Role.of(
                role_id=heading,
                name=heading,
                grants=roles[column],
                location=Location(sieve.path),
                unread=MappingProxyType(unread[column]),
                format=form,
                is_legible=_is_legible(roles[column]),
            )


def _is_legible(grants: Sequence[Grant]) -> bool:
    return sum(grant.permission.kind == "unknown" for grant in grants) * 2 <= len(grants)


def _without_categories(sieve: Sieve, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of a matrix that are about a permission."""
    for line, cells in rows:
        if is_category(cells[0]) and not any(cell.strip() for cell in cells[1:]):
            sieve.dropped += 1
            sieve.count -= 1
        else:
            yield line, cells


def _role_facts(sieve: Sieve, rows: Iterable[Row], form: str) -> Iterator[Fact]:  # noqa: ARG001 - one shape
    """SuiteQL ``role``: one row a role, with its attributes."""
    for line, cells in _only_table(sieve, rows):
        identity = identify(sieve, cells)
        attributes = MappingProxyType(read_attributes(sieve, cells))
        place = Location(sieve.path, line)
        number = identity.number or identity.script_id
        yield RoleFacts(number, identity.script_id, identity.name, attributes, place)


def _assignments(sieve: Sieve, rows: Iterable[Row], form: str) -> Iterator[Fact]:  # noqa: ARG001 - one shape
    """Who has which role."""
    return user_tables.assignments(sieve, _only_table(sieve, rows))


def _users(sieve: Sieve, rows: Iterable[Row], form: str) -> Iterator[Fact]:  # noqa: ARG001 - one shape
    """What is known of users."""
    return user_tables.facts(sieve, _only_table(sieve, rows))


def _global_grants(sieve: Sieve, rows: Iterable[Row], form: str) -> Iterator[Fact]:  # noqa: ARG001 - one shape
    """What users may whatever role they work in."""
    return user_tables.global_grants(sieve, _only_table(sieve, rows))


def _only_table(sieve: Sieve, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of a companion; if a table of grants begins below it, that is told."""
    for line, cells in rows:
        if _are_headings(cells, sieve.reading):
            text = "another table begins here and is not read: give it as a file of its own"
            sieve.fault(text, line)
            return
        yield line, cells


def _are_headings(cells: Sequence[str], reading: Reading) -> bool:
    try:
        return columns_of(cells, (), reading.columns, reading.levels) is not None
    except InputError:  # one that counts stands there twice
        return True


def _restrictions(sieve: Sieve, rows: Iterable[Row], form: str) -> Iterator[Fact]:  # noqa: ARG001 - one shape
    """Restrictions of roles by segment: recognised, counted, judged by no rule."""
    for _ in rows:
        pass
    yield Message(
        Location(sieve.path),
        Severity.INFO,
        "restrictions of roles: no rule judges them",
    )


_READERS = {
    "matrix": _matrix,
    "roles": _role_facts,
    "assignments": _assignments,
    "users": _users,
    "global": _global_grants,
    "restrictions": _restrictions,
    "integrations": registers.integrations,
    "tokens": registers.tokens,
}
