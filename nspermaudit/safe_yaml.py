"""YAML from strangers into a document, by way of PyYAML's event interface.

No recursion, no aliases, no tags, no YAML 1.1 surprises (``NO``, ``on``, dates and ``2026.2`` stay
text): a document from a repository that is being linted is hostile until shown otherwise.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from nspermaudit.documents import Document, Path
from nspermaudit.errors import DocumentError, Fault
from nspermaudit.model import Location

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 50_000

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


class _Place(NamedTuple):
    """A line and a column, counted from 0 as PyYAML does."""

    line: int
    column: int


def _mark_of(error: yaml.YAMLError, data: bytes) -> Any:
    """The place of an error that knows only how many bytes stand before it."""
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return None
    before = data[:position]
    column = position - (before.rfind(b"\n") + 1)
    return _Place(before.count(b"\n"), column)


class _Container:
    """A mapping or a list that is being filled; ``key`` is the mapping key whose turn it is."""

    def __init__(self, value: dict[str, Any] | list[Any], path: Path) -> None:
        self.value = value
        self.path = path
        self.key: str | None = None


def load(data: bytes, path: str) -> Document:
    """Read one YAML document.

    Duplicate keys, anchors, tags and the like are noted as faults and reading goes on.
    Raises DocumentError where that is impossible: no YAML, too large, nested too deeply.
    """
    reader = _Reader(Document(path))
    if len(data) > MAX_BYTES:
        reader.stop(f"larger than {MAX_BYTES} bytes")
    try:
        for event in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            reader.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or _mark_of(error, data)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        reader.stop(f"not valid YAML: {what}", mark)
    except (UnicodeError, ValueError, OverflowError):
        reader.stop("not valid UTF-8, or an escape that is no character")
    return reader.document


class _Reader:
    """Builds a document out of YAML events."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.stack: list[_Container] = []
        self.nodes = 0
        self.documents = 0

    def stop(self, text: str, mark: Any = None) -> None:
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        fault = Fault(Location(self.document.path, *place), text)
        raise DocumentError([*self.document.faults, fault])

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_extras(event)
            self._place(_scalar(event), event.start_mark)
        elif isinstance(event, yaml.AliasEvent):
            self._note("an alias (*name) is not allowed: write it out", event.start_mark)
            self._place(None, event.start_mark)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_extras(event)
            self._open(
                {} if isinstance(event, yaml.MappingStartEvent) else [],
                event.start_mark,
            )
        elif isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.stop("one document to a file", event.start_mark)

    def _note(self, text: str, mark: Any) -> None:
        place = Location(self.document.path, mark.line + 1, mark.column + 1)
        self.document.faults.append(Fault(place, text))

    def _refuse_extras(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent) and _SURROGATE.search(event.value):
            self._note("half a character (a lone surrogate) is not allowed", event.start_mark)
        if event.anchor:
            self._note("an anchor (&name) is not allowed: write it out", event.start_mark)
        if event.tag not in (None, "!"):
            self._note(f"a tag ({event.tag}) is not allowed", event.start_mark)

    def _open(self, container: dict[str, Any] | list[Any], mark: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self.stop("nested too deeply", mark)
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            self.stop("a key must be text, not a mapping or a list", mark)
        self.stack.append(_Container(container, self._place(container, mark)))

    def _place(self, value: Any, mark: Any) -> Path:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.stop(f"more than {MAX_NODES} values", mark)
        path = self._attach(value, mark)
        self.document.marks.setdefault(path, (mark.line + 1, mark.column + 1))
        return path

    def _attach(self, value: Any, mark: Any) -> Path:
        if not self.stack:
            self.document.value = value
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            return (*top.path, len(top.value) - 1)
        if top.key is None:
            key = value if isinstance(value, str) else _as_key(value)
            if key in top.value:
                self._note(f'duplicate key "{key}"', mark)
            top.key = key
            return (*top.path, key)
        path = (*top.path, top.key)
        top.value[top.key] = value
        top.key = None
        return path


def _as_key(value: Any) -> str:
    return "null" if value is None else str(value).lower()


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:  # quoted, or a block
        return text
    if text.casefold() in _WORDS:
        return _WORDS[text.casefold()]
    return int(text) if _INTEGER.fullmatch(text) else text
