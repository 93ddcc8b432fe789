from __future__ import annotations

import pytest
from reading import Read, Told, read

from nspermaudit.account import ObjectGrant


def _granted(found: Read) -> list[ObjectGrant]:
    """What the only object of an account grants."""
    (objects,) = found.account.projects[""].objects.values()
    return list(objects[0].grants)


def _record(*entries: str) -> str:
    lines = "\n".join(f"<permission>{entry}</permission>" for entry in entries)
    return (
        '<customrecordtype scriptid="customrecord_lt_sheet"><recordname>LT Sheet</recordname>'
        f"<permissions>\n{lines}\n</permissions></customrecordtype>"
    )


ROLE = "<permittedrole>AP_CLERK</permittedrole>"
VIEW = "<permittedlevel>VIEW</permittedlevel>"


@pytest.mark.parametrize(
    ("entry", "granted"),
    [
        (f"<permittedlevel>EDIT</permittedlevel>{ROLE}", "AP_CLERK: EDIT"),
        (f"<permittedlevel>2</permittedlevel>{ROLE}", "AP_CLERK: CREATE"),
        (f"<permittedlevel> Full </permittedlevel>{ROLE}", "AP_CLERK: FULL"),
        (ROLE, "AP_CLERK: NONE"),
        (
            f"<permittedrole>[scriptid=customrole_lt_lead]</permittedrole>{VIEW}",
            "customrole_lt_lead: VIEW",
        ),
        (
            f"<permittedrole>[appid=com.lt.app, scriptid=customrole_lt]</permittedrole>{VIEW}",
            "customrole_lt: VIEW",
        ),
    ],
)
def test_record_grants_access(entry: str, granted: str) -> None:
    """A custom record type's list says which role has which level; no word is level None."""
    found = read(_record(entry))
    found.assert_told([])
    assert [f"{grant.role}: {grant.level.name}" for grant in _granted(found)] == [granted]
    assert [grant.location.line for grant in _granted(found)] == [2]


def test_comment_grants_nothing() -> None:
    """An entry in a comment is no entry."""
    text = _record(f"<permittedlevel>EDIT</permittedlevel>{ROLE}")
    found = read(
        text.replace("<permissions>", "<permissions><!--").replace(
            "</permissions>", "--></permissions>"
        )
    )
    assert not _granted(found)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (f"<permittedlevel>VOLL</permittedlevel>{ROLE}", ("error", 3, '"VOLL" is no level')),
        (f"<permittedlevel>5</permittedlevel>{ROLE}", ("error", 3, '"5" is no level')),
    ],
)
def test_unreadable_level_is_told(entry: str, told: Told) -> None:
    """A level that cannot be read is an error with its line, never a default; the others count."""
    found = read(_record(f"<permittedlevel>EDIT</permittedlevel>{ROLE}", entry))
    found.assert_told([told])
    assert [grant.level.name for grant in _granted(found)] == ["EDIT"]
    assert found.status == "partial"


def test_broken_record_is_told() -> None:
    """A document that is not well-formed is one error with its line."""
    found = read("<customrecordtype>\n<permissions>", named=False)
    found.assert_told([("error", 2, "not well-formed XML")])
    assert found.status == "failed"
