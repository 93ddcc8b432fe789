"""The root element, told at a glance or read: both say the same of every head."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from nspermaudit import xml

PIECES = st.sampled_from(
    (
        *(b"<", b">", b"/", b'"', b"'", b" ", b"\n", b"=", b"&amp;", b"\xff", b"\0", b"x:"),
        *(b"role", b"workflow", b"scriptid=", b'scriptid="', b"customrole_a", b' name="x"'),
        *(b'<role scriptid="customrole_a">', b'<?xml version="1.0"?>', b"<!DOCTYPE role>"),
        *(b"<!-- -->", b"\xef\xbb\xbf"),
    )
)


@given(head=st.lists(PIECES, max_size=9).map(b"".join))
@example(head=b'<role scriptid="customrole_a">')
@example(head=b'<role scriptid="a>b">')
@example(head=b'<role scriptid="a" scriptid="b">')
def test_a_glance_says_what_reading_says(head: bytes) -> None:
    """What is usual is told without a pattern, and exactly as with it."""
    usual = xml._usual_root(head)
    assert usual is None or usual == xml._read_root(head)


def test_objects_are_usual() -> None:
    """The glance is not blind: it tells what every object of a project begins with."""
    head = b'<customrecordtype scriptid="customrecord_a">\n  <recordname>A</recordname>\n'
    assert (
        xml._usual_root(head)
        == xml.Root("customrecordtype", "customrecord_a")
        == xml._read_root(head)
    )
