"""What users can do over all their roles: the table in ``people.yaml``, and what is beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, ROOT, Ran, sdf
from reading import read

from nspermaudit import Reading, Report, Request, Use, audit, auditing, find, forking, safe_yaml
from nspermaudit.companions import GlobalGrant, User
from nspermaudit.conflicts import cure_of
from nspermaudit.model import Level
from nspermaudit.rule import Result

Run = Callable[..., Ran]
HARBOUR = FIXTURES / "harbour"
RULE = {
    "id": "keep-and-pay",
    "title": "Nobody both keeps vendors and pays them",
    "severity": "warning",
    "conflict": ["keep", "pay"],
    "examples": {"complies": [{}], "violates": [{"Vendors": "full", "Check": "full"}]},
}
FUNCTIONS = {
    "keep": {"title": "keep vendors", "any of": {"Vendors": "create"}},
    "pay": {"title": "pay vendors", "any of": {"Pay Bills": "create", "Check": "edit"}},
}
ROLES = """\
Internal ID,Script ID,Name,Permission,Level,Role Inactive
1101,customrole_keeper,Keeper,Vendors,Full,No
1102,customrole_payments,Payments,Pay Bills,Full,No
1102,customrole_payments,Payments,Check,Edit,No
1103,customrole_old,Old Payments,Check,Full,Yes
1104,customrole_both,Both,Vendors,Edit,No
1104,customrole_both,Both,Check,Full,No
1105,customrole_viewer,Viewer,Vendors,View,No
1106,customrole_two,Keeper Two,Vendors,Edit,No
"""


def pack(folder: Path, **more: Any) -> str:
    """A pack with one rule about a conflict."""
    file = folder / "pack.yaml"
    document = {"pack": "example", "title": "Example", "functions": FUNCTIONS}
    file.write_text(json.dumps({**document, "rules": [{**RULE, **more}]}))
    return str(file)


def _cases() -> list[Any]:
    file = Path(__file__).parent / "people.yaml"
    document = safe_yaml.load(file.read_bytes(), file.name)
    document.refuse_if_faulty()
    return [pytest.param(case, id=case["name"]) for case in document.value]


def _audited(folder: Path, **rule: Any) -> Report:
    request = Request(packs=(Use(pack(folder, **rule)),), keep_all=True)
    return audit(find([str(path) for path in sorted(folder.glob("*.[cjx]*"))]), request=request)


@pytest.mark.parametrize("case", _cases())
def test_case(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found of users, with which words, and what is said beside it."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"roles.csv": ROLES, **case["files"]}.items():
        (tmp_path / name).write_text(text)
    report = audit(
        find(sorted(path.name for path in tmp_path.iterdir())),
        request=Request(packs=(Use(pack(tmp_path)),), keep_all=True),
    )
    of_users = [finding for finding in report.findings if finding.verdict.user]
    assert len(of_users) == len(case["found"]), of_users
    for finding, words in zip(of_users, case["found"], strict=True):
        assert words in finding.verdict.message
        assert case.get("fix", "") in finding.fix
        assert all(finding.verdict.sides)
    if "users" in case:
        assert [finding.verdict.user for finding in of_users] == case["users"]
    if "places" in case:
        assert [str(finding.location) for finding in of_users] == case["places"]
    if "related" in case:
        told = [f"{place}: {words}" for place, words in of_users[0].verdict.related]
        assert told == case["related"]
    outcomes = [item for item in report.outcomes or () if item.verdict.user]
    assert Counter(item.verdict.result.value for item in outcomes) == case["results"]
    _assert_beside(case, report)


def _assert_beside(case: dict[str, Any], report: Report) -> None:
    for words in case.get("notes", ()):
        assert any(words in note for note in report.notes), report.notes
    for words in case.get("reasons", ()):
        assert words in report.not_evaluated
    related = [f"{place}: {words}" for item in report.findings for place, words in item.verdict[12]]
    assert case.get("held", "") in "\n".join(related)


def test_search_and_suiteql_say_the_same() -> None:
    """The invented company as saved searches, and as SuiteQL tables: the same findings."""
    config = Request(packs=(Use(str(HARBOUR / "duties.yaml")),))
    searches = [HARBOUR / name for name in ("roles.csv", "employees.csv", "global-permissions.csv")]
    one = audit(find(map(str, searches)), request=config)
    two = audit(find([str(HARBOUR / "suiteql")]), request=config)
    assert {item.fingerprint for item in one.findings} == {
        item.fingerprint for item in two.findings
    }
    assert [item.verdict.message for item in one.findings] == [
        item.verdict.message for item in two.findings
    ]
    assert [item.subject_id for item in one.findings] == [
        *("user:Jane Roe", "user:Tomas Zoe", "customrole_hb_purser"),
    ]
    assert (one.is_complete, two.is_complete) == (True, True)
    assert "who holds a role" not in one.limits


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        ({"when": {"feature": "X"}}, 0),
        ({"unless": {"role": {"inactive": True}}}, 1),
        ({"when": {"has any": ["Vendors"]}}, 0),
        ({"applies_to": "strangers"}, 0),
    ],
)
def test_rules_are_asked_of_the_roles_that_they_are_about(
    rule: dict[str, Any], number: int, tmp_path: Path
) -> None:
    """What a rule is not asked of adds nothing; what is not known stays open."""
    (tmp_path / "roles.csv").write_text(ROLES)
    (tmp_path / "staff.csv").write_text("Email,Role\na@b.example,Keeper\na@b.example,Payments\n")
    report = _audited(tmp_path, **rule)
    assert sum(bool(item.verdict.user) for item in report.findings) == number
    of_users = {item.verdict.result for item in report.outcomes or () if item.verdict.user}
    is_open = "feature" in str(rule) or "strangers" in str(rule)
    expected = Result.NOT_EVALUATED if is_open else Result.FINDING if number else Result.PASS
    assert of_users == {expected}


def test_an_attribute_that_is_enough_is_told_of_a_user_too(tmp_path: Path) -> None:
    """Without the grant beside it nothing would be gone: so it is no cure."""
    (tmp_path / "a.xml").write_text(
        sdf(("LIST_VENDOR", "FULL"), script_id="customrole_a", name="A").replace(
            "<permissions>", "<coreadminpermission>T</coreadminpermission><permissions>"
        )
    )
    (tmp_path / "b.xml").write_text(sdf(("TRAN_CHECK", "FULL"), script_id="customrole_b", name="B"))
    (tmp_path / "staff.csv").write_text("Email,Role\na@b.example,A\na@b.example,B\n")
    able = {
        **FUNCTIONS,
        "keep": {**FUNCTIONS["keep"], "or role": {"core administration permissions": True}},
    }
    file = Path(pack(tmp_path))
    file.write_text(json.dumps({**json.loads(file.read_text()), "functions": able}))
    sources = find([str(path) for path in sorted(tmp_path.glob("*.[cx]*"))])
    (found,) = audit(sources, request=Request(packs=(Use(str(file)),))).findings
    assert found.verdict.marks == (("core administration permissions",), ())
    cure = cure_of([found])
    assert cure is not None
    assert cure.permission.id == "TRAN_CHECK"


def test_two_processes_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Roles that a child judges count for their users, too."""
    for number in range(8):
        permission = "LIST_VENDOR" if number % 2 else "TRAN_CHECK"
        text = sdf((permission, "FULL"), script_id=f"customrole_{number}", name=f"Role {number}")
        (tmp_path / f"{number}.xml").write_text(text)
    rows = "".join(
        f"{n % 4}@b.example,Role {n}\n{n % 4}@b.example,Role {7 - n}\n" for n in range(8)
    )
    (tmp_path / "staff.csv").write_text("Email,Role\n" + rows)
    alone = _audited(tmp_path)
    assert sum(bool(item.verdict.user) for item in alone.findings) == 4
    monkeypatch.setattr(auditing, "MANY_OBJECTS", 2)
    monkeypatch.setattr(forking, "is_possible", lambda: True)
    assert _audited(tmp_path) == alone


