"""What a binary .xls workbook must be before another reader gets it, and what that leaves out.

As ``ooxml`` for .xlsx: cells with errors, and how far the cells of a sheet reach ([MS-XLS]).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from nspermaudit.compound import Compound, damaged
from nspermaudit.errors import InputError
from nspermaudit.extent import Faults, Place, refuse_far_cells
from nspermaudit.model import Location

_RECORD, _CELL = struct.Struct("<HH"), struct.Struct("<HH")
_BOF, _EOF, _FILE_PASS, _BOUND_SHEET = 0x0809, 0x000A, 0x002F, 0x0085
_FORMULA, _BOOL_ERR, _MUL_RK = 0x0006, 0x0205, 0x00BD
_STRINGS, _LEAST = 0x00FC, 3
"""The table of strings, and how many bytes one takes at least."""
_CELLS = frozenset((_FORMULA, _BOOL_ERR, _MUL_RK, 0x00FD, 0x0204, 0x027E, 0x0203, 0x00D6))
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_OTHER_ERROR = "#ERROR!"
_BOOKS = ("workbook", "book")
_LOCKED = ("EncryptedPackage", "EncryptionInfo")


def inspected(data: bytes) -> list[Faults]:
    """What is wrong with cells, of each sheet in the order of the workbook.

    Raises InputError for a workbook that cannot be given to another reader.
    """
    compound = Compound(data)
    names = {stream.name for stream in compound.streams}
    if not names.isdisjoint(_LOCKED):
        raise _encrypted()
    book = next((one for one in compound.streams if one.name.casefold() in _BOOKS), None)
    if book is None:
        text = "not an .xls workbook, but another file of Office: save the data as CSV"
        raise InputError(text, Location(""))
    whole = compound.read(book)
    return [_faults(whole, place) for place in _places(whole)]


def _encrypted() -> InputError:
    return InputError("encrypted: save the workbook without a password", Location(""))


def _records(whole: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place to the end of what begins there, charts in it left out."""
    depth = 0
    while place + _RECORD.size <= len(whole):
        kind, size = _RECORD.unpack_from(whole, place)
        place += _RECORD.size
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1 and kind != _BOF:
            yield kind, whole[place : place + size]
        place += size
        if depth <= 0:
            return
    raise damaged()


def _places(whole: bytes) -> Iterator[int]:
    """Where the sheets begin."""
    for kind, content in _records(whole, 0):
        if kind == _FILE_PASS:
            raise _encrypted()
        if kind == _STRINGS and int.from_bytes(content[4:8], "little") * _LEAST > len(whole):
            raise damaged()  # so many strings do not stand here, and their reader makes room
        if kind == _BOUND_SHEET:
            yield int.from_bytes(content[:4], "little")


def _faults(whole: bytes, place: int) -> Faults:
    faults: dict[Place, str] = {}
    rows = columns = 0
    for kind, content in _records(whole, place):
        if kind not in _CELLS or len(content) < _CELL.size + 2:
            continue
        row, column = _CELL.unpack_from(content)
        if kind == _MUL_RK:
            columns = max(columns, int.from_bytes(content[-2:], "little") + 1)
        rows, columns = max(rows, row + 1), max(columns, column + 1)
        code = _error(kind, content)
        if code is not None:
            faults[row, column] = _ERRORS.get(code, _OTHER_ERROR)
    refuse_far_cells(rows, columns)
    return faults


def _error(kind: int, content: bytes) -> int | None:
    """The code of the error that a cell shows; None if it shows none."""
    if kind == _BOOL_ERR and content[7:8] == b"\1":
        return content[6]
    if kind == _FORMULA and content[12:14] == b"\xff\xff" and content[6] == 2:  # noqa: PLR2004 - an error
        return content[8]
    return None
