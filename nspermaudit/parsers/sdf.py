"""SuiteCloud SDF role objects: ``<role scriptid="customrole...">``, with line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING

from nspermaudit import catalog
from nspermaudit.attributes import WORD_OF_FIELD, parse_attribute
from nspermaudit.errors import InputError, OtherReadingError
from nspermaudit.finding import MAX_MESSAGES, MAX_TOLD, Message, RowCount
from nspermaudit.model import AttributeValue, Grant, Level, Location, Permission, Role
from nspermaudit.rule import Severity
from nspermaudit.secrecy import masked
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Head, Reader

if TYPE_CHECKING:
    from nspermaudit.fragments import Cut

ROOTS = ("role", "customrole")
EMPTY_ENTRY = "an empty permission element was ignored"

# Children of <role> that hold lists; besides them come simple fields (WORD_OF_FIELD), custom
# fields, and these: NetSuite help, "role" (SDFxml_2121043136).
_LISTS = ("permissions", "recordrestrictions")
_OTHER_FIELDS = ("name",)
_PERMISSION = ("permissions", "permission")
_DEPTH_OF_PARTS = 3
_MAX_FAULTS = 10_000
_MAX_FRAMES = 1000
_PARTS = ("permkey", "permlevel", "restriction")


def recognises(head: Head, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether the document's root element is a role's."""
    return head.root.name.casefold() in ROOTS


