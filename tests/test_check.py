"""``nspermaudit check`` as its users meet it: exit codes, options, output, errors."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES, ROOT, Ran, sdf
from waiving import SALES_ORDERS

from nspermaudit import schemas

ACME = FIXTURES / "acme"

Run = Callable[..., Ran]


def _sync(folder: Path, **levels: str) -> Path:
    """A role with the seven sales-order permissions at Full, but for those given."""
    grants = [(key, levels.get(key, "FULL")) for key in SALES_ORDERS]
    file = folder / "customrole_example.xml"
    file.write_text(sdf(*((key, level) for key, level in grants if level)))
    return file


def test_all_at_full_is_clean(run: Run, tmp_path: Path) -> None:
    """The seven permissions at Full: no finding, exit 0."""
    ran = run("check", _sync(tmp_path), "--pack", "guide/sales-orders")
    assert ran.code == 0
    assert "no findings" in ran.out


def test_one_too_low_is_one_finding(run: Run, tmp_path: Path) -> None:
    """Sales Order at Edit: exactly one finding, under-scoped, at the line of its level."""
    file = _sync(tmp_path, TRAN_SALESORD="EDIT")
    ran = run("check", file, "--pack", "guide/sales-orders", "--format", "json")
    (finding,) = json.loads(ran.out)["findings"]
    line = file.read_text().splitlines().index("      <permlevel>EDIT</permlevel>") + 1
    assert (finding["problem"], finding["granted"], finding["required"]) == (
        "under-scoped",
        "EDIT",
        "FULL",
    )
    assert (finding["location"]["line"], finding["location"]["column"]) == (line, 7)
    assert ran.code == 1


def test_one_absent_is_one_missing(run: Run, tmp_path: Path) -> None:
    """Item Fulfillment absent: exactly one finding, missing."""
    file = _sync(tmp_path, TRAN_ITEMSHIP="")
    ran = run("check", file, "--pack", "guide/sales-orders", "--format", "json")
    (finding,) = json.loads(ran.out)["findings"]
    assert (finding["problem"], finding["permission"]["name"]) == ("missing", "Item Fulfillment")


def test_issues_of_the_sdk(run: Run, tmp_path: Path) -> None:
    """The level pairs and the duplicate that SDF refuses (its issues 183 and 181) are found."""
    grants = [
        ("REPO_RECONCILE", "EDIT"),
        ("ADMI_ACCOUNTING", "EDIT"),
        ("LIST_ITEM", "VIEW"),
        ("LIST_ITEM", "VIEW"),
    ]
    (tmp_path / "r.xml").write_text(sdf(*grants))
    found = json.loads(run("check", tmp_path, "--pack", "integrity", "--format", "json").out)[
        "findings"
    ]
    assert [(item["rule"], item["permission"]["id"]) for item in found] == [
        ("duplicate-permission", "LIST_ITEM"),
        ("impossible-level", "ADMI_ACCOUNTING"),
        ("impossible-level", "REPO_RECONCILE"),
    ]


def test_empty_folder(run: Run, tmp_path: Path) -> None:
    """Nothing to check: exit 3 and one line that says what was looked for."""
    ran = run("check", tmp_path)
    assert (ran.code, ran.err) == (3, "")
    assert ran.out.startswith("Not complete: nothing to check")
    assert "SDF role objects" in ran.out
    assert ran.out.count("\n") == 1


def test_missing_path(run: Run, tmp_path: Path) -> None:
    """A path that does not exist: exit 2, and it says that nothing was audited."""
    ran = run("check", tmp_path / "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert "no such file or folder" in ran.err
    assert "No audit was performed." in ran.err


def test_pack_with_three_faults(run: Run, tmp_path: Path) -> None:
    """All faults of a pack at once, each with line, column and suggestion; exit 2."""
    pack = tmp_path / "bad.yaml"
    pack.write_text(
        "pack: acme/bad\ntitle: Bad\nrules:\n  - id: a-rule\n    title: T\n    severity: eror\n"
        "    require:\n      Sales Ordr: full\n      SOAP Web Services: view\n"
        "    examples: {complies: [{Items: view}], violates: [{Items: none}]}\n"
    )
    ran = run("check", ACME, "--pack", pack)
    lines = ran.err.splitlines()
    assert ran.code == 2
    assert [line.split("bad.yaml:")[1].split(" ")[0] for line in lines[:3]] == [
        "6:5:",
        "8:7:",
        "9:7:",
    ]
    assert 'did you mean "error"' in lines[0]
    assert 'did you mean "Sales Order"' in lines[1]
    assert lines[3:] == ["No audit was performed."]


def test_truncated_beside_good(run: Run, tmp_path: Path) -> None:
    """A file cut short costs one error with its line; the other role is audited; exit 3."""
    _sync(tmp_path, TRAN_SALESORD="EDIT")
    (tmp_path / "cut.xml").write_text('<role scriptid="customrole_cut">\n  <name>Cut</na')
    ran = run("check", tmp_path, "--pack", "guide/sales-orders", "--role", "customrole_example")
    assert ran.code == 3
    assert "needs Full on Sales Order, has Edit" in ran.out
    assert "cut.xml:2:" in ran.out
    assert ran.out.count("not well-formed") == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--fail-on", "never"), 0),
        (("--select", "explicit-none"), 0),
        (("--select", "explicit-none", "--fail-on", "info"), 1),
        (("--select", "unknown-*", "--fail-on", "warning"), 1),
        (("--ignore", "*"), 2),
        (("--select", "explicit-non"), 2),
        (("--pack", "guide/tokn"), 2),
        (("--format", "tabel"), 2),
        (("--output", "json"), 2),
        (("--map", "rolle=x"), 2),
        (("--encoding", "utf-9"), 2),
        (("--role", "nobody"), 3),
    ],
)
def test_exit_codes(options: tuple[str, ...], code: int, run: Run) -> None:
    """The exit code is the one that the table in README promises."""
    assert run("check", ACME, *options).code == code


def test_strict(run: Run, tmp_path: Path) -> None:
    """What could not be evaluated makes a strict audit incomplete."""
    (tmp_path / "r.csv").write_text("Role,Permission,Level\nA,Items,Full\nB,Items,Full\n")
    assert run("check", tmp_path).code == 0
    ran = run("check", tmp_path, "--strict")
    assert ran.code == 3
    assert "not evaluated (--strict)" in ran.out


def test_two_runs_are_the_same_bytes() -> None:
    """Two runs in two processes with other hash seeds print the same JSON."""
    outputs = []
    for seed in ("1", "2"):
        command = [
            sys.executable,
            "-m",
            "nspermaudit",
            "check",
            "fixtures",
            "--format",
            "json",
            "--show",
            "all",
        ]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        outputs.append(done.stdout)
    assert len(outputs[0]) > 10_000
    assert outputs[0] == outputs[1]


def test_order_of_files_and_rows_changes_nothing(run: Run, tmp_path: Path) -> None:
    """Files named in another order, and rows in another order, give the same findings."""
    files = sorted((FIXTURES / "acme" / "src" / "Objects").glob("*.xml"))
    one = run("check", *files, "--format", "json").out
    assert one == run("check", *reversed(files), "--format", "json").out
    head, *rows = (FIXTURES / "exports" / "role-search.csv").read_text().splitlines()
    reports = []
    for name, order in (("a", rows), ("b", rows[::-1]), ("c", rows[::2] + rows[1::2])):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "x.csv").write_text("\n".join([head, *order]) + "\n")
        document = json.loads(run("check", folder, "--role", "*Sync", "--format", "json").out)
        for finding in document["findings"]:
            del finding["location"]
        del document["inputs"]
        reports.append(document)
    assert reports[0] == reports[1] == reports[2]
    assert reports[0]["findings"]


def test_no_absolute_path(run: Run, tmp_path: Path) -> None:
    """An absolute path on the command line is none in the report."""
    _sync(tmp_path)
    document = json.loads(run("check", tmp_path, "--format", "json", "--show", "all").out)
    paths = [document["inputs"][0]["path"]]
    paths += [finding["location"]["path"] for finding in document["findings"]]
    assert not [path for path in paths if Path(path).is_absolute()]


def test_output_files(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--output may be repeated, and each file is what --format would have printed."""
    monkeypatch.chdir(tmp_path)
    _sync(tmp_path)
    (tmp_path / "out").mkdir()
    ran = run(
        "check",
        "customrole_example.xml",
        "--output",
        "json=out/r.json",
        "--output",
        "table=out/r.txt",
    )
    assert (tmp_path / "out/r.json").read_text() == run(
        "check", "customrole_example.xml", "--format", "json"
    ).out
    assert (tmp_path / "out/r.txt").read_text() == run(
        "check", "customrole_example.xml", "--format", "table"
    ).out
    assert ran.out == run("check", "customrole_example.xml").out
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["r.json", "r.txt"]


