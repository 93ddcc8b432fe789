"""Throughput beside peers: a project of roles against xmllint, a long table against csv.reader.

Inputs are made from a seed, permissions drawn evenly from the catalogue, which is the worst case
for reading each distinct one once. Whole processes run in turn, ours from the environment that
``startup.py`` has made, and a ratio is the median of the ratios of the rounds.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from nspermaudit import catalog

BUILD = Path(__file__).parents[1] / "build"
PLACE = BUILD / "throughput"
PROGRAMS = BUILD / "bench" / "env" / ("Scripts" if sys.platform == "win32" else "bin")
GRANTS = 131
LEVELS = ("View", "Create", "Edit", "Full")
DRAIN = (
    "import collections, csv, sys\n"
    "with open(sys.argv[1], newline='') as lines:\n"
    "    collections.deque(csv.reader(lines), maxlen=0)\n"
)


def role(chance: random.Random, number: int) -> str:
    """An SDF role with permissions drawn from the catalogue."""
    entries = "".join(
        f"    <permission>\n      <permkey>{item.id}</permkey>\n"
        f"      <permlevel>{chance.choice(LEVELS).upper()}</permlevel>\n    </permission>\n"
        for item in chance.sample([*catalog.load()], GRANTS)
    )
    return (
        f'<role scriptid="customrole_{number:05d}">\n  <centertype>BASIC</centertype>\n'
        f"  <iswebserviceonlyrole>F</iswebserviceonlyrole>\n  <name>Role {number}</name>\n"
        f"  <permissions>\n{entries}  </permissions>\n</role>\n"
    )


def rows(chance: random.Random, count: int) -> Iterator[str]:
    """The lines of a table with rows of each role together."""
    named = [item for item in catalog.load() if item.names and "," not in item.name]
    yield "Account,Role,Permission,Level\n"
    for number in range(count // GRANTS):
        for item in chance.sample(named, GRANTS):
            yield f"ACME,Role {number:06d},{item.name},{chance.choice(LEVELS)}\n"


def make(files: int, lines: int) -> tuple[Path, Path]:
    """Make the inputs: a folder of role objects, a table."""
    shutil.rmtree(PLACE, ignore_errors=True)
    project, table = PLACE / "project", PLACE / "table.csv"
    project.mkdir(parents=True)
    chance = random.Random(1)
    for number in range(files):
        (project / f"customrole_{number:05d}.xml").write_text(role(chance, number))
    with table.open("w") as stream:
        stream.writelines(rows(chance, lines))
    return project, table


def measure(command: Sequence[str]) -> float:
    """Run a command once: seconds."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{command[:3]}: exit {done.returncode}\n{done.stderr.decode()}")
    return time.perf_counter() - start


def compare(what: str, ours: Sequence[str], peer: str, theirs: Sequence[str], rounds: int) -> None:
    """Run two commands in turn and print their medians and the ratio."""
    measure(ours)
    measure(theirs)
    times = [(measure(ours), measure(theirs)) for _ in range(rounds)]
    own, other = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(first / second for first, second in times)
    print(f"{what:<34} {own:7.2f} s   {peer:<22} {other:7.2f} s   ratio {ratio:5.2f}")


def main() -> None:
    """Make the inputs, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2000, help="how many role objects")
    parser.add_argument("--lines", type=int, default=1_000_000, help="how many rows")
    parser.add_argument("--rounds", type=int, default=5, help="how often each command runs")
    options = parser.parse_args()
    project, table = make(options.files, options.lines)
    ours = [str(PROGRAMS / "nspermaudit"), "check", "--quiet", "--pack", "guide"]
    xmllint = shutil.which("xmllint")
    if xmllint:
        files = [str(file) for file in sorted(project.iterdir())]
        theirs = [xmllint, "--noout", *files]
        what = f"{options.files} role objects"
        compare(what, [*ours, str(project)], "xmllint --noout", theirs, options.rounds)
    else:
        print("role objects: not measured, xmllint is not here")
    drain = [sys.executable, "-c", DRAIN, str(table)]
    what = f"{options.lines} rows of CSV"
    compare(what, [*ours, str(table)], "csv.reader drained", drain, options.rounds)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"peak memory of any process: {peak} MB")


if __name__ == "__main__":
    main()
