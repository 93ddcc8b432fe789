"""Whether lines can safely be put at the end of a JavaScript file, told without running it."""

import re

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


class _UncertainError(Exception):
    """The file holds something that this reader does not follow."""


def tokens(text: str) -> list[tuple[str, str]]:
    """The kinds and texts of what stands in a file, without blanks and comments."""
    return [
        (found.lastgroup or "", found[0])
        for found in _TOKEN.finditer(text)
        if found.lastgroup not in ("space", "comment")
    ]


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


def _reason(found: list[tuple[str, str]]) -> str:
    depth: list[str] = []
    is_assigned = False
    for (kind, part), (_, after) in zip(found, [*found, ("", "")][1:], strict=True):
        if kind == "template" and "${" in part and re.search("['\"`]", part[1:-1]):
            raise _UncertainError("it has a template in which there is a text")
        if kind == "unended":
            raise _UncertainError("it has a text or a comment that does not end")
        if kind == "other":
            _follow(part, depth)
        elif kind == "word" and not depth and part.partition(".")[0] in _MODULE_WORDS:
            return f'it is no CommonJS module (it has "{part}")'
        elif kind == "word" and not depth and part == "return":
            return "it returns before its end"
        elif part in ("module.exports", "exports") and after == "=":
            if depth:
                return f"{part} is set in a block or a function"
            is_assigned = is_assigned or part == "module.exports"
    if depth:
        raise _UncertainError("its brackets do not match")
    return "" if is_assigned else "it does not set module.exports"


def _follow(mark: str, depth: list[str]) -> None:
    if mark in "/\\":
        raise _UncertainError(f"it has a {mark} that is not followed here")
    if mark in "([{":
        depth.append(mark)
    elif mark in _PAIRS and (not depth or depth.pop() != _PAIRS[mark]):
        raise _UncertainError("its brackets do not match")
