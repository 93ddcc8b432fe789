"""Coverage-guided fuzzing of every reader: ``make fuzz``.

Without a reader's name, each one is fuzzed in a process of its own; that process gets the name, and
after it what libFuzzer wants. New inputs go to build/fuzz, those that crash to build/fuzz/crashes.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "fuzz"
CRASHES = BUILD / "crashes"
_PEOPLE = ("harbour/*.csv", "harbour/suiteql/*.csv")
SEEDS = {
    "sdf": ("broken/*.xml", "acme/src/Objects/*.xml"),
    "csv": (
        "broken/*.csv",
        "exports/*.csv",
        "exports/suiteql/*.csv",
        "larkfield/csv/*",
        "acme/exports/*.csv",
        *_PEOPLE,
    ),
    "spreadsheetml": ("broken/*.xls", "exports/*.xls"),
    "json": ("broken/*json", "exports/*json", "harbour/suiteql/*.json"),
    "excel": ("exports/*.xlsx", "exports/*binary.xls", "larkfield/xlsx/*"),
    "zip": (),
    "pack": (),
    "config": ("acme/nspermaudit.yaml", "waivers/nspermaudit.yaml"),
    "waivers": ("waivers/nspermaudit.yaml",),
    "baseline": ("waivers/*.json",),
    "evidence": (),
}
"""Fixtures that are seeds beside the files of the corpus."""

LARGEST = 3_000
LARGER = {"excel": 8_000}
"""Bytes of an input; a binary workbook has so many at least."""


def _corpus(reader: str) -> list[Path]:
    """The folders that libFuzzer reads; what it finds goes into the first."""
    finds, seeds = BUILD / "corpus" / reader, BUILD / "seeds" / reader
    for folder in (finds, seeds, CRASHES):
        folder.mkdir(parents=True, exist_ok=True)
    for pattern in SEEDS[reader]:
        for file in (ROOT / "fixtures").glob(pattern):
            if file.stat().st_size < LARGER.get(reader, LARGEST):
                shutil.copy(file, seeds / file.name)
    return [finds, seeds, HERE / "corpus" / reader]


def _fuzz_all(seconds: int, readers: list[str]) -> int:
    crashed = [reader for reader in readers if not _fuzz(reader, seconds)]
    for file in sorted(CRASHES.iterdir()):
        sys.stdout.write(f"crash: {file.relative_to(ROOT)}\n")
    if crashed:
        sys.stdout.write(f"failed: {', '.join(crashed)}; mend them and keep the files in ")
        sys.stdout.write(f"{(HERE / 'crashes').relative_to(ROOT)}/READER-WHAT\n")
    return 1 if crashed else 0


def _fuzz(reader: str, seconds: int) -> bool:
    """Fuzz one reader in a process of its own; whether it held."""
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGER.get(reader, LARGEST)}",
        "-timeout=10",
        "-rss_limit_mb=1024",
        f"-artifact_prefix={CRASHES}/{reader}-",
        f"-dict={HERE / 'words.dict'}",
        "-print_final_stats=1",
    ]
    command: list[str | Path] = [sys.executable, "-m", "fuzz", reader, *options, *_corpus(reader)]
    log = BUILD / f"{reader}.log"
    with log.open("wb") as stream:
        done = subprocess.run(command, stdout=stream, stderr=stream, check=False)
    text = log.read_text(encoding="utf-8", errors="replace")
    executions = re.findall(r"number_of_executed_units: (\d+)", text)
    coverage = re.findall(r"cov: (\d+)", text)
    if not executions or not coverage:  # it never began
        sys.stdout.write(text)
        return False
    state = "held" if not done.returncode else f"FAILED, see {log.relative_to(ROOT)}"
    sys.stdout.write(f"{reader}: {executions[-1]} inputs, coverage {coverage[-1]}, {state}\n")
    sys.stdout.flush()
    return not done.returncode


def _fuzz_here(reader: str, options: list[str]) -> None:
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["nspermaudit", "json"]):
        readers = import_module("fuzz.readers").READERS
    atheris.Setup([sys.argv[0], *options], readers[reader])
    atheris.Fuzz()


def main() -> int:
    """Fuzz one reader, or all."""
    if sys.argv[1:] and sys.argv[1] in SEEDS:
        _fuzz_here(sys.argv[1], sys.argv[2:])
        return 0
    arguments = argparse.ArgumentParser(prog="make fuzz")
    arguments.add_argument("--seconds", type=int, default=50, help="for each reader")
    arguments.add_argument("--readers", nargs="*", default=list(SEEDS))
    given = arguments.parse_args()
    try:
        import_module("atheris")
    except ImportError as error:
        sys.exit(f"make fuzz: atheris does not run on this Python: {error}")
    return _fuzz_all(given.seconds, given.readers)


if __name__ == "__main__":
    sys.exit(main())