def test_the_inactive_of_an_employee_search_is_the_users() -> None:
    """It says nothing of the role; a column that says so does."""
    rows = "Name,Email,Inactive,Role,Permission,Level\nA,a@b.example,Yes,R,Items,Full\n"
    found = read(rows)
    assert "inactive" not in found.roles[0].attributes
    of_role = rows.replace("Inactive", "Role Inactive")
    assert read(of_role).roles[0].attributes["inactive"] is True
    of_search = "Name,Inactive,Permission,Level\nR,Yes,Items,Full\n"
    assert read(of_search).roles[0].attributes["inactive"] is True


@pytest.mark.parametrize(
    ("rows", "is_told"),
    [
        ("A,R,Items,Full\nA,R,Bills,Full\nA,S,Items,Full\nA,S,Bills,Full\n", True),
        ("A,R,Items,Full\nA,R,Bills,Full\nA,S,Items,Full\n", False),
        ("A,R,Items,Full\nB,S,Items,Full\n", False),
        ("A,R,Items,Full\nA,S,Items,Full\nB,R,Items,Full\nB,S,Items,View\n", False),
    ],
)
def test_roles_that_never_differ_are_told(rows: str, *, is_told: bool) -> None:
    """Where all roles of every user have the same, the search may not tie them to roles."""
    found = read("Employee,Role,Permission,Level\n" + rows)
    words = "the search may not tie Permission to Role"
    assert any(words in message.text for message in found.inputs[0].messages) is is_told


