from __future__ import annotations

import json
from typing import Any

import pytest
from reading import Levels, Told, read

from nspermaudit import Reading, json_rows, located_json

BILLS = {"role": 1042, "permkey": "TRAN_VENDBILL", "name": "Bills", "permlevel": 4}
VENDORS = {"role": 1042, "permkey": "LIST_VENDOR", "name": "Vendors", "permlevel": 3}
ITEMS = {"role": 1043, "permkey": "LIST_ITEM", "name": "Items", "permlevel": 1}
ROWS = [BILLS, VENDORS, ITEMS]
LEVELS: Levels = {
    "1042": {"TRAN_VENDBILL": "FULL", "LIST_VENDOR": "EDIT"},
    "1043": {"LIST_ITEM": "VIEW"},
}


def _envelope(items: list[Any], **more: Any) -> dict[str, Any]:
    return {"links": [], "count": len(items), "hasMore": False, "items": items} | more


def _tree_role(**more: Any) -> dict[str, Any]:
    permissions = [
        {"permission_key": "TRAN_VENDBILL", "permission_name": "Bills", "level": "Full"},
        {"permission_key": "LIST_VENDOR", "permission_name": "Vendors", "level": "Edit"},
    ]
    role = {"role_id": "1042", "role_name": "LT Clerk", "permission_count": 2}
    return role | {"permissions": permissions} | more


SHAPES = {
    "array": ROWS,
    "array of one": [BILLS],
    "scattered": [BILLS, ITEMS, VENDORS],
    "envelope": _envelope(ROWS),
    "envelope, whole by its numbers": _envelope(ROWS, offset=0, totalResults=3),
    "words for numbers": _envelope(
        [{key: str(value) for key, value in row.items()} for row in ROWS]
    ),
    "data": {"data": ROWS, "totalPages": 1},
    "data in data": {"success": True, "data": {"items": ROWS}},
    "nulls left out": [BILLS | {"restriction": None}, VENDORS, ITEMS | {"links": []}],
    "floats": [row | {"permlevel": float(str(row["permlevel"]))} for row in ROWS],
}


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_rows_are_read_in_every_shape(shape: str, indent: int | None, *, named: bool) -> None:
    """The same rows read the same, however they are wrapped and laid out."""
    found = read(json.dumps(SHAPES[shape], indent=indent), named=named)
    found.assert_told([])
    assert found.levels == (
        {"1042": {"TRAN_VENDBILL": "FULL"}} if shape == "array of one" else LEVELS
    )


@pytest.mark.parametrize("rows", [ROWS, [BILLS]])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("named", [True, False])
def test_one_object_a_line_is_read(rows: list[Any], line_break: str, *, named: bool) -> None:
    """NDJSON gives its rows, each with its line; one line is enough."""
    text = "".join(json.dumps(row) + line_break for row in rows)
    found = read(text, named=named)
    found.assert_told([])
    expected = {key: value for key, value in LEVELS.items() if len(rows) > 1 or key == "1042"}
    if len(rows) == 1:
        expected = {"1042": {"TRAN_VENDBILL": "FULL"}}
    assert found.levels == expected
    step = len(line_break.replace("\r", ""))
    assert found.lines == [1 + step * number for number in range(len(rows))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("named", [True, False])
def test_mark_decides_the_encoding(encoding: str, *, named: bool) -> None:
    """A byte order mark is no part of the document, be it UTF-8's or UTF-16's."""
    found = read(json.dumps(ROWS).encode(encoding), named=named)
    assert found.levels == LEVELS


def test_grants_have_the_line_of_their_object() -> None:
    """Each grant stands in the line in which its object begins."""
    text = '[{"role": 1,\n"permkey": "LIST_ITEM", "permlevel": 1},\n\n{"x": {"y": 1},\n"role": 1, '
    text += (
        '"permkey": "LIST_VENDOR",\n"permlevel": 1}, {"role": 2, "permkey": "A",\n"permlevel": 4}]'
    )
    assert read(text).lines == [1, 4, 6]


def test_grants_of_a_tree_have_the_line_of_their_object() -> None:
    """A permission inside a role stands in the line in which its own object begins."""
    text = json.dumps({"roles": [_tree_role()]}, indent=1)
    lines = [number for number, line in enumerate(text.split("\n"), 1) if line == "    {"]
    assert read(text).lines == lines


def _page(offset: int, rows: list[Any], **more: Any) -> str:
    return json.dumps(_envelope(rows, offset=offset, **more))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (_page(0, ROWS, hasMore=True, totalResults=9), "3 of 9 rows are here"),
        (_page(3, ROWS, totalResults=6), "3 of 6 rows are here"),
        (_page(0, ROWS, hasMore=True), "3 rows are here"),
        (json.dumps({"data": ROWS, "totalPages": 4}), "3 rows are here"),
    ],
)
def test_page_without_the_others_is_partial(text: str, told: str) -> None:
    """A page of a longer result is an error: what is missing could change every verdict."""
    found = read(text)
    found.assert_told([("error", 0, told)])
    assert found.levels == LEVELS
    assert found.status == "partial"


