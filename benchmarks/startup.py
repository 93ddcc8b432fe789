"""Start-up beside its peers: one role file, whole processes, in turn, medians and ratios.

The wheel and the peers are installed into an environment of their own (build/bench), so that what
is measured is what a user has. Each round runs every command once (A B C, A B C, ...), and a ratio
is the median of the ratios of the rounds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "build" / "bench"
FIXTURE = ROOT / "fixtures" / "acme" / "src" / "Objects" / "customrole_acme_order_sync.xml"
ROLE = PLACE / FIXTURE.name  # a copy: beside the fixture stands a configuration
PEERS = ("yamllint==1.38.0",)

Command = tuple[str, tuple[int, ...], list[str]]
"""A name, the exit codes that are right, and the command itself."""


def install() -> Path:
    """Make the environment; its folder of programs."""
    environment = PLACE / "env"
    venv.create(environment, with_pip=True, clear=True)
    programs = environment / ("Scripts" if sys.platform == "win32" else "bin")
    packages = [str(ROOT), *PEERS]
    subprocess.run(
        [programs / "python", "-m", "pip", "install", "--quiet", "--compile", *packages],
        check=True,
    )
    return programs


def yaml_of(size: int) -> str:
    """A YAML file of about so many bytes that yamllint has nothing to say of."""
    line = "  - permission: Sales Order\n    level: full\n"
    count = max(1, (size - len("---\nrole:\n")) // len(line))
    return "---\nrole:\n" + line * count


def commands(programs: Path) -> list[Command]:
    """What is compared; ours first."""
    shutil.copyfile(FIXTURE, ROLE)
    yaml = PLACE / "role.yaml"
    yaml.write_text(yaml_of(ROLE.stat().st_size), encoding="utf-8")
    python = str(programs / "python")
    return [
        ("nspermaudit check ROLE", (1,), [str(programs / "nspermaudit"), "check", str(ROLE)]),
        (
            "python -c 'import click, lxml.etree, yaml'",
            (0,),
            [python, "-c", "import click, lxml.etree, yaml"],
        ),
        ("yamllint FILE of that size", (0,), [str(programs / "yamllint"), str(yaml)]),
        ("python -c pass", (0,), [python, "-c", "pass"]),
    ]


def measure(command: Command) -> float:
    """Run a command once: milliseconds from start to end."""
    name, expected, arguments = command
    environment = {**os.environ, "NO_COLOR": "1"}
    start = time.perf_counter()
    done = subprocess.run(arguments, cwd=PLACE, capture_output=True, env=environment, check=False)
    elapsed = time.perf_counter() - start
    if done.returncode not in expected:
        sys.exit(f"{name}: exit {done.returncode}\n{done.stderr.decode()}")
    return elapsed * 1000


def table(found: Sequence[Command], times: Sequence[Sequence[float]]) -> str:
    """Medians, minima and the ratio of ours to each, as lines."""
    lines = [f"{'command':<46} {'median ms':>9} {'min ms':>7} {'ours / this':>12}"]
    for (name, _, _), own in zip(found, times, strict=True):
        ratio = statistics.median(ours / theirs for ours, theirs in zip(times[0], own, strict=True))
        lines.append(f"{name:<46} {statistics.median(own):9.0f} {min(own):7.0f} {ratio:12.2f}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31, help="how often each command runs")
    rounds = parser.parse_args().rounds
    found = commands(install())
    for command in found:  # once, so that files are in memory
        measure(command)
    times = list(
        zip(*([measure(command) for command in found] for _ in range(rounds)), strict=True)
    )
    print(f"{rounds} rounds, Python {sys.version.split()[0]}, {ROLE.stat().st_size} bytes\n")
    print(table(found, times))
    print("\naims: at most 1.40 times the imports, at most 1.00 times yamllint")


if __name__ == "__main__":
    main()
