"""``AccountConfiguration/features.xml``: which features of the account are on."""

from __future__ import annotations

from collections.abc import Iterator

from nspermaudit.companions import Feature
from nspermaudit.finding import Message
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Head, parse_tree

_STATES = {"ENABLED": True, "DISABLED": False}


def recognises(head: Head, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether the root element is ``<features>``."""
    return head.root.name == "features"


def holds_roles(source: Source, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Never: it is a companion of roles."""
    return False


def parse(source: Source, reading: Reading) -> Iterator[Feature | Message]:  # noqa: ARG001 - ditto
    """Each feature with its state. Raises InputError where the file is no well-formed XML."""
    for element in parse_tree(source.read(), source.path).iterfind("feature"):
        place = Location(source.path, element.sourceline or 0)
        name = (element.findtext("id") or "").strip()
        state = (element.findtext("status") or "").strip()
        if name and state in _STATES:
            yield Feature(name, _STATES[state], place)
        else:
            text = f'feature "{name}" with status "{state}" is neither ENABLED nor DISABLED'
            yield Message(place, Severity.ERROR, text)
