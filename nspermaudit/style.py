"""How a report is to look: colour, detail, quoted lines; and text made safe for a terminal."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from nspermaudit.rule import Severity

# C0, DEL, C1, bidirectional controls, zero-width and format characters, separators, tags,
# lone surrogates, non-characters: all that can move a cursor or hide text. And the first character
# of what a build server obeys wherever it stands in a line of a log: ##vso[...] and ##[...].
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]|#(?=#(?:[Vv][Ss][Oo])?\\[)"
)

_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "error": "31;1",
        "warning": "33;1",
        "info": "36;1",
        "dim": "2",
        "bold": "1",
        "good": "32;1",
    }
)


def one_line(text: str) -> str:
    """Text for one line of a terminal, a table or a log: what could act on it is spelled out."""
    if text.isprintable() and "##" not in text:
        return text
    return re.sub(_UNSAFE, lambda found: f"\\u{{{ord(found[0]):x}}}", text)


class Style(NamedTuple):
    """What a reporter is told beside the report.

    ``show_all`` asks for every result, ``verbosity`` is -1 (findings and sums), 0 or 1 (inputs
    that were passed over, too). ``lines`` holds lines of inputs that may be quoted, by path.
    ``width`` is how many characters a line of the terminal holds, 0 for what is none: tables keep
    within it.
    """

    color: bool = False
    show_all: bool = False
    verbosity: int = 0
    lines: Mapping[str, Mapping[int, str]] = MappingProxyType({})
    width: int = 0

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour, if colours are wanted."""
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if self.color else text


MAX_NAMED = 5
"""So many names are given where a sentence lists them; the rest is counted."""


def listed(words: Sequence[str], most: int = MAX_NAMED) -> str:
    """Some words in a sentence: the first few, and how many more there are."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def sentence(text: str) -> str:
    """The text with a full stop at its end, unless it has one or another mark."""
    stripped = text.strip()
    return stripped if stripped.endswith((".", "!", "?")) else f"{stripped}."


def counted(number: int, word: str, plural: str = "") -> str:
    """``1 error``, ``2 errors``."""
    return f"{number} {word if number == 1 else plural or word + 's'}"


def counted_findings(counts: Iterable[tuple[Severity, int]]) -> str:
    """``1 error, 2 warnings``, or ``no findings``."""
    words = [
        counted(number, severity.word) if severity is not Severity.INFO else f"{number} info"
        for severity, number in counts
        if number
    ]
    return ", ".join(words) or "no findings"
