"""The page: it stands alone, says everything, leads where it says, and stays small."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import FIXTURES, audited, sdf
from paged import elements, part, whole
from reported import accepted, acme, changed, rendered

from nspermaudit import Config, Request, Use, audit, find
from nspermaudit.finding import Finding, Report
from nspermaudit.html_page import attribute, link, text
from nspermaudit.model import Location
from nspermaudit.rule import Result


def test_policy_names_the_only_style_and_the_only_script() -> None:
    """Nothing else may run, be loaded or be sent; no attribute needs more than that."""
    page = rendered("html", accepted(acme()))
    policy = re.findall(r'<meta http-equiv=Content-Security-Policy content="([^"]*)">', page)
    hashes = []
    for tag in ("style", "script"):
        (source,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = hashlib.sha256(source.encode()).digest()
        hashes.append(f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'")
    closed = "default-src 'none'; base-uri 'none'; form-action 'none'"
    assert policy == ["; ".join((closed, *hashes))]
    for element in elements(page):
        names = set(element.attributes)
        assert not {name for name in names if name.startswith("on")} | names & {"style", "src"}
        assert element.tag not in {"link", "img", "iframe", "object", "base"}
        target = element.attributes.get("href") or "#"
        assert target.startswith(("#", "https://")), target


@pytest.mark.parametrize("name", ["acme", "larkfield", "waivers"])
def test_every_link_leads_somewhere(name: str) -> None:
    """Ids are there once, and every link and label within the page has its target."""
    found = elements(rendered("html", whole(FIXTURES / name)))
    ids = [element.attributes["id"] for element in found if "id" in element.attributes]
    assert len(ids) == len(set(ids)) > 10
    named = ("href", "for", "aria-labelledby")
    targets = {
        element.attributes[key] for element in found for key in named if key in element.attributes
    }
    inside = {target.removeprefix("#") for target in targets if target and "://" not in target}
    assert inside <= set(ids)


def test_headings_and_tables_are_in_order() -> None:
    """One title, no level left out; each table has a caption, and its headings a scope."""
    found = elements(rendered("html", accepted(acme())))
    levels = [int(one.tag[1]) for one in found if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tags = [one.tag for one in found]
    assert tags.count("table") == tags.count("caption") > 3
    assert {one.attributes.get("scope") for one in found if one.tag == "th"} == {"row", "col"}


def test_what_a_finding_says() -> None:
    """What, the fix with the click path, the place, the permission and the fingerprint."""
    report = acme()
    told = part(rendered("html", report), "findings")
    for finding in report.findings:
        assert finding.fingerprint in told
        assert finding.rule.id in told
    assert "<summary><h3>ACME Order Sync</h3> <code>customrole_acme_order_sync</code>" in told
    assert "Role: Setup &gt; Users/Roles &gt; Manage Roles &gt; ACME Order Sync\n" in told
    assert (
        "<li>needs Full on Sales Order, has Edit<p class=f>set FULL; in the role: Permissions &gt; "
        "Transactions &gt; Sales Order<p>25:7 TRAN_SALESORD v1:" in told
    )
    assert "Misspelt" not in told


def test_a_rule_is_told_once() -> None:
    """Why, beware, sources and grade stand with the rule, however many findings it has."""

    def grade(finding: Finding) -> Finding:
        rule = finding.rule._replace(evidence="B", false_positives="Not in a sandbox.")
        return finding._replace(rule=rule)

    report = changed(acme(), grade)
    page = rendered("html", report._replace(findings=report.findings * 3))
    rule = report.findings[0].rule
    assert unescape(page).count(rule.because) == 1
    assert unescape(page).count(rule.references[0]) >= 1
    cards = part(page, "rules")
    assert (
        cards.count("<dt>Evidence<dd>grade B")
        == cards.count("<dt>Beware<dd>Not in a sandbox.")
        == 6
    )


def test_the_same_cure_is_told_once(tmp_path: Path) -> None:
    """Of findings that differ in what they are about alone, the cure has their id and name."""
    (tmp_path / "customrole_example.xml").write_text(sdf())
    told = part(rendered("html", whole(tmp_path)), "findings")
    cure = "add <i>ID</i> at FULL; in the role: Permissions &gt; Transactions &gt; <i>NAME</i>"
    assert told.count(cure) == 2
    assert "<p>needs Full on <i>NAME</i>, has none\n" in told
    assert "<li>Sales Order<p>1:1 TRAN_SALESORD v1:" in told


def test_heat_map_shows_every_result() -> None:
    """Findings by severity and number, what is accepted, passes, and what was not asked."""
    report = whole(FIXTURES / "acme", roles="customrole_acme_order_sync")
    told = part(rendered("html", report), "map")
    rows = re.findall(r"<tr><th scope=row>(.*)", told)
    sync, warehouse, clerk = rows[0], rows[1], rows[2]
    assert sync.startswith("<a href=#s0>ACME Order Sync</a><td>")
    rules = re.findall(r"<a href=#r\d+>([\w-]+)</a>", told.split("<tbody>")[0])
    of_sync = dict(zip(rules, re.split(r"<td[^>]*>", sync)[1:], strict=True))
    assert (of_sync["sales-order-permissions"], of_sync["token-permissions"]) == ("E2", "E")
    assert of_sync["token-role-is-active"] == "&#10003;"
    assert warehouse.startswith("<a href=#s1>ACME Warehouse Lead</a><td><td>")
    of_warehouse = dict(zip(rules, re.split(r"<td[^>]*>", warehouse)[1:], strict=True))
    assert (of_warehouse["contradictory-levels"], of_warehouse["token-permissions"]) == ("E", "")
    assert "<td class=w>W<td class=i>I<td>" in warehouse
    assert set(clerk.split("<td>")[1:]) == {"", "&#10003;"}
    marked = part(rendered("html", accepted(report)), "map")
    assert "<td class=a>A" in marked


def test_heat_map_of_what_is_not_known(tmp_path: Path) -> None:
    """Not evaluated has a sign of its own, and its reason is told with the rule and the role."""
    (tmp_path / "roles.csv").write_text(
        "Role,Permission,Level\nClerk,Items,Full\nSync,Items,Full\n"
    )
    request = Request(packs=(Use("guide"),), keep_all=True)
    report = audit(find([str(tmp_path)]), Config(), request)
    page = rendered("html", report)
    assert report.results[Result.NOT_EVALUATED]
    assert "<td class=q>?" in part(page, "map")
    told = part(page, "unknown")
    assert "not known whether the role is one of class integration" in told
    assert "<td>Clerk, Sync<td class=n>2" in told
    only_sums = part(rendered("html", report._replace(outcomes=None)), "unknown")
    assert "<td class=n>8" in only_sums


def test_accepted_risks() -> None:
    """The waivers with their terms, those that match nothing, and what the baseline has lost."""
    report = accepted(acme())
    waiver = report.findings[1].waiver
    assert waiver
    idle = waiver._replace(role="nobody", location=Location("other.yaml", 3))
    told = part(
        rendered("html", report._replace(idle_waivers=(idle,), mended=("v1:gone",))), "accepted"
    )
    assert "<td>Head of IT<td>This connector reads customers only.<td class=n>2" in told
    assert "<td>nobody<td>any" in told
    assert "<td class=n>none: it matches nothing" in told
    assert "The baseline knows 1 finding of these." in told
    assert "In the baseline, and mended: <code>v1:gone</code>" in told
    told = part(rendered("html", report), "findings")
    assert told.count("<li class=wa><p class=m><b>waived</b> ") == 2
    assert told.count("<li class=ba><p class=m><b>baselined</b> ") == 1
    assert "until 2027-03-31, approved by Head of IT: This connector" in told


def test_nothing_looks_clean_by_accident() -> None:
    """An audit that is not complete says so first, with the reasons and the broken inputs."""
    broken = audited(FIXTURES / "broken" / "truncated.xml", FIXTURES / "acme", packs=["integrity"])
    page = rendered("html", broken)
    assert "<p class='lead e'>This audit is not complete" in page
    assert page.index("<section id=unfinished ") < page.index("<section id=overview ")
    told = part(page, "unfinished")
    assert "could not be read whole</strong>" in told
    assert "truncated.xml:8:3</code>: not well-formed XML" in told
    nothing = rendered("html", audited())
    assert "This audit is not complete" in nothing
    assert "nothing to check" in part(nothing, "unfinished")


def test_sentences() -> None:
    """The result in words: what was found, where, and that nothing was."""

    def lead(report: Report) -> str:
        (sentence,) = re.findall("<p class='lead [a-z]+'>(.*)", rendered("html", report))
        return str(sentence)

    report = acme()
    assert lead(report) == "5 errors in 2 of 3 roles."
    assert lead(report._replace(findings=())) == "Nothing was found."
    everything = changed(report, lambda finding: finding._replace(is_baselined=True))
    assert lead(everything) == "Nothing was found that is not accepted."
    about = changed(
        report,
        lambda one: one._replace(role_id="", role_name="", verdict=one.verdict._replace(about="x")),
    )
    assert lead(about) == "5 errors, none of them in a role."
    both = report._replace(findings=(*report.findings, *about.findings))
    assert lead(both) == "10 errors in 2 of 3 roles, and of 1 user or other object."


def test_what_is_no_role_has_its_place() -> None:
    """Findings about users, objects and the account itself stand after the roles."""

    def of(about: str) -> Callable[[Finding], Finding]:
        return lambda one: one._replace(
            role_id="", role_name="", verdict=one.verdict._replace(about=about)
        )

    report = acme()
    found = [of(about)(report.findings[0]) for about in ("A. Clerk", "")]
    page = rendered("html", report._replace(findings=(*report.findings, *found)))
    told = part(page, "findings")
    names = re.findall("<h3[^>]*>(.*?)</h3>", told)
    assert names == [
        "ACME Order Sync",
        "ACME Warehouse Lead",
        "What is no role",
        "A. Clerk",
        "the account and its projects",
    ]
    assert "<tr><th scope=row>what is no role<" in part(page, "map").replace(
        "<a href=#s3>", ""
    ).replace("</a>", "")


def test_text_of_a_page() -> None:
    """No text is markup, and what cannot be seen is spelled out."""
    assert text('<a href="x">&\u202e\u00e9') == '&lt;a href="x"&gt;&amp;\\u{202e}&#233;'
    assert attribute("\"><script>'") == '"&quot;&gt;&lt;script&gt;&apos;"'
    assert link("javascript:alert(1)") == "javascript:alert(1)"
    assert link("http://x.example") == "http://x.example"
    assert link("https://x.example/ y") == "https://x.example/ y"
    assert link("https://x.example/?a&b").startswith('<a href="https://x.example/?a&amp;b" rel=')