ENTRY = {"permission_key": "LIST_ITEM", "level": "View"}
ITEM_ONLY: Levels = {"1042": {"LIST_ITEM": "VIEW"}}
CLERK: Levels = {"1042": LEVELS["1042"]}
ERROR = {"role_id": "3", "error": "role_load_failed", "message": "not allowed"}

TREES: dict[str, tuple[Any, Levels, list[Told]]] = {
    "roles": ({"roles": [_tree_role()]}, CLERK, []),
    "roles in data": ({"ok": True, "data": {"roles": [_tree_role()]}}, CLERK, []),
    "users": (
        {
            "success": True,
            "data": {
                "users": [{"name": "Ada", "email": "ada@lt.example", "roles": [_tree_role()]}]
            },
        },
        CLERK,
        [],
    ),
    "two users of one role": (
        {
            "users": [
                {"name": "Ada", "roles": [_tree_role()]},
                {"name": "Bo", "roles": [_tree_role()]},
            ]
        },
        CLERK,
        [],
    ),
    "keys of users' permissions": (
        {
            "users": [
                {
                    "name": "Ada",
                    "roles": [
                        _tree_role(
                            permission_count=1,
                            permissions=[
                                {
                                    "key": "LIST_ITEM",
                                    "permission": "LIST_ITEM",
                                    "permission_name": "Items",
                                    "level": 1,
                                }
                            ],
                        )
                    ],
                }
            ]
        },
        ITEM_ONLY,
        [],
    ),
    "a role that failed": (
        {"roles": [ERROR, _tree_role()]},
        CLERK,
        [("error", 1, 'role "3" was not exported and is not assessed: not allowed')],
    ),
    "only roles that failed": (
        {"roles": [ERROR]},
        {},
        [("error", 1, 'role "3" was not exported and is not assessed: not allowed')],
    ),
    "an error that is none": ({"roles": [_tree_role(error=None)]}, CLERK, []),
    "fewer than promised": (
        {"roles": [_tree_role(permission_count=3)]},
        CLERK,
        [("error", 1, 'role "LT Clerk" promises 3 permissions and has 2')],
    ),
    "none of those promised": (
        {"roles": [_tree_role(permissions=[])]},
        {"1042": {}},
        [("error", 1, 'role "LT Clerk" promises 2 permissions and has 0')],
    ),
    "no list of those promised": (
        {"roles": [_tree_role(permissions=None)]},
        {"1042": {}},
        [("error", 1, 'role "LT Clerk" promises 2 permissions and has 0')],
    ),
    "none promised": (
        {"roles": [_tree_role(permission_count=0, permissions=[])]},
        {"1042": {}},
        [],
    ),
    "none promised, nor a list": (
        {"roles": [{"role_id": "1042", "role_name": "LT Clerk"}]},
        {"1042": {}},
        [],
    ),
    "entries that are no objects": (
        {"roles": [_tree_role(permissions=["TRAN_VENDBILL", "LIST_VENDOR"])]},
        {"1042": {}},
        [("error", 1, "LT Clerk")],
    ),
    "a level that is none": (
        {"roles": [_tree_role(permissions=[ENTRY, {"permission_key": "LIST_VENDOR", "level": 7}])]},
        ITEM_ONLY,
        [("error", 1, '"7" is no level for Vendors')],
    ),
    "a level that is null": (
        {
            "roles": [
                _tree_role(permissions=[ENTRY, {"permission_key": "LIST_VENDOR", "level": None}])
            ]
        },
        ITEM_ONLY,
        [("error", 1, "the level is missing for Vendors")],
    ),
    "a level that is true": (
        {
            "roles": [
                _tree_role(permissions=[ENTRY, {"permission_key": "LIST_VENDOR", "level": True}])
            ]
        },
        ITEM_ONLY,
        [("error", 1, "is no level for Vendors")],
    ),
}


@pytest.mark.parametrize("case", TREES)
def test_tree_is_read(case: str) -> None:
    """A tree gives its roles; one that failed or lacks permissions is told, never clean."""
    document, levels, told = TREES[case]
    found = read(json.dumps(document))
    found.assert_told(told)
    assert found.levels == levels
    assert (found.status != "read") == bool(told)


def test_tree_gives_attributes() -> None:
    """What a tree says of a role beside its permissions are attributes."""
    (role,) = read(json.dumps({"roles": [_tree_role(isinactive="F", centertype="BASIC")]})).roles
    assert dict(role.attributes) == {"inactive": False, "center": "BASIC"}
    assert role.name == "LT Clerk"


HEAD = '[{"role": 1042, "permkey": "LIST_ITEM",\n '

