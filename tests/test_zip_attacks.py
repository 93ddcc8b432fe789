"""Zips that no honest program makes: refused whole, or at the member, in little time and memory."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from attacked import MEGABYTES, Done, attacked
from conftest import sdf
from zips import Part, assembled, deflated, end, of_zeros, with_zip64, zipped

ROLE = sdf(("LIST_ITEM", "FULL")).encode()
TABLE = b"Role,Permission,Level\nLT Clerk,Bills,Full\n"
GOOD = Part(b"role.xml", ROLE)
INNER = assembled(GOOD)
DIRECTORY = len(ROLE) + 38
"""Where the directory of ``INNER`` begins."""


def _bomb(megabytes: int, name: bytes = b"bomb.csv", size: int | None = None) -> Part:
    stated = megabytes << 20 if size is None else size
    return Part(name, of_zeros(megabytes), stated, method=zipfile.ZIP_DEFLATED)


def _overlapping() -> bytes:
    """The same bytes as a member of many names: a quine of headers, 40 GB from 60 KB."""
    kernel = of_zeros(40)
    header = struct.pack("<HHHHHLLL", 20, 0, 8, 0, 33, 0, len(kernel), 40 << 20)
    body = b"PK\3\4" + header + struct.pack("<HH", 5, 0) + b"0.csv" + kernel
    one = b"PK\1\2\x14\3" + header + struct.pack("<HHHHHLL", 5, 0, 0, 0, 0, 0, 0)
    directory = b"".join(one + b"%d.csv" % number for number in range(10))
    return body + directory + end(len(body), len(directory), 10)


def _named(name: bytes, flags: int = 0) -> bytes:
    return assembled(Part(name, ROLE, flags=flags), GOOD)


def _hidden_in_a_picture() -> bytes:
    """A comment that looks like the end of an archive in which a picture takes all the room."""
    swallowed = assembled(Part(b"a.png", b"PNG", flags=8, after=bytes(16)), GOOD)[:-22]
    all_of_it = len(swallowed) - 35
    fake = assembled(Part(b"a.png", swallowed[35:], flags=8))
    listed = fake[35 + all_of_it : -22]
    start = len(swallowed) + 22
    comment = listed + end(start, len(listed), 1)
    real = assembled(Part(b"a.png", b"PNG", flags=8, after=bytes(16)), GOOD, comment=comment)
    assert len(real) == start + len(comment)
    return real


WHOLE: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "bomb": (lambda: assembled(_bomb(1000)), "inflates to more than 500 times its size"),
    "bombs": (
        lambda: assembled(*(_bomb(64, b"%d.xml" % number) for number in range(70))),
        "inflates to more than 4 GB",
    ),
    "overlapping": (_overlapping, "inflates to more than 500 times its size"),
    "overlapping small": (
        lambda: (
            assembled(GOOD, GOOD._replace(name=b"again.xml"))[: len(ROLE) + 38] + _twice_listed()
        ),
        "whose members overlap",
    ),
    "entries": (
        lambda: assembled(*(Part(b"%d" % number) for number in range(100_000))),
        "of more than 50000 members",
    ),
    "directory": (
        lambda: assembled(*(Part(b"%d" % number + bytes(60_000)) for number in range(160))),
        "whose directory has more than 8 MB",
    ),
    "up": (lambda: _named(b"../role.xml"), '"../role.xml", a name that leads out of it'),
    "up within": (lambda: _named(b"a/../../b.xml"), "leads out of it"),
    "up by backslash": (lambda: _named(b"a\\..\\..\\b.xml"), "leads out of it"),
    "absolute": (lambda: _named(b"/etc/role.xml"), "leads out of it"),
    "drive": (lambda: _named(b"C:\\role.xml"), "leads out of it"),
    "host": (lambda: _named(b"\\\\host\\role.xml"), "leads out of it"),
    "nul": (lambda: _named(b"role.xml\0.png"), "leads out of it"),
    "no name": (lambda: _named(b""), "leads out of it"),
    "twice": (lambda: _named(b"role.xml"), 'two members called "role.xml"'),
    "twice by backslash": (
        lambda: assembled(Part(b"a/b.xml", ROLE), Part(b"a\\b.xml", ROLE)),
        'two members called "a/b.xml"',
    ),
    "other name before it": (
        lambda: assembled(GOOD._replace(listed=b"role.png")),
        'contradicts itself about "role.png"',
    ),
    "other method before it": (
        lambda: INNER.replace(b"PK\3\4\x14\0\0\0\0", b"PK\3\4\x14\0\0\0\x08"),
        'contradicts itself about "role.xml"',
    ),
    "not listed": (
        lambda: assembled(GOOD, GOOD._replace(name=b"b.xml", is_listed=False), count=1),
        "bytes that its directory does not list",
    ),
    "in front": (
        lambda: assembled(GOOD._replace(before=INNER)),
        "bytes that its directory does not list",
    ),
    "behind": (
        lambda: assembled(GOOD._replace(after=b"<role/>")),
        "bytes that its directory does not list",
    ),
    "two in one": (lambda: INNER + INNER, "cut off or broken"),
    "cut off": (lambda: INNER[:-30], "cut off or broken"),
    "cut in the middle": (lambda: INNER[: len(ROLE)], "cut off or broken"),
    "more at the end": (lambda: INNER + b"\n", "cut off or broken"),
    "hidden by a comment": (_hidden_in_a_picture, "cut off or broken"),
    "zip64 size": (lambda: with_zip64(INNER, length=1 << 62), "zip archive"),
    "zip64 place": (lambda: with_zip64(INNER, start=1 << 63), "zip archive"),
    "no UTF-8": (lambda: _named(b"\xff\xfe.xml", flags=0x800), "cut off or broken"),
    "first of several": (lambda: b"PK\7\x08" + INNER, "cut off or broken"),
    "nothing": (assembled, "without files"),
    "folders only": (lambda: assembled(Part(b"a/"), Part(b"a/b/")), "without files"),
    "hidden only": (lambda: assembled(Part(b".a/role.xml", ROLE)), "without files to read"),
    "program": (lambda: b"MZ\x90\0" + bytes(100) + INNER, "a program, or an archive that unpacks"),
}


def _twice_listed() -> bytes:
    """A directory in which one member stands under two names."""
    one = INNER[DIRECTORY:-22]
    other = assembled(Part(b"more.xml", ROLE))[DIRECTORY:-22]
    return one + other + end(DIRECTORY, 2 * len(one), 2)


def _run(folder: Path, data: bytes) -> Done:
    (folder / "x.zip").write_bytes(data)
    done = attacked(folder, "check", "x.zip", "--quiet", "--pack", "integrity")
    assert (done.code, done.err) == (3, "")
    assert done.megabytes < MEGABYTES
    return done


@pytest.mark.parametrize("case", WHOLE)
def test_archive_is_refused(case: str, tmp_path: Path) -> None:
    """One error that names the archive; nothing of it is read."""
    make, told = WHOLE[case]
    done = _run(tmp_path, make())
    (error,) = done.errors
    assert error.startswith("error: x.zip: a ")
    assert told in error
    assert "Not complete: 1 of 1 input could not be read whole." in done.out


LINK, PIPE = stat.S_IFLNK | 0o777, stat.S_IFIFO | 0o600
MEMBERS: Mapping[str, tuple[Callable[[], Part], str]] = {
    "encrypted": (lambda: Part(b"x.xml", ROLE, flags=1), "encrypted: make the archive without"),
    "strongly encrypted": (lambda: Part(b"x.xml", ROLE, flags=0x41), "encrypted: "),
    "link": (lambda: Part(b"x.xml", b"/dev/zero", mode=LINK), "a link, which is not followed"),
    "pipe": (lambda: Part(b"x.xml", ROLE, mode=PIPE), "not a regular file"),
    "folder with content": (lambda: Part(b"x.xml/", ROLE), "not a regular file"),
    "method": (
        lambda: Part(b"x.xml", ROLE, method=12),
        "compressed in a way that is not read (method 12): use Deflate",
    ),
    "false size": (
        lambda: _bomb(1000, b"x.xml", size=2000),
        "damaged: the archive holds more bytes than it states",
    ),
    "false size of a table": (
        lambda: deflated(b"x.xml", TABLE * 9_000)._replace(size=80_000),
        "damaged: the archive holds more bytes than it states",
    ),
    "too short": (lambda: deflated(b"x.xml", ROLE)._replace(size=5000), "fewer bytes than it"),
    "cut": (
        lambda: deflated(b"x.xml", ROLE)._replace(packed=deflated(b"", ROLE).packed[:50]),
        "fewer bytes than it states",
    ),
    "more behind its end": (
        lambda: deflated(b"x.xml", ROLE)._replace(packed=deflated(b"", ROLE).packed + b"<role/>"),
        "fewer bytes than it states",
    ),
    "checksum": (lambda: Part(b"x.xml", ROLE, crc=7), "other bytes than were put into it"),
    "noise": (
        lambda: Part(b"x.xml", b"\xff" * 99, 500, method=8, crc=zlib.crc32(ROLE)),
        "bytes that do not inflate",
    ),
}


@pytest.mark.parametrize("case", MEMBERS)
def test_member_is_refused(case: str, tmp_path: Path) -> None:
    """One error that names the member; the others are read."""
    make, told = MEMBERS[case]
    done = _run(tmp_path, assembled(make(), GOOD))
    (error,) = done.errors
    assert error.startswith("error: x.zip/x.xml")
    assert told in error
    assert "Checked 1 role, 1 grant" in done.out


def test_archive_in_an_archive_is_told(tmp_path: Path) -> None:
    """It is not opened, however deep it goes, and that is said."""
    nested = INNER
    for _ in range(50):
        nested = zipped({"inner.zip": nested})
    (tmp_path / "x.zip").write_bytes(zipped({"inner.zip": nested, "role.xml": ROLE}))
    done = attacked(tmp_path, "check", "x.zip", "--pack", "integrity")
    told = "warning: x.zip/inner.zip: not read: a zip archive: only one that you name is opened"
    assert told in done.out
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("form", ["text", "table", "json"])
def test_names_act_on_nothing(form: str, tmp_path: Path) -> None:
    """Members whose names hold control characters or commands are told by names that do nothing."""
    names = ("a\x1b[31m.xml", "\n::error::a.xml", "##vso[task.complete]c.xml", "\u202elmx.d")
    data = assembled(*(Part(name.encode(), b"<role>", flags=0x800) for name in names))
    (tmp_path / "x.zip").write_bytes(data)
    done = attacked(tmp_path, "check", "x.zip", "--format", form)
    assert (done.code, done.err) == (3, "")
    assert not [text for text in ("\x1b", "\u202e", "##vso[") if text in done.out]
    assert not [line for line in done.out.splitlines() if line.lstrip().startswith("::")]
    assert done.out.count("not well-formed XML") == len(names)


def test_large_table_streams(tmp_path: Path) -> None:
    """A table of 400 MB in an archive is judged piece by piece."""
    machine = zlib.compressobj(1, zlib.DEFLATED, -15)
    head = b"Role,Permission,Level,Note\n"
    packed, crc, size = machine.compress(head), zlib.crc32(head), len(head)
    for number in range(100):
        rows = b"LT Clerk %03d,Bills,Full,%s\n" % (number, b"note" * 250) * 4_000
        packed += machine.compress(rows)
        crc, size = zlib.crc32(rows, crc), size + len(rows)
    packed += machine.flush()
    (tmp_path / "x.zip").write_bytes(assembled(Part(b"x.csv", packed, size, crc, 8)))
    done = attacked(tmp_path, "check", "x.zip", "--quiet", "--pack", "integrity")
    assert (done.code, done.err) == (0, "")
    assert "Checked 100 roles, 100 grants" in done.out
    assert done.megabytes < MEGABYTES
