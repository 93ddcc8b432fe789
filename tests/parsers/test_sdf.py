from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import audited, sdf
from reading import Read, Told, read

from nspermaudit import Level, Result

HEAD = '<role scriptid="customrole_lt"><name>LT</name><permissions>'
TAIL = "</permissions></role>"
FULL = "<permission><permkey>TRAN_VENDBILL</permkey>¦<permlevel>FULL</permlevel></permission>"
EDIT = "<permission><permkey>LIST_VENDOR</permkey>¦<permlevel>EDIT</permlevel></permission>"

# Each ¦ stands where a grant's level must be said to stand.
PLACED = {
    "one line": f"{HEAD}{FULL}{EDIT}{TAIL}",
    "a tag a line": (
        f"{HEAD}\n  <permission>\n    <permkey>TRAN_VENDBILL</permkey>\n"
        f"    ¦<permlevel>FULL</permlevel>\n  </permission>\n  {EDIT}\n{TAIL}\n"
    ),
    "carriage returns": f"{HEAD}\r\n  {FULL}\r\n\r\n  {EDIT}\r\n{TAIL}\r\n",
    "tabs": f"{HEAD}\n\t\t{FULL}\n\t{EDIT}\n{TAIL}",
    "a tag over several lines": (
        f"{HEAD}<permission\n><permkey\n>TRAN_VENDBILL</permkey\n>\n  ¦<permlevel\n\n"
        f"  >\n  FULL\n</permlevel\n></permission\n>\n{EDIT}{TAIL}"
    ),
    "level before the key": (
        f"{HEAD}<permission>¦<permlevel>FULL</permlevel>\n<permkey>TRAN_VENDBILL</permkey>"
        f"</permission>{EDIT}{TAIL}"
    ),
    "cdata": (
        f"{HEAD}<permission><permkey><![CDATA[TRAN_VENDBILL]]></permkey>\n"
        f"¦<permlevel>FU<![CDATA[LL]]></permlevel></permission>{EDIT}{TAIL}"
    ),
    "cdata that looks like a grant": (
        f"<role scriptid='customrole_lt'><name><![CDATA[<permlevel>FULL</permlevel>]]></name>"
        f"<permissions>{FULL}{EDIT}{TAIL}"
    ),
    "character references": (
        f"{HEAD}<permission><permkey>TRAN&#95;VENDBILL</permkey>"
        f"¦<permlevel>&#x46;ULL</permlevel></permission>{EDIT}{TAIL}"
    ),
    "comments": (
        f"<!-- <role> -->{HEAD}<!-- <permission><permkey>TRAN_SALESORD</permkey>\n"
        "<permlevel>FULL</permlevel></permission> -->\n"
        "<permission><!-- a --><permkey>TRAN_<!-- b -->VENDBILL</permkey>\n"
        f"<!-- <permlevel>VIEW</permlevel> -->¦<permlevel>FU<!-- c -->LL</permlevel></permission>"
        f"{EDIT}{TAIL}<!-- {FULL.replace('¦', '').replace('VENDBILL', 'JOURNAL')} -->"
    ),
    "processing instructions": f"<?lt a?>{HEAD}<?lt <permlevel>FULL?>{FULL}{EDIT}{TAIL}<?lt b?>",
    "letters beyond ASCII before a tag": f"{HEAD}<!-- ö, 買掛金 -->{FULL}<!-- é -->{EDIT}{TAIL}",
    "letters beyond 16 bits before a tag": f"{HEAD}<!-- 🌾 𠮷 -->{FULL}{EDIT}{TAIL}",
    "a declaration": f"<?xml version='1.0' encoding='UTF-8'?>\n{HEAD}{FULL}{EDIT}{TAIL}",
    "two lists": f"{HEAD}{FULL}</permissions>\n<permissions>{EDIT}{TAIL}",
    "words in other letters": (
        f"{HEAD}<permission><permkey>TRAN_VENDBILL</permkey>¦<permlevel> Full </permlevel>"
        f"</permission><permission><permkey>\nLIST_VENDOR\n</permkey>¦<permlevel>3</permlevel>"
        f"</permission>{TAIL}"
    ),
}


def _places(text: str) -> list[tuple[int, int]]:
    """The line and column of each mark, in a text without the marks."""
    before = [text[:at].replace("¦", "") for at, letter in enumerate(text) if letter == "¦"]
    return [(part.count("\n") + 1, len(part) - part.rfind("\n")) for part in before]


def _found(found: Read) -> list[tuple[int, int]]:
    return [grant.location[1:] for role in found.roles for grant in role.grants]


@pytest.mark.parametrize("case", PLACED)
def test_grant_stands_where_its_level_does(case: str) -> None:
    """Each grant has the line and the column of its level; comments and the like grant nothing."""
    found = read(PLACED[case].replace("¦", ""))
    found.assert_told([])
    assert found.levels == {"customrole_lt": {"TRAN_VENDBILL": "FULL", "LIST_VENDOR": "EDIT"}}
    assert _found(found) == _places(PLACED[case])


