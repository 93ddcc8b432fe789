"""``nspermaudit verify``: whatever was changed is named, and what the audit says otherwise."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keeping import Run, files_of, fill, forge, manifest_of, rewrite

from nspermaudit.cli import main
from nspermaudit.evidence.layout import safe_name


def _kept_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Evidence of an account as a folder and as a zip."""
    home = folder / "home"
    home.mkdir()
    fill(home)
    monkeypatch.chdir(home)
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        main(["baseline", "write", "."])
        for name in ("kept", "kept.zip"):
            options = ("--baseline", "nspermaudit-baseline.json", "--waivers", "more.yaml")
            main(["check", ".", "--evidence", str(folder / name), *options])
    return folder / "kept", folder / "kept.zip"


@pytest.fixture(scope="module")
def evidence() -> Iterator[tuple[Path, Path]]:
    """The evidence that tests copy and change."""
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as monkeypatch:
        yield _kept_in(Path(place), monkeypatch)


@pytest.fixture
def folder(evidence: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of the folder."""
    return Path(shutil.copytree(evidence[0], tmp_path / "kept"))


def _one_of(folder: Path, start: str) -> str:
    return next(name for name in sorted(files_of(folder)) if name.startswith(start))


KINDS = (
    *("inputs/", "packs/", "settings/0001-nspermaudit.yaml", "settings/0002-more.yaml"),
    *("settings/0003-nspermaudit-baseline.json", "report.json", "report.txt", "README.txt"),
    *("manifest.json", "manifest.sha256"),
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", ["first", "last", "longer", "missing"])
def test_one_change_is_named(kind: str, where: str, run: Run, folder: Path) -> None:
    """One byte of one file, of every kind; one byte more; no file at all."""
    name = _one_of(folder, kind)
    file = folder / name
    data = bytearray(file.read_bytes())
    if where == "missing":
        file.unlink()
    elif where == "longer":
        file.write_bytes(data + b"\n")
    else:
        data[0 if where == "first" else -1] ^= 1
        file.write_bytes(data)
    ran = run("verify", folder)
    assert ran.code == 1, ran
    word = "missing: " if where == "missing" else "changed: "
    assert any(line.startswith(word) and name in line for line in ran.out.splitlines()), ran.out
    named = [line for line in ran.out.splitlines() if line.startswith(("missing", "changed"))]
    assert len(named) == 1
    assert "identical" not in ran.out


@pytest.mark.parametrize("name", ["x.txt", "inputs/more.csv", "inputs/9999-more.csv", "a/b/c"])
def test_an_additional_file_is_named(name: str, run: Run, folder: Path) -> None:
    """Wherever it stands and whatever it is called."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("x")
    ran = run("verify", folder)
    assert (ran.code, f"additional: {name}" in ran.out) == (1, True)
    assert ran.out.endswith("1 file not as recorded; the audit says the same\n")


FILES = st.integers(min_value=0)


@settings(deadline=None, max_examples=40)
@given(which=FILES, place=FILES, bit=st.integers(0, 7))
def test_any_bit_of_any_file(which: int, place: int, bit: int, evidence: tuple[Path, Path]) -> None:
    """A flipped bit is noticed, and its file named."""
    folder, _ = evidence
    names = sorted(files_of(folder))
    name = names[which % len(names)]
    before = (folder / name).read_bytes()
    data = bytearray(before)
    data[place % len(data)] ^= 1 << bit
    try:
        (folder / name).write_bytes(data)
        code, out = _verified(folder)
    finally:
        (folder / name).write_bytes(before)
    assert code == 1
    assert any(line.startswith("changed: ") and name in line for line in out.splitlines())


@settings(deadline=None, max_examples=60)
@given(place=FILES, bit=st.integers(0, 7))
def test_any_bit_of_a_zip(place: int, bit: int, evidence: tuple[Path, Path]) -> None:
    """A flipped bit is noticed; the member is named, or the zip."""
    _, packed = evidence
    before = packed.read_bytes()
    data = bytearray(before)
    data[place % len(data)] ^= 1 << bit
    try:
        packed.write_bytes(data)
        code, out = _verified(packed)
    finally:
        packed.write_bytes(before)
    assert code in (1, 2)
    assert "identical" not in out
    assert packed.name in out


def _verified(path: Path) -> tuple[int, str]:
    with redirect_stdout(StringIO()) as out, redirect_stderr(out):
        code = main(["verify", str(path)])
    return code, out.getvalue()


def _level(text: str) -> str:
    return text.replace("<permlevel>EDIT<", "<permlevel>FULL<")


CHANGES: dict[str, tuple[str, Callable[[str], str], str]] = {
    "input": (
        "inputs/0007",
        _level,
        "findings, then and not now: sales-order-permissions",
    ),
    "pack": (
        "packs/0004-guide-sales-orders",
        lambda text: text.replace("severity: error", "severity: warning", 1),
        "findings, now and not then: sales-order-permissions, ",
    ),
    "waivers": (
        "settings/0001-nspermaudit.yaml",
        lambda text: text.partition("waivers:")[0],
        "findings, now and not then: sales-order-permissions, ",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_forged_manifest_does_not_help(case: str, run: Run, folder: Path) -> None:
    """Files that were changed with their digests: the audit says something else, in words."""
    start, change, words = CHANGES[case]
    manifest = manifest_of(folder)
    name = next(
        item["file"]
        for item in manifest["inputs"]
        if case == "input" and item["path"].endswith("order_sync.xml")
    ) if case == "input" else _one_of(folder, start)  # fmt: skip
    text = (folder / name).read_text(encoding="utf-8")
    assert change(text) != text
    (folder / name).write_text(change(text), encoding="utf-8")
    forge(folder, [name])
    ran = run("verify", folder)
    assert ran.code == 1
    assert "changed: " not in ran.out
    assert f"differs: report.json: {words}" in ran.out
    assert "differs: report.txt, line" in ran.out
    assert ran.out.endswith("the audit says something else\n")


def test_a_forged_result(run: Run, folder: Path) -> None:
    """A finding that was taken out of the report, digests and all, is found again."""
    report = json.loads((folder / "report.json").read_text())
    gone = report["findings"].pop()
    (folder / "report.json").write_text(json.dumps(report))
    forge(folder, ["report.json"])
    ran = run("verify", folder)
    assert ran.code == 1
    assert f"findings, now and not then: {gone['rule']}" in ran.out


@pytest.mark.parametrize("key", ["roles", "grants", "findings", "accepted", "complete"])
def test_a_forged_sum(key: str, run: Run, folder: Path) -> None:
    """What the manifest itself says of the results is held against those of now, too."""
    manifest = manifest_of(folder)
    value = manifest["result"][key]
    manifest["result"][key] = (not value) if key == "complete" else value + 1
    rewrite(folder, manifest)
    ran = run("verify", folder)
    assert ran.code == 1
    assert f"differs: manifest.json: result: {key} is not what is found now" in ran.out


@pytest.mark.parametrize("name", ["report.json", "report.txt", "report.html"])
def test_a_result_that_is_not_recorded(name: str, run: Run, folder: Path) -> None:
    """Evidence from which a report was taken, list and digest and all, is not identical."""
    manifest = manifest_of(folder)
    manifest["files"] = [item for item in manifest["files"] if item["path"] != name]
    (folder / name).unlink()
    rewrite(folder, manifest)
    ran = run("verify", folder)
    assert ran.code == 1
    assert f"differs: {name}: not recorded" in ran.out


def test_another_version(run: Run, folder: Path) -> None:
    """It is named; where all is the same it does not matter, else it may be why."""
    manifest = manifest_of(folder)
    manifest["tool"]["version"] = "0.0.9"
    rewrite(folder, manifest)
    report, page = folder / "report.json", folder / "report.html"
    version = json.loads(report.read_text())["tool"]["version"]
    report.write_text(report.read_text().replace(f'"{version}"', '"0.0.9"', 1))
    page.write_text(page.read_text().replace(f"nspermaudit {version}", "nspermaudit 0.0.9"))
    forge(folder, ["report.json", "report.html"])
    ran = run("verify", folder)
    assert (ran.code, "made with nspermaudit 0.0.9, verified with" in ran.out) == (0, True)
    report.write_text(report.read_text().replace('"roles"', '"roLes"', 1))
    forge(folder, ["report.json"])
    ran = run("verify", folder)
    assert (ran.code, "which may be why" in ran.out) == (1, True)


def test_quiet(run: Run, folder: Path) -> None:
    """One line if all is well."""
    ran = run("verify", folder, "-q")
    assert ran == (0, f"{folder}: identical\n", "")


def test_safe_names() -> None:
    """No two characters that some system does not take, and never nothing."""
    assert safe_name("a/b\\c d.csv") == "c_d.csv"
    assert safe_name("../..") == "input"
    assert safe_name("x." * 100) == ("x." * 30).strip(".")
    assert safe_name("<stdin>") == "_stdin_"
