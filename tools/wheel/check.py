"""Build the wheel, install it into a fresh environment, run it from an empty folder."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path, expect: int = 0) -> str:
    """Run a program; its standard output. Stops everything if its exit code is another."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != expect:
        sys.exit(f"{command}: exit {done.returncode}, not {expect}\n{done.stdout}{done.stderr}")
    return done.stdout


def expect_in(text: str, *parts: str) -> None:
    """Stop everything if a part is missing from what a program printed."""
    for part in parts:
        if part not in text:
            sys.exit(f"missing from the output: {part!r}\n{text}")


def main() -> None:
    """Build, install and try the wheel."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        build = (sys.executable, "-m", "build", "--wheel", "--outdir", place / "dist", ROOT)
        run(*build, cwd=place)
        (wheel,) = (place / "dist").glob("*.whl")
        venv.create(place / "env", with_pip=True)
        scripts = place / "env" / ("Scripts" if sys.platform == "win32" else "bin")
        run(scripts / "python", "-m", "pip", "install", "--quiet", wheel, cwd=place)
        empty = place / "empty"
        empty.mkdir()
        tool = scripts / "nspermaudit"
        expect_in(run(tool, "packs", "list", cwd=empty), "guide/token", "integrity")
        expect_in(run(tool, "check", cwd=empty, expect=3), "nothing to check")
        expect_in(run(tool, "explain", "TRAN_FIND", cwd=empty), "guide/sales-orders")
        expect_in(run(tool, "schema", "pack", cwd=empty), "draft-07")
        report = run(tool, "check", ROOT / "fixtures" / "acme", cwd=empty, expect=1)
        expect_in(report, "sales-order-permissions", "Checked 3 roles, 19 grants")
        page = run(
            tool, "check", ROOT / "fixtures" / "acme", "--format", "html", cwd=empty, expect=1
        )
        expect_in(page, "Content-Security-Policy", "5 errors in 2 of 3 roles")
        expect_in(run(tool, "init", "github", "--dry-run", cwd=empty), "uses: nspermaudit/")
        run(tool, "packs", "test", "guide", "integrity", cwd=empty)
        run(tool, "check", ROOT / "fixtures" / "acme", "--format", "xlsx", cwd=empty, expect=2)
        book = ROOT / "fixtures" / "exports" / "role-review.xlsx"
        expect_in(run(tool, "check", book, cwd=empty, expect=3), "nspermaudit[excel]")
        size = wheel.stat().st_size // 1024
        sys.stdout.write(f"{wheel.name} ({size} KB) works from an empty folder\n")


if __name__ == "__main__":
    main()
