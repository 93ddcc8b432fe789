"""A part of the work in a second process, where that is possible: a fork, and a pipe back.

The child has all that its parent has in memory, and answers with a pickle. What both have anyway
does not go through the pipe. A child that fails has done nothing: the parent does the work itself.
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

_FAILED = 1
_SIGKILL = 9


def is_possible() -> bool:
    """Whether there is a fork here and a second processor to run it on."""
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BufferedWriter, shared: Sequence[object]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._places = {id(item): place for place, item in enumerate(shared)}

    def persistent_id(self, item: object) -> int | None:
        """The place of what both processes have."""
        return self._places.get(id(item))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BufferedReader, shared: Sequence[object]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, place: Any) -> object:
        """What both processes have."""
        return self._shared[place]


class Child:
    """Some work in a process of its own, begun at once; ``shared`` is what it does not change."""

    def __init__(self, work: Callable[[], object], shared: Sequence[object]) -> None:
        self._shared = shared
        read, write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(read)
            _answer(work, write, shared)
        os.close(write)
        self._pipe = os.fdopen(read, "rb")

    def answer(self) -> Any:
        """What the work gave, once it is done; None if it failed."""
        try:
            with self._pipe:
                found = _Unpickler(self._pipe, self._shared).load()
        except (EOFError, OSError, pickle.UnpicklingError):
            found = None
        except BaseException:
            os.kill(self._pid, _SIGKILL)
            os.waitpid(self._pid, 0)
            raise
        _, status = os.waitpid(self._pid, 0)
        return found if status == 0 else None


def _answer(work: Callable[[], object], write: int, shared: Sequence[object]) -> NoReturn:
    code = _FAILED
    try:
        with os.fdopen(write, "wb") as pipe:
            _Pickler(pipe, shared).dump(work())
        code = 0
    finally:  # whatever happens, this process must not go on as its parent would
        os._exit(code)
