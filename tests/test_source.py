from __future__ import annotations

import hashlib
import io
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran, audited, sdf

from nspermaudit import InputError, UsageError, find, located_json, source
from nspermaudit.discovery import shown
from nspermaudit.finding import Report
from nspermaudit.source import Source, from_bytes, lines_of

ROLE = sdf(("LIST_ITEM", "VIEW"))
RUNS_AS_ROOT = getattr(os, "geteuid", lambda: -1)() == 0


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _write(*names: str, content: str = ROLE) -> None:
    for name in names:
        file = Path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


def _link(name: str, target: str) -> None:
    try:
        Path(name).symlink_to(target)
    except OSError:
        pytest.skip("no links here")


def _paths(*given: str) -> list[str]:
    return [item.path for item in find(given)]


def _told(report: Report) -> dict[str, list[str]]:
    return {item.path: [message.text for message in item.messages] for item in report.inputs}


def test_files_are_found_in_the_order_of_their_names() -> None:
    """Files of all folders come in the order of their paths, whatever the order they are given."""
    _write("b/2.xml", "b/1.xml", "a/z.xml", "c.xml", "b/sub/3.xml")
    wanted = ["a/z.xml", "b/1.xml", "b/2.xml", "b/sub/3.xml", "c.xml"]
    assert _paths(".") == wanted
    assert _paths("c.xml", "b", "a") == wanted


def test_hidden_and_installed_folders_are_passed_over() -> None:
    """Hidden folders and installed packages are not looked into, unless one is named."""
    _write("src/a.xml", ".git/b.xml", "src/node_modules/c/d.xml", "src/__pycache__/e.xml")
    _write("src/.hidden.xml")
    assert _paths(".") == ["src/.hidden.xml", "src/a.xml"]
    assert _paths(".git") == [".git/b.xml"]
    assert _paths("src/node_modules") == ["src/node_modules/c/d.xml"]


def test_file_named_twice_is_read_once() -> None:
    """A file counts once, however often and in whichever ways it is named."""
    _write("src/a.xml")
    here = Path.cwd()
    given = ("src/a.xml", "./src/../src/a.xml", "src", str(here / "src" / "a.xml"), str(here))
    assert _paths(*given) == ["src/a.xml"]


@pytest.mark.parametrize("given", [("src", "src/a.xml"), ("src/a.xml", "src")])
def test_named_file_stays_named(given: tuple[str, str]) -> None:
    """A file that the user named counts as named although its folder is named, too."""
    _write("src/a.xml")
    assert [item.named for item in find(given)] == [True]


def test_hard_link_is_read_once_under_its_first_name() -> None:
    """Of several names of one file the first one counts, whatever order the folder is listed in."""
    for number in range(20):
        _write(f"src/{number:02}b.xml")
        try:
            os.link(f"src/{number:02}b.xml", f"src/{number:02}a.xml")
        except OSError:
            pytest.skip("no hard links here")
    assert _paths("src") == [f"src/{number:02}a.xml" for number in range(20)]


def test_link_to_a_file_is_read_once() -> None:
    """A link and the file that it leads to are one input."""
    _write("src/a.xml")
    _link("src/b.xml", "a.xml")
    assert len(_paths("src")) == 1


def test_links_to_folders_are_not_followed() -> None:
    """A folder that contains itself by way of a link is listed once."""
    _write("src/sub/a.xml")
    _link("src/sub/up", "..")
    _link("src/self", ".")
    assert [item.path for item in find(["src"]) if not item.passed_over] == ["src/sub/a.xml"]
    report = audited(Path("src"), packs=["integrity"])
    assert (report.roles, report.is_complete) == (1, True)


