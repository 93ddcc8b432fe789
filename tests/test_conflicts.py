"""Findings that are told together: how they are ranked, and what would undo most of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from conftest import audited, sdf
from hypothesis import given
from hypothesis import strategies as some

from nspermaudit import DocumentError, catalog, conflicts, group_lines, pack_file
from nspermaudit.finding import Finding
from nspermaudit.model import Grant, Level, Location, Permission
from nspermaudit.reporters import text
from nspermaudit.rule import Result, Rule, Severity, Verdict
from nspermaudit.style import Style

PAIRS = """\
pack: acme/duties
title: Duties
functions:
  vendors: {title: change vendors, any of: {Vendors: create}}
  bills: {title: enter bills, any of: {Bills: create}}
  pay: {title: pay, any of: {Pay Bills: create, Check: create}}
  administer: {title: administer, any of: {Manage Users: full}, or role: {inactive: true}}
rules:
"""
PAIR = """\
  - id: {0}-{1}
    title: Two
    severity: {2}
    conflict: [{0}, {1}]
    examples: {{complies: [{{}}], violates: [{{Vendors: full, Bills: full, Pay Bills: full}}]}}
"""
SINGLE = """\
  - id: items
    title: No items
    severity: warning
    forbid: [Items]
    examples: {complies: [{}], violates: [{Items: full}]}
  - id: customers
    title: No customers
    severity: error
    forbid: [Customers]
    examples: {complies: [{}], violates: [{Customers: full}]}
"""
ROLE = (("LIST_VENDOR", "FULL"), ("TRAN_VENDBILL", "FULL"), ("TRAN_VENDPYMT", "FULL"))


@pytest.mark.parametrize(
    ("pair", "pay", "told"),
    [
        ("[pay, pay]", "pay, any of: {Check: create}", ["10:5: must not name the same twice"]),
        ("[pay, a, b]", "pay, any of: {Check: create}", ["10:5: must not have more than 2"]),
        (
            "[pay, bill]",
            "pay, any of: {Check: creat}",
            ["5:30: ", '10:21: the pack has no function "bill" (did you mean "bills"?)'],
        ),
    ],
)
def test_what_is_wrong_about_the_two_sides_is_told_once(
    pair: str, pay: str, told: list[str], tmp_path: Path
) -> None:
    """A function that is itself at fault is not said to be missing."""
    text = f"""\
pack: two
title: Two
functions:
  bills: {{title: enter bills, any of: {{Bills: create}}}}
  pay: {{title: {pay}}}
rules:
  - id: two
    title: Two
    severity: error
    conflict: {pair}
    examples: {{complies: [{{}}], violates: [{{Check: full}}]}}
