"""Evidence from strangers: it opens nothing outside, follows nothing, and never hangs."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attacked import attacked
from conftest import FIXTURES
from keeping import Run, files_of, kept, manifest_of, rewrite
from zips import zipped

from nspermaudit.evidence import layout, opening
from nspermaudit.source import sha256


@pytest.fixture
def folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Evidence of the invented company."""
    monkeypatch.chdir(FIXTURES / "acme")
    kept(run, tmp_path / "kept", "src")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "kept"


OUTSIDE = (
    *("../outside.csv", "inputs/../../outside.csv", "/etc/passwd", "inputs/..", "inputs//x"),
    *("inputs\\..\\x", "C:\\x", "inputs/0001-a/b", "inputs/0001-a\n", "inputs/0001-\u202ex", ""),
    *("manifest.json", "manifest.sha256", "inputs/0001-x.", "inputs/1-" + "x" * 200),
)


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("at", ["files", "inputs"])
def test_names_that_lead_elsewhere(name: str, at: str, run: Run, folder: Path) -> None:
    """They are refused with the manifest, whatever stands there."""
    (folder.parent / "outside.csv").write_text("Role,Permission,Level\nA,Bills,Full\n")
    manifest = manifest_of(folder)
    manifest["files"][-1]["path"] = name
    if at == "inputs":
        manifest["inputs"][0]["file"] = name
    rewrite(folder, manifest)
    ran = run("verify", folder)
    assert (ran.code, ran.out) == (2, "")
    assert "evidence has no file called" in ran.err
    assert ran.err.isascii()


def test_a_path_is_never_opened(run: Run, folder: Path) -> None:
    """What inputs were called is a word in reports; only copies are read."""
    manifest = manifest_of(folder)
    secret = folder.parent / "secret.csv"
    secret.write_text("Role,Permission,Level\nSECRET,Bills,Full\n")
    manifest["inputs"][0]["path"] = str(secret)
    manifest["inputs"].append(
        {**manifest["inputs"][0], "path": f"{secret}\x1b[2J", "trouble": "gone", "file": None}
    )
    for item in manifest["packs"]:
        item["path"] = str(secret)
    for item in manifest["settings"]:
        item["path"] = str(secret)
    rewrite(folder, manifest)
    ran = run("verify", folder)
    assert "SECRET" not in ran.out + ran.err
    assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize("kind", ["file", "folder", "loop", "pipe"])
def test_what_is_no_file(kind: str, run: Run, folder: Path) -> None:
    """A link is not followed, a pipe is not waited for; both are named, and the file is missed."""
    name = next(name for name in files_of(folder) if name.startswith("inputs/"))
    place = folder / name
    if kind == "folder":
        (folder / "inputs").rename(folder.parent / "inputs")
        (folder / "inputs").symlink_to(folder.parent / "inputs")
    else:
        place.rename(folder.parent / "moved")
        if kind == "pipe":
            os.mkfifo(place)
        else:
            place.symlink_to(folder.parent / "moved" if kind == "file" else place)
    ran = run("verify", folder)
    assert ran.code == 1
    assert f"missing: {name}" in ran.out
    assert f"additional: {'inputs' if kind == 'folder' else name}" in ran.out
    assert "not made again without" in ran.out


def _nested(text: str) -> str:
    return text.replace('"sources": []', '"sources": ' + "[" * 100_000 + "]" * 100_000)


MANIFESTS: dict[str, tuple[Callable[[str], str], str]] = {
    "duplicate key": (
        lambda text: text.replace("{", '{"schema": "x",', 1),
        'duplicate key "schema',
    ),
    "NaN": (lambda text: text.replace('"sources": []', '"sources": NaN'), "NaN is no JSON value"),
    "nested": (_nested, "nested too deeply"),
    "no JSON": (lambda text: text[:-10], "not valid JSON"),
    "huge number": (
        lambda text: text.replace('"exit_code": 1', f'"exit_code": {"9" * 6000}'),
        "manifest.json",
    ),
    "a long glob": (
        lambda text: text.replace('"roles": []', f'"roles": ["{"[" * 2000}"]', 1),
        "not allowed here (maxLength)",
    ),
    "a list": (lambda _: "[]", "expected a mapping"),
    "another schema": (lambda text: text.replace("evidence/1", "evidence/2"), "evidence/2"),
    "unknown key": (lambda text: text.replace('"today"', '"toDay"', 1), "toDay"),
    "not among the files": (
        lambda text: text.replace('"file": "packs/0001-guide', '"file": "packs/0009-guide'),
        "is not among the files",
    ),
    "twice": (
        lambda text: text.replace('"path": "report.txt"', '"path": "report.json"'),
        "is listed twice",
    ),
}


