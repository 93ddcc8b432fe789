"""What is measured beside what, with which limits and aims."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import make_project, make_roles
from benchmarks.environment import Environment
from benchmarks.inputs import PLACE, ROOT, Facts, Input, made, requirements_file
from benchmarks.measure import Case, Command, Goal

IMPORTS = "import click, lxml.etree, yaml"
OURS = "nspermaudit"
TENTH, HUNDREDTH = "nspermaudit, 10 % of it", "nspermaudit, 1 % of it"

_PEERS = Path(__file__).with_name("peers")
_FIXTURE = ROOT / "fixtures" / "acme" / "src" / "Objects" / "customrole_acme_order_sync.xml"
_TEMPLATE = """AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Exports:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration:
        Status: Enabled
"""


class Bench(NamedTuple):
    """What cases are made of: the environment, and by how much a quick run is smaller."""

    environment: Environment
    smaller: int = 1

    def rounds(self, full: int) -> int:
        """So many rounds, or fewer in a quick run."""
        return full if self.smaller == 1 else max(2, full // 3)

    def size(self, full: int) -> int:
        """That size, or the quick run's part of it."""
        return full // self.smaller

    def input(self, name: str, make: Callable[[Path, int], Facts], full: int, by: int = 1) -> Input:
        """A generated input of that size, or the quick run's part of it."""
        size = self.size(full) // by
        return made(name, partial(_make, make, size), size)

    def ours(self, given: Input, name: str = OURS, form: str = "text") -> Command:
        """``nspermaudit check`` with the guide asked of every role."""
        program = self.environment.program("nspermaudit")
        check = (program, "check", "--quiet", "--pack", "guide", "--role", "*", "--format")
        path = "." if given.path.is_dir() else given.path.name
        proof = (*check, "json", path)
        return Command(name, (*check, form, path), given, _ours_saw, proof, exits=(0, 1))

    def script(self, name: str, given: Input, script: str, *rest: str, peer: str = "") -> Command:
        """A script of ``benchmarks/peers``, run by the environment's Python."""
        arguments = (self.environment.program("python"), str(_PEERS / script), given.path.name)
        missing = self.environment.missing.get(peer, "")
        return Command(name, (*arguments, *rest), given, json.loads, missing=missing)

    def xmllint(self, name: str, given: Input, *arguments: str) -> Command:
        """The system's xmllint."""
        program = shutil.which("xmllint") or "xmllint"
        missing = self.environment.missing.get("xmllint", "")
        return Command(name, (program, "--noout", *arguments), given, missing=missing)


def _make(make: Callable[[Path, int], Facts], size: int, path: Path) -> Facts:
    return make(path, size)


def _ours_saw(output: str) -> Facts:
    """What our JSON report says was seen."""
    report = json.loads(output)
    inputs = [item for item in report["inputs"] if item["roles"]]
    found = Counter(item["permission"]["name"] for item in report["findings"])
    return {
        "files": len(inputs),
        "rows": sum(item["rows"] for item in inputs),
        "roles": report["summary"]["roles"],
        "grants": report["summary"]["grants"],
        "findings": dict(sorted(found.items())),
        "all findings": sum(report["summary"]["findings"].values()),
    }