"""
    file = tmp_path / "two.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        pack_file.read(str(file))
    lines = [line.partition("two.yaml:")[2] for line in str(caught.value).splitlines()]
    assert len(lines) == len(told)
    assert all(line.startswith(start) for line, start in zip(lines, told, strict=True)), lines


def _permission(key: str) -> Permission:
    found = catalog.load().find(key)
    assert found
    return found


def finding(  # noqa: PLR0913 - what a case may differ in
    *sides: Sequence[str],
    rule: str = "two",
    tags: tuple[str, ...] = (),
    evidence: str = "",
    severity: Severity = Severity.ERROR,
    marks: tuple[tuple[str, ...], ...] = (),
    user: str = "",
) -> Finding:
    """A conflict whose sides rest on some permissions."""
    place = Location("1.xml", 3)
    grants = tuple(
        tuple(Grant(_permission(key), Level.FULL, place) for key in side) for side in sides
    )
    verdict = Verdict(
        Result.FINDING,
        "a+b",
        problem="conflict",
        location=place,
        message=f'"{user or "X"}" can do both',
        sides=grants,
        marks=marks,
        user=user,
    )
    made = Rule(rule, "own", "Two", severity, "conflict", None, tags=tags, evidence=evidence)  # type: ignore[arg-type]
    return Finding(made, "" if user else "customrole_x", "" if user else "X", verdict, place)


BILL, PAY, CHECK, VENDOR = "TRAN_VENDBILL", "TRAN_VENDPYMT", "TRAN_CHECK", "LIST_VENDOR"

CURES: list[tuple[str, list[Finding], tuple[str, int] | None]] = [
    ("one grant on each side: the first by name", [finding([BILL], [PAY])], ("Bills", 1)),
    ("two grants on a side: neither is enough", [finding([BILL], [PAY, CHECK])], ("Bills", 1)),
    ("two grants on both sides", [finding([BILL, VENDOR], [PAY, CHECK])], None),
    (
        "most wins over the name",
        [finding([BILL], [PAY]), finding([VENDOR], [PAY]), finding([VENDOR], [PAY, CHECK])],
        ("Pay Bills", 2),
    ),
    (
        "an attribute is enough for a side",
        [finding([BILL], [PAY], marks=(("inactive",), ()))],
        ("Pay Bills", 1),
    ),
    ("attributes alone", [finding([], [], marks=(("inactive",), ("inactive",)))], None),
    (
        "the same permission by two roles of a user",
        [finding([BILL, BILL], [PAY, CHECK])],
        ("Bills", 1),
    ),
    ("nothing", [], None),
]


@pytest.mark.parametrize(("found", "best"), [case[1:] for case in CURES], ids=[c[0] for c in CURES])
def test_the_grant_that_undoes_most(found: list[Finding], best: tuple[str, int] | None) -> None:
    """It is all that a side of most conflicts rests on."""
    cure = conflicts.cure_of(found)
    assert (cure and (cure.permission.name, cure.gone)) == best


KEYS = (BILL, PAY, CHECK, VENDOR, "TRAN_JOURNAL", "LIST_CUSTJOB")
SIDE = some.lists(some.sampled_from(KEYS), min_size=1, max_size=3, unique=True)


@given(some.lists(some.tuples(SIDE, SIDE), max_size=8))
def test_no_other_grant_undoes_more(pairs: list[tuple[list[str], list[str]]]) -> None:
    """Whichever permission is taken away: no more conflicts go than are told."""

    def gone(key: str) -> int:
        return sum(any(set(side) == {key} for side in pair) for pair in pairs)

    cure = conflicts.cure_of([finding(*pair) for pair in pairs])
    assert (cure.gone if cure else 0) == max(map(gone, KEYS))
    assert cure is None or gone(cure.permission.id) == cure.gone


def test_the_worst_come_first() -> None:
    """By severity, by the auditors' word, by evidence, by the ways there are, by name."""
    wanted = [
        finding([BILL], [PAY], rule="f", tags=("critical",), evidence="B"),
        finding([BILL], [PAY], rule="e", tags=("high",), evidence="A"),
        finding([BILL], [PAY, CHECK], rule="d", severity=Severity.WARNING, tags=("high",)),
        finding([BILL], [PAY], rule="b", severity=Severity.WARNING, tags=("high",)),
        finding([BILL], [PAY], rule="c", severity=Severity.WARNING, tags=("high",)),
        finding([BILL], [PAY], rule="a", severity=Severity.WARNING),
    ]
    assert conflicts.ranked(reversed(wanted)) == wanted
    assert conflicts.counted_ranks(wanted) == "1 critical, 4 high, 1 warning"


def _audited(tmp_path: Path, rules: str, *roles: str) -> list[str]:
    pack = tmp_path / "duties.yaml"
    pack.write_text(PAIRS + rules, encoding="utf-8")
    for number, role in enumerate(roles):
        (tmp_path / f"{number}.xml").write_text(role, encoding="utf-8")
    report = audited(tmp_path, packs=[pack])
    return "".join(text.render(report, Style())).split("\n\n")


def heads(blocks: Iterable[str]) -> list[str]:
    """What each block of a text begins with."""
    return [block.partition(": ")[0] for block in blocks]


