"""What the fuzzer starts from, and all that it ever broke, in the ordinary test run."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.__main__ import SEEDS
from fuzz.readers import READERS
from reading import read, read_all

from nspermaudit import Use, baseline, config, discovery, packs, waivers
from nspermaudit.evidence import manifest
from nspermaudit.source import Source, from_bytes

HERE = Path(__file__).parent
CORPUS = sorted(HERE.glob("corpus/*/*"))
CRASHES = sorted(HERE.glob("crashes/*"))
FORMATS = {
    "deploy.xml": "deploy",
    "features.xml": "features",
    "manifest.xml": "manifest",
    "record.xml": "objects",
    "suitelet.xml": "objects",
    "workflow.xml": "objects",
}


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


@pytest.mark.parametrize("file", CRASHES, ids=_name)
def test_crash_stays_mended(file: Path) -> None:
    """Bytes that once broke a reader, READER-WHAT by name, do so no more."""
    reader, _, what = file.name.partition("-")
    READERS[reader](file.read_bytes())
    assert what


@pytest.mark.parametrize("file", CORPUS, ids=_name)
def test_corpus_is_read(file: Path) -> None:
    """What the fuzzer starts from is right, and is read by the reader whose name it has."""
    reader = file.parent.name
    READERS[reader](file.read_bytes())
    if reader == "pack":
        assert packs.load([Use(str(file))])
    elif reader == "config":
        assert config.read(str(file)).classes
    elif reader == "zip":
        opened = read_all(list(discovery.opened([from_bytes(file.read_bytes(), "p.zip")])))
        assert len(opened.roles) == 1
        assert {item.status for item in opened.inputs} <= {"read", "skipped"}
    elif reader == "waivers":
        assert waivers.read(str(file))
    elif reader == "baseline":
        assert baseline.read(str(file)).entries
    elif reader == "evidence":
        assert manifest.read(Source("manifest", str(file)))["inputs"]
    else:
        found = read(file.read_bytes())
        assert found.inputs[0].format == FORMATS.get(file.name, reader)
        assert found.status == ("partial" if file.name == "page.json" else "read")


def test_every_reader_has_a_corpus() -> None:
    """No reader starts from nothing."""
    assert {file.parent.name for file in CORPUS} == set(READERS)
    assert set(SEEDS) == set(READERS)
