from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Ran, audited
from reading import Levels, Read, read

from nspermaudit import Level, Reading, Result, Severity

HEADINGS = "Role,Permission,Level\n"
CLERK: Levels = {"LT Clerk": {"TRAN_VENDBILL": "FULL", "LIST_VENDOR": "EDIT"}}
CASES = yaml.safe_load((Path(__file__).parent / "cases/csv.yaml").read_text(encoding="utf-8"))

Case = dict[str, Any]


def _name(case: Case) -> str:
    return str(case["case"])


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_table_is_read(case: Case) -> None:
    """A table gives its roles with their levels, and each thing that is odd is told at its line."""
    told = case.get("told", [])
    found = read(case["text"])
    found.assert_told(told)
    assert found.levels == case["levels"]
    assert (found.status != "read") == any(severity == "error" for severity, *_ in told)


@pytest.mark.parametrize(
    "case", [case for case in CASES if "error" in str(case.get("told"))], ids=_name
)
def test_faulty_table_is_not_passed_over_in_a_folder(case: Case) -> None:
    """A faulty export that nobody named is told all the same, if its headings are an export's."""
    strange = "no headings" in str(case["told"])
    expected = ("skipped",) if strange else ("partial", "failed")
    assert read(case["text"], named=False).status in expected


def test_headings_are_looked_for_in_thirty_rows() -> None:
    """A preamble may be as long as leaves the headings in row 30, and no longer."""
    rows = f"{HEADINGS}LT Clerk,Bills,Full\nLT Clerk,Vendors,Edit\n"
    assert read("Larkfield Tools\n" * 29 + rows).levels == CLERK
    read("Larkfield Tools\n" * 30 + rows).assert_told([("error", 1, "no headings")])


def test_bad_level_far_down_a_matrix_is_told() -> None:
    """A cell of a matrix that is no level is an error with its line, wherever it stands."""
    rows = "Bills,Full\nVendors,Edit\n" + "Sales Order,\n" * 40 + "Pay Bills,Voll\n"
    found = read(f"Permission,LT Clerk\n{rows}")
    found.assert_told([("error", 44, '"Voll" is no level for Pay Bills')])
    assert found.levels == CLERK


@pytest.mark.parametrize(
    "row", ["LT\0Lead,Items,View", "LT Lead,It\0ems,View", "LT Lead,Items,V\0iew"]
)
def test_nul_is_refused(row: str) -> None:
    """A NUL in a cell is an error with its line."""
    found = read(f"{HEADINGS}LT Clerk,Bills,Full\nLT Clerk,Vendors,Edit\n{row}\n")
    errors = [item for item in found.inputs[0].messages if item.severity is Severity.ERROR]
    assert [item.location.line for item in errors] == [4]


def _rows(delimiter: str) -> str:
    rows = (
        ("Role", "Permission", "Level"),
        ("LT Käufer", "Bills", "Full"),
        ("", "Vendors", "Edit"),
        ("LT Lead", "Items", "View"),
    )
    return "".join(delimiter.join(row) + "\r\n" for row in rows)


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-8 with mark": lambda text: text.encode("utf-8-sig"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "utf-16-le with mark": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16-be with mark": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "cp1252": lambda text: text.encode("cp1252"),
}


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_and_encoding_is_recognised(
    delimiter: str, encoding: str, *, named: bool
) -> None:
    """The same rows read the same, whatever separates them and however they are encoded."""
    found = read(ENCODINGS[encoding](_rows(delimiter)), named=named)
    assert found.levels == {
        "LT Käufer": {"TRAN_VENDBILL": "FULL", "LIST_VENDOR": "EDIT"},
        "LT Lead": {"LIST_ITEM": "VIEW"},
    }
    assert found.status == "read"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_mark_may_hold_any_letter(encoding: str) -> None:
    """One letter from beyond Latin-1 near the start does not hide that a text is UTF-16."""
    found = read(f"{HEADINGS}LT Łódź,Bills,Full\n".encode(encoding))
    assert found.levels == {"LT Łódź": {"TRAN_VENDBILL": "FULL"}}


def test_japanese_windows_text_is_recognised() -> None:
    """Text in cp932 is read as such, and the guess is told."""
    found = read("ロール,権限,レベル\nLT 買掛金担当,TRAN_VENDBILL,完全\n".encode("cp932"))
    found.assert_told([("info", 0, "not UTF-8; read as cp932")])
    assert found.levels == {"LT 買掛金担当": {"TRAN_VENDBILL": "FULL"}}