@pytest.mark.parametrize("case", MANIFESTS)
def test_manifests(case: str, run: Run, folder: Path) -> None:
    """A manifest that is none, or that says two things, is refused with a reason."""
    change, words = MANIFESTS[case]
    text = (folder / "manifest.json").read_text()
    assert change(text) != text
    rewrite(folder, change(text))
    ran = run("verify", folder)
    assert (ran.code, words in ran.err) == (2, True), ran


def _set(*keys: Any) -> Callable[[Any], None]:
    *way, last, value = keys

    def change(manifest: Any) -> None:
        for key in way:
            manifest = manifest[key]
        manifest[last] = value

    return change


OPTIONS: dict[str, tuple[Callable[[Any], None], str]] = {
    "encoding": (_set("options", "encoding", "no-such"), 'no text encoding "no-such"'),
    "no text encoding": (_set("options", "encoding", "zlib"), 'no text encoding "zlib"'),
    "NUL": (_set("options", "encoding", "a\0"), "no text encoding"),
    "rule": (_set("options", "select", ["no-such-rule"]), 'no rule in use is called "no-such'),
    "pack without a name": (_set("packs", 0, "file", "settings/0001-nspermaudit.yaml"), "pack"),
    "configuration": (_set("settings", 0, "file", "packs/0001-guide.yaml"), "unknown key"),
    "role": (_set("options", "roles", ["[" * 500 + "*" * 500]), "no role is named"),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_options_that_nobody_gave(case: str, run: Run, folder: Path) -> None:
    """The audit is not made again, or is another one; never a traceback."""
    change, words = OPTIONS[case]
    manifest = manifest_of(folder)
    change(manifest)
    rewrite(folder, manifest)
    ran = run("verify", folder)
    assert ran.code in (1, 3), ran
    assert words in ran.out, ran
    assert "unexpected" not in ran.err


def test_large_manifest(run: Run, folder: Path) -> None:
    """Its size is looked at before it is read."""
    with (folder / "manifest.json").open("r+b") as stream:
        stream.truncate(layout.MAX_MANIFEST + 1)
    ran = run("verify", folder)
    assert (ran.code, "larger than 64 MB" in ran.err) == (2, True)


HEAVY: dict[str, Callable[[Any], None]] = {
    "empty inputs": lambda manifest: manifest["inputs"].extend([{}] * 300_000),
    "keys of inputs": lambda manifest: manifest["inputs"].extend(
        {f"key{number}": 1} for number in range(200_000)
    ),
    "keys": lambda manifest: manifest.update({f"key{number}": 1 for number in range(200_000)}),
    "packs": lambda manifest: manifest["packs"].extend([{}] * 100_000),
    "words": lambda manifest: manifest["command"].extend([1] * 1_000_000),
    "objects": lambda manifest: manifest["files"].extend([{}] * 600_000),
    "lists": lambda manifest: manifest["files"].extend([[]] * 1_000_000),
    "notes": lambda manifest: manifest["inputs"].extend(
        {"skipped": {"notes": [[n] * 4 for n in range(500)]}} for _ in range(1000)
    ),
    "nested": lambda manifest: manifest["files"].append(json.loads("[" * 900 + "]" * 900)),
}


@pytest.mark.parametrize("case", HEAVY)
def test_a_manifest_made_to_hang(case: str, folder: Path) -> None:
    """It is refused in seconds, whatever there is so much of."""
    manifest = manifest_of(folder)
    HEAVY[case](manifest)
    rewrite(folder, manifest)
    done = attacked(folder, "verify", str(folder))
    assert (done.code, done.out) == (2, "")
    assert done.megabytes < 600


def test_a_large_manifest_is_read(folder: Path) -> None:
    """As many inputs as a large company has objects, each with words of its own."""
    manifest = manifest_of(folder)
    gone = {**manifest["inputs"][0], "file": None, "trouble": "gone", "sha256": None}
    del gone["file"]
    for number in range(40_000):
        notes = [[number, 0, 2, f"line {number}"], [0, 1, 3, "x"]]
        skipped = {"is_export": False, "notes": notes[: number % 3]}
        path = f"a/{number}.xml"
        more = {"trouble": path} if number % 2 else {"skipped": skipped, "status": "skipped"}
        manifest["inputs"].append({**gone, "path": path, "rows": number, "bytes": None, **more})
    for item in manifest["inputs"]:
        if "skipped" in item:
            item.pop("trouble")
    rewrite(folder, manifest)
    done = attacked(folder, "verify", str(folder))
    assert done.code == 1
    assert "differs: " in done.out


def test_a_file_that_has_become_huge(run: Run, folder: Path) -> None:
    """Its size tells that it was changed: it is not read for that."""
    with (folder / "report.json").open("r+b") as stream:
        stream.truncate(1 << 40)
    ran = run("verify", folder)
    assert (ran.code, "changed: report.json (1099511627776 bytes" in ran.out) == (1, True)


def test_many_files(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with no end is not looked through."""
    monkeypatch.setattr(opening, "MOST_FILES", 10)
    ran = run("verify", folder)
    assert (ran.code, "more than 10 files" in ran.err) == (2, True)


NO_EVIDENCE: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda _: None, "no such file"),
    "an empty folder": (lambda file: file.mkdir(), "there is no manifest.json in it"),
    "a text": (lambda file: file.write_text("x"), "neither a folder nor a zip"),
    "a pipe": (os.mkfifo, "not a regular file"),
    "half a zip": (lambda file: file.write_bytes(b"PK\x03\x04x"), "cut off or broken"),
    "a zip": (lambda file: file.write_bytes(zipped({"a": "b"})), "there is no manifest.json"),
    "a way out": (lambda file: file.write_bytes(zipped({"../a": "b"})), "leads out of it"),
    "a bomb": (
        lambda file: file.write_bytes(zipped({"manifest.json": bytes(200 << 20)})),
        "more than 500 times its size",
    ),
}


@pytest.mark.parametrize("case", NO_EVIDENCE)
def test_what_is_no_evidence(case: str, run: Run, tmp_path: Path) -> None:
    """One line, exit code 2."""
    make, words = NO_EVIDENCE[case]
    make(tmp_path / "kept")
    ran = run("verify", tmp_path / "kept")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert words in ran.err


def test_links_in_a_zip(run: Run, folder: Path, tmp_path: Path) -> None:
    """They are not followed when it is unpacked, and neither is what has a name of its own."""
    files = files_of(folder)
    packed = tmp_path / "forged.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            if name == "report.txt":
                info.external_attr, data = (stat.S_IFLNK | 0o777) << 16, b"/etc/passwd"  # noqa: PLW2901 - another file
            archive.writestr(info, data)
        archive.writestr("run.sh", "echo")
    ran = run("verify", packed)
    assert ran.code == 1
    assert "changed: report.txt (a link, which is not followed in an archive)" in ran.out
    assert "additional: run.sh" in ran.out


def test_packed_by_another_program(run: Run, folder: Path, tmp_path: Path) -> None:
    """The files are as recorded, the archive is not: both is said."""
    packed = tmp_path / "again.zip"
    packed.write_bytes(zipped(files_of(folder)))
    ran = run("verify", packed)
    assert ran.code == 1
    assert f"changed: {packed} (its files aside" in ran.out
    assert "the audit says the same" in ran.out


def test_results_that_are_none(run: Run, folder: Path) -> None:
    """A recorded report of any content is compared, and told of line by line at least."""
    for text in ("[]", '{"findings": 5}', '{"findings": [1]}', "[" * 100_000, '{"findings": [{}]}'):
        (folder / "report.json").write_text(text)
        manifest = manifest_of(folder)
        item = next(item for item in manifest["files"] if item["path"] == "report.json")
        data = text.encode()
        item.update(sha256=sha256(data).hexdigest(), bytes=len(data))
        rewrite(folder, manifest)
        ran = run("verify", folder)
        assert (ran.code, "differs: report.json, line 1, then: " in ran.out) == (1, True)
        assert json.loads(json.dumps(ran.err)) == ""
