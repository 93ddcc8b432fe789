from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from conftest import audited, sdf
from lxml import etree
from reading import read

from nspermaudit import InputError
from nspermaudit.xml import (
    MAX_ATTRIBUTES,
    MAX_DEPTH,
    MAX_TOKEN,
    Reader,
    Root,
    looks_like_xml,
    parse_tree,
    root_of,
)

ROLE = sdf(("LIST_ITEM", "VIEW"))


@pytest.mark.parametrize(
    ("head", "root"),
    [
        (b"<role/>", Root("role")),
        (b'<role scriptid="customrole_a">', Root("role", "customrole_a")),
        (b'<role scriptid="">', Root("role")),
        (b"<role scriptid=''>", Root("role")),
        (b"<role a='1'\n scriptid = 'customrole_a' b='2'>", Root("role", "customrole_a")),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<role>', Root("role")),
        (b"<!-- <role scriptid='a'> --><features>", Root("features")),
        (b"<!-- a - b --><!----><role>", Root("role")),
        (b"<?a <role>?><features>", Root("features")),
        (b"<x:role xmlns:x='urn:x' scriptid='a'>", Root("role", "a")),
        (b"<!DOCTYPE role><role scriptid='a'>", Root("role", "a", has_doctype=True)),
        (b"<!DOCTYPE role [<!ENTITY a 'b'>]><role>", Root("role", has_doctype=True)),
        (b"<!DOCTYPE role [", Root(has_doctype=True)),
        ("<role scriptid='a'>".encode("utf-16"), Root("role", "a")),
        (codecs.BOM_UTF16_BE + "<role>".encode("utf-16-be"), Root("role")),
        (b"<role", Root()),
        (b"<!-- ", Root()),
        (b"<>", Root()),
        (b"< role>", Root()),
        (b"<?xml version='1.0' encoding='no-such'?><role>", Root("role")),
        (b"", Root()),
        (b"Role,Permission", Root()),
    ],
)
def test_root_is_told_by_the_first_bytes(head: bytes, root: Root) -> None:
    """The root element is found behind marks, declarations and comments, and never inside them."""
    assert root_of(head) == root


@pytest.mark.parametrize(
    ("head", "is_xml"),
    [
        (b"<a/>", True),
        (b" \r\n\t<a/>", True),
        (b"\xef\xbb\xbf <a/>", True),
        ("<a/>".encode("utf-16-le"), True),
        ("<a/>".encode("utf-16-be"), True),
        ("<a/>".encode("utf-16"), True),
        (b"", False),
        (b"a<b", False),
        (b"[<a/>]", False),
    ],
)
def test_xml_is_told_by_its_first_letter(head: bytes, *, is_xml: bool) -> None:
    """What begins with a tag looks like XML, in UTF-8 and UTF-16."""
    assert looks_like_xml(head) is is_xml


