"""CSV and its kin: any delimiter, any of the encodings that exports come in."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from nspermaudit import repeats, table
from nspermaudit.entries import NUL
from nspermaudit.errors import InputError, OtherReadingError
from nspermaudit.finding import Message
from nspermaudit.grouping import Grouping
from nspermaudit.headings import HEAD_ROWS, Columns, may_name_columns
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.sifting import Row, Sieve
from nspermaudit.source import HEAD_BYTES, Reading, Source
from nspermaudit.xml import Head

DELIMITERS = (",", ";", "\t", "|")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]{2}")
_SEPARATOR_LINE = re.compile(r"sep=(.)[\r\n]", re.IGNORECASE)
_ASCII_LIKE = ("utf-8", "utf-8-sig", "cp1252")
_GUESSES = ("cp932", "cp1252")
_MAX_LINE = 1 << 20
_MARKUP = (b"<", b"{", b"[", b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")


class _Form(NamedTuple):
    """How the bytes of a file make rows.

    ``columns`` is None where no headings were found, or where what is wrong with them is to be
    told when the rows are read: then ``is_faulty``. ``is_first`` says that no other headings stand
    above them.
    """

    encoding: str
    delimiter: str
    columns: Columns | None
    is_faulty: bool = False
    is_first: bool = False
    has_separator_line: bool = False


def recognises(head: Head, reading: Reading) -> bool:
    """Whether the first rows, under one of the delimiters, hold headings of an export."""
    if head.is_xml or head.data.lstrip(codecs.BOM_UTF8).lstrip().startswith(_MARKUP):
        return False
    form = _form_of(head.data, reading)
    return form.columns is not None or form.is_faulty


def holds_roles(source: Source, reading: Reading) -> bool:
    """Whether its rows are grants, and not facts about roles or users."""
    columns = _form_of(source.head(), reading).columns
    return columns is None or table.grants_permissions(columns)


def parse(source: Source, reading: Reading) -> Iterator[table.Fact]:
    """The roles of the file, or what else its rows say.

    Raises InputError for bytes that are no text of the encoding and for broken quoting,
    OtherReadingError where the encoding was guessed and shows to be another one.
    """
    form = _form_of(source.head(), reading)
    if not reading.encoding and form.encoding in _GUESSES:
        text = f"not UTF-8; read as {form.encoding} (say --encoding to be sure)"
        yield Message(Location(source.path), Severity.INFO, text)
    if not reading.plain and (body := _simple_body(source, form)):
        yield from _repeating(source, reading, form, body)
        return
    with io.TextIOWrapper(source.open(), form.encoding, newline="") as lines:
        try:
            yield from table.read(source.path, _rows(lines, source.path, form), reading, "csv")
        except UnicodeError:
            if not reading.encoding and form.encoding.startswith("utf-8"):
                raise OtherReadingError(encoding=_GUESSES[-1]) from None
            text = f"not readable as {form.encoding} (name the encoding with --encoding)"
            raise InputError(text, _undecodable(source, form.encoding)) from None


def _simple_body(source: Source, form: _Form) -> int:
    """The number of lines up to and with the headings, if the rows below them may repeat.

    0 where they do not suit, or where a line is not a row.
    """
    columns = form.columns
    if columns is None or not repeats.suits(columns) or form.encoding not in _ASCII_LIKE:
        return 0
    lines = source.head().split(b"\n")[: HEAD_ROWS + 1]
    is_odd = form.has_separator_line or repeats.has_lone_returns(b"\n".join(lines))
    if is_odd or not form.is_first:
        return 0
    try:
        texts = [line.decode(form.encoding).rstrip("\r") for line in lines]
    except UnicodeDecodeError:
        return 0
    for number, text in enumerate(texts, 1):
        cells = tuple(cell.strip().strip('"') for cell in text.split(form.delimiter))
        if cells == columns.headings:
            return number
        if '"' in text:
            return 0
    return 0


def _repeating(source: Source, reading: Reading, form: _Form, body: int) -> Iterator[table.Fact]:
    """The same facts as the plain way gives, of rows that repeat themselves."""
    if form.columns is None:
        return
    sieve = Sieve(source.path, form.columns, reading, body)
    table.tell_of_headings(sieve)
    grouping = Grouping(sieve, "csv", fragment="")
    rows = repeats.Repeats(sieve, grouping, _Lines(form))
    with source.open() as stream:
        for _ in range(body):
            stream.readline()
        yield from rows.roles(stream, body + 1)
    if rows.rest:
        yield from rows.take([rows.rest])
    yield from grouping.rest()
    yield from table.closing(sieve)


class _Lines:
    """Rows of one line each, as ``repeats`` reads them."""

    end = b"\n"

    def __init__(self, form: _Form) -> None:
        self._encoding = form.encoding.removesuffix("-sig")
        self._delimiter = form.delimiter
        self._mark = form.delimiter.encode(self._encoding)

    def cut(self, row: bytes, count: int) -> tuple[list[str], int]:
        """The cells of a row, and the place behind the delimiter that follows ``count`` of them.

        A cut is right if what is before it reads as those cells and what is after it as the rest:
        at a delimiter outside quotes the reading of a row starts anew.
        """
        cells = self.cells_after(row, 0)
        if len(cells) <= count:
            raise OtherReadingError(plain=True)
        if b'"' not in row:
            return cells, len(row) - len(row.split(self._mark, count)[count])
        for place in self._cuts(row):
            if self.cells_after(row[:place], 0) == [*cells[:count], ""]:
                if self.cells_after(row[place:] or b"x", count) != cells[count:]:
                    break
                return cells, place
        raise OtherReadingError(plain=True)

    def _cuts(self, row: bytes) -> Iterator[int]:
        """The places behind the delimiters of a row that stand outside quotes."""
        place = 0
        for _ in range(row.count(self._mark)):
            place = row.index(self._mark, place) + len(self._mark)
            if row.count(b'"', 0, place) % 2 == 0:
                yield place

    def cells_after(self, tail: bytes, count: int) -> list[str]:  # noqa: ARG002 - the protocol's
        """The cells of one row, or of what follows a cut."""
        if b"\0" in tail:
            raise OtherReadingError(plain=True)
        try:
            text = tail.decode(self._encoding)
            (cells,) = csv.reader([text], delimiter=self._delimiter, strict=True)
        except (csv.Error, ValueError):
            raise OtherReadingError(plain=True) from None
        return cells


def _undecodable(source: Source, encoding: str) -> Location:
    """The line of the first byte that is no text of the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with source.open() as stream:
        for data in stream:
            try:
                line += decoder.decode(data).count("\n")
            except UnicodeError:  # noqa: PERF203 - it happens once
                break
    return Location(source.path, line)


