"""Baselines: known findings do not count, whatever their file, line and format, and only shrink."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES, Ran
from hypothesis import given, settings
from hypothesis import strategies as st
from waiving import CHECK, FILE, HOLDS, at_home_in, write_config, write_role

from nspermaudit import Config, Level, Request, Use, audit, baseline, find
from nspermaudit.checks.forbid import Forbid
from nspermaudit.finding import Finding, fingerprint
from nspermaudit.model import Location, Permission
from nspermaudit.rule import Result, Rule, Severity, Verdict

Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at_home_in(tmp_path, monkeypatch)


def test_known_findings_do_not_count(run: Run, tmp_path: Path) -> None:
    """They stay in every report; a new one fails the check."""
    write_role(tmp_path)
    ran = run("baseline", "write", ".")
    assert ran == Ran(0, f"{FILE}: 1 finding\n", "")
    ran = run(*CHECK)
    assert ran.code == 0
    assert "baselined: 1 known finding (-v shows them)" in ran.out
    assert "no findings; 1 in the baseline." in ran.out
    assert "baselined[sales-order-permissions]" in run(*CHECK, "-v").out
    report = json.loads(run(*CHECK, "--format", "json").out)
    assert report["summary"]["baselined"] == 1
    assert [item["baselined"] for item in report["findings"]] == [True]
    write_role(tmp_path, "VIEW", "customrole_new")
    ran = run(*CHECK)
    assert (ran.code, "1 error; 1 in the baseline." in ran.out) == (1, True)


def test_its_text_is_for_people_too(run: Run, tmp_path: Path) -> None:
    """One entry a line, sorted, with what it is about; the same bytes each time."""
    write_role(tmp_path)
    write_role(tmp_path, "VIEW", "customrole_another")
    run("baseline", "write", ".")
    text = Path(FILE).read_text()
    lines = [json.loads(line.rstrip(",")) for line in text.splitlines()[3:-2]]
    assert [(item["role"], item["granted"]) for item in lines] == [
        ("customrole_another", ["VIEW"]),
        ("customrole_example", ["EDIT"]),
    ]
    assert {item["rule"] for item in lines} == {"sales-order-permissions"}
    run("baseline", "write", ".", "--force")
    assert Path(FILE).read_text() == text


def test_moved_file_and_changed_lines_do_not_matter(run: Run, tmp_path: Path) -> None:
    """Identity is that of the fingerprint."""
    file = write_role(tmp_path)
    run("baseline", "write", ".")
    (tmp_path / "below").mkdir()
    text = file.read_text().replace("<permissions>", "\n\n<!-- -->\n<permissions>")
    (tmp_path / "below" / "renamed.xml").write_text(text)
    file.unlink()
    assert run(*CHECK).code == 0


def test_a_table_and_an_object_have_the_same_identity(run: Run, tmp_path: Path) -> None:
    """What was written of SDF objects is known in a CSV, by internal id and script id."""
    write_role(tmp_path, name="customrole1042")
    run("baseline", "write", ".")
    rows = ["Role ID,Role,Permission,Level\n", "1042,Example,Sales Order,Edit\n"]
    names = ("Item Fulfillment", "Fulfill Orders", "Find Transaction", "Items")
    rows += [f"1042,Example,{name},Full\n" for name in (*names, "Locations", "Customers")]
    Path("roles.csv").write_text("".join(rows))
    ran = run("check", "roles.csv", "--baseline", FILE)
    assert ran.code == 0, ran.out
    assert "1 in the baseline" in ran.out


@pytest.mark.parametrize(("level", "code"), [("CREATE", 1), ("EDIT", 0), ("NONE", 1)])
def test_what_has_become_worse_is_new(level: str, code: int, run: Run, tmp_path: Path) -> None:
    """Less than the level that is known, where more is asked for."""
    write_role(tmp_path)
    run("baseline", "write", ".")
    write_role(tmp_path, level)
    ran = run(*CHECK)
    assert ran.code == code, ran.out
    words = f"{FILE}:4: the baseline knows it at Edit: it has become worse"
    assert (words in ran.out) == bool(code)


def test_raised_level_on_a_forbidden_permission_comes_back(run: Run, tmp_path: Path) -> None:
    """More than the level that is known, where less is allowed."""
    (tmp_path / "ours.yaml").write_text(
        "pack: ours\ntitle: Ours\nrules:\n  - id: no-orders\n    title: T\n    severity: error\n"
        "    forbid: [Sales Order]\n"
        "    examples: {complies: [{Items: full}], violates: [{Sales Order: full}]}\n"
    )
    options = ("--pack", "ours.yaml")
    write_role(tmp_path, "EDIT")
    run("baseline", "write", ".", *options)
    assert run(*CHECK, *options).code == 0
    write_role(tmp_path, "VIEW")
    assert run(*CHECK, *options).code == 0
    write_role(tmp_path, "FULL")
    ran = run(*CHECK, *options)
    assert (ran.code, "knows it at Edit: it has become worse" in ran.out) == (1, True)


def test_waived_and_baselined_is_waived(run: Run, tmp_path: Path) -> None:
    """It is counted once, as waived; a baseline does not take in what is waived."""
    write_role(tmp_path)
    run("baseline", "write", ".")
    write_config(tmp_path, [HOLDS])
    ran = run(*CHECK)
    assert ran.code == 0
    assert "1 waived (expires 2027-03-31)." in ran.out
    assert "in the baseline" not in ran.out
    assert run("baseline", "write", ".", "--force").out == f"{FILE}: 0 findings\n"
    assert run(*CHECK).code == 0


def _item(**changes: object) -> str:
    mark = fingerprint("a-rule", "customrole_x", "LIST_ITEM")
    item = {
        "fingerprint": mark,
        "rule": "a-rule",
        "role": "customrole_x",
        "permission": "LIST_ITEM",
    }
    return json.dumps({**item, "permission": "LIST_ITEM", **changes})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ":1:1: not valid JSON"),
        ("[]", ":1:1: expected a mapping"),
        ("{}", ':1:1: "schema" is missing here'),
        ('{"schema": "nspermaudit-baseline/2", "findings": []}', "is not one of"),
        (f'{{"schema": "nspermaudit-baseline/1", "findings": [\n{_item(rule=1)}]}}', ":2: "),
        (
            f'{{"schema": "nspermaudit-baseline/1",\n"findings": [\n{_item(rule="b-rule")}]}}',
            ":3: the fingerprint is not that of this rule, role and permission",
        ),
        (
            f'{{"schema": "nspermaudit-baseline/1",\n"findings": [{_item(granted=["FUL"])}]}}',
            ':2: "FUL" is not one of',
        ),
        (
            f'{{"schema": "nspermaudit-baseline/1",\n"findings": [\n\n{_item(more=1)}]}}',
            ":4: unknown",
        ),
        (f'{{"findings": [\n{_item()},\n<<<<<<< ours\n', ":3:1: not valid JSON"),
    ],
)
def test_malformed(text: str, told: str, run: Run, tmp_path: Path) -> None:
    """Exit 2, the line, what is wrong; and it is not written over."""
    write_role(tmp_path)
    Path(FILE).write_text(text)
    ran = run(*CHECK)
    assert ran.code == 2
    assert f"{FILE}{told}" in ran.err if told.startswith(":") else told in ran.err
    assert "No audit was performed." in ran.err
    assert run("baseline", "write", "--force").code == 2
    assert Path(FILE).read_text() == text


def test_not_there(run: Run, tmp_path: Path) -> None:
    """A baseline that is not there is no empty one."""
    write_role(tmp_path)
    assert run(*CHECK).code == 2
    assert run("baseline", "prune").code == 2
    assert run("baseline", "write", ".", "--baseline", "no/b.json").code == 3
    ran = run("check", ".", "--output", f"json={FILE}", "--baseline", FILE)
    assert (ran.code, "is read" in ran.err) == (2, True)


@pytest.mark.parametrize("folder", ["acme", "larkfield", "exports"])
def test_after_writing_nothing_is_new(folder: str) -> None:
    """Whatever the inputs, the same role in several formats and with several levels included."""
    request = Request((Use("integrity"), Use("guide")), ("*",), keep_all=True)
    inputs = [str(FIXTURES / folder)]
    report = audit(find(inputs), Config(), request)
    assert report.findings
    known = baseline.of(report.findings)
    again = audit(find(inputs), Config(), request._replace(baseline=known))
    assert [item for item in again.findings if not item.is_baselined] == []
    assert (again.mended, again.worst, again.baselined) == ((), None, len(report.findings))
    shuffled = random.Random(1).sample(report.findings, len(report.findings))  # noqa: S311 - order
    texts = {
        "".join(baseline.written(baseline.of(items).entries.values()))
        for items in (report.findings, shuffled)
    }
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("granted", "required", "is_known"),
    [
        (Level.EDIT, Level.FULL, True),
        (Level.EDIT, Level.EDIT, True),
        (Level.VIEW, Level.FULL, False),
        (None, Level.FULL, False),
        (Level.EDIT, Level.NONE, False),
        (Level.FULL, Level.EDIT, True),
    ],
)
def test_the_other_side_counts(
    granted: Level | None, required: Level, *, is_known: bool, tmp_path: Path
) -> None:
    """Where two files say different levels, what is worse is how far they are apart."""
    known = baseline.of([_disagreement(Level.EDIT, Level.FULL)])
    text = "".join(baseline.written(known.entries.values()))
    assert '"granted": ["EDIT"], "required": ["FULL"]' in text
    file = tmp_path / FILE
    file.write_text(text)
    (entry,) = baseline.read(str(file)).entries.values()
    assert entry.bears(_disagreement(granted, required)) is is_known
    older = entry._replace(required=())
    assert older.bears(_disagreement(Level.EDIT, required))


def _disagreement(granted: Level | None, required: Level) -> Finding:
    finding = _finding("integrity", granted)
    rule = finding.rule._replace(verb="integrity")
    return finding._replace(rule=rule, verdict=finding.verdict._replace(required=required))


LEVELS = st.sampled_from([None, *Level])
PROBLEMS = st.sampled_from(["missing", "under-scoped", "over-scoped", "forbidden"])


def _finding(problem: str, granted: Level | None) -> Finding:
    permission = Permission("LIST_ITEM")
    rule = Rule("a-rule", "ours", "T", Severity.ERROR, "forbid", Forbid((), ()))
    verdict = Verdict(Result.FINDING, "LIST_ITEM", "", permission, problem, granted)
    return Finding(rule, "customrole_x", "X", verdict, Location("x"))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(PROBLEMS, LEVELS), min_size=1, max_size=4), st.randoms())
def test_an_entry_bears_what_it_was_made_of(
    given_so: list[tuple[str, Level | None]], order: random.Random
) -> None:
    """However many findings share a fingerprint, and in whatever order they come."""
    findings = [_finding(*item) for item in given_so]
    (entry,) = baseline.of(findings).entries.values()
    order.shuffle(findings)
    (same,) = baseline.of(findings).entries.values()
    assert same == entry
    assert all(entry.bears(finding) for finding in findings)
