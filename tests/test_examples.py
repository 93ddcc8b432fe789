from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran, sdf

PACK = """\
pack: acme/own
title: Own
rules:
  - id: own
    title: No items
    severity: error
    forbid: [Items]
    examples:
      complies: [{Bills: view}]
      violates:
        - sdf: |
"""
ODD = {
    "field": (
        sdf(("LIST_ITEM", "FULL")).replace("name>", "nmae>"),
        "warning: example-1.xml:2:3: <nmae> is no field of a role and was ignored",
    ),
    "cut short": (sdf(("LIST_ITEM", "FULL"))[:-8], "error: example-1.xml:"),
    "scattered rows": ("Role,Permission,Level\nA,Bills,View\nB,Bills,View\nA,Items,Full\n", ""),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_example_is_told(case: str, run: Callable[..., Ran], tmp_path: Path) -> None:
    """An example that is odd, or no SDF, is told as one, and the others are run all the same."""
    text, told = ODD[case]
    file = tmp_path / "own.yaml"
    file.write_text(PACK + "".join(f"            {line}\n" for line in text.splitlines()))
    ran = run("packs", "test", file)
    assert (ran.code, ran.err) == (1, "")
    assert f"own: example 1 of violates: {told}" in ran.out
    assert ran.out.endswith("2 examples: 1 failure\n")
