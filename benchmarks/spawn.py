"""Runs one program and prints its seconds, its exit code and its peak memory in bytes.

A process of its own, as small as Python gets: a child's peak memory counts what its parent had when
it started it. What peaks below some 8 MB, this program's own, shows as that. If the program has
children, the peak is that of the largest process.

    python spawn.py OUTPUT PROGRAM ARGUMENT...    (errors go to OUTPUT.err)
"""

from __future__ import annotations

import os
import sys
import time


def main(output: str, *command: str) -> None:
    """Run and tell."""
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, output, write, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, f"{output}.err", write, 0o644),
    ]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=streams)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024
    print(seconds, os.waitstatus_to_exitcode(status), usage.ru_maxrss * unit)


if __name__ == "__main__":
    main(*sys.argv[1:])