def holds_roles(source: Source, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Always: that is what the root element says."""
    return True


def parse(source: Source, reading: Reading) -> Iterator[Role | Message | RowCount]:
    """One role, what is odd about its file, and the number of its permission entries.

    Raises InputError where the file is no well-formed XML or has a DOCTYPE.
    """
    data = source.read()
    parts = _cut(data, source.path) if reading.many and not reading.plain else None
    if parts:
        yield RowCount(len(parts.held))
        yield _put_together(source.path, parts)
        return
    builder = _built(source.path, data)
    role = builder.finish()
    yield from builder.messages
    yield RowCount(builder.entries)
    yield role


_FRAME = rb"(?s)([^\"]*<role scriptid=\")([a-z0-9_]+)(\"[^\"]*?<name>)([ -%'-;=?-~]*)(</name>.*)"
_frames: dict[tuple[bytes, ...], Role] = {}
"""The roles of objects that differ in their ids, names and permissions alone, one of each kind."""


def _cut(data: bytes, path: str) -> Cut | None:
    from nspermaudit import fragments  # noqa: PLC0415 - start-up: of no use for a few files

    return fragments.cut(data, path)


def _put_together(path: str, parts: Cut) -> Role:
    """The role of an object that was cut; OtherReadingError where there is more to say of it."""
    frame = re.fullmatch(_FRAME, parts.skeleton)
    like = _like(frame, path) if frame else None
    if frame is None or like is None:
        return _read_skeleton(path, parts.skeleton)._replace(held=parts.held)
    place = like.location._replace(path=path)
    return like._replace(
        id=frame[2].decode(), name=frame[4].decode(), held=parts.held, location=place
    )


def _like(frame: re.Match[bytes], path: str) -> Role | None:
    """The role of such an object but for its id and its name; None if these stand elsewhere.

    That they stand where the expression finds them is proved by reading the object once with
    another text in both places, one too long to stand anywhere else in it.
    """
    kind = frame.group(1, 3, 5)
    like = _frames.get(kind)
    if like is None and len(_frames) < _MAX_FRAMES:
        probe = b"x" * len(frame[0])
        like = _read_skeleton(path, probe.join(kind))
        if not like.id == like.name == probe.decode():
            return None
        _frames[kind] = like
    return like


def _read_skeleton(path: str, skeleton: bytes) -> Role:
    try:
        builder = _built(path, skeleton)
    except InputError:  # its place is another one in the whole object
        raise OtherReadingError(plain=True) from None
    role = builder.finish()
    if builder.entries != 1 or [item.text for item in builder.messages] != [EMPTY_ENTRY]:
        raise OtherReadingError(plain=True)
    return role


def _built(path: str, data: bytes) -> _Builder:
    reader = Reader(path)
    builder = _Builder(reader)
    reader.feed(data, last=True)
    return builder


class _Entry:
    """A ``<permission>`` element: its parts as text, each with its place."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self.parts: dict[str, tuple[str, Location]] = {}
        self.is_faulty = False

    def text(self, part: str) -> str:
        return self.parts[part][0].strip() if part in self.parts else ""

    def place(self, part: str) -> Location:
        return self.parts[part][1] if part in self.parts else self.location


class _Builder:
    """Listens to a parser and puts a role together."""

    def __init__(self, reader: Reader) -> None:
        self.messages: list[Message] = []
        self._worst = Severity.INFO
        self._told = 0
        self.entries = 0
        self._reader = reader
        self._open: list[str] = []
        self._text: list[str] = []
        self._place = self._root = Location(reader.path)
        self._element = ""
        self._script_id = ""
        self._fields: dict[str, str] = {}
        self._entry: _Entry | None = None
        self._grants: list[Grant] = []
        self._unread: dict[str, Permission] = {}
        reader.parser.StartElementHandler = self._start
        reader.parser.EndElementHandler = self._end
        reader.parser.CharacterDataHandler = self._text.append

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        depth = len(self._open)
        self._reader.refuse_excess(depth, attributes)
        self._open.append(name)
        self._text.clear()
        if depth == 0:
            self._element, self._root = name, self._reader.here()
            self._script_id = attributes.get("scriptid", "").strip()
        elif depth == 2 and tuple(self._open[1:]) == _PERMISSION:  # noqa: PLR2004 - a level of nesting
            self._entry = _Entry(self._reader.here())
            self.entries += 1
            if attributes:
                text = "attributes of <permission> are not read: write <permkey> and <permlevel>"
                self._tell(Severity.ERROR, text, self._entry.location)
        elif depth == 2 and self._open[1] == "permissions":  # noqa: PLR2004 - a level of nesting
            hint = " (did you mean <permission>?)" if name.startswith("perm") else ""
            text = f"<{name}> in <permissions> was ignored{hint}"
            self._tell(Severity.ERROR, text, self._reader.here())
        elif depth > _DEPTH_OF_PARTS and self._entry is not None:
            self._entry.is_faulty = True
            text = f"<{name}> inside <{self._open[_DEPTH_OF_PARTS]}>: its level is not known"
            self._tell(Severity.ERROR, text, self._reader.here())
        elif depth == 1 or self._entry is not None:
            self._place = self._reader.here()

    def _end(self, name: str) -> None:
        self._open.pop()
        depth = len(self._open)
        text = "".join(self._text)
        self._text.clear()
        if depth == 1:
            self._take_field(name, text)
        elif depth == 2 and self._entry is not None:  # noqa: PLR2004 - a level of nesting
            self._take_grant(self._entry)
            self._entry = None
        elif depth == 3 and self._entry is not None:  # noqa: PLR2004 - a level of nesting
            self._take_part(self._entry, name, text)

    def _tell(self, severity: Severity, text: str, location: Location) -> None:
        self._told += 1
        if self._told > _MAX_FAULTS:
            raise InputError(f"more than {_MAX_FAULTS} faults in one object", location)
        if len(self.messages) <= MAX_MESSAGES or severity > self._worst:  # more are not kept
            self.messages.append(Message(location, severity, text))
            self._worst = max(self._worst, severity)

    def _take_field(self, name: str, text: str) -> None:
        known = name in WORD_OF_FIELD or name in _LISTS or name in _OTHER_FIELDS
        if not known and not name.startswith("custrecord"):
            near = _nearest(name) if len(self.messages) < MAX_TOLD else ""
            hint = f" (did you mean <{near}>?)" if near else ""
            text = f"<{name}> is no field of a role and was ignored{hint}"
            is_grant = name.casefold().startswith("perm")
            self._tell(Severity.ERROR if is_grant else Severity.WARNING, text, self._place)
        elif name in self._fields and name not in _LISTS:
            self._tell(Severity.ERROR, f"<{name}> stands here twice", self._place)
        else:
            self._fields[name] = text

    def _take_part(self, entry: _Entry, name: str, text: str) -> None:
        if name not in _PARTS:
            self._tell(Severity.WARNING, f"<{name}> in a permission was ignored", self._place)
        elif name in entry.parts:
            entry.is_faulty = True
            self._tell(Severity.ERROR, f"<{name}> stands twice in one permission", self._place)
        else:
            entry.parts[name] = (text, self._place)

    def _take_grant(self, entry: _Entry) -> None:
        key, word = masked(entry.text("permkey")), entry.text("permlevel")
        if not key:
            severity = Severity.ERROR if word else Severity.WARNING
            text = "a permission without <permkey> was ignored" if word else EMPTY_ENTRY
            self._tell(severity, text, entry.location)
            return
        permission = catalog.load().resolve_key(key)
        if entry.is_faulty:
            self._unread[permission.id] = permission
            return
        try:
            level = Level.parse(word)
        except ValueError:
            self._tell_level(permission, word, entry.place("permlevel"))
            return
        place, restriction = entry.place("permlevel"), masked(entry.text("restriction"))
        self._grants.append(Grant(permission, level, place, restriction, key))

    def _tell_level(self, permission: Permission, word: str, location: Location) -> None:
        what = f'"{word}" is no level' if word else "the level is missing"
        wanted = ", ".join(level.name for level in Level)
        self._tell(Severity.ERROR, f"{what} for {permission.id} (one of {wanted})", location)
        self._unread[permission.id] = permission

    def finish(self) -> Role:
        if not self._script_id:
            self._tell(Severity.ERROR, "the role has no scriptid", self._root)
        attributes: dict[str, AttributeValue] = {}
        for name, text in self._fields.items():
            word = WORD_OF_FIELD.get(name)
            value = parse_attribute(word, text) if word else None
            if word and value is not None:
                attributes[word] = value
        return Role.of(
            role_id=self._script_id.casefold() or self._fields.get("name", "").strip(),
            name=self._fields.get("name", ""),
            grants=self._grants,
            location=self._root,
            attributes=MappingProxyType(attributes),
            unread=MappingProxyType(self._unread),
            format="sdf",
            element=self._element,
        )


def _nearest(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - start-up: only odd files need it

    near = get_close_matches(name, [*WORD_OF_FIELD, *_LISTS, *_OTHER_FIELDS], n=1, cutoff=0.7)
    return near[0] if near else ""
