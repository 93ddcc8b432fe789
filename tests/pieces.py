"""What hostile files are made of: how an export begins, and the pieces that may follow."""

from __future__ import annotations

from hypothesis import strategies as st

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
HEADS = {
    "nothing": b"",
    "a role": b"<role ",
    "a role's permission": (
        b'<role scriptid="customrole_lt"><permissions><permission><permkey>LIST_ITEM</permkey>'
        b"<permlevel>"
    ),
    "an object": b'{"',
    "objects": b'[{"role": 1, "permkey": "LIST_ITEM", "permlevel": ',
    "a tree": b'{"roles": [{"role_id": 1, "permissions": [',
    "lines of objects": b'{"role": 1, "permkey": "LIST_ITEM", "permlevel": 1}\n{',
    "a table": b"Role,Permission,Level\n",
    "a table of users": b"Email;Role\n",
    "a matrix": b"Permission\tLT Clerk\tLT Lead\n",
    "a separator line": b"sep=",
    "a UTF-16 table": "\ufeffRole\tPermission\tLevel\n".encode("utf-16-le"),
    "a workbook": f'<Workbook xmlns="{NAMESPACE}"><Row><Cell>'.encode(),
    "a declaration": b"<?xml ",
    "a doctype": b"<!DOCTYPE ",
    "features": b"<features><feature>",
    "a record": b'<customrecordtype scriptid="customrecord_lt"><permissions><permission>',
}
PIECES = st.sampled_from(
    [
        *b"<>&\"',;\t|\n\r\0/!?=-[]{}:0194",
        *(
            b"</role>",
            b"</permissions>",
            b"<permission>",
            b"LT Clerk,Bills,Full\n",
            b",,,\n",
            b"Full",
            b"permlevel",
            b'encoding="utf-16"?>',
            b"<![CDATA[",
            b"<!--",
            b'ss:Index="3">',
            b"<Data>",
            b"</Data></Cell>",
            b"</Row>",
            b"null",
            b"1e999",
            b"\\ud800",
            b"\xe4",
            b"\x81",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            "権限".encode(),
            "フル".encode("cp932"),
        ),
    ]
).map(lambda piece: bytes([piece]) if isinstance(piece, int) else piece)
ENDS = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(b"".join))