BYTES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "utf-8 with mark": ("", lambda text: text.encode("utf-8-sig")),
    "utf-16-le with mark": ("", lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le")),
    "utf-16-be with mark": ("", lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be")),
    "utf-16 declared": ("utf-16", lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le")),
    "iso-8859-1": ("iso-8859-1", lambda text: text.encode("latin-1")),
    "windows-1252": ("windows-1252", lambda text: text.encode("cp1252")),
}


@pytest.mark.parametrize("line_break", ["", "\n"])
@pytest.mark.parametrize("case", BYTES)
def test_encoding_does_not_move_a_grant(case: str, line_break: str) -> None:
    """Lines and columns count letters, whatever bytes they are made of; a mark is no letter."""
    declared, encode = BYTES[case]
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = f"{declaration}{HEAD}{line_break}<!-- Größe -->{FULL}<!-- é -->{EDIT}{TAIL}"
    found = read(encode(text.replace("¦", "")), named=False)
    found.assert_told([])
    assert _found(found) == _places(text)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_mark_is_never_lost(encoding: str) -> None:
    """UTF-16 without a mark is read or told, and never passed over."""
    found = read(f"{HEAD}{FULL}{TAIL}".replace("¦", "").encode(encoding), named=False)
    assert found.levels or found.status == "failed"


def _entry(inside: str) -> str:
    return f"{HEAD}\n<permission>{inside}</permission>\n{TAIL}"


ODD: dict[str, tuple[str, set[str], list[Told]]] = {
    "unknown level": (
        _entry("<permkey>LIST_ITEM</permkey><permlevel>VOLL</permlevel>"),
        {"LIST_ITEM"},
        [("error", 2, '"VOLL" is no level for LIST_ITEM')],
    ),
    "level out of range": (
        _entry("<permkey>LIST_ITEM</permkey><permlevel>5</permlevel>"),
        {"LIST_ITEM"},
        [("error", 2, '"5" is no level for LIST_ITEM')],
    ),
    "empty level": (
        _entry("<permkey>LIST_ITEM</permkey><permlevel/>"),
        {"LIST_ITEM"},
        [("error", 2, "the level is missing for LIST_ITEM")],
    ),
    "no level": (
        _entry("<permkey>LIST_ITEM</permkey>"),
        {"LIST_ITEM"},
        [("error", 2, "the level is missing for LIST_ITEM")],
    ),
    "level in a comment": (
        _entry("<permkey>LIST_ITEM</permkey><permlevel><!-- FULL --></permlevel>"),
        {"LIST_ITEM"},
        [("error", 2, "the level is missing for LIST_ITEM")],
    ),
    "level inside another element": (
        _entry("<permkey>LIST_ITEM</permkey><permlevel><b>FULL</b></permlevel>"),
        {"LIST_ITEM"},
        [("error", 2, "<b> inside <permlevel>: its level is not known")],
    ),
    "no key": (
        _entry("<permlevel>FULL</permlevel>"),
        set(),
        [("error", 2, "a permission without <permkey>")],
    ),
    "empty permission": (
        _entry("<permkey/><permlevel/><restriction/>"),
        set(),
        [("warning", 2, "an empty permission element")],
    ),
    "unknown part": (
        _entry("<permkey>LIST_ITEM</permkey><permlevel/><note>a</note>"),
        {"LIST_ITEM"},
        [("warning", 2, "<note> in a permission"), ("error", 2, "the level is missing")],
    ),
    "misspelt permission element": (
        f"{HEAD}\n<permision><permkey>LIST_ITEM</permkey></permision>{TAIL}",
        set(),
        [("error", 2, "<permision>")],
    ),
    "permissions outside their list": (
        "<role scriptid='customrole_lt'>\n<permission><permkey>A</permkey></permission></role>",
        set(),
        [("error", 2, "<permission> is no field of a role and was ignored (did you mean")],
    ),
    "misspelt field": (
        "<role scriptid='customrole_lt'>\n<iswebservicesonlyrole>T</iswebservicesonlyrole></role>",
        set(),
        [("warning", 2, "did you mean <iswebserviceonlyrole>?")],
    ),
    "a field twice": (
        "<role scriptid='a'><restrictip>T</restrictip>\n<restrictip>F</restrictip></role>",
        set(),
        [("error", 2, "<restrictip> stands here twice")],
    ),
    "a level twice": (
        _entry(
            "<permkey>LIST_ITEM</permkey><permlevel>VIEW</permlevel><permlevel>FULL</permlevel>"
        ),
        {"LIST_ITEM"},
        [("error", 2, "<permlevel> stands twice in one permission")],
    ),
    "no script id": (
        f"\n<role><name>LT</name><permissions>{TAIL}",
        set(),
        [("error", 2, "the role has no scriptid")],
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_object_is_told(case: str) -> None:
    """What cannot be read of a role is told at its line; no level is made up for it."""
    text, unread, told = ODD[case]
    found = read(text)
    found.assert_told(told)
    (role,) = found.roles
    assert set(role.unread) == unread
    assert not role.grants
    assert (found.status == "partial") == any(severity == "error" for severity, *_ in told)


def test_unreadable_level_is_told_where_it_stands() -> None:
    """A level that cannot be read is told with its line and column."""
    text = _entry("<permkey>LIST_ITEM</permkey>¦<permlevel>VOLL</permlevel>")
    (message,) = read(text.replace("¦", "")).inputs[0].messages
    assert [message.location[1:]] == _places(text)


@pytest.mark.parametrize("word", ["VOLL", "", "5", "FULL VIEW"])
def test_unreadable_level_is_not_evaluated(word: str, tmp_path: Path) -> None:
    """A permission whose level cannot be read is neither missing nor held: it is not evaluated."""
    file = tmp_path / "customrole_lt.xml"
    grants = ("ADMI_WEBSERVICES", word), ("ADMI_LOGIN_OAUTH", "FULL")
    file.write_text(sdf(*grants), encoding="utf-8")
    report = audited(file, packs=["guide/token"])
    assert report.results[Result.NOT_EVALUATED] == 1
    assert "SOAP Web Services" not in " ".join(item.verdict.message for item in report.findings)
    assert not report.is_complete


@pytest.mark.parametrize(
    ("written", "permission"),
    [
        ("[scriptid=customrecord_lt_sheet]", "customrecord_lt_sheet"),
        ("customrecord_lt_sheet", "customrecord_lt_sheet"),
        ("CUSTOMRECORD_LT_SHEET", "customrecord_lt_sheet"),
        ("[appid=com.larkfield.app, scriptid=customrecord_lt]", "customrecord_lt"),
        ("GRAP_AR", "GRAP_AR"),
        ("TRAN_NO_SUCH_THING", "TRAN_NO_SUCH_THING"),
        ("Bills", "Bills"),
    ],
)
def test_key_is_kept(written: str, permission: str) -> None:
    """References resolve, an unknown key stays as it is, and a display name is no key."""
    (role,) = read(sdf((written, "VIEW"))).roles
    assert [(grant.permission.id, grant.written) for grant in role.grants] == [
        (permission, written)
    ]


def test_duplicates_are_kept() -> None:
    """An entry that stands there twice is two grants: rules judge that."""
    (role,) = read(sdf(("LIST_ITEM", "VIEW"), ("LIST_ITEM", "VIEW"), ("LIST_ITEM", "FULL"))).roles
    assert [grant.level for grant in role.grants] == [Level.VIEW, Level.VIEW, Level.FULL]


def test_fields_are_attributes() -> None:
    """Fields of a role are its attributes; an empty or unreadable one is not known."""
    text = (
        '<role scriptid=" CUSTOMROLE_LT "><name>LT Clerk </name><isinactive>T</isinactive>'
        "<issalesrole>F</issalesrole><issupportrole></issupportrole><restrictip>X</restrictip>"
        "<subsidiaryoption>OWN</subsidiaryoption><custrecord_lt>a</custrecord_lt></role>"
    )
    (role,) = read(text).roles
    assert (role.id, role.name.strip()) == ("customrole_lt", "LT Clerk")
    assert dict(role.attributes) == {
        "inactive": True,
        "sales role": False,
        "subsidiaries": "OWN",
    }


@pytest.mark.parametrize("named", [True, False])
def test_head_of_comments_does_not_hide_a_role(*, named: bool) -> None:
    """A role behind a long comment is read or told, and never passed over."""
    text = f"<!-- {'x' * 70_000} -->{HEAD}{FULL}{TAIL}".replace("¦", "")
    found = read(text, named=named)
    assert found.levels == {"customrole_lt": {"TRAN_VENDBILL": "FULL"}}


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}{FULL}</permissions>",
        f"{HEAD}{FULL}{TAIL}{HEAD}{TAIL}",
        f"{HEAD}{FULL}{TAIL} rest",
        f"{HEAD}<permission></permlevel>{TAIL}",
        f"{HEAD}&nbsp;{TAIL}",
        f"{HEAD}\x1b{TAIL}",
        "<role scriptid='customrole_lt'",
        "<role",
        "<!-- role",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_broken_object_gives_no_role(text: str, *, named: bool) -> None:
    """A document that is not well-formed gives one error and no role, not even its first half."""
    found = read(text.replace("¦", ""), named=named)
    assert (found.status, found.roles, len(found.inputs[0].messages)) == ("failed", (), 1)
