"""What an .xlsx workbook must be before another reader gets it, and what that reader leaves out.

The reader takes what the archive states for granted, and makes room for every cell between the
first and the last one of a sheet. So each part is inflated here once, no further than it states,
and the cells are counted. It also gives nothing for a cell with an error (``#N/A``), or with a
formula that was never calculated: these are found here, for a blank cell says something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import join, normpath

from nspermaudit.archive import Member
from nspermaudit.errors import InputError
from nspermaudit.extent import Faults, Place, refuse_far_cells
from nspermaudit.model import Location
from nspermaudit.source import Source
from nspermaudit.xml import Reader
from nspermaudit.zip_layout import Entry, entries

MAX_INFLATED = 768 << 20
"""Bytes of all parts, inflated: a sheet of a million rows has some 400 million."""
UNCALCULATED = "#FORMULA?"
"""What stands for the value of a formula that was never calculated."""

_CHUNK = 1 << 20
_MAX_LIST = 8 << 20
_MAX_HELD = 4 << 20
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ENCODING = re.compile(rb"(?i)<\?xml[^>]*\sencoding\s*=\s*[\"'](?!utf-8[\"']|us-ascii[\"'])")
_P = rb"(?:[\w.-]+:)?"  # a prefix
_CELL = re.compile(rb"<" + _P + rb"c[\s/>]")
_COLUMN = re.compile(rb"<" + _P + rb"c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]+)\d")
_ROW_OF_CELL = re.compile(rb"<" + _P + rb"c\s[^<>]*?\br\s*=\s*[\"'][A-Za-z]+(\d{1,12})")
_ROW = re.compile(rb"<" + _P + rb"row\s[^<>]*?\br\s*=\s*[\"'](\d{1,12})")
_PLAIN_COLUMN = re.compile(rb'<c r="([A-Z]+)\d')
_PLAIN_ROW_OF_CELL = re.compile(rb'<c r="[A-Z]+(\d{1,12})')
_PLAIN_ROW = re.compile(rb'<row r="(\d{1,12})')
_ROW_START = re.compile(rb"<" + _P + rb"row[\s/>]")
_END = re.compile(rb"</" + _P + rb"(?:c|row)>")
_TAIL = 4096
_VALUE = rb"(?:<" + _P + rb"f\b[^<>]*(?:/>|>[^<]*</" + _P + rb"f>))?\s*"
_ERROR = re.compile(
    rb"<"
    + _P
    + rb"c\s([^<>]*\bt\s*=\s*[\"']e[\"'][^<>]*)>\s*"
    + _VALUE
    + rb"<"
    + _P
    + rb"v>([^<]*)<"
)
_NO_VALUE = re.compile(
    rb"<" + _P + rb"c\s([^<>]*)>\s*<" + _P + rb"f\b[^<>]*(?:/>|>[^<]*</" + _P + rb"f>)\s*"
    rb"(?:<" + _P + rb"v\s*/>|<" + _P + rb"v>\s*</" + _P + rb"v>)?\s*</" + _P + rb"c>"
)
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")


def inspected(data: bytes) -> list[Faults]:
    """What is wrong with cells, of each sheet in the order of the workbook.

    Raises InputError for a workbook that cannot be given to another reader.
    """
    source = Source("", data=data)
    parts = {entry.name: entry for entry in entries(source.open_raw(), "", is_office=True)}
    if sum(entry.size for entry in parts.values()) > MAX_INFLATED:
        raise _refused(f"a workbook that inflates to more than {MAX_INFLATED >> 20} MB")
    if _BOOK not in parts:
        raise _refused("not an .xlsx workbook: open it in Excel and save it as .xlsx")
    faults = {name: _checked(source, entry) for name, entry in parts.items() if _is_read(name)}
    return [faults.get(part, {}) for part in _sheets(source, parts)]


def _refused(text: str) -> InputError:
    return InputError(text, Location(""))


def _is_read(name: str) -> bool:
    return name.casefold().endswith((".xml", ".rels"))


def _sheets(source: Source, parts: Mapping[str, Entry]) -> list[str]:
    """The parts of the sheets, in the order of the workbook."""
    targets = {
        attributes.get("Id", ""): normpath(join("/xl", attributes.get("Target", "")))[1:]
        for attributes in _elements(source, parts.get(_RELATIONS), "Relationship")
    }
    return [
        targets.get(value, "")
        for attributes in _elements(source, parts[_BOOK], "sheet")
        for name, value in attributes.items()
        if name.endswith(":id")
    ]


def _elements(source: Source, entry: Entry | None, name: str) -> list[dict[str, str]]:
    """The attributes of the elements of a name in a part that is no sheet."""
    if entry is None:
        return []
    if entry.size > _MAX_LIST:
        raise _refused("a workbook with too many sheets")
    found: list[dict[str, str]] = []
    reader = Reader("")

    def on_start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == name:
            found.append(attributes)

    reader.parser.StartElementHandler = on_start
    try:
        with Member("", source, entry).open_raw() as raw:
            reader.feed(raw.read(entry.size) or b"", last=True)
    except InputError as error:
        raise _refused(f"{entry.name} in it: {error.text}") from None
    return found


def _checked(source: Source, entry: Entry) -> Faults:
    """Read a part to its end; what is wrong with its cells, if it is a sheet."""
    if entry.is_encrypted:
        raise _refused("a workbook with encrypted parts: save it without a password")
    faults: dict[Place, str] = {}
    extent = _Extent()
    for piece in _pieces(source, entry):
        if b'"e"' in piece or b"'e'" in piece:
            for found in _ERROR.finditer(piece):
                faults[_place(found[1])] = found[2].decode("utf-8", "replace").strip()
        if b"<f" in piece or b":f" in piece:
            for found in _NO_VALUE.finditer(piece):
                faults[_place(found[1])] = UNCALCULATED
        extent.take(piece)
    return faults


class _Extent:
    """How far the cells of a sheet reach."""

    def __init__(self) -> None:
        self._rows = self._columns = self._unplaced = 0

    def take(self, piece: bytes) -> None:
        """See some whole cells. Raises InputError if they are too far apart."""
        columns, rows = _PLAIN_COLUMN.findall(piece), _PLAIN_ROW.findall(piece)
        of_cells = _PLAIN_ROW_OF_CELL
        is_plain = piece.count(b"<c") == len(columns) and piece.count(b"<row") == len(rows)
        if not is_plain or b":c" in piece or b":row" in piece:  # else it is quicker
            columns, rows = _COLUMN.findall(piece), _ROW.findall(piece)
            of_cells = _ROW_OF_CELL
            self._take_unplaced(piece, len(columns), len(rows))
        self._columns = max(self._columns, *map(_number, {*columns}), 0)
        self._rows = max(self._rows, *map(int, {*rows, *of_cells.findall(piece)}), 0)
        refuse_far_cells(self._rows, self._columns + self._unplaced)

    def _take_unplaced(self, piece: bytes, columns: int, rows: int) -> None:
        """See what does not say where it stands: then it stands behind what is before it."""
        if len(_CELL.findall(piece)) > columns:
            longest = max(len(_CELL.findall(row)) for row in _ROW_START.split(piece))
            self._unplaced = max(self._unplaced, longest)
        self._rows += len(_ROW_START.findall(piece)) - rows


def _number(letters: bytes) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + letter - 64
    return number


def _place(attributes: bytes) -> Place:
    found = _REFERENCE.search(attributes)
    if not found:
        raise _refused("a cell without a value that does not say where it stands")
    return int(found[2]) - 1, _number(found[1]) - 1


def _pieces(source: Source, entry: Entry) -> Iterator[bytes]:
    """The bytes of a part, cut behind a cell or a row.

    Raises InputError for what is no UTF-8 without declarations.
    """
    held, is_begun = b"", False
    with Member("", source, entry).open_raw() as raw:
        while data := raw.read(_CHUNK):
            held += data
            if not is_begun and _ENCODING.match(held.lstrip()):
                raise _refused("a workbook whose parts are not UTF-8: open and save it in Excel")
            is_begun = True
            if b"\0" in data or b"<!D" in held or b"<!E" in held:
                raise _refused(
                    "a workbook with a document type declaration, or with NUL characters"
                )
            place = _end_of_cells(held)
            if len(held) - place > _MAX_HELD:
                raise _refused(f"a workbook with a tag or text of more than {_MAX_HELD >> 20} MB")
            yield held[:place]
            held = held[place:]
    yield held


def _end_of_cells(data: bytes) -> int:
    """The place behind the last cell or row that ends in some bytes; 0 if they are to be kept."""
    start = max(0, len(data) - _TAIL)
    ends = [found.end() for found in _END.finditer(data, start)] or [
        found.end() for found in _END.finditer(data)
    ]
    if ends:
        return ends[-1]
    return data.rfind(b">") + 1 if len(data) > _MAX_HELD else 0