def test_output_never_over_an_input(run: Run, tmp_path: Path) -> None:
    """A report is not written over what was audited, nor into a folder that is not there."""
    file = _sync(tmp_path)
    before = file.read_bytes()
    assert run("check", tmp_path, "--output", f"json={file}").code == 2
    assert run("check", tmp_path, "--output", f"json={tmp_path}/none/x.json").code == 2
    assert file.read_bytes() == before


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A path "-" is standard input, quoted lines and all."""
    data = _sync(tmp_path, TRAN_SALESORD="EDIT").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    ran = run("check", "-", "--pack", "guide/sales-orders")
    assert ran.code == 1
    assert "<stdin>:" in ran.out
    assert "^^^^ granted Edit, required Full" in ran.out


def test_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options can stand in the environment; names in lists are parted by commas."""
    export = FIXTURES / "exports" / "role-search.csv"
    monkeypatch.setenv("NSPERMAUDIT_CHECK_ROLE", "ACME Order Sync,ACME A/P Clerk")
    monkeypatch.setenv("NSPERMAUDIT_CHECK_FORMAT", "json")
    monkeypatch.setenv("NSPERMAUDIT_CHECK_FAIL_ON", "never")
    ran = run("check", export, "--pack", "guide/token")
    assert ran.code == 0
    assert {item["role"]["name"] for item in json.loads(ran.out)["findings"]} == {
        "ACME Order Sync",
        "ACME A/P Clerk",
    }


