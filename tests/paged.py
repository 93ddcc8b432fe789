"""Pages for tests: an audit as a page has it, and what stands in the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from nspermaudit import Config, Reading, Request, Use, audit, find
from nspermaudit.finding import Report


def whole(*paths: Path, roles: str = "*") -> Report:
    """An audit with every result, as the command line makes it for a page."""
    packs = (Use("integrity"), Use("guide"))
    request = Request(packs=packs, roles=(roles,), keep_all=True)
    return audit(find(map(str, paths)), Config(), request, Reading())


def part(page: str, anchor: str) -> str:
    """One section of a page."""
    found = re.search(rf"<section id={anchor} .*?</section>", page, re.DOTALL)
    assert found, anchor
    return found[0]


class Element(NamedTuple):
    """An element of a page: its name, its attributes, and the text up to the next tag."""

    tag: str
    attributes: dict[str, str | None]
    texts: list[str]

    @property
    def text(self) -> str:
        """What a reader sees, up to the next tag."""
        return "".join(self.texts)


class _Elements(HTMLParser):
    """All elements of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []
        self._is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.found.append(Element(tag, dict(attrs), []))

        self._is_open = True

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._is_open = False

    def handle_data(self, data: str) -> None:
        if self._is_open:
            self.found[-1].texts.append(data)


def elements(page: str) -> list[Element]:
    """The elements of a page, as a browser without script reads them."""
    parser = _Elements()
    parser.feed(page)
    parser.close()
    return parser.found
