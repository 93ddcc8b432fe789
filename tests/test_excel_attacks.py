"""Workbooks that no honest program makes: one clear error each, in little time and memory."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from attacked import MEGABYTES, Done, attacked
from books import BOOK, GRANT, HEADINGS, MAIN, SHEET, cell, parts, raw_book, row, worksheet
from conftest import FIXTURES, Ran
from zips import Part, assembled, deflated, of_zeros, zipped

from nspermaudit import excel_rows

M = 1_000_000
Run = Callable[..., Ran]
XLS = (FIXTURES / "exports" / "role-search-binary.xls").read_bytes()
XLSX = raw_book(HEADINGS + GRANT)
FAR = "cells are too far apart"
DAMAGED = "damaged"
ELSEWHERE = "LT-ELSEWHERE"


def _with(name: str, part: Part) -> bytes:
    """A workbook in which one part is other bytes."""
    rest = parts(worksheet(HEADINGS + GRANT))
    honest = [
        deflated(key.encode(), content if isinstance(content, bytes) else content.encode())
        for key, content in rest.items()
        if key != name
    ]
    return assembled(*honest, part)


def _bomb(megabytes: int, size: int | None = None, name: str = SHEET) -> bytes:
    stated = megabytes << 20 if size is None else size
    part = Part(name.encode(), of_zeros(megabytes), stated, method=zipfile.ZIP_DEFLATED)
    return _with(name, part)


def _doctype(inside: str) -> bytes:
    sheet = worksheet(HEADINGS + row(2, "A", "&x;", "Full"))
    return zipped(parts(f'<?xml version="1.0"?>\n<!DOCTYPE worksheet {inside}>\n{sheet}'))


def _far(*places: str) -> bytes:
    rows = "".join(
        f'<row r="{place.lstrip("ABCDEFXYZ")}">{cell(place, "x")}</row>' for place in places
    )
    return raw_book(HEADINGS + GRANT + rows)


def _unplaced() -> bytes:
    """A wide row of cells that do not say where they stand, and one cell far below."""
    wide = "<row>" + "<c><v>1</v></c>" * 16_000 + "</row>"
    return raw_book(f'{HEADINGS}{wide}<row r="1048576"><c><v>1</v></c></row>')


def _utf_16() -> bytes:
    return zipped(parts(worksheet(HEADINGS + GRANT).encode("utf-16")))


def _cell_of_xls(row_number: int, column: int) -> bytes:
    """The .xls with its last cell somewhere else."""
    place = XLS.rindex(b"\xfd\x00\x0a\x00")
    return XLS[: place + 4] + struct.pack("<HH", row_number, column) + XLS[place + 8 :]


def _with_many_strings() -> bytes:
    """The .xls whose table of strings is said to have four thousand million."""
    place = XLS.index(b"\xfc\x00")
    return XLS[: place + 8] + b"\xff" * 4 + XLS[place + 12 :]


def _encrypted_xls() -> bytes:
    """The .xls with a record that says so, in the place of its first one that says little."""
    place = XLS.index(b"\x09\x08\x10\x00") + 20
    kind, size = struct.unpack_from("<HH", XLS, place)
    assert kind not in (0x0A, 0x85)
    return XLS[:place] + struct.pack("<HH", 0x2F, size) + XLS[place + 4 :]


def _looping_xls() -> bytes:
    """The .xls whose table of sectors leads in a circle."""
    first = struct.unpack_from("<L", XLS, 76)[0]
    place = (first + 1) * 512
    return XLS[:place] + struct.pack("<128L", *[0] * 128) + XLS[place + 512 :]


ATTACKS: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "bomb.xlsx": (lambda: _bomb(1000), "inflates to more than 500 times its size"),
    "lying.xlsx": (lambda: _bomb(1000, size=2000), "holds more bytes than it states"),
    "strings.xlsx": (
        lambda: _bomb(1000, size=2000, name="xl/sharedStrings.xml"),
        "holds more bytes than it states",
    ),
    "twice.xlsx": (
        lambda: _with("x", deflated(SHEET.encode(), worksheet(GRANT).encode())),
        "two members called",
    ),
    "cut.xlsx": (lambda: XLSX[:-30], "cut off or broken"),
    "cut-sheet.xlsx": (lambda: zipped(parts(worksheet(HEADINGS + GRANT)[:-60])), DAMAGED),
    "far.xlsx": (lambda: _far("XFD1048576"), FAR),
    "farther.xlsx": (lambda: _far("ABCDEF4294967295"), FAR),
    "low.xlsx": (lambda: _far("XFD3", "A1048576"), FAR),
    "row-of-cell.xlsx": (
        lambda: raw_book(f'{HEADINGS}<row r="2">{cell("D599999999999", "x")}</row>'),
        FAR,
    ),
    "digits.xlsx": (
        lambda: raw_book(f'{HEADINGS}<row r="2">{cell("D" + "9" * 9_000, "x")}</row>'),
        FAR,
    ),
    "unplaced.xlsx": (_unplaced, FAR),
    "entity.xlsx": (lambda: _doctype('[<!ENTITY x "Items">]'), "a document type declaration"),
    "xxe.xlsx": (lambda: _doctype('[<!ENTITY x SYSTEM "secret.txt">]'), "a document type decl"),
    "external.xlsx": (lambda: _doctype('SYSTEM "leak.dtd"'), "a document type declaration"),
    "utf-16.xlsx": (_utf_16, "NUL characters"),
    "utf-7.xlsx": (
        lambda: zipped(parts(f'<?xml version="1.0" encoding="UTF-7"?>{worksheet(GRANT)}')),
        "are not UTF-8",
    ),
    "book.xlsx": (
        lambda: zipped(parts("", workbook=f'<!DOCTYPE workbook SYSTEM "leak.dtd">{BOOK}')),
        "document type declaration",
    ),
    "tag.xlsx": (
        lambda: zipped(parts(f"<worksheet {MAIN} a='{'x' * 30 * M}'/>")),
        "of more than 4",
    ),
    "binary.xlsx": (
        lambda: zipped({"[Content_Types].xml": "x", "xl/workbook.bin": b"\x83\x01\x00"}),
        "not an .xlsx workbook",
    ),
    "target.xlsx": (
        lambda: raw_book(HEADINGS, relations="<Relationships><Relationship Id='rId1'/>"),
        "not well-formed XML",
    ),
    "cells.xlsx": (lambda: raw_book("<row>" + "<c><v>1</v></c>" * 100_000 + "</row>"), "headings"),
    "far.xls": (lambda: _cell_of_xls(65_535, 255), FAR),
    "farther.xls": (lambda: _cell_of_xls(65_535, 65_535), FAR),
    "strings.xls": (_with_many_strings, DAMAGED),
    "cut.xls": (lambda: XLS[:3000], DAMAGED),
    "header.xls": (lambda: XLS[:512], DAMAGED),
    "short.xls": (lambda: XLS[:20], DAMAGED),
    "loop.xls": (_looping_xls, DAMAGED),
    "zeros.xls": (lambda: XLS[:512] + bytes(5000), DAMAGED),
    "encrypted.xls": (_encrypted_xls, "encrypted: save the workbook without a password"),
    "encrypted.xlsx": (
        lambda: _renamed_stream("EncryptionInfo"),
        "encrypted: save the workbook without a password",
    ),
    "document.doc": (lambda: _renamed_stream("WordDocument"), "another file of Office"),
}


def _renamed_stream(name: str) -> bytes:
    """The .xls whose only stream has another name."""
    place = XLS.index("Workbook".encode("utf-16-le"))
    entry = bytearray(XLS[place : place + 128])
    entry[:64] = name.encode("utf-16-le").ljust(64, b"\0")
    entry[64:66] = struct.pack("<H", 2 * len(name) + 2)
    return XLS[:place] + bytes(entry) + XLS[place + 128 :]


def _check(folder: Path, name: str, content: bytes) -> Done:
    (folder / "secret.txt").write_text(ELSEWHERE)
    (folder / "leak.dtd").write_text(f'<!ENTITY x "{ELSEWHERE}">')
    (folder / name).write_bytes(content)
    return attacked(folder, "check", name, "--quiet", "--pack", "integrity")


@pytest.mark.parametrize("name", ATTACKS)
def test_workbook_is_one_clear_error(name: str, tmp_path: Path) -> None:
    """The file is refused, nothing of another file is shown, nothing is printed beside it."""
    make, told = ATTACKS[name]
    done = _check(tmp_path, name, make())
    (error,) = done.errors
    assert (done.code, done.err) == (3, "")
    assert error.startswith(f"error: {name}:")
    assert told in error
    assert ELSEWHERE not in done.out
    assert done.megabytes < MEGABYTES


def _merged_often() -> bytes:
    merges = '<mergeCell ref="A3:XFD1048576"/>' * 50_000
    sheet = worksheet(HEADINGS + GRANT).replace(
        "</worksheet>", f"<mergeCells>{merges}</mergeCells></worksheet>"
    )
    return zipped(parts(sheet))


HARMLESS: Mapping[str, Callable[[], bytes]] = {
    "dimension.xlsx": lambda: zipped(
        parts(
            worksheet(HEADINGS + GRANT).replace(
                "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>'
            )
        )
    ),
    "merged.xlsx": _merged_often,
    "blank-rows.xlsx": lambda: raw_book(HEADINGS + GRANT + '<row r="1048576"/>'),
    "last-row.xlsx": lambda: raw_book(HEADINGS + row(1_048_576, "A", "Items", "Full")),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_stated_alone_does_no_harm(name: str, tmp_path: Path) -> None:
    """A sheet that says to be large, and is not, is read."""
    done = _check(tmp_path, name, HARMLESS[name]())
    assert (done.code, done.err, done.errors) == (0, "", [])
    assert "Checked 1 role, 1 grant" in done.out
    assert done.megabytes < MEGABYTES


def test_formulas_and_names_act_on_nothing(tmp_path: Path) -> None:
    """A sheet called as a command, with cells that are formulas for a spreadsheet."""
    hostile = "::error::x\x1b[31m=HYPERLINK(1)"
    name = hostile.replace("\x1b", "&#x202e;")
    book = BOOK.replace("Sheet1", name[:31])
    data = raw_book(HEADINGS + row(2, "=cmd|'/C calc'!A1", "Items", "Full"), workbook=book)
    done = _check(tmp_path, "x.xlsx", data)
    assert (done.code, done.err) == (0, "")
    assert not set(done.out) & set("\x1b\u202e")
    assert not [line for line in done.out.splitlines() if line.lstrip().startswith("::")]


def test_reader_that_dies_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends without a word leaves an error, never an audit that looks clean."""
    monkeypatch.setattr(excel_rows, "_kept", {})
    for code in ("import os; os.abort()", "import sys; sys.stdin.buffer.read(); sys.exit(1)"):
        monkeypatch.setattr(excel_rows, "_CHILD", code)
        ran = run("check", FIXTURES / "exports" / "role-review.xlsx", "--quiet")
        assert (ran.code, ran.err) == (3, "")
        assert "takes too much memory or time to read: save the sheet as CSV" in ran.out


def test_reader_has_limits(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended where it takes too much memory, and where it prints too much."""
    grow = "; data = bytearray(3 << 30)"
    monkeypatch.setattr(excel_rows, "_kept", {})
    limited = excel_rows._CHILD.replace("main()", f"excel_child._limit(){grow}")
    limited = limited.replace(
        "from nspermaudit.excel_child import main", "from nspermaudit import excel_child"
    )
    endless = "import os, sys; sys.stdin.buffer.read()\nwhile True: print(os.urandom(999).hex())"
    for child, most in ((limited, 1 << 20), (endless, 10_000)):
        monkeypatch.setattr(excel_rows, "_CHILD", child)
        monkeypatch.setattr(excel_rows, "_MAX_KEPT", most)
        ran = run("check", FIXTURES / "exports" / "role-review.xlsx", "--quiet")
        assert (ran.code, ran.err) == (3, "")
        assert "takes too much memory or time to read" in ran.out