@pytest.mark.parametrize(
    ("environment", "options", "colored"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ({"FORCE_COLOR": "1"}, ("--color", "never"), False),
    ],
)
def test_colour(
    environment: dict[str, str],
    options: tuple[str, ...],
    colored: bool,  # noqa: FBT001 - a column of the table above
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """--color, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in run("check", ACME, *options).out) is colored


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_terminals_that_lack_characters(encoding: str) -> None:
    """A terminal without the characters of a name gets them spelled out, and no traceback."""
    command = [
        sys.executable,
        "-m",
        "nspermaudit",
        "check",
        "fixtures/larkfield/csv/role_search_ja_utf8.csv",
    ]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 3
    assert done.stderr == b""
    assert b"unknown-permission" in done.stdout


def test_closed_pipe() -> None:
    """A reader that goes away early gets no traceback."""
    command = (
        f"{sys.executable} -m nspermaudit check fixtures --show all --format table | head -n 1"
    )
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


def test_unexpected_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug is one line with the version and how to report it, exit 3, and no traceback."""

    def broken(*_: object) -> None:
        raise RuntimeError("names of customers")

    monkeypatch.setattr("nspermaudit.inputs.Inputs.read_companions", broken)
    ran = run("check", ACME)
    assert ran.code == 3
    assert ran.err.count("\n") == 1
    assert "nspermaudit 0." in ran.err
    assert "--debug" in ran.err
    assert "customers" not in ran.err


def test_schemas_are_published(run: Run) -> None:
    """What ``schema`` prints is what docs/schemas holds."""
    for name in ("pack", "config", "report"):
        printed = run("schema", name).out
        assert json.loads(printed) == json.loads(
            (ROOT / "docs/schemas" / f"{name}.json").read_text()
        )
    assert schemas.load("report")["$schema"].endswith("draft-07/schema#")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Find Transaction", ["TRAN_FIND", "None, View, Create, Edit, Full", "guide/sales-orders"]),
        ("TRAN_FIND", ["Find Transaction", "bulk operation"]),
        ("Access Token Management", ["two-factor", "None, Full"]),
        ("Web Services", ["ADMI_WEBSERVICES"]),
        ("customrecord_acme_thing", ["custom record"]),
        ("sales-order-permissions", ["integration roles", "Fulfill Orders", "guide step 7"]),
        ("guide/token", ["token-permissions"]),
        ("guide", ["guide/purchase-orders", "purchase-order-permissions"]),
        ("segregation", ["segregation/starter", "error:       bill-entry-and-payment: Bill entry"]),
        (
            "bill-entry-and-payment",
            [
                "pay:         pay vendors, by Pay Bills (TRAN_VENDPYMT) from Create on, Check",
                "controls:    Bill approval by a third person; payment approval",
                "evidence:    A, a source on NetSuite says so",
                "reference:   Salto: NetSuite segregation of duties",
            ],
        ),
        ("role-administration-and-posting", ["or the attribute core administration"]),
    ],
)
def test_explain(name: str, parts: list[str], run: Run) -> None:
    """Permissions by id, name and other name, rules and packs are explained."""
    ran = run("explain", name)
    assert ran.code == 0
    assert [part for part in parts if part not in ran.out] == []


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Find Transactoin", "Find Transaction"),
        ("TRAN_FNID", "TRAN_FIND"),
        ("sales-order-permission", "sales-order-permissions"),
        ("guide/tokens", "guide/token"),
    ],
)
def test_explain_misspelt(name: str, suggestion: str, run: Run) -> None:
    """A misspelt name gets a suggestion and exit 2."""
    ran = run("explain", name)
    assert ran.code == 2
    assert f'did you mean "{suggestion}"' in ran.err


