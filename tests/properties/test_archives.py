"""Zips of any content, and zips that were damaged anywhere."""

from __future__ import annotations

import os
import random
import zipfile

import pytest
from conftest import sdf
from hypothesis import given, settings
from hypothesis import strategies as st
from pieces import ENDS, HEADS
from reading import Read, read_all
from zips import assembled, deflated, zipped

from nspermaudit import discovery
from nspermaudit.finding import Input
from nspermaudit.source import Source, from_bytes

FILES = int(os.environ.get("FUZZ_FILES", "250"))
NAMES = st.lists(
    st.sampled_from(["a", "B", "Objects", "ü", "x.xml", "y.csv", ".z", "w.js"]),
    min_size=1,
    max_size=3,
).map("/".join)
CONTENTS = st.builds(
    bytes.__add__,
    st.one_of(
        st.sampled_from(sorted(HEADS.values())), st.just(sdf(("LIST_ITEM", "VIEW")).encode())
    ),
    ENDS,
)
ROLES = {f"Objects/{n}.xml": sdf(("LIST_ITEM", "VIEW"), script_id=f"customrole_{n}") for n in "abc"}
WHOLE = {
    "deflated": zipped(ROLES),
    "stored": zipped(ROLES, zipfile.ZIP_STORED),
    "with a picture": assembled(
        deflated(b"a.png", b"PNG"), deflated(b"b.xml", ROLES["Objects/a.xml"].encode())
    ),
}


def _opened(data: bytes) -> Read:
    return read_all(list(discovery.opened([from_bytes(data, "p.zip")])))


def _is_seen(name: str) -> bool:
    return not any(part.startswith(".") for part in name.split("/")[:-1])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(members=st.dictionaries(NAMES, CONTENTS, min_size=1, max_size=4), is_deflated=st.booleans())
def test_zip_of_files_is_the_files(members: dict[str, bytes], *, is_deflated: bool) -> None:
    """Whatever the files are, what is read and said of them is the same."""
    method = zipfile.ZIP_DEFLATED if is_deflated else zipfile.ZIP_STORED
    found = _opened(zipped(members, method))
    seen = sorted(name for name in members if _is_seen(name))
    if not seen:
        assert [item.status for item in found.inputs] == ["failed"]
        return
    expected = read_all([Source(f"p.zip/{name}", data=members[name]) for name in seen])
    assert found.inputs == expected.inputs
    assert found.levels == expected.levels


def _is_sound(item: Input) -> bool:
    is_faulty = any(message.severity.word == "error" for message in item.messages)
    return is_faulty == (item.status in ("partial", "failed"))


@pytest.mark.parametrize("form", WHOLE)
def test_damaged_zip_hides_no_role(form: str) -> None:
    """Whatever is changed, cut or put in: all the roles are read, or there is an error."""
    whole = WHOLE[form]
    expected = _opened(whole).levels
    assert expected
    chance = random.Random(form)  # noqa: S311 - not for secrets
    for _ in range(FILES):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            place = chance.randrange(len(data))
            length = chance.choice((0, 1, 1, 1, 2, 4, 30))
            new = chance.choice((b"", chance.randbytes(length), b"\0" * length, b"\xff" * length))
            data[place : place + length] = new
        found = _opened(bytes(data))
        assert all(map(_is_sound, found.inputs))
        if not any(item.status in ("partial", "failed") for item in found.inputs):
            assert found.levels == expected or _is_renamed(found), bytes(data)


def _is_renamed(found: Read) -> bool:
    """Whether a name or an attribute was changed, in both places, to that of a picture."""
    return any(item.status == "skipped" for item in found.inputs)
