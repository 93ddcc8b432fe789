"""Attacks, each against a whole process: one clear error, in little time and memory, no leak."""

from __future__ import annotations

import gzip
import os
import re
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from attacked import MEGABYTES, attacked
from conftest import sdf

ELSEWHERE = "LT-ELSEWHERE"
M = 1_000_000
GRANT = ("LIST_ITEM", "FULL")
DOCTYPE = r":\d+: a document type declaration"
HEADINGS = "Role,Permission,Level\nA,Items,Full\n"
NDJSON = '{"role": 1, "permkey": "LIST_ITEM", "permlevel": 4}'
BOOK = '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table>'
RECORD = '<customrecordtype scriptid="customrecord_x"><!-- -->\n'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def _doctype(inside: str, body: str, encoding: str = "utf-8") -> bytes:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<!DOCTYPE role {inside}>\n'
    return f'{text}<role scriptid="customrole_x"><name>{body}</name></role>'.encode(encoding)


def _utf_7(text: str) -> bytes:
    head = b'<?xml version="1.0" encoding="UTF-7"?>\n'
    return head + text.replace("<", "+ADw-").replace(">", "+AD4-").replace("!", "+ACE-").encode()


def _rows(*texts: str) -> str:
    return "<Row>" + "".join(f"<Cell><Data>{text}</Data></Cell>" for text in texts) + "</Row>"


