"""The program: ``nspermaudit``, or ``python -m nspermaudit``.

A commit hook runs it on one file, so that most of its time is Python's own: nothing is collected
while everything is being imported, and nothing is taken apart at the end.
"""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

_ALLOCATIONS = 5_000
"""So many more objects before cycles are looked for, not 700: reading makes many and few cycles."""


def run() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    gc.disable()
    try:
        from nspermaudit.cli import main  # noqa: PLC0415 - not before the line above

        gc.freeze()
        gc.set_threshold(_ALLOCATIONS)
        gc.enable()
        code = main()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = 3
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # it is closed
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
