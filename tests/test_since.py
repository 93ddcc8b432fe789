"""``check --since``: what a change brought, in scratch repositories with the real git."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from reported import reported
from repositories import GRANTS, ROLE, Repository, Run, changes_in, needs_git, repository

from nspermaudit.reporters import REPORTERS

__all__ = ("repository",)
pytestmark = needs_git

EXAMPLE = '"Customrole_Example" (customrole_example)'
ADDED = (
    'added role with 2 grants "Customrole_B" (customrole_b) src/Objects/b.xml:1:1 '
    "[Access Token Management: Full]"
)
PLACE = "src/Objects/customrole_example.xml"


@pytest.mark.parametrize(
    ("grants", "line"),
    [
        (GRANTS | {"LIST_LOCATION": "VIEW"}, f"added Locations: View {EXAMPLE} {PLACE}:18:7"),
        (GRANTS | {"LIST_ITEM": "EDIT"}, f"raised Items: View -> Edit {EXAMPLE} {PLACE}:6:7"),
        (
            GRANTS | {"TRAN_FIND": "VIEW"},
            f"lowered Find Transaction: Full -> View {EXAMPLE} {PLACE}:10:7",
        ),
        (
            {"TRAN_FIND": "FULL", "TRAN_SALESORD": "EDIT"},
            f"removed Items (was View) {EXAMPLE} was {PLACE}:6:7",
        ),
    ],
    ids=["added", "raised", "lowered", "removed"],
)
def test_one_grant(grants: dict[str, str], line: str, repository: Repository, run: Run) -> None:
    """A commit that adds, raises, lowers or removes a grant: one line."""
    repository.write(**grants)
    repository.commit()
    ran = run("check", "src", "--since", "HEAD~1", "--pack", "integrity")
    assert changes_in(ran) == [line]
    assert (ran.code, ran.err) == (0, "")
    is_gain = line.startswith(("added", "raised"))
    gate = run("check", "src", "--since", "HEAD~1", "--pack", "integrity", "--no-new-access")
    assert gate.code == int(is_gain)
    assert gate.err == ("new access: 1 grant added or raised (--no-new-access)\n" * is_gain)


def test_page(repository: Repository, run: Run) -> None:
    """The page has a part for what changed; there is none where that was not asked."""
    repository.write(**GRANTS | {"LIST_LOCATION": "VIEW"})
    repository.commit()
    page = run("check", "src", "--since", "HEAD~1", "--format", "html").out
    assert "<p>1 grant added.\n" in page
    assert f"<li>added Locations: View {EXAMPLE} {PLACE}:18:7\n" in page
    assert "<section id=changes" not in run("check", "src", "--format", "html").out


def test_renamed_file(repository: Repository, run: Run) -> None:
    """A role in a file of another name is the same role."""
    repository.git("mv", f"src/Objects/{ROLE}", "src/Objects/other.xml")
    repository.commit()
    ran = run("check", "src", "--since", "HEAD~1", "--no-new-access")
    assert "Changes: none." in ran.out
    assert "no findings" in ran.out
    assert ran.code == 0


def test_deleted_and_new_role(repository: Repository, run: Run) -> None:
    """One line for each role, with its grants counted; in JSON each grant, too."""
    repository.write(
        "b.xml", role="customrole_b", LIST_ITEM="VIEW", ADMI_MANAGE_OAUTH_TOKENS="FULL"
    )
    (repository.objects / ROLE).unlink()
    arguments = ("check", "src", "--since", "HEAD", "--pack", "integrity")
    assert changes_in(run(*arguments)) == [
        ADDED,
        f"removed role with 3 grants {EXAMPLE} was {PLACE}:1:1",
    ]
    changes = json.loads(run(*arguments, "--format", "json").out)["changes"]
    assert sum(change["kind"] == "removed" for change in changes) == 4
    assert run(*arguments, "--no-new-access").code == 1


def _report(run: Run, *arguments: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run("check", "src", *arguments, "--format", "json").out)
    assert report["summary"]["results"]["finding"] == len(report["findings"])
    return report


def _found(report: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((item["permission"]["id"], item["granted"]) for item in report["findings"])


def test_only_new_findings(repository: Repository, run: Run) -> None:
    """What was there before is left out and counted; what got worse is new, what got better not."""
    guide = ("--pack", "guide/sales-orders", "--show", "all")
    repository.write(TRAN_SALESORD="EDIT", LIST_ITEM="VIEW", TRAN_FIND="FULL", LIST_LOCATION="FULL")
    repository.commit()
    repository.write(TRAN_SALESORD="VIEW", LIST_ITEM="EDIT", TRAN_FIND="EDIT", LIST_LOCATION="FULL")
    before = _report(run, *guide)
    report = _report(run, *guide, "--since", "HEAD")
    assert _found(report) == [("TRAN_FIND", "EDIT"), ("TRAN_SALESORD", "VIEW")]
    left_out = len(before["findings"]) - 2
    assert f"{left_out} findings left out: there at HEAD already" in report["notes"]
    outcomes = [item["result"] for item in report["results"]]
    assert outcomes.count("finding") == 2
    assert outcomes.count("pass") == report["summary"]["results"]["pass"]
    assert run("check", "src", "--since", "HEAD", *guide).code == 1
    repository.commit()
    assert run("check", "src", "--since", "HEAD", *guide).code == 0


def test_a_second_role_does_not_change_who_is_asked(repository: Repository, run: Run) -> None:
    """Which role is the integration role, the new state says for both."""
    guide = ("--pack", "guide/sales-orders")
    repository.write("b.xml", role="customrole_b")
    repository.commit()
    (repository.objects / "b.xml").unlink()
    assert _found(_report(run, *guide))
    assert _found(_report(run, *guide, "--since", "HEAD")) == []


def test_the_same_mistake_once_more_is_new(repository: Repository, run: Run) -> None:
    """A copy of a role repeats its findings: the copy's are new."""
    repository.write(TRAN_NOTHING="FULL")
    repository.commit()
    repository.write("copy.xml", TRAN_NOTHING="FULL")
    report = _report(run, "--since", "HEAD", "--select", "unknown-permission")
    assert [item["location"]["path"] for item in report["findings"]] == ["src/Objects/copy.xml"]