def _rows(lines: io.TextIOWrapper, path: str, form: _Form) -> Iterator[Row]:
    skipped = int(form.has_separator_line)
    for _ in range(skipped):
        lines.readline()
    reader = csv.reader(_bounded(lines, path), delimiter=form.delimiter, strict=True)
    line = skipped + 1
    try:
        for cells in reader:
            yield line, cells
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        # before Python 3.11 the module itself refuses a NUL
        text = NUL if "NUL" in str(error) else f"broken CSV: {error}"
        raise InputError(text, Location(path, line)) from None


def _bounded(lines: io.TextIOWrapper, path: str) -> Iterator[str]:
    """The lines, none of which is longer than memory bears."""
    number = 0
    while text := lines.readline(_MAX_LINE):
        number += 1
        if len(text) == _MAX_LINE:
            raise InputError(f"a line of {_MAX_LINE} characters or more", Location(path, number))
        yield text


def _form_of(head: bytes, reading: Reading) -> _Form:
    encoding = reading.encoding or reading.guess or _encoding_of(head)
    try:
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        text = decoder.decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeError:
        text = ""
    lines = text.replace("\0", " ").splitlines(keepends=True)  # a NUL is told when rows are read
    if len(head) == HEAD_BYTES and len(lines) > 1:
        lines.pop()  # the last one is cut
    separator = _SEPARATOR_LINE.match(lines[0].lstrip("\ufeff")) if lines else None
    if separator:
        form = _form_with(separator[1], lines[1:], encoding, reading)
        return form._replace(has_separator_line=True)
    if not reading.columns and not may_name_columns("".join(lines)):
        return _Form(encoding, max(DELIMITERS, key=text.count), None)
    forms = [_form_with(delimiter, lines, encoding, reading) for delimiter in DELIMITERS]
    best = max(forms, key=_fitness)
    if _fitness(best):
        return best
    commonest = max(DELIMITERS, key="".join(lines[:HEAD_ROWS]).count)
    return best._replace(delimiter=commonest)


def _fitness(form: _Form) -> int:
    """How well a delimiter fits: by the number of fields that its headings hold."""
    return len(form.columns.fields) if form.columns else int(form.is_faulty)


def _form_with(delimiter: str, lines: list[str], encoding: str, reading: Reading) -> _Form:
    reader = csv.reader(lines, delimiter=delimiter)
    none = _Form(encoding, delimiter, None)
    try:
        rows = [(reader.line_num, row) for row in islice(reader, HEAD_ROWS)]
        found = table.find_columns("", rows, reading, only_plausible=True)
        first = table.find_columns("", rows, reading)
    except csv.Error:
        return none
    except InputError:
        return none._replace(is_faulty=True)
    if found is None:
        # a quote that does not end has eaten the rows that would show what the headings are
        return none._replace(is_faulty=first is not None and _is_open_ended(lines, delimiter))
    columns = found[1]
    if delimiter == "|" and not columns.headings[0]:
        return none  # a table in Markdown
    return none._replace(columns=columns, is_first=first is not None and first[0] == found[0])


def _is_open_ended(lines: list[str], delimiter: str) -> bool:
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def _encoding_of(head: bytes) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    for name, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        halves = head[start:400:2]
        if halves.count(0) * 2 > len(halves) > 0:
            return name
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
