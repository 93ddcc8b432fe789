"""Changing a list in a YAML file that people wrote: every byte beside it stays as it is.

The list is found by the marks of ``safe_yaml``; what has another form than one line or more for
each entry, below a key of its own, is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from nspermaudit import safe_yaml
from nspermaudit.errors import DocumentError

_PLAIN = re.compile(
    r"[A-Za-z][\w.,()/-]*(?: [\w.(][\w.,()/-]*)*|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII
)
_WORDS = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
_INDENT = 2


class NotSafeError(Exception):
    """The file cannot be changed safely; the text says why."""


def entry(values: Mapping[str, str]) -> list[str]:
    """A mapping as the lines of a list's entry, without line ends and before any indentation."""
    lines = [f"{key}: {scalar(value)}" for key, value in values.items()]
    return [f"{'- ' if number == 0 else '  '}{line}" for number, line in enumerate(lines)]


def scalar(text: str) -> str:
    """A text as YAML, on one line: plain if nothing in it has a meaning, else in quotes."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return '"' + "".join(map(_in_quotes, text)) + '"'


def _in_quotes(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def with_entry(data: bytes, key: str, values: Mapping[str, str]) -> bytes:
    """A file with one entry more at the end of a list; the key is added if it is not there.

    Raises NotSafeError if that cannot be done without touching anything else, DocumentError if the
    file is no YAML.
    """
    text = _Text(data, key)
    changed = text.with_lines(entry(values))
    wanted = dict(text.value)
    wanted[key] = [*text.items, dict(values)]
    return _verified(changed, wanted)


def without_entries(data: bytes, key: str, indexes: Collection[int]) -> bytes:
    """A file without some entries of a list, and without the key if none is left.

    Raises as ``with_entry`` does.
    """
    text = _Text(data, key)
    wanted = dict(text.value)
    wanted[key] = [item for index, item in enumerate(text.items) if index not in indexes]
    if not wanted[key]:
        del wanted[key]
    changed = text.without(indexes)
    if not text.lines[-1].endswith("\n"):  # what comes last now has no line end either, if it may
        with suppress(NotSafeError):
            return _verified(changed.removesuffix("\n").removesuffix("\r"), wanted)
    return _verified(changed, wanted)


def _verified(text: str, wanted: Any) -> bytes:
    """The bytes of a changed text, if it says exactly what is wanted."""
    data = text.encode()
    try:
        document = safe_yaml.load(data, "")
        document.refuse_if_faulty()
    except DocumentError:
        raise NotSafeError("it is not laid out in a way that can be changed safely") from None
    if (document.value or {}) != wanted:
        raise NotSafeError("another part of it would change its meaning")
    return data


class _Text:
    """The lines of a file, with their ends, and where the entries of the list stand in them."""

    def __init__(self, data: bytes, key: str) -> None:
        self.key = key
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise NotSafeError("it is not UTF-8") from None
        document = safe_yaml.load(data, "")
        document.refuse_if_faulty()
        self.value: dict[str, Any] = {} if document.value is None else document.value
        if re.search("\r(?!\n)|[\x85\u2028\u2029]", text):
            raise NotSafeError("it has line ends of an unusual kind")
        if re.search(r"^\.\.\.\s", text + "\n", re.MULTILINE):
            raise NotSafeError('it ends with "..."')
        self.lines: list[str] = re.findall("[^\n]*\n|[^\n]+", text)
        self.items: list[Any] = self.value.get(key, [])
        self.marks = document.marks
        self.starts = [self._start(index) for index in range(len(self.items))]
        if key in self.value and not self.items:
            raise NotSafeError(f'"{key}" stands there without entries')

    def _start(self, index: int) -> int:
        """The number of the line, from 0, on which an entry begins, alone."""
        line, column = self.marks[self.key, index]
        before = self.lines[line - 1][: column - 1]
        if not re.fullmatch(r" *- +", before):
            raise NotSafeError(f'the entries of "{self.key}" do not begin on lines of their own')
        return line - 1

    def _dash(self, index: int) -> int:
        return self.lines[self.starts[index]].index("-")

    def _end(self, index: int) -> int:
        """The number of the line after an entry, without blank lines and comments after it."""
        end = self._limit(index)
        dash = self._dash(index)
        while re.fullmatch(rf"\s*|[ \t]{{0,{dash}}}#.*\s*", self.lines[end - 1]):
            end -= 1
        return end

    def _limit(self, index: int) -> int:
        """The number of the line on which what comes after an entry begins."""
        if index + 1 < len(self.items):
            return self.starts[index + 1]
        start = self.starts[index]
        below = (
            line - 1
            for path, (line, _) in self.marks.items()
            if path[:1] != (self.key,) and line - 1 > start
        )
        return min(below, default=len(self.lines))

    def with_lines(self, new: Sequence[str]) -> str:
        """The text with the lines of one entry more."""
        place, indent, lines = len(self.lines), " " * _INDENT, list(new)
        if self.items:
            place, indent = self._end(len(self.items) - 1), " " * self._dash(-1)
        lines = [indent + line for line in lines]
        if not self.items:
            lines.insert(0, f"{self.key}:")
        before, after = self.lines[:place], self.lines[place:]
        end = "\r\n" if self.lines and self.lines[0].endswith("\r\n") else "\n"
        if before and not before[-1].endswith("\n"):  # then it ends without one as well
            return "".join(before) + end + end.join(lines)
        return "".join((*before, *(line + end for line in lines), *after))

    def without(self, indexes: Collection[int]) -> str:
        """The text without the lines of some entries."""
        gone = {line for index in indexes for line in range(self.starts[index], self._end(index))}
        if len(set(indexes)) == len(self.items):
            gone.add(self._key_line())
        return "".join(line for number, line in enumerate(self.lines) if number not in gone)

    def _key_line(self) -> int:
        line = self.marks[(self.key,)][0] - 1
        if not re.fullmatch(rf"{self.key}:\s*(?:#.*)?\s*", self.lines[line]):
            raise NotSafeError(f'"{self.key}" shares its line')
        return line