DOCTYPES = {
    "plain": "<!DOCTYPE role>",
    "external": '<!DOCTYPE role SYSTEM "file:///etc/hostname">',
    "public": '<!DOCTYPE role PUBLIC "-//LT//EN" "http://127.0.0.1:9/lt.dtd">',
    "entity": '<!DOCTYPE role [<!ENTITY a "FULL">]>',
    "entity of a file": '<!DOCTYPE role [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    "parameter entity": '<!DOCTYPE role [<!ENTITY % a SYSTEM "file:///etc/hostname"> %a;]>',
    "defaults": '<!DOCTYPE role [<!ATTLIST role scriptid CDATA "customrole_other">]>',
    "entities of entities": (
        '<!DOCTYPE role [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("case", DOCTYPES)
@pytest.mark.parametrize("root", ["role", "features", "customrecordtype"])
def test_doctype_is_refused(case: str, encoding: str, root: str) -> None:
    """A document with a DOCTYPE is told and not read, in any encoding, whoever reads it."""
    doctype = DOCTYPES[case].replace("role", root)
    found = read(f"{doctype}<{root}><name>x</name></{root}>".encode(encoding), named=False)
    assert (found.status, found.roles) == ("failed", ())
    (message,) = found.inputs[0].messages
    assert message.text == "a document type declaration (DOCTYPE) is refused"


def test_entity_does_not_become_a_level() -> None:
    """A level that an entity stands for is not read, and nothing of the entity gets out."""
    doctype = '<!DOCTYPE role [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    found = read(doctype + sdf(("LIST_ITEM", "&a;")))
    assert not found.roles
    assert "root" not in str(found.inputs)


@pytest.mark.parametrize("declared", ["utf-7", "no-such", "rot13", "idna", "undefined", "cp932"])
def test_other_encoding_is_told(declared: str) -> None:
    """A document in an encoding that is not read is told, and never passed over."""
    text = f'<?xml version="1.0" encoding="{declared}"?>\n{ROLE}'
    found = read(text, named=False)
    assert found.status == "failed"
    assert len(found.inputs[0].messages) == 1


def _nested(depth: int) -> str:
    inner = depth - 1
    return f"<role scriptid='customrole_lt'>{'<a>' * inner}{'</a>' * inner}</role>"


@pytest.mark.parametrize(("depth", "status"), [(MAX_DEPTH, "read"), (MAX_DEPTH + 1, "failed")])
def test_nesting_is_limited(depth: int, status: str) -> None:
    """Elements may be nested 64 deep and no deeper."""
    assert read(_nested(depth)).status == status


@pytest.mark.parametrize(
    ("number", "status"), [(MAX_ATTRIBUTES, "read"), (MAX_ATTRIBUTES + 1, "failed")]
)
def test_attributes_are_limited(number: int, status: str) -> None:
    """An element may have 64 attributes and no more."""
    attributes = " ".join(f"a{count}=''" for count in range(number - 1))
    text = f"<role scriptid='customrole_lt'><name b='' {attributes}>LT</name></role>"
    assert read(text).status == status


@pytest.mark.parametrize("depth", [1000, 100_000])
@pytest.mark.parametrize("root", ["role", "features", "customrecordtype"])
def test_deep_nesting_does_no_harm(root: str, depth: int) -> None:
    """A document that is nested very deeply is one error."""
    found = read(f"<{root}>{'<a>' * depth}{'</a>' * depth}</{root}>")
    assert (found.status, len(found.inputs[0].messages)) == ("failed", 1)


def test_many_attributes_do_no_harm() -> None:
    """A document with very many attributes is one error."""
    attributes = " ".join(f"a{count}=''" for count in range(40_000))
    found = read(f"<role {attributes}></role>")
    assert (found.status, len(found.inputs[0].messages)) == ("failed", 1)


def test_reading_in_pieces_bounds_a_tag() -> None:
    """A tag that never ends is refused before it is all read, and one of moderate length is not."""
    reader = Reader("x")
    reader.feed(b"<a b='" + b"x" * (MAX_TOKEN - 10), last=False)
    with pytest.raises(InputError, match="a tag or comment of more than 1 MB"):
        reader.feed(b"x" * 100, last=False)


def test_errors_have_line_and_column() -> None:
    """What is not well-formed is told with the line and the column where it is found."""
    with pytest.raises(InputError) as raised:
        parse_tree(b"<features>\n  <feature></id>\n</features>", "features.xml")
    assert raised.value.location[:2] == ("features.xml", 2)
    (message,) = read("<role>\n  <name></role>").inputs[0].messages
    assert message.location[1:] == (2, 11)


def test_library_is_recent_enough() -> None:
    """Older versions of lxml read files that a document names, whatever they are told."""
    assert etree.LXML_VERSION >= (6, 1, 3)


def test_included_files_are_not_read(tmp_path: Path) -> None:
    """Links to other documents, style sheets and schemas mean nothing."""
    (tmp_path / "secret.txt").write_text("SECRET", encoding="utf-8")
    (tmp_path / "a.xml").write_text(
        '<?xml-stylesheet href="secret.txt"?>'
        '<role scriptid="customrole_lt" xmlns:xi="http://www.w3.org/2001/XInclude">'
        '<name><xi:include href="secret.txt" parse="text"/></name></role>',
        encoding="utf-8",
    )
    report = audited(tmp_path / "a.xml", packs=["integrity"])
    assert report.roles == 1
    assert "SECRET" not in str(report.findings)