def test_what_could_not_be_read_before_counts_as_new(repository: Repository, run: Run) -> None:
    """A level or a file that is mended gives what it gives now, and the gate sees it."""
    repository.write(LIST_ITEM="FULLL", TRAN_FIND="VIEW")
    (repository.objects / "b.xml").write_text("<role")
    repository.commit()
    repository.write(LIST_ITEM="FULL", TRAN_FIND="VIEW")
    repository.write("b.xml", role="customrole_b")
    ran = run("check", "src", "--since", "HEAD", "--pack", "integrity", "--no-new-access")
    assert [line.split()[:2] for line in changes_in(ran)] == [
        ["added", "role"],
        ["added", "Items:"],
    ]
    assert "what could not be read at HEAD counts as new: src/Objects/b.xml" in ran.out
    assert ran.code == 1


def test_what_cannot_be_read_now_is_not_compared(repository: Repository, run: Run) -> None:
    """A level that the change broke: nothing is lowered or removed, the audit is not complete."""
    repository.write(LIST_ITEM="FULLL", TRAN_FIND="FULL", TRAN_SALESORD="EDIT")
    ran = run("check", "src", "--since", "HEAD", "--pack", "integrity")
    assert "Changes: none." in ran.out
    assert "Items: a level that could not be read" in ran.out
    assert ran.code == 3


def test_project_around_a_named_file_has_its_earlier_state(
    repository: Repository, run: Run
) -> None:
    """What the project said of a role at the earlier commit is known, whatever path is named."""
    source = repository.objects.parent
    manifest = (
        '<manifest projecttype="ACCOUNTCUSTOMIZATION"><projectname>x</projectname></manifest>'
    )
    (source / "manifest.xml").write_text(manifest)
    (source / "deploy.xml").write_text("<deploy><objects/></deploy>")
    repository.commit()
    repository.write(LIST_ITEM="EDIT")
    arguments = ("check", PLACE, "--select", "not-deployed")
    assert "[not-deployed]" in run(*arguments).out
    ran = run(*arguments, "--since", "HEAD")
    assert "[not-deployed]" not in ran.out
    assert "1 finding left out: there at HEAD already" in ran.out
    repository.write("b.xml", role="customrole_b")
    assert (
        "[not-deployed]" in run("check", "src", "--select", "not-deployed", "--since", "HEAD").out
    )


def _attributes(repository: Repository, fields: str) -> None:
    """Write the role with these fields."""
    file = repository.write(**GRANTS)
    file.write_text(file.read_text("utf-8").replace("<permissions>", f"{fields}<permissions>"))


