"""CSV and its kin: any delimiter, any of the encodings that exports come in."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from nspermaudit import table
from nspermaudit.errors import InputError, OtherReadingError
from nspermaudit.finding import Message
from nspermaudit.headings import HEAD_ROWS, Columns
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.sifting import Row
from nspermaudit.source import HEAD_BYTES, Reading, Source

DELIMITERS = (",", ";", "\t", "|")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]{2}")
_SEPARATOR_LINE = re.compile(r"sep=(.)[\r\n]", re.IGNORECASE)
_GUESSES = ("cp932", "cp1252")
_MARKUP = (b"<", b"{", b"[", b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")


class _Form(NamedTuple):
    """How the bytes of a file make rows; ``columns`` is None where no headings were found."""

    encoding: str
    delimiter: str
    columns: Columns | None
    has_separator_line: bool = False


def recognises(head: bytes, reading: Reading) -> bool:
    """Whether the first rows, under one of the delimiters, hold headings of an export."""
    if head.lstrip(codecs.BOM_UTF8).lstrip().startswith(_MARKUP):
        return False
    try:
        return _form_of(head, reading).columns is not None
    except InputError:  # headings that stand there twice: they are headings
        return True


def holds_roles(source: Source, reading: Reading) -> bool:
    """Whether its rows are grants, and not facts about roles or users."""
    columns = _form_of(source.head(), reading).columns
    return columns is None or table.grants_permissions(columns)


def parse(source: Source, reading: Reading) -> Iterator[table.Fact]:
    """The roles of the file, or what else its rows say.

    Raises InputError for bytes that are no text of the encoding and for broken quoting.
    """
    form = _form_of(source.head(), reading)
    guessed = not reading.encoding and form.encoding in _GUESSES
    if guessed or (reading.encoding in _GUESSES and form.encoding == reading.encoding):
        text = f"not UTF-8; read as {form.encoding} (say --encoding to be sure)"
        yield Message(Location(source.path), Severity.INFO, text)
    with io.TextIOWrapper(source.open(), form.encoding, newline="") as lines:
        yield from table.read(source.path, _rows(lines, source.path, form), reading, "csv")


def _rows(lines: io.TextIOWrapper, path: str, form: _Form) -> Iterator[Row]:
    skipped = int(form.has_separator_line)
    for _ in range(skipped):
        lines.readline()
    reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            yield line, cells
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"broken CSV: {error}", Location(path, line)) from None
    except UnicodeDecodeError as error:
        if form.encoding in ("utf-8", "utf-8-sig"):
            raise OtherReadingError(encoding=_GUESSES[-1]) from None
        text = f"not readable as {error.encoding} (name the encoding with --encoding)"
        raise InputError(text, Location(path, line)) from None


def _form_of(head: bytes, reading: Reading) -> _Form:
    encoding = reading.encoding or _encoding_of(head)
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        text = decoder.decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        text = head.decode(encoding, "replace")
    lines = text.splitlines(keepends=True)
    if len(head) == HEAD_BYTES and len(lines) > 1:
        lines.pop()  # the last one is cut
    separator = _SEPARATOR_LINE.match(lines[0].lstrip("\ufeff")) if lines else None
    if separator:
        delimiter = separator[1]
        columns = _columns(lines[1:], delimiter, reading)
        return _Form(encoding, delimiter, columns, has_separator_line=True)
    found = [(delimiter, _columns(lines, delimiter, reading)) for delimiter in DELIMITERS]
    delimiter, columns = max(found, key=lambda item: len(item[1].fields) if item[1] else 0)
    if columns is None:
        delimiter = max(DELIMITERS, key="".join(lines[:HEAD_ROWS]).count)
    return _Form(encoding, delimiter, columns)


def _columns(lines: list[str], delimiter: str, reading: Reading) -> Columns | None:
    try:
        rows = list(islice(csv.reader(lines, delimiter=delimiter), HEAD_ROWS))
    except csv.Error:
        return None
    if delimiter == "|" and any(row and not row[0] for row in rows):
        return None  # a table in Markdown
    found = table.find_columns(rows, reading)
    return found[1] if found else None


def _encoding_of(head: bytes) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if len(head) > 1 and b"\0" in head:
        if not any(head[0:200:2]):
            return "utf-16-be"
        if not any(head[1:200:2]):
            return "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return _guess(head)
    return "utf-8"


def _guess(head: bytes) -> str:
    try:
        text = codecs.getincrementaldecoder("cp932")("strict").decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "cp932" if _JAPANESE.search(text) else "cp1252"
