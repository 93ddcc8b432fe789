"""A zip that the user names is read as if it were a folder."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES, Ran, audited, sdf
from reading import said
from zips import assembled, deflated, with_zip64, zip_of, zipped

from nspermaudit import InputError, auditing, find, forking
from nspermaudit.source import Source

ROLE = sdf(("LIST_ITEM", "VIEW"), ("ADMI_WEBSERVICES", "EDIT"))
FOLDERS = sorted(
    folder.relative_to(FIXTURES)
    for folder in (
        *(FIXTURES / name for name in ("acme", "broken", "exports", "exports/rest-pages")),
        *(FIXTURES / "larkfield").iterdir(),
    )
)


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _zip(*, name: str = "x.zip", data: bytes | None = None, **members: str) -> None:
    renamed = {key.replace("__", "/").replace("_xml", ".xml"): members[key] for key in members}
    Path(name).write_bytes(zipped(renamed) if data is None else data)


def _told(*paths: str) -> dict[str, tuple[str, list[str]]]:
    report = audited(*map(Path, paths), packs=["integrity"])
    return {
        item.path: (item.status, [message.text for message in item.messages])
        for item in report.inputs
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_zip_says_what_the_folder_says(folder: Path, run: Callable[..., Ran]) -> None:
    """Findings, fingerprints, digests and messages to the byte; only the paths begin otherwise."""
    shutil.copytree(FIXTURES / folder, "folder")
    Path("p.zip").write_bytes(zip_of(Path("folder")))
    for form in ("json", "text", "table"):
        options = ("--role", "*", "--verbose", "--format", form, "--config", "/dev/null")
        of_folder, of_zip = (run("check", place, *options) for place in ("folder", "p.zip"))
        assert (of_zip.code, of_zip.err) == (of_folder.code, of_folder.err)
        expected = of_folder.out.replace("folder/", "p.zip/")
        assert _unspaced(of_zip.out) == _unspaced(expected)


def _unspaced(text: str) -> list[str]:
    """Lines without the blanks and rules that depend on the lengths of paths."""
    return [line.replace(" ", "").replace("-", "") for line in text.splitlines()]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_two_processes_read_one_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read the same archive at once, and neither disturbs the other."""
    roles = {
        f"{number:03}.xml": sdf(("LIST_ITEM", "VIEW"), script_id=f"customrole_{number}")
        for number in range(300)
    }
    _zip(data=zipped(roles))
    alone = said(Path("x.zip"), plain=False)
    monkeypatch.setattr(auditing, "MANY_OBJECTS", 2)
    monkeypatch.setattr(forking, "is_possible", lambda: True)
    assert said(Path("x.zip"), plain=False) == alone