def test_a_block_hides_no_other_finding(tmp_path: Path) -> None:
    """Conflicts of a role stand together, among its other findings by how bad the worst is."""
    rules = (
        PAIR.format("vendors", "bills", "info") + PAIR.format("bills", "pay", "warning") + SINGLE
    )
    role = sdf(*ROLE, ("LIST_ITEM", "FULL"), ("LIST_CUSTJOB", "FULL"))
    blocks = _audited(tmp_path, rules, role)
    assert heads(blocks[:-1]) == ["error[customers]", "warning[conflict]", "warning[items]"]
    assert blocks[1].splitlines()[2:] == [
        "  | warning    bills-pay      Bills with Pay Bills",
        "  | info       vendors-bills  Vendors with Bills",
        "  = most: without Bills (TRAN_VENDBILL) all 2 would be gone",
    ]


def test_a_single_conflict_says_what_to_do(tmp_path: Path) -> None:
    """It needs no list, and has its own sentence."""
    (block, *_) = _audited(tmp_path, PAIR.format("bills", "pay", "error"), sdf(*ROLE))
    path = tmp_path / "0.xml"
    told = block.replace(str(path), "0.xml").splitlines()
    assert told[0] == (
        'error[bills-pay]: "Example" can enter bills (Bills: Full) and pay (Pay Bills: Full)'
    )
    assert told[2:] == [
        "  | error",
        "  = fix: take away Bills or Pay Bills, or let two people do it",
    ]


def test_one_id_in_two_files_is_two_blocks(tmp_path: Path) -> None:
    """What one file grants is not counted for the other."""
    rules = PAIR.format("vendors", "bills", "error") + PAIR.format("bills", "pay", "error")
    blocks = _audited(tmp_path, rules, sdf(*ROLE), sdf(*ROLE))
    assert heads(blocks[:-1]) == ["error[conflict]"] * 2
    assert all("both sides of 2 pairs" in block for block in blocks[:-1])


def test_what_is_cut_is_not_cut_inside_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of very many findings the last block is whole, and the rest is counted."""
    monkeypatch.setattr(text, "MAX_SHOWN", 1)
    rules = PAIR.format("vendors", "bills", "error") + PAIR.format("bills", "pay", "error")
    second = sdf(*ROLE, script_id="customrole_z", name="Z")
    blocks = _audited(tmp_path, rules, sdf(*ROLE), second)
    assert "both sides of 2 pairs" in blocks[0]
    assert blocks[1].startswith("... and 2 more findings: ")


def test_a_name_from_an_export_does_nothing(tmp_path: Path) -> None:
    """Control characters of a role's name are spelled out in a block, too."""
    rules = PAIR.format("vendors", "bills", "error") + PAIR.format("bills", "pay", "error")
    blocks = _audited(tmp_path, rules, sdf(*ROLE, name="\u202egnp ##[error]x"))
    assert blocks[0].startswith('error[conflict]: "\\u{202e}gnp \\u{23}#[error]x" can do both')


def test_an_attribute_stands_for_a_side(tmp_path: Path) -> None:
    """A side that rests on an attribute names it, and no grant undoes it."""
    rules = PAIR.format("administer", "bills", "error") + PAIR.format("administer", "pay", "error")
    role = sdf(*ROLE, ("TRAN_CHECK", "FULL")).replace(
        "<permissions>", "<isinactive>T</isinactive><permissions>"
    )
    blocks = _audited(tmp_path, rules, role)
    assert "  | error      administer-pay    inactive with Pay Bills, Check" in blocks[0]
    assert "= most:" not in blocks[0]  # without Bills one of the two would be gone: no line


def test_conflicts_of_a_user_stand_together() -> None:
    """Whatever file each grant is from: the union over the user's roles is one matter."""
    found = [finding([BILL], [PAY], rule=name, user="Ada") for name in ("one", "two")]
    moved = [found[0], found[1]._replace(location=Location("2.xml", 9))]
    assert len({conflicts.block_of(item) for item in moved}) == 1
    lines = list(group_lines.block(moved, Style()))
    assert lines[0] == (
        'error[conflict]: "Ada" can, over all their roles, do both sides of 2 pairs of duties: '
        "2 error"
    )


def test_accepted_findings_stay_alone() -> None:
    """A waived conflict is no part of what is to be done."""
    known = finding([BILL], [PAY])._replace(is_baselined=True)
    assert conflicts.block_of(known) == ()
    assert conflicts.worst([known]) == []
    assert group_lines.worst([finding([BILL], [PAY])] * 30) == ""
