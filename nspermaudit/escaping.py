"""Text made safe for what it goes into: XML, Markdown, cells of a spreadsheet, URIs.

Each of these shows on one line what a text says, spells out what cannot be seen (``one_line``), and
lets nothing of it act.
"""

from __future__ import annotations

import re
from functools import partial

from nspermaudit.style import one_line

_MARKDOWN = partial(re.compile(r"([\\`*_\[\]<>|~&$#])").sub, r"\\\1")
_LINKING = partial(re.compile(r"(?i)(?<=http)(?=s?:)|(?<=ftp)(?=:)|(?<=www)(?=\.)").sub, "<!-- -->")
_FORMULA = re.compile(r"\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]")
_SECOND_FORMULA = partial(re.compile(r";(?=\s*[=+\-@])").sub, ";'")


def xml(text: str) -> str:
    """Text for an element or an attribute of XML 1.0, in ASCII."""
    plain = one_line(text)
    for sign, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "apos")):
        plain = plain.replace(sign, f"&{name};")
    return plain.encode("ascii", "xmlcharrefreplace").decode("ascii")


def markdown(text: str) -> str:
    """Text for Markdown, within a line or a cell: no markup, no link, and nobody is mentioned.

    It may not stand at the beginning of a line.
    """
    plain = _MARKDOWN(one_line(text))
    return _LINKING(plain).replace("@", "<span>@</span>")


def code(text: str) -> str:
    """Words as a Markdown code span: there no mention, link, tag or emphasis is made of them.

    A vertical bar, which ends the cell of a table even in a code span, is spelled out.
    """
    plain = one_line(text).replace("|", "\\u{7c}")
    fence = "`" * (max(map(len, re.findall("`+", plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") or not plain.strip() else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def cell(text: str) -> str:
    """Text for a cell of a spreadsheet: never a formula, whether cut at commas or at semicolons."""
    if not text:
        return text
    plain = one_line(text)
    if ";" in plain:
        plain = _SECOND_FORMULA(plain)
    return f"'{plain}" if _FORMULA.match(plain) else plain


def uri(path: str) -> str:
    """A path with forward slashes as a relative URI; "." where there is no path."""
    from urllib.parse import quote  # noqa: PLC0415 - start-up: only SARIF has URIs

    try:
        data = path.encode("utf-8", "surrogateescape")  # the bytes that the file's name has
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogatepass")
    written = quote(data, safe="/") or "."
    return f"%2F{written[1:]}" if written.startswith("/") else written
