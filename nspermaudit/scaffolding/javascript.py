"""Whether lines can safely be put at the end of a JavaScript file, told without running it."""

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<comment>//[^\n\r]*|/\*.*?\*/)
    |(?P<text>'(?:\\.|[^'\\\r\n])*'|"(?:\\.|[^"\\\r\n])*")
    |(?P<template>`(?:\\.|[^`\\])*`)
    |(?P<unended>(?:['"`]|/\*).*)
    |(?P<word>[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)
    |(?P<compared>[=!<>]=+|=>)
    |(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_STRANGE = ("<!--", "-->", "\u2028", "\u2029", "\0")
_MODULE_WORDS = {"import", "export", "await"}
_PAIRS = {")": "(", "]": "[", "}": "{"}
_RETURNS = "it returns before its end"
_STATEMENTS = {"if", "for", "while", "switch", "with", "catch", "await"}


class Token(NamedTuple):
    """A piece of a file; ``is_first`` says that its line has none before it."""

    kind: str
    text: str
    is_first: bool


class _Open(NamedTuple):
    """An open bracket: which, the number of its token, and whether it is in a function's body."""

    mark: str
    at: int
    is_in_function: bool


class _UncertainError(Exception):
    """The file holds something that this reader does not follow."""


def tokens(text: str) -> list[Token]:
    """What stands in a file, without blanks and comments."""
    found, is_first = [], True
    for piece in _TOKEN.finditer(text):
        kind = piece.lastgroup or ""
        if kind in {"space", "comment"}:
            is_first = is_first or "\n" in piece[0] or "\r" in piece[0]
        else:
            found.append(Token(kind, piece[0], is_first))
            is_first = False
    return found


def why_not_extendable(text: str) -> str:
    """Why statements at the end may not run, or not once all is said; empty if they will.

    Everything that this reader does not follow for certain (a regular expression, a template in a
    template) counts as a reason.
    """
    if text.startswith("#!") or any(mark in text for mark in _STRANGE):
        return "it has characters that are not followed here"
    try:
        return _reason(tokens(text))
    except _UncertainError as error:
        return str(error)


def exports_by(text: str, module: str) -> bool | None:
    """Whether ``module.exports`` is set, last of all, to what ``require(module)(...)`` returns.

    None if the module is required in a way that is not followed here: in a block, into a variable,
    after a return.
    """
    found = tokens(text)
    words = [token.text for token in found]
    required = [
        at
        for at, token in enumerate(found)
        if token.kind == "text"
        and token.text[1:-1] == module
        and [*words[max(0, at - 2) : at], *words[at + 1 : at + 2]] == ["require", "(", ")"]
    ]
    if not required:
        return False
    start, end = required[-1] - 4, required[-1] + 2
    if words[max(0, start) : start + 2] != ["module.exports", "="] or words[end : end + 1] != ["("]:
        return None
    is_set_again = ("module.exports", "=") in zip(words[end:], words[end + 1 :], strict=False)
    before = words[:start]
    is_in_block = any(before.count(mark) != before.count(_PAIRS[mark]) for mark in _PAIRS)
    return None if is_set_again or is_in_block or _returns(found[:start]) else True


def _returns(found: list[Token]) -> bool:
    try:
        return _reason(found) == _RETURNS
    except _UncertainError:  # it was put there by hand, where init does not follow
        return False


def _reason(found: list[Token]) -> str:
    brackets = _Brackets(found)
    is_assigned = False
    for at, (kind, part, _) in enumerate(found):
        after = found[at + 1].text if at + 1 < len(found) else ""
        if kind == "template" and "${" in part and re.search("['\"`]", part[1:-1]):
            raise _UncertainError("it has a template in which there is a text")
        if kind == "unended":
            raise _UncertainError("it has a text or a comment that does not end")
        if kind == "other":
            brackets.follow(at)
        elif kind == "word" and not brackets.open and part.partition(".")[0] in _MODULE_WORDS:
            return f'it is no CommonJS module (it has "{part}")'
        elif kind == "word" and part == "return" and not brackets.is_in_function:
            return _RETURNS
        elif part in ("module.exports", "exports") and after == "=":
            if brackets.open:
                return f"{part} is set in a block or a function"
            is_assigned = is_assigned or part == "module.exports"
    if brackets.open:
        raise _UncertainError("its brackets do not match")
    return "" if is_assigned else "it does not set module.exports"


class _Brackets:
    """The brackets that are open where a reader stands."""

    def __init__(self, found: list[Token]) -> None:
        self.open: list[_Open] = []
        self._found = found
        self._closed = 0  # where the pair that was closed last opens

    @property
    def is_in_function(self) -> bool:
        """Whether a function's body is around it."""
        return bool(self.open) and self.open[-1].is_in_function

    def follow(self, at: int) -> None:
        """Go past a token that is one character."""
        mark = self._found[at].text
        if mark in "/\\":
            raise _UncertainError(f"it has a {mark} that is not followed here")
        if mark in "([{":
            is_body = mark == "{" and self._begins_body(at)
            self.open.append(_Open(mark, at, is_body or self.is_in_function))
        elif mark in _PAIRS:
            if not self.open or self.open[-1].mark != _PAIRS[mark]:
                raise _UncertainError("its brackets do not match")
            self._closed = self.open.pop().at

    def _begins_body(self, at: int) -> bool:
        """Whether a brace begins the body of a function; if that is not certain, no.

        Between a call and a block there is the end of a line; a method's head and body may stand
        on one, and then nothing but the keywords of statements has such brackets.
        """
        before = self._found[at - 1].text if at else ""
        if before != ")":
            return before == "=>"
        head = [token.text for token in self._found[max(0, self._closed - 4) : self._closed]]
        if not self._found[at].is_first:
            return bool(head) and head[-1] not in _STATEMENTS
        if head and head[-1] != "function":  # its name, or the star of a generator without one
            head.pop()
        if head[-1:] == ["*"]:
            head.pop()
        return head[-1:] == ["function"] and head[-2:-1] != ["."]
