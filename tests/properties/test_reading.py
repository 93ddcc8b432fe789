from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pieces import ENDS, HEADS, NAMESPACE
from reading import read, read_all

from nspermaudit import Config, Level, Report, Request, Use, audit, catalog
from nspermaudit.source import Reading, Source

PACKS = Request(packs=(Use("integrity"), Use("guide")))

quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def _audit(*sources: Source, reading: Reading | None = None) -> Report:
    return audit(sources, Config(), PACKS, reading or Reading())


@pytest.mark.parametrize("head", HEADS)
@quick
@given(end=ENDS, named=st.booleans())
def test_anything_gives_roles_or_messages(head: str, end: bytes, *, named: bool) -> None:
    """Whatever the bytes are, they give roles or messages, and never an exception."""
    report = _audit(Source("input", data=HEADS[head] + end, named=named))
    (item,) = report.inputs
    assert item.status in ("read", "partial", "failed", "skipped")
    errors = [message for message in item.messages if message.severity.word == "error"]
    assert bool(errors) == (item.status in ("partial", "failed"))
    assert report.roles or not report.is_complete
    assert all(message.location.path == "input" for message in item.messages)


@quick
@given(
    text=st.binary(max_size=100).map(lambda end: HEADS["a table"] + end),
    encoding=st.sampled_from(["utf-8", "ascii", "cp1252", "cp932", "utf-16-le", "utf-16", "utf-7"]),
)
def test_any_encoding_gives_roles_or_messages(text: bytes, encoding: str) -> None:
    """Whichever encoding the user names, the bytes give roles or messages."""
    reading = Reading(encoding=encoding)
    report = _audit(Source("input", data=text, named=True), reading=reading)
    assert report.roles or not report.is_complete


IDS = sorted(permission.id for permission in catalog.load())
NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=12
).map(lambda text: f"LT {text} x")
SCRIPT_IDS = st.from_regex(r"customrole_[a-z0-9_]{1,8}", fullmatch=True)
GRANTS = st.dictionaries(st.sampled_from(IDS), st.sampled_from(list(Level)), min_size=1, max_size=6)
ROLES = st.dictionaries(SCRIPT_IDS, st.tuples(NAMES, GRANTS), min_size=1, max_size=4)

Roles = dict[str, tuple[str, dict[str, Level]]]

KEYS = ("role_scriptid", "role_name", "permkey", "permlevel")


def _rows(roles: Roles) -> list[tuple[str, str, str, str]]:
    return [
        (script_id, name, permission, level.name)
        for script_id, (name, grants) in roles.items()
        for permission, level in grants.items()
    ]


def _csv(delimiter: str) -> Callable[[Roles], list[str]]:
    def write(roles: Roles) -> list[str]:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows([KEYS, *_rows(roles)])
        return [out.getvalue()]

    return write


def _objects(roles: Roles) -> list[dict[str, str]]:
    return [dict(zip(KEYS, row, strict=True)) for row in _rows(roles)]


def _workbook(roles: Roles) -> list[str]:
    rows = "\n".join(
        "<Row>" + "".join(f"<Cell><Data>{escape(cell)}</Data></Cell>" for cell in row) + "</Row>"
        for row in (KEYS, *_rows(roles))
    )
    return [
        f'<Workbook xmlns="{NAMESPACE}"><Worksheet><Table>{rows}</Table></Worksheet></Workbook>'
    ]


def _sdf(roles: Roles) -> list[str]:
    return [
        f'<role scriptid="{script_id}"><name>{escape(name)}</name><permissions>'
        + "".join(
            f"<permission><permkey>{key}</permkey><permlevel>{level.name}</permlevel></permission>"
            for key, level in grants.items()
        )
        + "</permissions></role>"
        for script_id, (name, grants) in roles.items()
    ]


ENCODINGS = {
    "sdf": ("utf-8", "utf-8-sig", "utf-16"),
    "comma": ("utf-8", "utf-8-sig", "utf-16"),
    "semicolon": ("utf-8-sig", "utf-16"),
    "tab": ("utf-8", "utf-16"),
    "bar": ("utf-8", "utf-8-sig"),
    "spreadsheetml": ("utf-8", "utf-8-sig", "utf-16"),
    "json": ("utf-8", "utf-8-sig", "utf-16"),
    "ndjson": ("utf-8", "utf-8-sig"),
}
FORMS: dict[str, Callable[[Roles], list[str]]] = {
    "sdf": _sdf,
    "comma": _csv(","),
    "semicolon": _csv(";"),
    "tab": _csv("\t"),
    "bar": _csv("|"),
    "spreadsheetml": _workbook,
    "json": lambda roles: [json.dumps(_objects(roles))],
    "ndjson": lambda roles: ["".join(json.dumps(item) + "\n" for item in _objects(roles))],
}


@pytest.mark.parametrize("form", FORMS)
@quick
@given(roles=ROLES, chance=st.randoms(use_true_random=False))
def test_every_format_says_the_same(form: str, roles: Roles, chance: random.Random) -> None:
    """The same roles, permissions and levels read the same from every format and encoding."""
    encoding = chance.choice(ENCODINGS[form])
    texts = FORMS[form](roles)
    found = read_all([Source(f"{n}", data=text.encode(encoding)) for n, text in enumerate(texts)])
    found.assert_told([])
    assert found.levels == {
        script_id: {key: level.name for key, level in grants.items()}
        for script_id, (_, grants) in roles.items()
    }
    assert {role.id: role.name for role in found.roles} == {
        script_id: name for script_id, (name, _) in roles.items()
    }


WRITTEN = st.sampled_from(
    [
        *IDS[::40],
        "Sales Order",
        "Items",
        "SOAP Web Services",
        "Find Transaction",
        "Item",
        "LT Sheet",
    ]
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["LT One", "LT Two", "LT Three"]),
        WRITTEN,
        st.sampled_from(["None", "View", "Create", "Edit", "Full", "4", "Voll", ""]),
    ),
    min_size=1,
    max_size=25,
)


def _shape(rows: list[tuple[str, str, str]]) -> tuple[object, ...]:
    out = io.StringIO()
    csv.writer(out).writerows([("Role", "Permission", "Level"), *rows])
    report = _audit(Source("roles.csv", data=out.getvalue().encode(), named=True))
    findings = sorted(
        (
            finding.rule.id,
            finding.role_id,
            finding.verdict.permission.id if finding.verdict.permission else "",
            finding.verdict.problem,
            str(finding.verdict.granted),
        )
        for finding in report.findings
    )
    (item,) = report.inputs
    counts = (report.roles, report.grants, item.rows, item.status, len(item.messages))
    return findings, dict(report.results), report.assumptions, counts


@quick
@given(rows=ROWS, seed=st.integers(0, 1000))
def test_order_of_rows_changes_no_finding(rows: list[tuple[str, str, str]], seed: int) -> None:
    """Rows in another order give the same findings and the same counts."""
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - nothing secret
    assert _shape(shuffled) == _shape(rows)


@quick
@given(rows=ROWS)
def test_repeated_rows_change_no_grant(rows: list[tuple[str, str, str]]) -> None:
    """Rows that are repeated, as joined columns make them, grant nothing more."""
    lines = ["Role,Permission,Level", *(",".join(row) for row in rows)]
    once = read("\n".join(lines))
    twice = read("\n".join([*lines, *lines[1:]]))
    assert twice.levels == once.levels
