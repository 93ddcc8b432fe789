"""Permissions of SDF objects that repeat themselves: each distinct one is read once.

NetSuite writes every ``<permission>`` in one shape, and all roles hold the same few thousand
(permission, level) pairs. So an object is cut at its permissions: what is left, with one empty
permission in their place, is read as XML, and each distinct permission is matched once and then
looked up. Content without markup declarations is closed under concatenation, so the parts are
well-formed as they stood together if they are apart. The plain reader stays the definition of what
is right: an object in any other shape is not cut, and it reads it whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from nspermaudit import catalog
from nspermaudit.model import Grant, Level, Location, Permission

MAX_KNOWN = 100_000

_OPEN, _CLOSE, _EMPTY = b"<permission>", b"</permission>", b"<permission></permission>"
_KEY = rb"[!-%'-;=?-~](?:[ -%'-;=?-~]*[!-%'-;=?-~])?"
_ONE = re.compile(
    rb"\n[ \t]*<permkey>(" + _KEY + rb")</permkey>"
    rb"\n[ \t]*<permlevel>([A-Z]+)</permlevel>"
    rb"(?:\n[ \t]*<restriction>([A-Z]*)</restriction>)?"
    rb"\n[ \t]*</permission>[ \t\n]*"
)
_NOT_PLAIN = (b"<!", b"<?", b"\r", b"\0", b"\xef\xbb\xbf")


class Fragment(NamedTuple):
    """One permission: what it grants, where its level stands in it, how many lines it takes."""

    id: str
    lines: int
    permission: Permission
    level: Level
    written: str
    restriction: str
    line: int
    column: int


_ID, _LINES = itemgetter(0), itemgetter(1)
_known: dict[bytes, Fragment] = {}


class Cut(NamedTuple):
    """An object without its permissions, these by position, and the line where they begin."""

    skeleton: bytes
    fragments: list[Fragment]
    positions: dict[str, int]
    line: int


def cut(data: bytes) -> Cut | None:
    """Cut an object at its permissions; None if it is not in the shape that NetSuite writes."""
    head, *rest = data.split(_OPEN)
    if not rest:
        return None
    last, close, tail = rest[-1].partition(_CLOSE)
    rest[-1] = last + close
    skeleton = head + _EMPTY + tail
    if any(mark in skeleton for mark in _NOT_PLAIN):
        return None
    try:
        fragments = [*map(_known.__getitem__, rest)]
    except KeyError:
        if not all(map(_learn, set(rest).difference(_known))):
            return None
        fragments = [*map(_known.__getitem__, rest)]
    positions = dict(zip(map(_ID, fragments), range(len(fragments)), strict=True))
    if len(positions) < len(fragments):
        return None  # a permission that stands there twice
    return Cut(skeleton, fragments, positions, head.count(b"\n") + 1)


def _learn(text: bytes) -> bool:
    """Read one permission and remember it; False if it is in another shape."""
    found = _ONE.fullmatch(text)
    if found is None:
        return False
    if len(_known) >= MAX_KNOWN:
        _known.clear()
    key = found[1].decode("ascii")
    try:
        level = Level.parse(found[2].decode("ascii"))
    except ValueError:
        return False
    place = found.start(2) - len(b"<permlevel>")
    before = text[:place]
    permission = catalog.load().resolve_key(key)
    _known[text] = Fragment(
        id=permission.id,
        lines=text.count(b"\n"),
        permission=permission,
        level=level,
        written=key,
        restriction=(found[3] or b"").decode("ascii"),
        line=before.count(b"\n"),
        column=place - before.rindex(b"\n"),
    )
    return True


class Held(Mapping[str, Sequence[Grant]]):
    """The grants of an object that was cut, by permission, made when somebody asks."""

    def __init__(self, path: str, parts: Cut) -> None:
        self._path = path
        self._parts = parts
        self._lines: list[int] = []

    def __getitem__(self, key: str) -> tuple[Grant, ...]:
        position = self._parts.positions[key]
        if not self._lines:
            taken = map(_LINES, self._parts.fragments)
            self._lines = [*accumulate(taken, initial=self._parts.line)]
        found = self._parts.fragments[position]
        place = Location(self._path, self._lines[position] + found.line, found.column)
        grant = Grant(found.permission, found.level, place, found.restriction, found.written)
        return (grant,)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts.positions)

    def __len__(self) -> int:
        return len(self._parts.positions)