def test_western_windows_text_is_told() -> None:
    """Text that is not UTF-8 is read as cp1252, and the guess is told."""
    found = read(f"{HEADINGS}LT Käufer,Bills,Full\n".encode("cp1252"))
    found.assert_told([("info", 0, "not UTF-8; read as cp1252")])


def _long(last: str) -> str:
    rows = "LT Clerk,Bills,Full\n" * 5000
    return f"{HEADINGS}{rows}{last},Vendors,Edit\n"


@pytest.mark.parametrize("named", [True, False])
def test_late_windows_letter_is_read(*, named: bool) -> None:
    """A file that shows only after its first 64 KiB that it is no UTF-8 is read again as cp1252."""
    found = read(_long("LT Käufer").encode("cp1252"), named=named)
    found.assert_told([("info", 0, "not UTF-8; read as cp1252")])
    assert found.levels == {
        "LT Clerk": {"TRAN_VENDBILL": "FULL"},
        "LT Käufer": {"LIST_VENDOR": "EDIT"},
    }
    assert found.inputs[0].rows == 5001


def test_late_windows_letter_does_not_change_what_is_assumed(tmp_path: Path) -> None:
    """The only role of an export is taken for the integration role in every encoding."""
    rows = "LT Clerk,Bills,Full,\n" * 5000
    text = f"Role,Permission,Level,Notes\n{rows}LT Clerk,Vendors,Edit,Käufer\n"
    reports = []
    for encoding in ("utf-8", "cp1252"):
        file = tmp_path / f"{encoding}.csv"
        file.write_text(text, encoding=encoding)
        reports.append(audited(file, packs=["guide/token"]))
    assert reports[0].findings
    assert reports[1].assumptions == reports[0].assumptions
    assert reports[1].results == reports[0].results


@pytest.mark.parametrize(
    ("encoding", "line", "row"),
    [("utf-8", 3, b"LT K\xe4ufer"), ("ascii", 3, "LT Käufer".encode()), ("cp1252", 3, b"LT \x81")],
)
def test_stated_encoding_is_held_to(encoding: str, line: int, row: bytes) -> None:
    """Text that is not in the encoding that the user names is an error with its line."""
    data = f"{HEADINGS}LT Clerk,Bills,Full\n".encode() + row + b",Vendors,Edit\n"
    found = read(data, Reading(encoding=encoding))
    found.assert_told([("error", line, f"not readable as {encoding}")])


def test_stated_encoding_is_no_guess() -> None:
    """A user who names the encoding is not asked to name it."""
    data = f"{HEADINGS}LT Käufer,Bills,Full\n".encode("cp1252")
    found = read(data, Reading(encoding="cp1252"))
    found.assert_told([])
    assert found.levels == {"LT Käufer": {"TRAN_VENDBILL": "FULL"}}


def test_undecodable_byte_is_told_at_its_line() -> None:
    """A byte that no guess can read is an error with the line it stands in."""
    rows = b"LT K\xe4ufer,Bills,Full\n" * 20
    found = read(HEADINGS.encode() + rows + b"LT \x81,Vendors,Edit\n")
    assert [
        item.location.line for item in found.inputs[0].messages if item.severity is Severity.ERROR
    ] == [22]


def test_undecodable_byte_after_a_separator_line_is_told() -> None:
    """A byte that no guess can read is told where the file names its separator, too."""
    found = read(b"sep=;\r\nRole;Permission;Level\r\nLT \x81;Vendors;Edit\r\n")
    assert [item.severity for item in found.inputs[0].messages].count(Severity.ERROR) == 1
    assert found.status == "failed"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-7", "idna"])
def test_wrong_encoding_is_no_crash(encoding: str) -> None:
    """An encoding that does not fit makes the input unreadable, and nothing worse."""
    found = read(f"{HEADINGS}LT Käufer,Bills,Full\n".encode("cp1252"), Reading(encoding=encoding))
    assert found.status == "failed"