@pytest.mark.parametrize("target", ["loop", "nowhere"])
def test_link_to_nothing_is_told(target: str) -> None:
    """A link that leads to itself or nowhere is told, and the files beside it are read."""
    _write("src/a.xml", "src/z.xml", content=ROLE)
    _write("src/sub/b.xml", content=ROLE)
    _link("src/loop", target)
    report = audited(Path("src"), packs=["integrity"])
    assert set(_told(report)) == {"src/a.xml", "src/z.xml", "src/sub/b.xml", "src/loop"}
    assert report.roles == 3
    (text,) = _told(report)["src/loop"]
    assert text.startswith("cannot be opened: ")
    assert not report.is_complete


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("named", [True, False])
def test_pipe_is_refused_and_does_not_hang(*, named: bool) -> None:
    """A named pipe is no regular file: it is told at once, and the audit goes on."""
    _write("src/a.xml")
    os.mkfifo("src/b.xml")
    paths = [Path("src/a.xml"), Path("src/b.xml")] if named else [Path("src")]
    report = audited(*paths, packs=["integrity"])
    assert _told(report) == {"src/a.xml": [], "src/b.xml": ["not a regular file"]}


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
def test_device_is_refused() -> None:
    """A link to an endless device is no regular file."""
    _write("src/a.xml")
    _link("src/b.xml", "/dev/zero")
    report = audited(Path("src"), packs=["integrity"])
    assert _told(report) == {"src/a.xml": [], "src/b.xml": ["not a regular file"]}


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets here")
def test_socket_is_told() -> None:
    """A socket cannot be opened; that is told."""
    _write("a.xml")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("b.xml")
        report = audited(Path(), packs=["integrity"])
    assert [len(texts) for texts in _told(report).values()] == [0, 1]


@pytest.mark.skipif(RUNS_AS_ROOT or os.name == "nt", reason="may read everything")
def test_unreadable_file_and_folder_are_told() -> None:
    """What may not be read is told with the reason, and the audit goes on."""
    _write("src/a.xml", "src/b.xml", "src/closed/c.xml")
    Path("src/b.xml").chmod(0)
    Path("src/closed").chmod(0)
    try:
        report = audited(Path("src"), packs=["integrity"])
    finally:
        Path("src/closed").chmod(0o700)
    assert _told(report) == {
        "src/a.xml": [],
        "src/b.xml": ["cannot be opened: permission denied"],
        "src/closed": ["cannot be listed: permission denied"],
    }


def test_missing_path_is_wrong_usage(run: Callable[..., Ran]) -> None:
    """A path that does not exist is wrong usage: nothing is audited."""
    _write("a.xml")
    with pytest.raises(UsageError, match=r"nowhere\.xml: no such file or folder"):
        find(["a.xml", "nowhere.xml"])
    ran = run("check", "a.xml", "nowhere.xml")
    assert (ran.code, ran.out) == (2, "")


def test_empty_folder_is_not_clean(run: Callable[..., Ran]) -> None:
    """A folder without files holds nothing to check: the audit is not complete."""
    Path("src").mkdir()
    assert run("check", "src").code == 3


def test_paths_are_shown_relative() -> None:
    """A report calls a file by its path from here, with forward slashes."""
    here = Path.cwd()
    assert shown(str(here / "src" / "a.xml")) == "src/a.xml"
    assert shown(str(Path("src") / "." / "b" / ".." / "a.xml")) == "src/a.xml"
    assert shown(str(here.parent / "a.xml")) == "../a.xml"


CSV = "Role,Permission,Level\nLT Clerk,Bills,Full\n"
LONG = "LT Clerk,Items,View\n" * 50_000
WORKBOOK = (
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Row><Cell><Data>Role</Data>'
    "</Cell><Cell><Data>Permission</Data></Cell><Cell><Data>Level</Data></Cell></Row>"
)

STOPPED = {
    "a role": ROLE,
    "a broken role": "<role><permissions></role>" + " " * 1_000_000,
    "a role with a doctype": "<!DOCTYPE role><role/>" + " " * 1_000_000,
    "a table": CSV + LONG,
    "a table that ends in a quote": f'{CSV}"LT Clerk",x"x"\n{LONG}',
    "a table of scattered roles": f"{CSV}LT Lead,Items,View\n{CSV}{LONG}",
    "a table without roles": "Permission,Level\nBills,Full\n" + "Items,View\n" * 100_000,
    "a table of other things": "Item,Price\n" + "Spade,3\n" * 100_000,
    "a workbook": WORKBOOK + "</Workbook>",
    "a broken workbook": WORKBOOK + "<Row></Cell>" + "<Row/>" * 100_000,
    "lines of JSON": '{"role": 1, "permkey": "LIST_ITEM", "permlevel": 1}\n' * 20_000,
    "broken lines of JSON": '{"role": 1, "permkey": "A", "permlevel": 1}\n{"role"}\n' + LONG,
    "broken JSON": '[{"role": 1,}' + " " * 1_000_000,
    "features": "<features><feature><id>A</id><status>ENABLED</status></feature></features>",
    "broken features": "<features><feature></features>" + " " * 1_000_000,
}