def test_zip_from_standard_input(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input may be a zip; lines of its members are quoted."""
    stdin = io.TextIOWrapper(io.BytesIO(zipped({"Objects/a.xml": ROLE})))
    monkeypatch.setattr(sys, "stdin", stdin)
    ran = run("check", "-")
    assert ran.code == 1
    assert "--> <stdin>/Objects/a.xml:" in ran.out
    assert "<permlevel>EDIT</permlevel>" in ran.out


def test_zip_is_known_by_its_content() -> None:
    """Its name is of no account, neither way."""
    _zip(name="project.bak", a_xml=ROLE)
    Path("b.zip").write_text(ROLE)
    assert _told("project.bak", "b.zip") == {
        "project.bak/a.xml": ("read", []),
        "b.zip": ("read", []),
    }


def test_only_a_zip_that_is_named_is_opened(run: Callable[..., Ran]) -> None:
    """One in a folder is passed over, with how to have it read."""
    Path("a.xml").write_text(ROLE)
    Path("build").mkdir()
    _zip(name="build/p.zip", b_xml=ROLE)
    text = "not read: a zip archive: only one that you name is opened"
    assert _told(".") == {"a.xml": ("read", []), "build/p.zip": ("skipped", [text])}
    assert _told(".", "build/p.zip", "build/../build/p.zip") == {
        "a.xml": ("read", []),
        "build/p.zip/b.xml": ("read", []),
    }
    assert f"warning: build/p.zip: {text}" in run("check", ".").out


@pytest.mark.parametrize("name", ["[Content_Types].xml", "mimetype"])
def test_office_document_is_no_folder(name: str) -> None:
    """A document is told as what it is, whether it is named or found."""
    Path("a.xml").write_text(ROLE)
    _zip(data=zipped({name: "x", "word/a.xml": ROLE}))
    text = "an office document that is no .xlsx workbook: save the data as CSV"
    assert _told("x.zip") == {"x.zip": ("failed", [text])}
    assert _told(".")["x.zip"] == ("skipped", [f"not read: {text}"])


def test_workbook_is_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook is an input of its own, with the extra or without it."""
    Path("a.xml").write_text(ROLE)
    _zip(data=zipped({"[Content_Types].xml": "x", "xl/workbook.xml": "x", "xl/a.xml": ROLE}))
    told = "xl/workbook.xml in it: not well-formed XML: syntax error"
    assert _told("x.zip") == {"x.zip": ("failed", [told])}
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    text = "an .xlsx workbook: pip install 'nspermaudit[excel]', or save the sheet as CSV"
    assert _told("x.zip") == {"x.zip": ("failed", [text])}
    assert _told(".")["x.zip"] == ("skipped", [f"not read: {text}"])


def test_what_folders_pass_over_is_passed_over() -> None:
    """Hidden folders, installed packages and what macOS adds are not listed at all."""
    passed_over = ("__MACOSX/._a.xml", ".git/b.xml", "a/node_modules/c.xml", "a/.b/c/d.xml")
    data = zipped(dict.fromkeys((*passed_over, "a/.hidden.xml", "script.js"), ROLE))
    _zip(data=data)
    assert _told("x.zip") == {
        "x.zip/a/.hidden.xml": ("read", []),
        "x.zip/script.js": ("skipped", []),
    }


class _NoSeeking(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise io.UnsupportedOperation

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation


def _streamed() -> bytes:
    """What a program makes that cannot go back: sizes stand behind the members."""
    stream = _NoSeeking()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Objects/a.xml", ROLE)
    return stream.getvalue()


def _zip64() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        with archive.open("Objects/a.xml", "w", force_zip64=True) as member:
            member.write(ROLE.encode())
        archive.writestr("big.txt", "x")
    return stream.getvalue()


def _with_folders() -> bytes:
    return zipped({"Objects/": "", "./": "", "Objects/sub/": "", "Objects/a.xml": ROLE})


HONEST: dict[str, Callable[[], bytes]] = {
    "deflated": lambda: zipped({"Objects/a.xml": ROLE}),
    "stored": lambda: zipped({"Objects/a.xml": ROLE}, zipfile.ZIP_STORED),
    "streamed": _streamed,
    "zip64": _zip64,
    "zip64 directory": lambda: with_zip64(zipped({"Objects/a.xml": ROLE})),
    "with folders": _with_folders,
    "from here": lambda: zipped({"./Objects/a.xml": ROLE}),
    "backslashes": lambda: assembled(deflated(b"Objects\\a.xml", ROLE.encode())),
    "long comment": lambda: assembled(
        deflated(b"Objects/a.xml", ROLE.encode()), comment=b"project " * 8_000
    ),
}


@pytest.mark.parametrize("case", HONEST)
def test_honest_zip_is_read(case: str) -> None:
    """However a program writes it, the member is the file that was put in."""
    _zip(data=HONEST[case]())
    (item,) = (item for item in audited(Path("x.zip")).inputs if item.path.endswith("a.xml"))
    assert (item.path, item.status, item.roles) == ("x.zip/Objects/a.xml", "read", 1)
    assert (item.sha256, item.size) == (hashlib.sha256(ROLE.encode()).hexdigest(), len(ROLE))


@pytest.mark.parametrize(
    ("written", "flags", "shown"),
    [
        ("Rôle.xml".encode(), 0x800, "Rôle.xml"),
        ("Rôle.xml".encode(), 0, "Rôle.xml"),
        ("Rôle.xml".encode("cp437"), 0, "Rôle.xml"),
    ],
    ids=["UTF-8", "UTF-8 unsaid", "cp437"],
)
def test_names_of_other_alphabets(written: bytes, flags: int, shown: str) -> None:
    """A name is UTF-8 if it can be, else what DOS wrote."""
    _zip(data=assembled(deflated(written, ROLE.encode())._replace(flags=flags)))
    assert _told("x.zip") == {f"x.zip/{shown}": ("read", [])}


def test_encrypted_picture_is_passed_over_as_every_picture() -> None:
    """What would not be read anyway need not be readable."""
    picture = deflated(b"a.png", b"PNG")._replace(flags=1)
    _zip(data=assembled(picture, deflated(b"b.xml", ROLE.encode())))
    assert _told("x.zip") == {"x.zip/a.png": ("skipped", []), "x.zip/b.xml": ("read", [])}


def test_report_is_not_written_over_the_zip(run: Callable[..., Ran]) -> None:
    """An archive is an input like any other."""
    _zip(a_xml=ROLE)
    before = Path("x.zip").read_bytes()
    assert run("check", "x.zip", "--output", "json=x.zip").code == 2
    assert Path("x.zip").read_bytes() == before


def test_zip_that_vanishes_is_told() -> None:
    """An archive that is gone when its members are to be read is told."""
    _zip(a_xml=ROLE)
    sources = find(["x.zip"])
    Path("x.zip").unlink()
    (item,) = auditing.audit(sources).inputs
    assert [message.text for message in item.messages] == [
        "cannot be opened: no such file or directory"
    ]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("x.zip/a.xml", "cannot be read: input/output error"),
        ("x.zip", "a zip archive that is cut off or broken: make it again"),
    ],
)
def test_error_of_the_disk_is_told(place: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one of that input, in the directory as in a member."""

    class Failing(io.BytesIO, io.RawIOBase):
        def read(self, _: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    _zip(a_xml=ROLE)
    sources = find(["x.zip"])
    monkeypatch.setattr(Source, "open_raw", lambda _: Failing())
    (source,) = sources if place != "x.zip" else find(["x.zip"])
    with pytest.raises(InputError, match=re.escape(f"{place}: {told}")):
        source.head()


def test_first_error_of_a_member_is_the_one_that_is_told() -> None:
    """What is damaged behind the place where reading ended does not hide why it ended."""
    head = b"Role,Permission,Level\nA,Bills,Full\nA," + b"x" * 200_000 + b",Full\n"
    table = head + b"B,Items,View\n" * 400_000
    whole = deflated(b"a.csv", table)
    _zip(data=assembled(whole._replace(packed=whole.packed[:-9])))
    ((status, texts),) = _told("x.zip").values()
    assert status == "failed"
    assert [text.partition(":")[0] for text in texts] == ["broken CSV"]


def test_large_object_in_a_zip_is_refused() -> None:
    """The limit of an object is that of a file, and the rest of it is still counted."""
    _zip(a_xml=ROLE + " " * (8 << 20), b_xml=ROLE)
    assert _told("x.zip") == {
        "x.zip/a.xml": ("failed", ["larger than 8 MB"]),
        "x.zip/b.xml": ("read", []),
    }
