"""Roles, or users, by permissions: every level at one glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from nspermaudit import catalog
from nspermaudit.access import Access, effective, is_inactive, title, united
from nspermaudit.errors import UsageError
from nspermaudit.model import Level, Location, Permission
from nspermaudit.snapshot import Standing
from nspermaudit.style import one_line

NO_CATEGORY = "Other"
ABOUT = ("permission_id", "permission_name", "permission_category")
"""What stands before the levels of a row; no column of levels is called so."""


class Column(NamedTuple):
    """A role, or a user over all roles that somebody can work in; ``name`` is unique in a matrix.

    ``note`` is "inactive" for what nobody can work in, or why a user cannot log in. ``unread`` are
    the ids of permissions whose level could not be read.
    """

    id: str
    name: str
    note: str
    grants: Mapping[str, Standing]
    unread: frozenset[str]

    def level(self, permission_id: str) -> Level | None:
        """The level of a permission, ``Level.NONE`` without a grant; None if it is not known."""
        standing = self.grants.get(permission_id)
        if standing is None:
            return None if permission_id in self.unread else Level.NONE
        return standing.level

    def place(self, permission_id: str) -> Location:
        """Where the grant of a permission stands."""
        return self.grants[permission_id].location


class Matrix(NamedTuple):
    """Columns of levels; ``what`` they are is "role" or "user".

    ``permissions`` are in the order of their categories and names, ``columns`` in that of their
    names.
    """

    what: str
    columns: tuple[Column, ...]
    permissions: tuple[Permission, ...]
    access: Access


def matrix(
    access: Access,
    *,
    globs: Sequence[str] = (),
    of_users: bool = False,
    only_differences: bool = False,
) -> Matrix:
    """Put levels together, one row a permission.

    ``globs`` are of ids, names or categories of permissions: only these. ``only_differences``
    leaves out what is equal in all columns. Raises UsageError for a glob that no permission fits.
    """
    columns = sorted(
        _users(access) if of_users else _roles(access),
        key=lambda column: (column.name.casefold(), column.id),
    )
    columns = [*_apart(columns)]
    held = {key for column in columns for key in (*column.grants, *column.unread)}
    for glob in globs:
        _refuse_unknown(glob, access)
    permissions = [
        access.permissions[key]
        for key in held
        if not globs or any(_fits(access.permissions[key], glob) for glob in globs)
    ]
    if only_differences:
        permissions = [item for item in permissions if _differs(item.id, columns)]
    permissions.sort(key=lambda item: (item.category or "~", item.name.casefold(), item.id))
    return Matrix("user" if of_users else "role", tuple(columns), tuple(permissions), access)


def _fits(permission: Permission, glob: str) -> bool:
    texts = (permission.id, permission.name, permission.category or NO_CATEGORY)
    return any(fnmatchcase(text.casefold(), glob.casefold()) for text in texts)


def _refuse_unknown(glob: str, access: Access) -> None:
    known = (*access.permissions.values(), *catalog.load())
    if not any(_fits(permission, glob) for permission in known):
        near = catalog.load().suggest(glob)
        hint = f' (did you mean "{near}"?)' if near else ""
        raise UsageError(f'no permission or category is called "{one_line(glob)}"{hint}')


def _differs(permission_id: str, columns: Iterable[Column]) -> bool:
    return len({column.level(permission_id) for column in columns}) > 1


def _roles(access: Access) -> Iterable[Column]:
    for known in access.roles.values():
        note = "inactive" if is_inactive(known) else ""
        yield Column(known.id, title(known), note, known.grants(), known.unread)


def _users(access: Access) -> Iterable[Column]:
    """Users with the highest level of each permission over the roles that they can work in."""
    grants = {key: known.grants() for key, known in access.roles.items()}
    for person in access.persons:
        active = [key for key in person.roles if not is_inactive(access.roles[key])]
        overrides = person.overrides
        unread = {key for role in active for key in access.roles[role].unread} - overrides.keys()
        unread |= {key for key, grant in overrides.items() if grant.level is None}
        yield Column(
            person.label,
            person.label,
            person.state,
            united(effective(grants[key], person) for key in active),
            frozenset(unread),
        )


def _apart(columns: Sequence[Column]) -> Iterable[Column]:
    """The columns, those of one name told apart by their ids, else by their number."""
    times: dict[str, int] = {}
    for column in columns:
        times[column.name] = times.get(column.name, 0) + 1
    taken = {*ABOUT}
    for column in columns:
        name = column.name if times[column.name] == 1 else f"{column.name} ({column.id})"
        number, plain = 1, name
        while name in taken:
            number += 1
            name = f"{plain} ({number})"
        taken.add(name)
        yield column._replace(name=name)
