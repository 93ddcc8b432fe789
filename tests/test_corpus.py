"""Real role objects, where a folder with some stands beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, audited
from lxml import etree
from reading import said

CORPUS = ROOT.parent / "shared" / "corpus"

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
