"""Permissions of SDF objects that repeat themselves: each distinct one is read once.

NetSuite writes every ``<permission>`` in one shape, and all roles hold the same few thousand
(permission, level) pairs. So an object is cut at its permissions: what is left, with one empty
permission in their place, is read as XML, and each distinct permission is matched once and then
looked up. Content without markup declarations is closed under concatenation, so the parts are
well-formed as they stood together if they are apart. The plain reader stays the definition of what
is right: an object in any other shape is not cut, and it reads it whole.
"""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from nspermaudit import catalog
from nspermaudit.held import Entry, Held, lines_of
from nspermaudit.model import Level

MAX_KNOWN = 100_000
"""With more distinct permissions than this the memory of them is emptied."""

_OPEN, _CLOSE, _EMPTY = b"<permission>", b"</permission>", b"<permission></permission>"
_KEY = rb"[!-%'-;=?-~](?:[ -%'-;=?-~]*[!-%'-;=?-~])?"
_ONE = re.compile(
    rb"\n[ \t]*<permkey>(" + _KEY + rb")</permkey>"
    rb"\n[ \t]*<permlevel>([A-Z]+)</permlevel>"
    rb"(?:\n[ \t]*<restriction>([A-Z]*)</restriction>)?"
    rb"\n[ \t]*</permission>[ \t\n]*"
)
_NOT_PLAIN = (b"<!", b"<?", b"\r", b"\0", b"\xef\xbb\xbf")

_known: dict[bytes, Entry] = {}


class Cut(NamedTuple):
    """An object without its permissions, and these."""

    skeleton: bytes
    held: Held


class _Lines:
    """The lines on which the permissions of an object begin, counted when somebody asks."""

    def __init__(self, head: bytes, entries: Sequence[Entry]) -> None:
        self._head = head
        self._entries = entries
        self._lines: list[int] = []

    def of(self, position: int) -> int:
        """The line of the permission at a position."""
        if not self._lines:
            first = self._head.count(b"\n") + 1
            self._lines = [*accumulate(map(lines_of, self._entries), initial=first)]
        return self._lines[position]


def cut(data: bytes, path: str) -> Cut | None:
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
        entries = [*map(_known.__getitem__, rest)]
    except KeyError:
        if len(_known) > MAX_KNOWN:
            _known.clear()
        if not all(map(_learn, set(rest).difference(_known))):
            return None
        entries = [*map(_known.__getitem__, rest)]
    held = Held(path, entries, _Lines(head, entries).of)
    return None if len(held) < len(entries) else Cut(skeleton, held)


def _learn(text: bytes) -> bool:
    """Read one permission and remember it; False if it is in another shape."""
    found = _ONE.fullmatch(text)
    if found is None:
        return False
    key = found[1].decode("ascii")
    try:
        level = Level.parse(found[2].decode("ascii"))
    except ValueError:
        return False
    place = found.start(2) - len(b"<permlevel>")
    before = text[:place]
    permission = catalog.load().resolve_key(key)
    _known[text] = Entry(
        id=permission.id,
        permission=permission,
        level=level,
        restriction=(found[3] or b"").decode("ascii"),
        written=key,
        lines=text.count(b"\n"),
        line=before.count(b"\n"),
        column=place - before.rindex(b"\n"),
    )
    return True
