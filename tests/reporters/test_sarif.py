"""The SARIF report under its schema and under Microsoft's own validator, and what it says where."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, ROOT, audited
from jsonschema import Draft202012Validator
from reported import WAIVER, accepted, acme, changed, rendered

from nspermaudit.escaping import uri
from nspermaudit.finding import Finding, Report
from nspermaudit.model import Location
from nspermaudit.reporters import sarif
from nspermaudit.version import HOMEPAGE

PACKAGE = Path("@microsoft") / "sarif-multitool-linux"
PATHS = (
    *("src/Objects/x y.xml", "../x.xml", "../../x.xml", "<stdin>", "-", "", "Größe/役割.xml"),
    *("a:b.xml", "a%20b#c?d.xml", "x\udcff.xml", "x\ud800.xml", "x\\y.xml", "x.zip/a b.xml"),
    *("\u202e.xml", "C:/x.xml", "//host/x.xml", "a\nb.xml", "[1].xml", "{0}.xml", "x" * 300),
)


def _of(report: Report) -> Any:
    (run,) = json.loads(rendered("sarif", report))["runs"]
    return run


def _at(path: str, finding: Finding) -> Finding:
    """A finding at a path, with two related places that are one."""
    related = ((Location(path, 3, 1), f"see [{path}](http://evil.example) {{0}}"),) * 2
    verdict = finding.verdict._replace(related=related)
    return finding._replace(location=Location(path, 2, 7), verdict=verdict)


def _everywhere() -> Report:
    """A report with a finding at each of the paths."""
    report = accepted(acme())
    finding = report.findings[0]
    more = tuple(_at(path, finding) for path in PATHS)
    return report._replace(findings=report.findings + more)


REPORTS: dict[str, Callable[[], Report]] = {
    "everywhere": _everywhere,
    "nothing found": lambda: acme()._replace(findings=()),
    "broken": lambda: audited(FIXTURES / "broken"),
    "nothing to check": lambda: audited(ROOT / "rules"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_schema(name: str, npm: Path) -> None:
    """The report fits the schema that the SARIF SDK ships."""
    schema = json.loads((npm / PACKAGE / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    document = json.loads(rendered("sarif", REPORTS[name]()))
    assert [error.message for error in validator.iter_errors(document)] == []


def _validated(npm: Path, folder: Path) -> tuple[int, list[Any]]:
    """How many files of a folder Microsoft's validator has seen, and the faults that it told.

    It ends with 0 whatever it finds: what it found is in the report that it writes.
    """
    program = npm / PACKAGE / "Sarif.Multitool"
    program.chmod(0o755)  # what the package's own script would do
    result = folder / "result.json"
    command = [program, "validate", folder / "*.sarif", "--output", result]
    options = ("--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--kind", "Fail")
    done = subprocess.run(
        [*map(str, command), *options], capture_output=True, text=True, check=False, timeout=120
    )
    scanned = re.search(r"(\d+) files scanned", done.stdout)
    assert scanned, done.stderr
    (run,) = json.loads(result.read_text(encoding="utf-8-sig"))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True
    told = [(item["ruleId"], item["level"], item["message"]) for item in run["results"]]
    return int(scanned[1]), told


def test_multitool(npm: Path, tmp_path: Path) -> None:
    """Microsoft's validator finds no error and no warning, with GitHub's rules among its own."""
    for number, make in enumerate(REPORTS.values()):
        (tmp_path / f"{number}.sarif").write_text(rendered("sarif", make()), encoding="utf-8")
    assert _validated(npm, tmp_path) == (len(REPORTS), [])


def test_multitool_sees_faults(npm: Path, tmp_path: Path) -> None:
    """The validator is really asked: a result without its message is a fault to it."""
    broken = json.loads(rendered("sarif", acme()))
    del broken["runs"][0]["results"][0]["message"]
    (tmp_path / "x.sarif").write_text(json.dumps(broken), encoding="utf-8")
    files, told = _validated(npm, tmp_path)
    assert files == 1
    assert told


def test_waivers_and_baseline() -> None:
    """A waiver is a suppression from outside, with its reason, approver and last day."""
    results = _of(accepted(acme()))["results"]
    kept = [item["suppressions"] for item in results]
    assert [len(items) for items in kept] == [0, 1, 1, 0, 0, 0, 0]
    assert kept[1][0]["kind"] == "external"
    assert kept[1][0]["status"] == "accepted"
    for word in (WAIVER.reason, WAIVER.approved_by, WAIVER.expires):
        assert word in kept[1][0]["justification"]
    states = [item["baselineState"] for item in results]
    assert states == ["new", "new", "unchanged", "new", "new", "unchanged", "new"]
    plain = _of(acme())["results"]
    assert not [item for item in plain if {"suppressions", "baselineState"} & set(item)]


def test_incomplete_audit() -> None:
    """What could not be read is told, and the run was no success."""
    (invocation,) = _of(audited(FIXTURES / "broken" / "truncated.xml"))["invocations"]
    assert invocation["executionSuccessful"] is False
    told = invocation["toolExecutionNotifications"]
    assert [item["level"] for item in told] == ["error", "error"]
    assert told[0]["message"]["text"].startswith("Not complete: 1 of 1 input")
    place = told[1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("broken/truncated.xml")
    assert place["region"]["startLine"] > 0


def test_places() -> None:
    """A finding has its file, line and column, its permission in its role, and related places."""
    result = _of(changed(acme(), partial(_at, "src/x y.xml")))["results"][0]
    (place,) = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "src/x%20y.xml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2, "startColumn": 7},
    }
    assert place["logicalLocations"] == [
        {
            "name": "SOAP Web Services",
            "fullyQualifiedName": "customrole_acme_order_sync/ADMI_WEBSERVICES",
            "kind": "permission",
        }
    ]
    (related,) = result["relatedLocations"]
    assert related["message"]["text"] == "see \\[src/x y.xml\\](http://evil.example) {{0}}."


def test_rules() -> None:
    """Each rule has its help, its page if it ships, and a severity that GitHub sorts by."""
    run = _of(acme())
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert [list(rules)[item["ruleIndex"]] for item in run["results"]] == [
        item["ruleId"] for item in run["results"]
    ]
    severities = {rule["properties"]["security-severity"] for rule in rules.values()}
    assert severities == {"8.0", "5.0", "2.0"}
    headings = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").splitlines()
    for name, rule in rules.items():
        address, _, anchor = rule["helpUri"].partition("#")
        assert address == f"{HOMEPAGE}/blob/main/docs/rules.md"
        assert f"### {anchor}" in headings
        assert anchor == name
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'Homepage = "{HOMEPAGE}"\n' in project


def test_rule_of_ones_own(tmp_path: Path) -> None:
    """A rule of one's own pack has no page of ours."""
    pack = tmp_path / "own.yaml"
    pack.write_text(
        "pack: acme/own\ntitle: Own\nrules:\n  - id: own-rule\n    title: T\n    severity: info\n"
        "    evidence: C\n    tags: [a, a, b, c, d, e, f, g, h, i]\n    require: {Bills: full}\n"
        "    examples: {complies: [{Bills: full}], violates: [{Bills: none}]}\n"
    )
    (rule,) = _of(audited(FIXTURES / "acme", packs=[pack]))["tool"]["driver"]["rules"]
    assert "helpUri" not in rule
    assert rule["properties"]["precision"] == "medium"
    assert len(rule["properties"]["tags"]) == len(set(rule["properties"]["tags"])) == 10


def test_more_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """All results are there all the same, and it is told that GitHub will refuse them."""
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    run = _of(acme())
    assert len(run["results"]) == 7
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert "GitHub takes 3 results at most" in told[-1]["message"]["text"]


@pytest.mark.parametrize("path", PATHS, ids=ascii)
def test_paths_are_relative_uris(path: str) -> None:
    """No scheme, no host, no root, and nothing that a URI cannot hold."""
    written = uri(path)
    assert written.isascii()
    assert not set(written) & set(' :?#<>"\\^`{|}')
    assert path.startswith("/") or not written.startswith("/")
