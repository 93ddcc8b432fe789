"""Every reporter against a golden file: what a report of fixtures/acme looks like, to the byte."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT, Ran
from reported import reported

from nspermaudit import reporters, schemas
from nspermaudit.reporters import BINARY, REPORTERS

EXPECTED = Path(__file__).parent / "expected"
ACME = "fixtures/acme"
BROKEN = ("fixtures/broken/truncated.xml", "fixtures/broken/level-unknown.csv")
VARIANTS = {
    "acme": (ACME,),
    "acme-all": (ACME, "--show", "all"),
    "acme-quiet": (ACME, "--quiet"),
    "broken": BROKEN,
}


def _without_digests(text: str) -> str:
    """Nor the style and the script of a page, which other tests hold to what they do."""
    text = re.sub(r"(?s)(<style>).*?(</style>)|(<script>).*?(</script>)", r"\1\2\3\4", text)
    text = re.sub(r"sha256-[\w+/]+=*", "sha256-...", text)
    text = re.sub(r"(<td>)[0-9a-f]{64}\n", r"\1...\n", text)
    return re.sub(r'(?m)("sha256": "|YAML: |^Inputs!\w+ )[0-9a-f]{64}\b', r"\1...", text)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", REPORTERS)
def test_golden(
    name: str,
    variant: str,
    run: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A report is the golden file (UPDATE_EXPECTED=1 writes it anew: read the difference).

    Of a format that is no text the golden file has what stands in it, as text.
    """
    monkeypatch.chdir(ROOT)
    ran = reported(run, tmp_path, name, "check", *VARIANTS[variant])
    golden = EXPECTED / f"{variant}.{name}{'.txt' if name in BINARY else ''}"
    text = _without_digests(ran.out)
    if os.environ.get("UPDATE_EXPECTED"):
        golden.write_bytes(text.encode())
    assert text.encode() == golden.read_bytes()
    assert ran.code == (3 if variant == "broken" else 1)


@pytest.mark.parametrize(("name", "most"), [("text", "MAX_SHOWN"), ("table", "MAX_ROWS")])
def test_very_many_findings_are_cut(
    name: str, most: str, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What people read ends after so many findings and says so; all can be asked for."""
    whole = run("check", ROOT / "fixtures" / "acme", "--format", name, "--fail-on", "never").out
    monkeypatch.setattr(f"nspermaudit.reporters.{name}.{most}", 3)
    ran = run("check", ROOT / "fixtures" / "acme", "--format", name)
    assert "\n... and 4 more findings: --show all or --format json has them all\n" in ran.out
    assert ran.out.splitlines()[0].split() == whole.splitlines()[0].split()
    assert len(ran.out) < len(whole)
    assert ran.out.splitlines()[-1] == whole.splitlines()[-1]
    assert ran.code == 1
    assert "more findings" not in run("check", ROOT / "fixtures", "--show", "all").out


def test_keys_are_files() -> None:
    """The word that a user types is the name of the reporter's file."""
    folder = Path(reporters.__file__).parent
    assert {file.stem for file in folder.glob("*.py")} - {"__init__"} == set(REPORTERS)


@pytest.mark.parametrize("paths", [["fixtures/acme"], ["fixtures/larkfield"], ["rules"]])
@pytest.mark.parametrize("options", [(), ("--show", "all"), ("--verbose", "--strict")])
def test_json_fits_its_schema(
    paths: list[str], options: tuple[str, ...], run: Callable[..., Ran]
) -> None:
    """The JSON report fits the published schema, whatever was in the inputs."""
    document = json.loads(
        run("check", *(ROOT / path for path in paths), "--format", "json", *options).out
    )
    jsonschema.Draft7Validator(schemas.load("report")).validate(document)


@pytest.mark.parametrize("name", REPORTERS)
def test_hostile_names(name: str, run: Callable[..., Ran], tmp_path: Path) -> None:
    """No control character, terminal escape or bidirectional mark of a name gets out."""
    hostile = "A\x9b31mB\u202eC\u200bD"
    text = f'<role scriptid="customrole_x"><name>{hostile}</name></role>'
    (tmp_path / "x\u202e.xml").write_text(text, encoding="utf-8")
    ran = reported(run, tmp_path, name, "check", tmp_path)
    assert ran.code == 1
    assert not set(ran.out) & set("\x9b\u202e\u200b")
    assert any(escaped in ran.out for escaped in ("u{202e}", "u{{202e}}", "\\u202e"))


@pytest.mark.parametrize("name", REPORTERS)
def test_cells_that_look_like_numbers(name: str, run: Callable[..., Ran], tmp_path: Path) -> None:
    """A role called 1e5 stays 1e5, and leading zeros stay."""
    (tmp_path / "x.csv").write_text("Role,Permission,Level\n1e5,Items,None\n007,Items,None\n")
    out = reported(run, tmp_path, name, "check", tmp_path).out
    assert "1e5" in out
    assert re.search(r"\b0*7\b", out)