BROKEN: dict[str, tuple[str | bytes, int, str]] = {
    "cut": (HEAD + '"permlevel"', 2, "not valid JSON"),
    "a comment": (HEAD + '"permlevel": 4 /* Full */}]', 2, "not valid JSON"),
    "a comma too many": (HEAD + '"permlevel": 4,}]', 2, "not valid JSON"),
    "text after the end": (HEAD + '"permlevel": 4}]\n[]', 3, "not valid JSON"),
    "a line break in a string": (HEAD + '"permlevel": "4\n"}]', 2, "not valid JSON"),
    "NaN": (HEAD + '"permlevel": NaN}]', 1, "NaN is no JSON value"),
    "Infinity": (HEAD + '"permlevel": -Infinity}]', 1, "-Infinity is no JSON value"),
    "a key twice": (HEAD + '"permlevel": 1, "permlevel": 4}]', 1, 'duplicate key "permlevel"'),
    "a key twice, deep down": (
        HEAD + '"permlevel": 1,\n"x": [\n{"a": 1, "a": 2}]}]',
        4,
        'duplicate key "a"',
    ),
    "nested too deeply": (HEAD + f'"x": {"[" * 100_000}', 0, "nested too deeply"),
    "not utf-8": ((HEAD + '"permlevel": 4, "x": "é"}]').encode("latin-1"), 2, "not UTF-8"),
    "other rows": ('[{"roleplay": 1, "y": 2}]', 1, "no headings of a role export"),
    "other objects": ('{"role": "x", "y": {"permissions": 2}}', 1, "no headings of a role export"),
    "no rows": ('{"role": 1, "items": []}', 0, "no roles or permissions found"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_document_is_told(case: str) -> None:
    """What is no JSON, or says no clear thing, is one error with its line, and no role."""
    content, line, part = BROKEN[case]
    found = read(content)
    found.assert_told([("error", line, part)])
    assert (found.status, found.roles) == ("failed", ())


LINE = json.dumps(BILLS)

BROKEN_LINES = {
    "not JSON": ("{role: 1}", "not a JSON object"),
    "not an object": ("[1]", "not a JSON object"),
    "two objects": (f"{LINE} {LINE}", "not a JSON object"),
    "a key twice": (
        '{"role": 1, "role": 2, "permkey": "A", "permlevel": 1}',
        'duplicate key "role"',
    ),
    "NaN": ('{"role": 1, "permkey": "A", "permlevel": NaN}', "NaN is no JSON value"),
    "nested too deeply": (f'{{"role": {"[" * 100_000}', "nested too deeply"),
}


@pytest.mark.parametrize("case", BROKEN_LINES)
def test_broken_line_is_told(case: str) -> None:
    """A line that is no JSON object is an error with its line and its reason."""
    text, part = BROKEN_LINES[case]
    found = read(f"{LINE}\n{LINE}\n{text}\n{LINE}\n")
    found.assert_told([("error", 3, part)])
    assert found.status == "failed"


def test_key_that_comes_late_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that the first lines do not have is an error, not a value lost."""
    monkeypatch.setattr(json_rows, "LINES_HEAD", 2)
    late = json.dumps(ITEMS | {"restriction": 1})
    found = read(f"{LINE}\n{LINE}\n{late}\n")
    found.assert_told([("error", 3, 'the key "restriction" is not in the first 2 lines')])


def test_large_document_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that would take too much memory is refused, with the size that is allowed."""
    monkeypatch.setattr(located_json, "LIMIT", 1 << 20)
    found = read(json.dumps([*ROWS, {"x": "x" * (1 << 20)}]))
    found.assert_told([("error", 0, "larger than 1 MB")])


@pytest.mark.parametrize(
    "document",
    [
        [
            {
                "id": 1042,
                "name": "LT Clerk",
                "scriptid": "CUSTOMROLE_LT",
                "isinactive": "F",
                "issalesrole": "F",
            }
        ],
        [{"entity": 7, "role": 1042}],
        [{"role": 1042, "segment": -101, "restriction": "NONE"}],
    ],
)
@pytest.mark.parametrize("lines", [True, False])
def test_companion_is_no_permission_table(document: list[Any], *, lines: bool) -> None:
    """Tables about roles and users give no role and no grant."""
    text = "\n".join(map(json.dumps, document * 2)) if lines else json.dumps(document)
    found = read(text)
    assert (found.status, found.levels) == ("read", {})


def test_user_maps_keys() -> None:
    """Keys of one's own are read as the user says they are."""
    rows = [{"Rolle": "LT Clerk", "Permission": "Items", "Stufe": "View"}]
    reading = Reading(columns={"role": "Rolle", "level": "Stufe"})
    assert read(json.dumps(rows), reading).levels == {"LT Clerk": {"LIST_ITEM": "VIEW"}}


@pytest.mark.parametrize("name", ["LT \ud800 Clerk", "LT \x1b[31m Clerk", "LT \0 Clerk"])
def test_odd_names_are_read(name: str) -> None:
    """Escapes that make no proper letters do no harm."""
    found = read(json.dumps([{"role": name, "permkey": "LIST_ITEM", "permlevel": 1}]))
    assert len(found.roles) <= 1
    assert found.inputs[0].messages or found.roles