def test_packs_commands(run: Run, tmp_path: Path) -> None:
    """list, show, lint and test work on packs that ship and on one's own."""
    assert "guide/token" in run("packs", "list").out
    assert run("packs", "show", "guide/token").out == (ROOT / "rules/guide/token.yaml").read_text()
    assert run("packs", "test", "guide", "integrity").code == 0
    own = tmp_path / "own.yaml"
    own.write_text(
        (ROOT / "rules/guide/token.yaml").read_text().replace("guide/token", "acme/token")
    )
    assert run("packs", "lint", own).code == 0
    own.write_text(own.read_text().replace("complies:", "complies:\n        - {Items: view}"))
    assert run("packs", "test", own).code == 1
    own.write_text("pack: acme\n")
    assert run("packs", "lint", own).code == 2


# What a run on one role file may load beside what click loads: the first parts of modules' names.
AT_START = {
    *("nspermaudit", "json", "_json", "fnmatch", "xml", "pyexpat", "zlib", "encodings"),
    *("gettext", "locale", "_locale"),  # click asks in which language to speak
}


def test_start_loads_nothing_heavy(tmp_path: Path) -> None:
    """A run on one role file imports nothing that takes long and is of no use for it."""
    file = _sync(tmp_path)
    code = (
        "import sys, click; before = set(sys.modules); "
        "from nspermaudit.cli import main; main(['check', sys.argv[1]]); "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, file], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.splitlines()[-1].split()
    assert {name.partition(".")[0] for name in loaded} - AT_START == set()
    assert "nspermaudit.parsers.sdf" in loaded
    unused = (
        *("fragments", "repeats", "safe_yaml", "parsers.csv", "reporters.json"),
        *("companions", "objects", "known", "stated", "cli.evidence", "cli.progress", "extras"),
    )
    assert not {f"nspermaudit.{name}" for name in unused} & {*loaded}


