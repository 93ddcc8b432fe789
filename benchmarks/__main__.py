"""Measure every case, or some; print a table and write build/bench/results.json."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from benchmarks import environment, report
from benchmarks.cases import CASES, Bench
from benchmarks.inputs import PLACE, ROOT
from benchmarks.measure import BenchError, measure

QUICK = 50
FULL_RESULTS = PLACE / "results.json"


def main() -> int:
    """Do what the options say; 1 if a measurement means nothing, limits are only told."""
    options = _options()
    if options.markdown or options.readme:
        return _retell(into_readme=options.readme)
    smaller = QUICK if options.quick else 1
    start = time.monotonic()
    try:
        found = _measured(options.only or list(CASES), smaller)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    name = f"{'quick-' if options.quick else ''}{'some-' if options.only else ''}results.json"
    (PLACE / name).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    seconds = time.monotonic() - start
    print(f"{report.closing(found)}\n{seconds:.0f} s; all figures are in build/bench/{name}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help=f"1/{QUICK} of the sizes, fewer rounds"
    )
    parser.add_argument("--only", action="append", choices=CASES, help="only this case")
    parser.add_argument("--markdown", action="store_true", help="README's table, of the last run")
    parser.add_argument("--readme", action="store_true", help="put that table into README")
    return parser.parse_args()


def _measured(names: list[str], smaller: int) -> dict[str, Any]:
    prepared = environment.ready()
    found = report.machine(prepared, smaller)
    print(report.head(found), end="\n\n")
    for name in names:
        if sys.stderr.isatty():
            print(f"{name} ...", end="\r", file=sys.stderr, flush=True)
        case = CASES[name](Bench(prepared, smaller))
        judged = smaller == 1 or name == "start"  # which has but one size
        found["cases"].append(report.results(case, measure(case), judged=judged))
        print(*report.lines(found["cases"][-1]), sep="\n", end="\n\n", flush=True)
    return found


def _retell(*, into_readme: bool) -> int:
    if not FULL_RESULTS.is_file():
        print("no full run yet: make bench", file=sys.stderr)
        return 1
    found = json.loads(FULL_RESULTS.read_text(encoding="utf-8"))
    if into_readme:
        report.fill(ROOT / "README.md", found)
    else:
        print(report.markdown(found), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