@pytest.mark.parametrize("encoding", ["rot13", "base64", "hex", "zlib"])
def test_encoding_of_no_text_is_wrong_usage(
    encoding: str, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """An encoding that makes no text of bytes is refused before anything is read."""
    file = tmp_path / "roles.csv"
    file.write_text(f"{HEADINGS}LT Clerk,Bills,Full\n", encoding="utf-8")
    ran = run("check", file, "--encoding", encoding)
    assert ran.code == 2
    assert f'there is no text encoding "{encoding}"' in ran.err


IDENTITIES = {
    "Internal ID,Name,Permission,Level": ("1042,LT Clerk,Bills,Full", "1042", "LT Clerk"),
    "Name,Permission,Level": ("LT Clerk,Bills,Full", "LT Clerk", "LT Clerk"),
    "Internal ID,Name,Role,Permission,Level": (
        "7,Ada Okoro,LT Clerk,Bills,Full",
        "LT Clerk",
        "LT Clerk",
    ),
    "Name,Role,Permission,Level": ("Ada Okoro,LT Clerk,Bills,Full", "LT Clerk", "LT Clerk"),
    "id,name,permission,level": ("1042,LT Clerk,Bills,Full", "1042", "LT Clerk"),
    "role,permkey,name,permlevel,restriction": ("1042,TRAN_VENDBILL,Bills,4,", "1042", ""),
    "role,role_name,permkey,permlevel": ("1042,LT Clerk,TRAN_VENDBILL,4", "1042", "LT Clerk"),
    "role_id,role_name,permission_key,permission_name,permission_level": (
        "1042,LT Clerk,TRAN_VENDBILL,Bills,4",
        "1042",
        "LT Clerk",
    ),
    "role_id,role_name,perm_key,perm_name,perm_level": (
        "1042,LT Clerk,TRAN_VENDBILL,Bills,4",
        "1042",
        "LT Clerk",
    ),
    "RoleName,PermissionName,PermissionLevel": ("LT Clerk,Bills,Full", "LT Clerk", "LT Clerk"),
    "Role: Internal ID,Role,Permission,Level": ("1042,LT Clerk,Bills,Full", "1042", "LT Clerk"),
    "Role Internal ID,Role,Permission,Permission Level": (
        "1042.0,LT Clerk,Bills,Full",
        "1042",
        "LT Clerk",
    ),
    "role_id,role_scriptid,role_name,permission_key,permission_level": (
        "1042,CUSTOMROLE_LT_CLERK,LT Clerk,TRAN_VENDBILL,4",
        "customrole_lt_clerk",
        "LT Clerk",
    ),
    "Role,Role Permission,Level": ("customrole1042,Bills,Full", "customrole1042", ""),
    "ロール,権限,レベル": ("LT 担当,Bills,完全", "LT 担当", "LT 担当"),
    "内部ID,名前,権限,レベル": ("1042,LT 担当,Bills,完全", "1042", "LT 担当"),
    "  ROLE  , Permission  Name ,perm_level_name": ("LT Clerk,Bills,Full", "LT Clerk", "LT Clerk"),
}


@pytest.mark.parametrize("headings", IDENTITIES)
def test_neighbours_decide_what_a_heading_means(headings: str) -> None:
    """A role is found by its id and name, whatever the export calls them; a user is no role."""
    row, role_id, name = IDENTITIES[headings]
    (role,) = read(f"{headings}\n{row}\n").roles
    assert (role.id, role.name) == (role_id, name)
    assert [(grant.permission.id, grant.level) for grant in role.grants] == [
        ("TRAN_VENDBILL", Level.FULL)
    ]


def test_named_role_has_the_grants_of_a_table_without_roles() -> None:
    """Where no column names a role, the permissions are those of the role that the user names."""
    found = read("Permission,Level\nBills,Full\nVendors,Edit\n", Reading(role="LT Clerk"))
    assert found.levels == CLERK


def test_named_role_is_not_put_into_a_table_with_roles() -> None:
    """Where a column names roles, the role that the user names is put into no row."""
    text = f"{HEADINGS},Pay Bills,Full\nLT Clerk,Bills,Full\nLT Clerk,Vendors,Edit\n"
    found = read(text, Reading(role="LT Lead"))
    found.assert_told([("error", 2, "the row names no role")])
    assert found.levels == CLERK


def test_table_without_roles_is_refused() -> None:
    """Without a role column and without a name nobody can tell whose the permissions are."""
    found = read("Permission,Level\nBills,Full\n")
    found.assert_told([("error", 0, "the table has no role column: say with --role NAME")])


def test_user_maps_headings_and_words() -> None:
    """Headings and level words of another language are read as the user says they are."""
    reading = Reading(
        columns={"role": "Rolle", "permission": "Berechtigung", "level": "Stufe"},
        levels={"voll": Level.FULL, "bearbeiten": Level.EDIT},
    )
    text = "Rolle;Berechtigung;Stufe\nLT Clerk;Bills;Voll\nLT Clerk;Vendors;Bearbeiten\n"
    found = read(text, reading)
    found.assert_told([])
    assert found.levels == CLERK


def test_mapped_words_hold_in_a_matrix() -> None:
    """Level words of another language are read in a matrix, too."""
    reading = Reading(columns={"permission": "Berechtigung"}, levels={"voll": Level.FULL})
    found = read("Berechtigung,LT Clerk\nBills,Voll\n", reading)
    assert found.levels == {"LT Clerk": {"TRAN_VENDBILL": "FULL"}}


def test_map_on_the_command_line(run: Callable[..., Ran], tmp_path: Path) -> None:
    """One option maps headings and level words."""
    file = tmp_path / "rollen.csv"
    file.write_text("Rolle;Berechtigung;Stufe\nLT Clerk;Bills;Voll\n", encoding="utf-8")
    mapping = "role=Rolle,permission=Berechtigung,level=Stufe,full=Voll"
    ran = run("check", file, "--pack", "integrity", "--map", mapping)
    assert (ran.code, "Checked 1 role, 1 grant" in ran.out) == (0, True)


def _results(text: str, tmp_path: Path) -> dict[Result, int]:
    file = tmp_path / "roles.csv"
    file.write_text(text, encoding="utf-8")
    report = audited(file, packs=["guide/token"])
    return {result: number for result, number in report.results.items() if number}


@pytest.mark.parametrize("word", ["Voll", "5", "", "Full?"])
def test_unreadable_level_is_not_evaluated(word: str, tmp_path: Path) -> None:
    """A permission whose level cannot be read is neither missing nor held: it is not evaluated."""
    text = (
        f"{HEADINGS}LT Token,SOAP Web Services,{word}\nLT Token,User Access Tokens,Full\n"
        "LT Token,Access Token Management,Full\n"
    )
    assert _results(text, tmp_path) == {Result.PASS: 2, Result.NOT_EVALUATED: 1}


def test_unreadable_level_in_a_matrix_is_not_evaluated(tmp_path: Path) -> None:
    """A cell of a matrix that cannot be read leaves its permission not evaluated."""
    rows = "Items,\n" * 40
    text = (
        f"Permission,LT Token\nUser Access Tokens,Full\nAccess Token Management,Full\n{rows}"
        "SOAP Web Services,Voll\n"
    )
    assert _results(text, tmp_path) == {Result.PASS: 2, Result.NOT_EVALUATED: 1}


def _grouped_and_not() -> tuple[Read, Read]:
    roles = [f"LT Role {number}" for number in range(7)]
    names = ("Bills", "Vendors", "Items", "Sales Order")
    grouped = [f"{role},{name},Full" for role in roles for name in names]
    scattered = [f"{role},{name},Full" for name in names for role in roles]
    return read(HEADINGS + "\n".join(grouped)), read(HEADINGS + "\n".join(scattered))


def test_scattered_rows_make_the_same_roles() -> None:
    """Rows of a role that do not stand together make the same roles as rows that do."""
    grouped, scattered = _grouped_and_not()
    assert scattered.levels == grouped.levels
    assert scattered.inputs[0].rows == grouped.inputs[0].rows == 28
    assert scattered.lines == grouped.lines == list(range(2, 30))
    scattered.assert_told([])


def test_attributes_come_with_the_rows() -> None:
    """Columns that hold role attributes are read, and others stay unknown."""
    text = "Name,Center Type,Permission,Level,Inactive\nLT Clerk,Accounting Center,Bills,Full,Yes\n"
    (role,) = read(text).roles
    assert dict(role.attributes) == {"center": "Accounting Center", "inactive": True}


def test_restriction_that_says_nothing_is_none() -> None:
    """The words for "no restriction" are none; a restriction is kept."""
    rows = [f"1,LIST_ITEM,1,{word}\n" for word in ("", "0", "-1", "null", "- None -")]
    (role,) = read("role,permkey,permlevel,restriction\n" + "".join(rows)).roles
    assert {grant.restriction for grant in role.grants} == {""}
    (role,) = read("role,permkey,permlevel,restriction\n1,customrecord_lt,1,EDIT\n").roles
    assert [grant.restriction for grant in role.grants] == ["EDIT"]


def test_only_so_many_faults_are_told() -> None:
    """Of very many faulty rows the first are told one by one, and the others are counted."""
    found = read(HEADINGS + "LT Clerk,Bills,Voll\n" * 50)
    told = [item.text for item in found.inputs[0].messages]
    assert len(told) == 21
    assert "30 more rows could not be read" in told