def test_a_field_that_is_removed_is_a_change(repository: Repository, run: Run) -> None:
    """A role that works again as its "isinactive" is gone is new access."""
    _attributes(repository, "<isinactive>T</isinactive><restrictip>T</restrictip>")
    repository.commit()
    _attributes(repository, "")
    ran = run("check", "src", "--since", "HEAD", "--pack", "integrity", "--no-new-access")
    assert [line.split()[1] for line in changes_in(ran)] == ["inactive:", "restrict"]
    words = "2 attributes widened (inactive, restrict by ip address)"
    assert ran.err == f"new access: {words} (--no-new-access)\n"
    assert ran.code == 1


def test_a_restriction_that_is_removed_is_a_change(repository: Repository, run: Run) -> None:
    """The line says from what to what; a name in it acts nowhere."""
    file = repository.write(customrecord_r="FULL")
    text = file.read_text("utf-8")
    limit = "</permlevel><restriction>{}</restriction>"
    file.write_text(text.replace("</permlevel>", limit.format("EDIT")), "utf-8")
    repository.commit()
    arguments = ("check", "src", "--since", "HEAD", "--pack", "integrity", "--no-new-access")
    assert run(*arguments).code == 0
    file.write_text(text, "utf-8")
    ran = run(*arguments)
    (line,) = changes_in(ran)
    assert line.startswith("raised customrecord_r: Full restricted by EDIT -> Full")
    assert ran.code == 1
    file.write_text(text.replace("</permlevel>", limit.format("::error::`x")), "utf-8")
    out = run(*arguments, "--format", "markdown").out
    assert "`Full` restricted by `EDIT` -> `Full` restricted by ``::error::`x``" in out


def test_two_files_with_one_script_id(repository: Repository, run: Run) -> None:
    """What is raised in one is no less raised for the other's having it."""
    repository.write("a.xml", LIST_ITEM="VIEW")
    repository.write("b.xml", LIST_ITEM="FULL")
    repository.commit()
    repository.write("a.xml", LIST_ITEM="FULL")
    ran = run("check", "src", "--since", "HEAD", "--pack", "integrity", "--no-new-access")
    assert [line.split()[:4] for line in changes_in(ran)] == [["raised", "Items:", "View", "->"]]
    assert ran.code == 1


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ("expires: 2026-11-21", "expired on 2026-11-21, 1 finding counts"),
        ("level: create, expires: 2099-01-01", "accepts Create at most, 1 finding counts"),
    ],
)
def test_a_waiver_that_holds_no_longer(
    terms: str, words: str, repository: Repository, run: Run
) -> None:
    """Its finding is back, although the commit had it, and the note says the same."""
    (repository.folder / "nspermaudit.yaml").write_text(
        "use: [guide/sales-orders]\nwaivers: [{rule: sales-order-permissions, "
        "role: customrole_example, permission: Sales Order, reason: It reads., "
        f"approved_by: Head of IT, {terms}}}]\n"
    )
    ran = run("check", "src", "--since", "HEAD")
    assert words in ran.out
    assert "needs Full on Sales Order, has Edit" in ran.out
    assert "needs Full on Items" not in ran.out
    assert ": 1 error" in ran.out
    assert ran.code == 1


def test_a_glob_of_waivers_is_not_judged_by_a_comparison(repository: Repository, run: Run) -> None:
    """Nothing is told to be of no use."""
    (repository.folder / "nspermaudit.yaml").write_text(
        "use: [guide/sales-orders]\nwaivers: [{rule: sales-order-permissions, role: 'custom*', "
        "permission: TRAN_VENDPYMT, reason: x, approved_by: Head of IT, expires: 2099-01-01}]\n"
    )
    assert "matches no finding" in run("check", "src").out
    assert "matches no finding" not in run("check", "src", "--since", "HEAD").out


def test_new_access_is_a_finding_in_every_format(
    repository: Repository, run: Run, tmp_path: Path
) -> None:
    """What fails the check stands in each report; without the option it is a change alone."""
    repository.write(**GRANTS | {"LIST_ITEM": "FULL"})
    arguments = ("check", "src", "--since", "HEAD", "--pack", "integrity")
    for form in REPORTERS:
        ran = reported(run, tmp_path, form, *arguments, "--no-new-access")
        assert ran.code == 1
        assert "new-access" in ran.out
        assert "new-access" not in reported(run, tmp_path, form, *arguments).out
    report = json.loads(run(*arguments, "--no-new-access", "--format", "json", "--show", "all").out)
    assert report["summary"]["findings"]["error"] == 1
    assert report["summary"]["results"]["finding"] == 1
    (finding,) = report["findings"]
    assert (finding["granted"], finding["required"]) == ("FULL", "VIEW")
    assert [item["rule"] for item in report["results"] if item["result"] == "finding"] == [
        "new-access"
    ]