def test_users_of_a_table() -> None:
    """Ids, names, addresses; active if one row says so, which is told."""
    found = read(
        "Internal ID,Name,Email,Login Access,Inactive,Role\n"
        "501.0,A,a@b.example,No,Yes,R\n501.0,A,a@b.example,No,No,S\n502,,,,,R\n"
    )
    users = found.account.users
    assert [user[:3] for user in users.values()] == [("501", "A", False), ("502", "", None)]
    assert (users["501"].email, users["501"].has_access) == ("a@b.example", False)
    assert found.inputs[0].messages[0].text.startswith('"Inactive" differs between rows')
    names = read("LastName,FirstName,RoleName\nRoe,Jane,R\nPoe,Ann,R\n").account
    assert [item.user for item in names.assignments] == ["Jane Roe", "Ann Poe"]


def test_global_permissions_of_a_table() -> None:
    """Only clear headings count, or those that are mapped; the higher of two levels does."""
    rows = "entity,permkey,permlevel\n501,LIST_VENDOR,3\n501,LIST_VENDOR,4\n,TRAN_CHECK,0\n"
    assert read(rows).status == "failed"  # whose role is it?
    columns = {"global permission": "permkey", "global level": "permlevel"}
    found = read(rows, Reading(columns=columns))
    assert [
        (item.user, item.permission.id, item.level) for item in found.account.global_grants
    ] == [("501", "LIST_VENDOR", Level.FULL), ("501", "TRAN_CHECK", Level.NONE)]
    of_roles = (
        "role,permkey,permlevel\n1101,LIST_VENDOR,3\n"  # the same headings, for another thing
    )
    assert read(of_roles, Reading(columns=columns)).levels == {"1101": {"LIST_VENDOR": "EDIT"}}
    assert read("Role,Permission,Level\nR,Items,1\n", Reading(columns=columns)).status == "read"
    assert any("has two levels here for one user" in item.text for item in found.inputs[0].messages)


def test_global_permissions_that_are_not_read_are_told() -> None:
    """Beside permissions of roles, or without a level."""
    for headings in (
        "User,Role,Permission,Level,Global Permission",
        "User,Role,Global Permissions",
    ):
        row = ",".join(["x"] * headings.count(",")) + ",Full\n"
        found = read(f"{headings}\n{row}")
        assert any("global permissions of this table" in item.text for item in found.inputs[0][8])


def test_facts_are_joined() -> None:
    """A user whom one export calls inactive and another one active is active."""
    one, other = User("1", "A", is_inactive=True), User("1", email="a@b.example", is_inactive=False)
    assert one.joined(other) == User("1", "A", is_inactive=False, email="a@b.example")
    assert one.joined(User("1")).is_inactive is True
    assert GlobalGrant._fields[2] == "level"


def test_a_user_with_very_many_roles(tmp_path: Path) -> None:
    """The message and the places are cut, and say so."""
    rows = [f"R{n},{'Vendors' if n % 2 else 'Check'},Full" for n in range(80)]
    (tmp_path / "roles.csv").write_text("Role,Permission,Level\n" + "\n".join(rows))
    (tmp_path / "staff.csv").write_text(
        "Email,Role\n" + "".join(f"a@b.c,R{n}\n" for n in range(80))
    )
    (finding,) = _audited(tmp_path).findings
    assert "over 80 roles" in finding.verdict.message
    assert "and 35 more" in finding.verdict.message
    assert len(finding.verdict.related) == 21
    assert finding.verdict.related[-1][1] == "and 139 more places"


