"""Input made to hang, to hide a grant, or to make the tool write where it should not."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES, ROOT, Ran, audited, sdf

from nspermaudit.rule import Severity

SECONDS = 20
MEGABYTES = 300
HEADINGS = "Role,Permission,Level\n"
WORKBOOK = (
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table>{}'
    "</Table></Worksheet></Workbook>"
)


def _cells(*texts: str) -> str:
    return "<Row>" + "".join(f"<Cell><Data>{text}</Data></Cell>" for text in texts) + "</Row>"


HEAVY: dict[str, Callable[[], str]] = {
    "unknown-permissions.xml": lambda: sdf(*((f"TRAN_X{n}", "FULL") for n in range(20_000))),
    "one-permission-often.xml": lambda: sdf(*[("LIST_ITEM", "FULL")] * 40_000),
    "unknown-fields.xml": lambda: (
        '<role scriptid="customrole_x">'
        + "".join(f"<iswebservice{n}>T</iswebservice{n}>" for n in range(40_000))
        + "</role>"
    ),
    "keys.json": lambda: (
        '[{"role": 1, ' + ", ".join(f'"k{n}": 1' for n in range(100_000)) + ', "k1": 2}]'
    ),
    "new-keys.json": lambda: json.dumps([{"role": 1, f"permkey{n}": n} for n in range(8_000)]),
    "empty-roles.json": lambda: '{"roles": [' + ",".join(["{}"] * 600_000) + "]}",
    "brackets.json": lambda: '{"permkey": ' + "[" * 1_000_000,
    "columns.csv": lambda: (
        "Role,Permission,Level," + ",".join(f"x{n}" for n in range(30_000)) + "\n" + "A\n" * 20_000
    ),
    "far-cells.xls": lambda: WORKBOOK.format(
        _cells("Role", "Permission", "Level")
        + '<Row><Cell ss:Index="16384"><Data>x</Data></Cell></Row>' * 50_000
    ),
    "unknown-names.csv": lambda: (
        HEADINGS + "".join(f"A,Sales Ordr {n},Full\n" for n in range(20_000))
    ),
    "users.csv": lambda: (
        "User,Role,Permission,Level\n"
        + "".join(f"U{n % 9},R{n % 9999},Sales Ordr {n},Full\n" for n in range(30_000))
    ),
    "deep.xml": lambda: "<role>" + "<a>" * 500_000,
    "comments.xml": lambda: "<role>" + "<!--x-->" * 900_000 + "</role>",
    "attributes.xml": lambda: "<role " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>",
}


SMALL = ("sh", "-c", '"$@"; exit $?', "sh")
"""A small parent: Linux counts the memory of the process that starts a program as the program's."""


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_input_is_no_burden(name: str, tmp_path: Path) -> None:
    """It is judged or refused within the limits of time and memory, and never with a traceback."""
    (tmp_path / name).write_text(HEAVY[name]())
    code = (
        "import resource, sys\nfrom nspermaudit.cli import main\n"
        "code = main(['check', sys.argv[1], '--format', 'json'])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [*SMALL, sys.executable, "-c", code, tmp_path / name],
        capture_output=True,
        text=True,
        timeout=SECONDS * 3,
        preexec_fn=_limited,
        check=False,
    )
    assert done.returncode in (1, 3), done.stderr
    assert done.stderr.strip().isdecimal()
    assert int(done.stderr) < MEGABYTES