@pytest.mark.parametrize("case", STOPPED)
def test_digest_is_that_of_the_whole_file(case: str) -> None:
    """The digest and the size are those of the file, even when reading stops early."""
    _write("input", content=STOPPED[case])
    (item,) = audited(Path("input"), packs=["integrity"]).inputs
    data = Path("input").read_bytes()
    assert item.sha256 == hashlib.sha256(data).hexdigest()
    assert item.size == len(data)


def test_large_object_is_refused() -> None:
    """A role object beyond what a role can be is refused, with the size that is allowed."""
    _write("a.xml", content=ROLE + " " * source.OBJECT_BYTES)
    report = audited(Path("a.xml"), packs=["integrity"])
    assert _told(report) == {"a.xml": ["larger than 8 MB"]}
    assert report.inputs[0].size == source.OBJECT_BYTES + len(ROLE)


def test_object_of_the_greatest_size_is_read() -> None:
    """A role object of exactly the allowed size is read."""
    _write("a.xml", content=ROLE + " " * (source.OBJECT_BYTES - len(ROLE)))
    assert audited(Path("a.xml"), packs=["integrity"]).roles == 1


def test_limit_holds_for_bytes_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input that is too large is refused before it is read as anything."""
    monkeypatch.setattr(source, "STDIN_BYTES", 1 << 20)
    assert from_bytes(b"x" * (1 << 20), "<stdin>").named
    with pytest.raises(InputError, match="<stdin>: larger than 1 MB: give it as a file"):
        from_bytes(b"x" * ((1 << 20) + 1), "<stdin>")


def test_limit_of_a_document_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A JSON document beyond its limit is told, and what stands beside it is read."""
    monkeypatch.setattr(located_json, "LIMIT", 1 << 20)
    _write("a.xml")
    _write("b.json", content='[{"role": 1, "permkey": "A"}' + " " * (1 << 20) + "]")
    report = audited(Path(), packs=["integrity"])
    assert _told(report) == {"a.xml": [], "b.json": ["larger than 1 MB"]}
    assert report.roles == 1


def test_file_that_vanishes_is_told() -> None:
    """A file that is gone when it is to be read is told."""
    _write("a.xml")
    (found,) = find(["a.xml"])
    Path("a.xml").unlink()
    with pytest.raises(InputError, match=r"a\.xml: cannot be opened: no such file"):
        found.read()
    with pytest.raises(InputError, match=r"a\.xml: cannot be opened: no such file"):
        found.head()


def test_bytes_in_memory_read_like_a_file() -> None:
    """Bytes in memory have the head, the content and the digest that a file of them has."""
    data = b"abc" * 1000
    held = Source("<stdin>", data=data)
    assert (held.head(4), held.read()) == (b"abca", data)
    assert (held.sha256, held.size) == (hashlib.sha256(data).hexdigest(), 3000)


@pytest.mark.parametrize(
    ("data", "wanted", "lines"),
    [
        (b"a\r\nb\nc", (1, 2, 3, 4, 0, -1), {1: "a", 2: "b", 3: "c"}),
        (b"\xef\xbb\xbfa\nb", (1,), {1: "a"}),
        (b"a\n\xff\n", (1,), {}),
        (b"a\n" * 600, (1,), {}),
    ],
)
def test_lines_can_be_quoted(data: bytes, wanted: tuple[int, ...], lines: dict[int, str]) -> None:
    """Lines are quoted without their breaks, and none of what is large or no UTF-8."""
    assert lines_of(Source("a", data=data), wanted, limit=1000) == lines


def test_short_reads_lose_nothing() -> None:
    """A file system that gives a few bytes at a time gives the whole file in the end."""

    class Slow(io.RawIOBase):
        left = bytes(range(100))

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override] # narrower
            piece, self.left = self.left[:7], self.left[7:]
            buffer[: len(piece)] = piece
            return len(piece)

    class SlowSource(Source):
        __slots__ = ()

        def open_raw(self) -> io.RawIOBase:
            return Slow()

    assert SlowSource("x").read() == bytes(range(100))


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A file that is too large is refused after its first megabytes, if no digest is wanted."""
    file = tmp_path / "huge.xml"
    with file.open("wb") as stream:
        stream.write(b'<role scriptid="customrole_x">')
        stream.truncate(1 << 40)  # a hole: it takes no room on the disk
    source = Source("huge.xml", str(file))
    source.is_digested = False
    with pytest.raises(InputError, match="larger than 8 MB"):
        source.read()