def start(bench: Bench) -> Case:
    """One role file through the ordinary command line."""
    place = PLACE / "inputs" / "start"
    place.mkdir(parents=True, exist_ok=True)
    role = shutil.copyfile(_FIXTURE, place / _FIXTURE.name)  # no configuration stands beside it
    size = role.stat().st_size
    line = "  - permission: Sales Order\n    level: full\n"
    (place / "role.yaml").write_text("---\nrole:\n" + line * (size // len(line)), encoding="utf-8")
    (place / "template.yaml").write_text(_TEMPLATE, encoding="utf-8")
    given, programs = Input(role, {}), bench.environment
    python, missing = programs.program("python"), programs.missing
    imports, yamllint = f'python -c "{IMPORTS}"', "yamllint, a file of that size"
    cfn_lint = "cfn-lint, a template of one bucket"
    linters = (
        Command(yamllint, (programs.program("yamllint"), "role.yaml"), given),
        Command(cfn_lint, (programs.program("cfn-lint"), "template.yaml"), given),
    )
    commands = (
        Command(OURS, (programs.program("nspermaudit"), "check", role.name), given, exits=(1,)),
        Command(imports, (python, "-c", IMPORTS), given),
        linters[0]._replace(missing=missing.get("yamllint", "")),
        linters[1]._replace(missing=missing.get("cfn-lint", ""), rounds=bench.rounds(5)),
        Command("python -c pass", (python, "-c", "pass"), given),
    )
    goals = (
        Goal(OURS, imports, limit=1.0, aim=0.7),
        Goal(OURS, yamllint, limit=1.0),
        Goal(OURS, cfn_lint, limit=0.1),
        Goal(OURS, "python -c pass"),
    )
    return Case("start", f"one role file of {size} bytes", bench.rounds(21), commands, goals)


def _of_files(bench: Bench, given: Input, folder: str) -> Command:
    """The role files of a project under xmllint; counting permissions is its proof."""
    files = sorted((given.path / folder).glob("*.xml"))
    names = [str(file.relative_to(given.path)) for file in files]
    command = bench.xmllint("xmllint, the role files", given, *names)
    program = command.arguments[0]
    proof = (program, "--xpath", "count(//permission)", *names)
    return command._replace(proof=proof, tells=_xmllint_saw)


def _xmllint_saw(output: str) -> Facts:
    counts = output.split()
    return {"files": len(counts), "grants": sum(map(int, counts))}


def project(bench: Bench) -> Case:
    """A project of nothing but roles."""
    given = bench.input("project", make_roles.project, 5000)
    theirs = _of_files(bench, given, ".")
    title = f"{given.facts['roles']:,} role files, {given.facts['grants']:,} grants"
    return Case(
        "project",
        f"{title}, {given.megabytes} MB",
        bench.rounds(7),
        (bench.ours(given), theirs),
        (Goal(OURS, theirs.name, limit=2.5, aim=1.1),),
    )


def mixed(bench: Bench) -> Case:
    """A project in which few objects are roles."""
    objects = bench.size(5000)
    given = bench.input("mixed", make_project.mixed, 5000)
    theirs = _of_files(bench, given, "src/Objects/Roles")
    title = f"{objects:,} SDF objects, {given.facts['roles']} of them roles"
    return Case(
        "mixed",
        f"{title}, {objects * make_project.SCRIPTS_IN_100 // 100} scripts, {given.megabytes} MB",
        bench.rounds(11),
        (bench.ours(given), theirs),
        (Goal(OURS, theirs.name, limit=4.0, aim=2.0),),
    )


def _parts(bench: Bench, name: str, make: Callable[[Path, int], Facts], rows: int) -> list[Command]:
    """Ours on an input, on a tenth and on a hundredth of it."""
    return [
        bench.ours(bench.input(name, make, rows, by), label)
        for by, label in ((1, OURS), (10, TENTH), (100, HUNDREDTH))
    ]


def _title(given: Input, what: str) -> str:
    facts = given.facts
    return f"{facts['rows']:,} rows of {what}, {facts['roles']:,} roles, {given.megabytes} MB"


def table(bench: Bench) -> Case:
    """A long table, grouped by role."""
    ours, tenth, hundredth = _parts(bench, "table.csv", make_roles.table, 10_000_000)
    given, asked = ours.given, str(requirements_file())
    drain = bench.script("csv.reader, drained", given, "drain_csv.py")
    duckdb, polars = "DuckDB, the same audit", "polars, the same audit"
    commands = (
        ours,
        drain,
        bench.script(duckdb, given, "audit_duckdb.py", asked, peer="duckdb"),
        bench.script(polars, given, "audit_polars.py", asked, peer="polars"),
        tenth,
        hundredth,
    )
    goals = (
        Goal(OURS, drain.name, limit=2.0),
        Goal(OURS, duckdb, aim=1.3),
        Goal(OURS, duckdb, "memory", aim=0.1),
        Goal(OURS, polars),
        Goal(OURS, polars, "memory"),
        Goal(OURS, what="memory", limit=100),
        Goal(OURS, TENTH, "time per row", limit=1.2),
        Goal(TENTH, HUNDREDTH, "time per row"),
    )
    return Case("table", _title(given, "CSV"), bench.rounds(5), commands, goals)


def workbook(bench: Bench) -> Case:
    """A workbook as NetSuite's "Excel" export writes it."""
    ours, tenth, hundredth = _parts(bench, "workbook.xls", make_roles.workbook, 670_000)
    given = ours.given
    expat = bench.script("expat, no handlers", given, "drain_expat.py")
    expat = expat._replace(proof=(*expat.arguments, "--count"))
    xmllint = bench.xmllint("xmllint, as SAX", given, "--sax", given.path.name)
    goals = (
        Goal(OURS, expat.name, limit=2.0),
        Goal(OURS, xmllint.name, aim=1.0),
        Goal(OURS, TENTH, "memory", limit=1.25),
        Goal(OURS, TENTH, "time per row", limit=1.2),
        Goal(TENTH, HUNDREDTH, "time per row"),
    )
    commands = (ours, expat, xmllint, tenth, hundredth)
    return Case("workbook", _title(given, "SpreadsheetML"), bench.rounds(5), commands, goals)


def reports(bench: Bench) -> Case:
    """Many findings in every format, beside the same audit without a report."""
    given = bench.input("faulty.csv", make_roles.faulty, 100_000)
    bare = bench.script("the audit, no report", given, "audit_only.py")
    peer = bench.script("the audit, rows by tabulate", given, "audit_only.py", "--tabulate")
    missing = bench.environment.missing.get("tabulate", "")
    peer = peer._replace(tells=None, missing=missing)
    ours = [bench.ours(given, f"as {form}", form) for form in ("text", "table", "json")]
    goals = (
        *(Goal(command.name, bare.name) for command in ours),
        Goal("as table", peer.name),
        *(Goal(command.name, bare.name, "memory") for command in ours),
    )
    title = f"{sum(given.facts['findings'].values()):,} findings in each format"
    return Case("reports", title, bench.rounds(3), (*ours, bare, peer), goals)


CASES: dict[str, Callable[[Bench], Case]] = {
    make.__name__: make for make in (start, project, mixed, table, workbook, reports)
}
