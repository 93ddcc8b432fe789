"""What some tests need beside Python: they are skipped without it, saying so, but not in CI.

The environment variable ``NSPERMAUDIT_TESTS_NEED`` lists, with commas between them, the words of
what must be there (``npm,pre-commit``): then a test that lacks it fails. ``.ci/run`` sets it.
"""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

VARIABLE = "NSPERMAUDIT_TESTS_NEED"


def lacking(what: str, reason: str) -> NoReturn:
    """Skip the test that needs ``what``, or fail it where ``what`` must be there."""
    needed = [word.strip() for word in os.environ.get(VARIABLE, "").split(",")]
    if what in needed:
        pytest.fail(f"{VARIABLE} has {what}: {reason}")
    pytest.skip(reason)
