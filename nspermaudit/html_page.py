r"""HTML pages that stand alone: one file, no network, readable whole without script.

A page is made piece by piece::

    page = Page("Title", styles=("report.css",), scripts=("report.js",))
    yield page.opening()
    yield f"<header><h1>{text(title)}</h1></header><main id=main tabindex=-1>\n"
    yield from section("roles", "Roles", table("Roles", ("Role", "Grants"), rows, numbers={1}))
    yield "</main>\n"
    yield page.closing()

Style sheets and scripts are files of ``data/page``. The content security policy names each by its
hash and allows nothing else: no ``style`` attribute, no ``on...`` handler, no image, no request.

A page is ASCII, so that no encoding of a pipe can spoil it. End tags that HTML lets one leave out
are left out. Every text from elsewhere goes through ``text`` or ``attribute``.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import sha256

from nspermaudit import escaping
from nspermaudit.style import one_line

FOLDER = os.path.join(os.path.dirname(__file__), "data", "page")

_CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'"


class Page:
    """What stands around the content of a page.

    ``styles`` and ``scripts`` are names of files of ``data/page``; ``base.css`` comes before them.
    """

    def __init__(
        self, title: str, *, styles: Iterable[str] = (), scripts: Iterable[str] = ()
    ) -> None:
        self._title = title
        self._style = "".join(map(_file, ("base.css", *styles)))
        self._script = "".join(map(_file, scripts))

    def opening(self) -> str:
        """All up to the content; the first link leads to the element with the id ``main``."""
        style = f"style-src {_hashed(self._style)}"
        script = f"script-src {_hashed(self._script)}" if self._script else "script-src 'none'"
        return (
            "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
            f'<meta http-equiv=Content-Security-Policy content="{_CLOSED}; {style}; {script}">\n'
            "<meta name=viewport content='width=device-width, initial-scale=1'>\n"
            "<meta name=color-scheme content='light dark'>\n"
            "<meta name=referrer content=no-referrer>\n"
            f"<title>{text(self._title)}</title>\n<style>{self._style}</style>\n</head>\n<body>\n"
            "<a class=skip href=#main>Skip to the content</a>\n"
        )

    def closing(self) -> str:
        """All after the content."""
        script = f"<script>{self._script}</script>\n" if self._script else ""
        return f"{script}</body>\n</html>\n"


def _file(name: str) -> str:
    with open(os.path.join(FOLDER, name), encoding="ascii") as stream:
        return stream.read()


def _hashed(source: str) -> str:
    return f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"


def text(words: str) -> str:
    """Text for an element: nothing in it is markup, and what cannot be seen is spelled out."""
    plain = one_line(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain if plain.isascii() else plain.encode("ascii", "xmlcharrefreplace").decode("ascii")


def attribute(words: str) -> str:
    """Text as the value of an attribute, with its quotation marks."""
    return f'"{escaping.xml(words)}"'


def code(words: str) -> str:
    """Text that a machine reads, a path or an id: in another type, and broken where it must be."""
    return f"<code>{text(words)}</code>"


def link(url: str) -> str:
    """A text; a link, if it is an address of the web that is fetched over TLS."""
    if not url.startswith("https://") or not url.isprintable() or not url.isascii() or " " in url:
        return text(url)
    return f'<a href={attribute(url)} rel="noreferrer noopener">{text(url)}</a>'


def section(anchor: str, heading: str, content: Iterable[str]) -> Iterator[str]:
    """A part of the page under its heading; ``content`` is HTML. Nothing if that is empty."""
    pieces = iter(content)
    first = next(pieces, None)
    if first is not None:
        yield f"<section id={anchor} aria-labelledby={anchor}-h>\n"
        yield f"<h2 id={anchor}-h>{text(heading)}</h2>\n{first}"
        yield from pieces
        yield "</section>\n"


def items(lines: Iterable[str]) -> Iterator[str]:
    """A list of lines, which are HTML; nothing if there are none."""
    entries = [f"<li>{line}\n" for line in lines]
    if entries:
        yield f"<ul>\n{''.join(entries)}</ul>\n"


def table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Collection[int] = (),
    kind: str = "",
) -> Iterator[str]:
    """A table; nothing if it has no rows. A wide one scrolls by itself, also with the keys.

    ``caption`` and ``headings`` are text; the cells of ``rows`` are HTML, the first of each heads
    its row. ``numbers`` are the columns that are aligned as numbers. ``kind`` is a class for the
    table.
    """
    of_numbers = [" class=n" if column in numbers else "" for column in range(len(headings))]
    before = (
        f'<div class="wide {kind}" role=region tabindex=0 aria-label={attribute(caption)}>\n'
        f"<table>\n<caption>{text(caption)}</caption>\n<thead><tr>"
        + "".join(
            f"<th scope=col{number}>{text(heading)}"
            for heading, number in zip(headings, of_numbers, strict=True)
        )
        + "\n<tbody>\n"
    )
    for first, *cells in rows:
        others = "".join(
            f"<td{number}>{cell}" for cell, number in zip(cells, of_numbers[1:], strict=True)
        )
        yield f"{before}<tr><th scope=row{of_numbers[0]}>{first}{others}\n"
        before = ""
    if not before:
        yield "</table>\n</div>\n"


def contents(sections: Iterable[tuple[str, str]]) -> str:
    """Links to the sections of the page, each an anchor and a heading."""
    links = "".join(f"<li><a href=#{anchor}>{text(words)}</a>\n" for anchor, words in sections)
    return f"<nav aria-label=Contents>\n<ul>\n{links}</ul>\n</nav>\n"
