"""A command line in a process of its own, within limits of time, and the memory that it took."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

MEGABYTES = 300

# Linux counts the memory of the process that started another one as the other's, at its beginning:
# only VmHWM is what it took itself.
_CHILD = """
import os, re, resource, sys
from nspermaudit.cli import main
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
code = main(sys.argv[2:])
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if os.path.exists("/proc/self/status"):
    with open("/proc/self/status") as status:
        kilobytes = int(re.search("VmHWM:\\s+(\\d+)", status.read())[1])
kilobytes = max(kilobytes, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
with open(sys.argv[1], "w") as file:
    file.write(str(kilobytes // 1024))
sys.exit(code)
"""


class Done(NamedTuple):
    """What became of a run, and the most memory that it or a process of its own took."""

    code: int
    out: str
    err: str
    megabytes: int

    @property
    def errors(self) -> list[str]:
        """The lines that begin as an error of an input does."""
        return [line for line in self.out.splitlines() if line.startswith("error: ")]


def attacked(folder: Path, *options: str) -> Done:
    """Run a command line in a folder; after 20 seconds of work it ends with a signal."""
    memory = folder.parent / f"{folder.name}.memory"
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, memory, *options],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    return Done(done.returncode, out, err, int(memory.read_text()))