TABLE = BOOK + _rows("Role", "Permission", "Level")
ATTACKS: Mapping[str, tuple[Callable[[], str | bytes], str]] = {
    "xxe.xml": (lambda: _doctype('[<!ENTITY x SYSTEM "secret.txt">]', "&x;"), f":2{DOCTYPE}"),
    "parameter.xml": (
        lambda: _doctype('[<!ENTITY % p SYSTEM "leak.dtd"> %p;]', "&leak;"),
        f":2{DOCTYPE}",
    ),
    "external.xml": (lambda: _doctype('SYSTEM "leak.dtd"', "&leak;"), f":2{DOCTYPE}"),
    "utf-16.xml": (
        lambda: _doctype('[<!ENTITY x SYSTEM "secret.txt">]', "&x;", "utf-16"),
        f":2{DOCTYPE}",
    ),
    "utf-7.xml": (lambda: _utf_7(sdf(GRANT)), ": not well-formed XML"),
    "utf-7-doctype.xml": (
        lambda: _utf_7('<!DOCTYPE role [<!ENTITY x SYSTEM "secret.txt">]><role>&x;</role>'),
        ": not well-formed XML",
    ),
    "laughs.xml": (lambda: _doctype(f'[<!ENTITY l0 "lol">{LAUGHS}]', "&l9;"), f":2{DOCTYPE}"),
    "laughing-attribute.xml": (
        lambda: f'<!DOCTYPE role [<!ENTITY l0 "lol">{LAUGHS}]><role scriptid="&l9;"/>',
        ": not well-formed XML",
    ),
    "quadratic.xml": (
        lambda: _doctype(f'[<!ENTITY a "{"A" * 50_000}">]', "&a;" * 20_000),
        f":2{DOCTYPE}",
    ),
    "bomb.xml": (lambda: gzip.compress(b"<role>" + b" " * 50 * M), ": compressed with gzip"),
    "attributes.xml": (
        lambda: "<role " + " ".join(f'a{n}="1"' for n in range(40_000)) + "/>",
        ":1:1: more than 64 attributes on one element",
    ),
    "namespaces.xml": (
        lambda: "<role " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(50_000)) + "/>",
        ":1:1: more than 64 attributes on one element",
    ),
    "deep.xml": (lambda: "<role>" + "<a>" * M, ":1:196: nested more than 64 deep"),
    "elements.xml": (
        lambda: "<role>" + "<a/>" * 2 * M + "</role>",
        ":1:40007: more than 10000 faults in one object",
    ),
    "text.xml": (
        lambda: f"<role scriptid='customrole_x'><name>{'x' * 10 * M}</name></role>",
        ": larger than 8 MB",
    ),
    "attribute.xml": (lambda: f"<role scriptid='{'x' * 10 * M}'/>", ": not well-formed XML"),
    "name.xml": (
        lambda: sdf(*((f"TRAN_X{n}", "FULL") for n in range(9000)), name="x" * 100_000),
        ":1:1: a role whose name or id has more than 1000 characters",
    ),
    "escape.xml": (lambda: sdf(GRANT, name="a&#27;[31m"), ":2:10: not well-formed XML"),
    "nul.xml": (lambda: sdf(GRANT, name="a\0"), ":2:10: not well-formed XML"),
    "record-elements.xml": (
        lambda: RECORD + "<a/>" * 2 * M + "<permissions></permissions></customrecordtype>",
        ":2:7999[0-9][0-9]: more than 200000 elements",
    ),
    "record-text.xml": (
        lambda: RECORD + "<a>&amp;" + "x&amp;" * M + "</customrecordtype>",
        ": not well-formed XML: mismatched tag",
    ),
    "record-doctype.xml": (
        lambda: f'<!DOCTYPE customrecordtype SYSTEM "leak.dtd">{RECORD}</customrecordtype>',
        f":1{DOCTYPE}",
    ),
    "manifest.xml": (
        lambda: (
            '<!DOCTYPE manifest [<!ENTITY x SYSTEM "secret.txt">]>'
            '<manifest projecttype="x">&x;</manifest>'
        ),
        f":1{DOCTYPE}",
    ),
    "deploy.xml": (lambda: "<deploy>" + "<objects>" * (M // 2), ":1:576: nested more than 64 deep"),
    "tag.xls": (
        lambda: f'{TABLE}<Row a="{"x" * 30 * M}">',
        ": a tag or comment of more than 1 MB",
    ),
    "comment.xls": (lambda: f"{TABLE}<!--{'x' * 30 * M}", ": a tag or comment of more than 1 MB"),
    "text.xls": (
        lambda: TABLE + _rows("A", "Items", "x" * 30 * M),
        ": a cell of more than 131072 characters",
    ),
    "quote.csv": (lambda: HEADINGS + 'A,"Bills,Full\n' + "B,Items,Full\n" * 9, ":3: broken CSV"),
    "quote-many-lines.csv": (lambda: HEADINGS + 'A,"' + "x\n" * M, ":3: broken CSV"),
    "nul.csv": (lambda: HEADINGS + "A,It\0ems,Full\n", ":3: "),
    "field.csv": (lambda: f"{HEADINGS}A,{'x' * 200_000},Full\n", ":3: broken CSV: field larger"),
    "commas.csv": (lambda: HEADINGS + "," * 30 * M, ":3: a line of 1048576 characters or more"),
    "line.csv": (lambda: HEADINGS + "x" * 30 * M, ":3: a line of 1048576 characters or more"),
    "ragged.csv": (lambda: HEADINGS + "A,Items,Full,Bills,Full\n", ":3: "),
    "heading-twice.csv": (lambda: "Role,Permission,Level,Level\nA,Items,Full,View\n", ":1: "),
    "values.json": (
        lambda: f"[{NDJSON}{',1' * 15 * M}]",
        ": more than 4000000 values: export as CSV or NDJSON",
    ),
    "deep.json": (lambda: f"[{NDJSON},{'[' * M}", ": nested too deeply"),
    "deep.ndjson": (lambda: f'{NDJSON}\n{{"a": {"[" * M}\n', ": "),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_one_clear_error(name: str, tmp_path: Path) -> None:
    """The file is refused at its place, nothing of another file is shown, no memory is eaten."""
    make, told = ATTACKS[name]
    (tmp_path / "secret.txt").write_text(ELSEWHERE)
    (tmp_path / "leak.dtd").write_text(f'<!ENTITY leak "{ELSEWHERE}">')
    content = make()
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    done = attacked(tmp_path, "check", name, "--quiet")
    (error,) = done.errors
    assert (done.code, done.err) == (3, "")
    assert error.startswith(f"error: {name}:")
    assert re.search(told, error)
    assert ELSEWHERE not in done.out
    assert done.megabytes < MEGABYTES


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """No document makes the tool open a connection, whichever way it asks for one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        place = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        for root in ("role", "features", "customrecordtype"):
            for number, asked in enumerate(
                (
                    f'<!DOCTYPE {root} SYSTEM "{place}"><{root}/>',
                    f'<!DOCTYPE {root} [<!ENTITY % p SYSTEM "{place}"> %p;]><{root}/>',
                    f'<!DOCTYPE {root} [<!ENTITY x SYSTEM "{place}">]><{root}>&x;</{root}>',
                    f'<?xml-stylesheet href="{place}"?><{root}/>',
                )
            ):
                (tmp_path / f"{root}-{number}.xml").write_text(asked)
        assert attacked(tmp_path, "check", ".").code == 3
        with pytest.raises(TimeoutError):
            listener.accept()


YAML: Mapping[str, str] = {
    "deep": "[" * 200_000,
    "aliases": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n",
    "merges": "a: &a {x: 1}\nb: {<<: [*a, *a, *a]}\n",
    "loop": "&a [*a]",
    "code": "!!python/object/apply:os.system [touch pwned]",
    "tag": "pack: !!int abc",
    "keys": "pack: a\npack: b\n",
    "no text": "\0",
}


@pytest.mark.parametrize("case", YAML)
@pytest.mark.parametrize("option", ["--pack", "--config", "--waivers"])
def test_yaml_attack_is_refused(case: str, option: str, tmp_path: Path) -> None:
    """YAML that attacks is told with its place, and nothing is audited."""
    (tmp_path / "x.yaml").write_text(YAML[case])
    (tmp_path / "role.xml").write_text(sdf(GRANT))
    done = attacked(tmp_path, "check", "role.xml", option, "x.yaml")
    assert (done.code, done.out) == (2, "")
    *faults, last = done.err.splitlines()
    assert last == "No audit was performed."
    assert faults
    assert all(fault.startswith("error: x.yaml:") for fault in faults)
    assert done.megabytes < MEGABYTES
    assert not (tmp_path / "pwned").exists()


NAMES = (
    b"a\x1b[31m.xml",
    b"\n::error::a.xml",
    b"::error::b.xml",
    b"##vso[task.complete]c.xml",
    b"\xff\xfe.xml",
    "\u202elmx.d".encode(),
)


@pytest.mark.parametrize("form", ["text", "table", "json"])
def test_names_and_things_that_are_no_files(form: str, tmp_path: Path) -> None:
    """Each thing in a folder that cannot be read is told by its name, which acts on nothing."""
    folder = os.fsencode(tmp_path)
    try:
        for name in NAMES:
            Path(os.fsdecode(folder + b"/" + name)).write_text("<role>")
    except OSError:
        pytest.skip("no such names here")
    os.mkfifo(tmp_path / "customrole_pipe.xml")
    (tmp_path / "zero.xml").symlink_to("/dev/zero")
    (tmp_path / "self.xml").symlink_to("self.xml")
    (tmp_path / "up").symlink_to("..")
    done = attacked(tmp_path, "check", ".", "--format", form)
    assert (done.code, done.err) == (3, "")
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert "##vso[" not in done.out
    assert not [line for line in done.out.splitlines() if line.lstrip().startswith("::")]
    for told, number in (("not a regular file", 2), ("not well-formed XML", 6), ("cannot be", 1)):
        assert done.out.count(told) == number
    assert done.megabytes < MEGABYTES