@pytest.mark.parametrize(
    ("arguments", "code"), [((), 1), (("--fail-on", "never"), 0), (("-x",), 2)]
)
def test_as_a_program(arguments: tuple[str, ...], code: int, run: Run) -> None:
    """The process ends with the exit code, and all that there is to say has been written."""
    command = [sys.executable, "-m", "nspermaudit", "check", str(ACME), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, b"\r" in done.stderr) == (code, False)
    expected = run("check", ACME, *arguments)
    assert (done.stdout.decode(), done.stderr.decode()) == (expected.out, expected.err)


def test_completion() -> None:
    """The shell completes commands and packs."""
    environment = {
        **os.environ,
        "_NSPERMAUDIT_COMPLETE": "bash_complete",
        "COMP_WORDS": "nspermaudit check --pack guide/t",
        "COMP_CWORD": "3",
    }
    command = [sys.executable, "-c", "from nspermaudit.cli import main; main()"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "guide/token" in done.stdout


OWN_PACK = """\
pack: acme/own
title: Everything that a rule can say
parameters: {strict: {default: true}}
rules:
  - id: own-limit
    title: Not too much
    severity: warning
    limit: {Items: view, every: "LIST_L*", at: edit}
    when: {feature: TBA, has any: [Items], parameter: strict}
    unless: {role: {inactive: true}}
    because: Enough is enough.
    fix: Take some away.
    false_positives: Administrators.
    evidence: B
    tags: [AC-6]
    examples: {complies: [{Items: view}], violates: [{Items: full}]}
  - id: own-forbid
    title: Never
    severity: error
    forbid: [Access Token Management, "ADMI_LOGIN*"]
    examples: {complies: [{Items: view}], violates: [{Access Token Management: full}]}
  - id: own-exactly
    title: As approved
    severity: error
    exactly: {Customers: edit}
    examples: {complies: [{Customers: edit}], violates: [{Customers: full}]}
  - id: own-require
    title: One of two
    severity: error
    require:
      any of: [{Vendors: view}, {Items: view, Locations: view}]
      Locations: {level: view, optional: true}
    examples: {complies: [{Vendors: view}], violates: [{Items: view}]}
"""


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("own-limit", ["at most View", "when:", "feature TBA is on", "unless:", "AC-6", "beware"]),
        ("own-forbid", ["ADMI_LOGIN_OAUTH2", "forbidden"]),
        ("Customers", ["acme/own: exactly Edit (own-exactly)"]),
        ("Vendors", ["as one alternative"]),
        ("Locations", ["at least View, optional", "at most Edit"]),
        ("acme/own", ["own-require: One of two"]),
    ],
)
def test_explain_speaks_every_verb(name: str, parts: list[str], run: Run, tmp_path: Path) -> None:
    """A pack of one's own is explained as those that ship are."""
    (tmp_path / "own.yaml").write_text(OWN_PACK)
    ran = run("explain", name, "--pack", tmp_path / "own.yaml")
    assert ran.code == 0, ran.err
    assert [part for part in parts if part not in ran.out] == []


def test_interruption(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted run says so in a word and is not complete."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nspermaudit.inputs.Inputs.read_companions", interrupted)
    ran = run("check", ACME)
    assert (ran.code, ran.err.strip()) == (3, "interrupted")


def test_usage_errors(run: Run) -> None:
    """A misspelt option or command is wrong usage, told by name."""
    assert run("check", "--formt", "json").code == 2
    assert "chek" in run("chek").err
    assert run("--version").out == "nspermaudit, version 0.1.0\n"
    assert "Exit codes" in run("--help").out


def test_not_evaluated_is_explained(run: Run) -> None:
    """--verbose says what was not evaluated and why, and what was passed over."""
    ran = run("check", FIXTURES / "exports", FIXTURES / "acme", "--verbose")
    assert "not evaluated: not known whether the role is one of class integration (" in ran.out
    assert "passed over: " in ran.out