def test_a_waiver_for_a_user(tmp_path: Path, run: Run) -> None:
    """By ``user:`` and a name; one for a user who has no such finding is told."""
    files = [HARBOUR / name for name in ("roles.csv", "employees.csv")]
    waivers = tmp_path / "waivers.yaml"
    entry = (
        '- {{rule: vendors-and-payments, role: "{}", reason: Four eyes on every payment., '
        "approved_by: Port Master, expires: 2099-12-31}}\n"
    )
    roles = ("user:jane roe", "customrole_hb_purser", "user:Tomas Zoe", "user:Jan Roe")
    waivers.write_text("waivers:\n" + "".join(map(entry.format, roles)))
    ran = run("check", *files, "--waivers", waivers)
    assert (ran.code, ran.err) == (0, "")
    assert 'waived[vendors-and-payments]: "Jane Roe" can, over two roles' in ran.out
    assert "user:Tomas Zoe): matches no finding" in ran.out
    assert 'user:Jan Roe): there is no such user here (did you mean "user:Jane Roe"?)' in ran.out
    ran = run("check", HARBOUR / "roles.csv", "--waivers", waivers)
    assert "there is no such user" not in ran.out
    waivers.write_text("waivers:\n" + entry.format("user:*"))
    assert "too wide" in run("check", *files, "--waivers", waivers).err


def test_a_baseline_knows_users(tmp_path: Path, run: Run) -> None:
    """What is known of a user does not count; what is mended is told."""
    staff = tmp_path / "staff.csv"
    staff.write_bytes((HARBOUR / "employees.csv").read_bytes())
    files = ("--config", HARBOUR / "nspermaudit.yaml", HARBOUR / "roles.csv", staff)
    file = tmp_path / "baseline.json"
    assert run("baseline", "write", *files, "--baseline", file).code == 0
    assert run("check", *files, "--baseline", file).code == 0
    staff.write_text(
        staff.read_text().replace("501,Jane Roe,jane.roe@harbour.example,Yes,No,HB Payments\n", "")
    )
    ran = run("check", *files, "--baseline", file)
    assert "1 entry of the baseline" in ran.out


def test_documents_show_a_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every format has the finding on the user, and names them."""
    monkeypatch.chdir(ROOT)
    for form in ("text", "table", "json", "sarif", "junit", "github", "gitlab", "markdown", "csv"):
        ran = run("check", "fixtures/harbour/suiteql", "--format", form)
        assert ran.out.count("Jane Roe") >= 1, form
        assert ran.code == 1


def test_a_block_about_a_user_names_the_roles_and_one_about_a_role_its_users_once(
    tmp_path: Path, run: Run
) -> None:
    """However many pairs there are: four are shown, as where nobody is known to hold a role."""
    clerk = ("Vendors", "Pay Bills", "Bills", "Purchase Order", "Item Receipt")
    eve = {"Keeper": ("Vendors", "Bills"), "Buyer": ("Purchase Order",), "Payer": ("Pay Bills",)}
    rows = [
        f"{role},{permission},Full"
        for role, permissions in {"Clerk": clerk, **eve}.items()
        for permission in permissions
    ]
    (tmp_path / "roles.csv").write_text("\n".join(("Role,Permission,Level", *rows, "")))
    staff = ["Ann Poe,Clerk", "Bob Roe,Clerk", *(f"Eve Moe,{role}" for role in eve)]
    (tmp_path / "staff.csv").write_text("\n".join(("Name,Role", *staff, "")))
    blocks = run("check", tmp_path, "--pack", "segregation").out.split("\n\n")
    (user,) = (block for block in blocks if block.startswith('error[conflict]: "Eve Moe"'))
    assert '"Eve Moe" can, over all their roles, do both sides of 4 pairs' in user
    assert '"Keeper": Vendors Full with "Payer": Pay Bills Full\n' in user
    assert "  |   see: " not in user
    (role,) = (block for block in blocks if block.startswith('error[conflict]: "Clerk"'))
    assert role.count("  | ") == 4
    assert "  = and 2 more: " in role
    assert role.count('this role is held by 2 users: "Ann Poe", "Bob Roe"') == 1
