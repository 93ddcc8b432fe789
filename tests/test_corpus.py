"""Real role objects, where a folder with some stands beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, audited
from lxml import etree
from reading import said

CORPUS = ROOT.parent / "shared" / "corpus"
HUNTER = CORPUS / "dennis-0312__Hunter"

KEYS = "permissions/permission/permkey"

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real role objects is not here (it has no licence)"
)


def _counted_with_lxml() -> tuple[int, int, list[str]]:
    """Roles, grants and repeated script ids, by a few lines that share nothing with the parser."""
    roles, grants, ids = 0, 0, []
    for file in sorted(CORPUS.rglob("*.xml")):
        try:
            root = etree.parse(file).getroot()
        except etree.XMLSyntaxError:
            continue
        if root.tag in ("role", "customrole"):
            roles += 1
            ids.append(str(root.get("scriptid")))
            grants += len({str(key.text) for key in root.iterfind(KEYS)})
    return roles, grants, sorted({name for name in ids if ids.count(name) > 1})


def test_corpus() -> None:
    """All roles load, no other object is taken for one, and the grants are those lxml counts."""
    roles, grants, repeated = _counted_with_lxml()
    report = audited(Path(CORPUS))
    assert (report.roles, report.grants) == (roles, grants) == (62, 8019)
    assert [item for item in report.inputs if item.status in ("failed", "partial")] == []
    same = [finding.role_id for finding in report.findings if finding.rule.id == "same-script-id"]
    assert sorted(same) == repeated
    assert len(same) == 2


def test_short_cuts_change_nothing() -> None:
    """What is found with every short cut is what the plain readers find, to the byte."""
    assert said(CORPUS, plain=False) == said(CORPUS, plain=True)


def _sides_with_lxml() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Of references that resolve in the folder, those of one side alone: role files and records.

    First those of roles that the record does not list, then those of records that a role lacks.
    """
    roots = {str(file): etree.parse(file).getroot() for file in HUNTER.rglob("Objects/**/*.xml")}
    asked = {
        path: {str(key.text).removesuffix("]").rpartition("=")[2] for key in root.iterfind(KEYS)}
        for path, root in roots.items()
        if root.tag == "role"
    }
    listed: dict[str, set[str]] = {}
    for root in roots.values():
        if root.tag == "customrecordtype":
            names = root.iterfind("permissions/permission/permittedrole")
            listed.setdefault(str(root.get("scriptid")), set()).update(str(n.text) for n in names)
    pairs = [
        (path, record, record in asked[path], f"[scriptid={roots[path].get('scriptid')}]" in names)
        for path in asked
        for record, names in listed.items()
    ]
    unlisted = [(path, record) for path, record, asks, lists in pairs if asks and not lists]
    ungranted = [(path, record) for path, record, asks, lists in pairs if lists and not asks]
    return sorted(unlisted), sorted(ungranted)


def test_one_sided_references(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each custom-record reference of one side is found, with both files and their lines."""
    monkeypatch.chdir("/")
    report = audited(HUNTER, packs=["integrity"])
    found = [item for item in report.findings if item.rule.id == "record-access-one-sided"]
    unlisted, ungranted = _sides_with_lxml()
    assert (len(unlisted), len(ungranted)) == (58, 93)
    for wanted, has_grant in ((unlisted, True), (ungranted, False)):
        told = [
            (f"/{item.location.path}", item.verdict.permission.id)
            for item in found
            if item.verdict.permission and (item.verdict.granted is not None) is has_grant
        ]
        assert sorted(told) == wanted
    for item in found:
        places = [item.location, *(place for place, _ in item.verdict.related)]
        assert len(places) > 1
        for place in places:
            assert place.line
            line = Path("/", place.path).read_text("utf-8").splitlines()[place.line - 1]
            assert any(tag in line for tag in ("permlevel", "<role ", "permittedlevel", "access"))


def test_core_administration_is_found_on_every_role_that_carries_it() -> None:
    """It shows as an attribute, which a look at permissions alone would miss."""
    carrying = 0
    for file in sorted(CORPUS.rglob("*.xml")):
        try:
            root = etree.parse(file).getroot()
        except etree.XMLSyntaxError:
            continue
        if root.tag == "role":
            keys = {str(key.text) for key in root.iterfind(KEYS)}
            carrying += root.findtext("coreadminpermission") == "T" or "ADMI_KERNEL" in keys
    report = audited(CORPUS, packs=["hygiene/integration"], roles=["*"])
    found = [item for item in report.findings if item.rule.id == "core-administration"]
    assert len(found) == carrying > 0