GRANT = "<permission><permkey>TRAN_SALESORD</permkey><permlevel>FULL</permlevel></permission>"
HIDDEN = {
    "roles.xml": f"<roles><role scriptid='x'><permissions>{GRANT}</permissions></role></roles>",
    "text-first.xml": f"text <role scriptid='x'><permissions>{GRANT}</permissions></role>",
    "outside.xml": f"<role scriptid='customrole_x'>{GRANT}</role>",
    "attributes.xml": (
        "<role scriptid='customrole_x'><permissions>"
        "<permission permkey='TRAN_SALESORD' permlevel='FULL'/></permissions></role>"
    ),
    "child-in-level.xml": (
        "<role scriptid='customrole_x'><permissions><permission><permkey>TRAN_SALESORD</permkey>"
        "<permlevel>FULL<b/>NONE</permlevel></permission></permissions></role>"
    ),
    "enveloped.json": '[{"items": [{"role": "1", "permkey": "TRAN_SALESORD", "permlevel": "4"}]}]',
    "result.json": '{"result": {"items": [{"role": "1", "permkey": "X", "permlevel": "4"}]}}',
    "total-results.json": (
        '{"totalResults": 500, "items": [{"role": "1", "permkey": "LIST_ITEM", "permlevel": "4"}]}'
    ),
    "next-page.json": (
        '{"links": [{"rel": "next", "href": "https://x.example/"}], '
        '"items": [{"role": "1", "permkey": "LIST_ITEM", "permlevel": "4"}]}'
    ),
    "more-in-lines.ndjson": (
        '{"role": "1", "permkey": "LIST_ITEM", "permlevel": "4"}\n'
        '{"role": "1", "permkey": "LIST_ITEM", "permlevel": "4"}\n{"hasMore": true}\n'
    ),
    "strays.json": '[{"role": "1", "permkey": "LIST_ITEM", "permlevel": "4"}, ["1", "X", "4"]]',
    "permissions-object.json": '{"roles": [{"role_id": "1", "permissions": {"permkey": "X"}}]}',
    "total-role.csv": HEADINGS + "Total Sync,Sales Order,Voll\nA,Items,View\n",
    "open-quote.csv": HEADINGS + 'A,"Sales Order,Full\nB,Items,Full\n',
    "open-quote-long.csv": HEADINGS + 'A,"Sales Order,Full\n' + "B,Items,Full\n" * 9999,
    "second-table.csv": "Employee,Role\nada,A\nRole,Permission,Level\nA,Sales Order,Full\n",
    "workbook.xls": WORKBOOK.format(
        _cells("Employee", "Role")
        + _cells("ada", "A")
        + _cells("Role", "Permission", "Level")
        + _cells("A", "Sales Order", "Full")
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_is_lost_in_silence(name: str, tmp_path: Path) -> None:
    """What is not read, beside a role that is, is told as a warning or an error of its file."""
    (tmp_path / name).write_text(HIDDEN[name])
    (tmp_path / "good.xml").write_text(sdf(("LIST_ITEM", "VIEW")))
    report = audited(tmp_path, packs=["integrity"])
    (found,) = (item for item in report.inputs if item.path.endswith(name))
    assert [message for message in found.messages if message.severity > Severity.INFO]


def test_a_matrix_keeps_permissions_called_total(tmp_path: Path) -> None:
    """A row of a matrix is a sum only if its first cell is no permission."""
    rows = "Permission,A,B\nItems,View,View\nTotal,2,2\nTotally Mine,Full,View\n"
    (tmp_path / "m.csv").write_text(rows)
    report = audited(tmp_path, packs=["integrity"])
    assert report.grants == 4


def test_a_heading_of_map_that_is_not_there_is_told(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    """A misspelt --map is not passed over because another column would do."""
    (tmp_path / "x.csv").write_text("Role,Permission,Level,New Level\nA,Items,Full,View\n")
    ran = run("check", tmp_path, "--map", "level=Nwe Level")
    assert ran.code == 3
    assert 'no heading "Nwe Level", as --map level says' in ran.out


def test_an_id_and_a_name_that_disagree_are_told(tmp_path: Path) -> None:
    """The id counts, and the reader learns that the export contradicts itself."""
    text = "Role,Permission Key,Permission,Level\nA,LIST_ITEM,Sales Order,Full\n"
    (tmp_path / "x.csv").write_text(text)
    (found,) = audited(tmp_path, packs=["integrity"]).inputs
    assert [message.text for message in found.messages] == [
        '"Sales Order" is TRAN_SALESORD, but the id there is LIST_ITEM, which counts'
    ]


def test_prose_is_no_export() -> None:
    """Source code and documentation that talk of roles and levels are not read as tables."""
    report = audited(ROOT / "docs", ROOT / "nspermaudit", ROOT / "tests" / "conftest.py")
    assert report.roles == 0
    named = {ROOT / "tests" / "conftest.py"}
    assert {item.status for item in report.inputs} <= {"skipped", "failed"}
    assert sum(item.status == "failed" for item in report.inputs) <= len(named)


def test_pages_of_two_results_are_not_put_together(tmp_path: Path) -> None:
    """Pages from two folders, or two hosts, are two results with holes."""
    row = '{"role": "1", "permkey": "LIST_ITEM", "permlevel": "4"}'
    for folder, offset, more in (("a", 0, "true"), ("b", 1, "false")):
        (tmp_path / folder).mkdir()
        text = f'{{"hasMore": {more}, "offset": {offset}, "totalResults": 2, "items": [{row}]}}'
        (tmp_path / folder / "page.json").write_text(text)
    report = audited(tmp_path, packs=["integrity"])
    assert [item.status for item in report.inputs] == ["partial", "partial"]


def test_output_into_a_pipe(run: Callable[..., Ran], tmp_path: Path) -> None:
    """A named pipe stays one, and its reader gets the report."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    run("check", FIXTURES / "acme", "--output", f"json={pipe}")
    reader.join(timeout=10)
    assert pipe.is_fifo()
    assert json.loads(read[0])["schema"] == "nspermaudit-report/1"


def test_output_through_a_link(run: Callable[..., Ran], tmp_path: Path) -> None:
    """A link stays a link; the file that it leads to is written."""
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    run("check", FIXTURES / "acme", "--output", f"json={tmp_path / 'link.json'}")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())


@pytest.mark.parametrize("name", ["config", "pack", "twice", "folder"])
def test_output_over_what_matters_is_refused(
    name: str, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Neither the configuration, nor a pack, nor another report, nor a folder is written over."""
    own = tmp_path / "own.yaml"
    own.write_text((ROOT / "rules/guide/token.yaml").read_text().replace("guide/token", "own"))
    config = tmp_path / "config.yaml"
    config.write_text("use: [integrity]\n")
    options = {
        "config": ("--config", config, "--output", f"json={config}"),
        "pack": ("--pack", own, "--output", f"json={own}"),
        "twice": ("--output", f"json={tmp_path / 'x'}", "--output", f"table={tmp_path / 'x'}"),
        "folder": ("--output", f"json={tmp_path}"),
    }[name]
    before = own.read_bytes(), config.read_bytes()
    assert run("check", FIXTURES / "acme", *options).code == 2
    assert (own.read_bytes(), config.read_bytes()) == before


def test_a_class_without_members_is_told(run: Callable[..., Ran], tmp_path: Path) -> None:
    """Roles that some roles of a project are not are told; strictly, the audit is incomplete."""
    config = tmp_path / "c.yaml"
    config.write_text("use: [guide]\nroles: {integration: [customrole_nope]}\n")
    objects = FIXTURES / "acme" / "src" / "Objects"
    options = ("check", objects / "customrole_acme_warehouse.xml", "--config", config)
    ran = run(*options)
    assert "no role is known to be of class integration" in ran.out
    assert (ran.code, run(*options, "--strict").code) == (0, 3)


def test_what_a_configuration_silences_is_told(run: Callable[..., Ran], tmp_path: Path) -> None:
    """Rules that are switched off are named in every report, with the file that does it."""
    config = tmp_path / "c.yaml"
    config.write_text("rules: {explicit-none: off}\n")
    ran = run("check", FIXTURES / "acme", "--config", config)
    assert "c.yaml; switched off: explicit-none" in ran.out
