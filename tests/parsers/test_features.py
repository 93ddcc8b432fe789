from __future__ import annotations

import pytest
from reading import read

FEATURES = """<features>
  <feature><id>TBA</id><status>ENABLED</status></feature>
  <!-- <feature><id>SUITESIGNON</id><status>ENABLED</status></feature> -->
  <feature>
    <status>
      DISABLED
    </status>
    <id> WEBSERVICESEXTERNAL </id>
  </feature>
</features>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_features_are_on_or_off(encoding: str) -> None:
    """Each feature has its state, whatever the encoding; what a comment says counts for nothing."""
    found = read(FEATURES.encode(encoding))
    assert dict(found.account.features) == {"TBA": True, "WEBSERVICESEXTERNAL": False}
    found.assert_told([])


@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ("<id>TBA</id><status>MAYBE</status>", 'feature "TBA" with status "MAYBE"'),
        ("<id>TBA</id><status/>", 'feature "TBA" with status ""'),
        ("<id>TBA</id>", 'feature "TBA" with status ""'),
        ("<status>ENABLED</status>", 'feature "" with status "ENABLED"'),
    ],
)
def test_unreadable_state_is_told(feature: str, text: str) -> None:
    """A state that is neither on nor off is an error with its line, and the feature is unknown."""
    found = read(f"<features>\n<feature>{feature}</feature></features>")
    found.assert_told([("error", 2, text)])
    assert not found.account.features
    assert found.status == "partial"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("<features>\n<feature>", 2, "not well-formed XML"),
        ("<!DOCTYPE features>\n<features/>", 1, "DOCTYPE"),
    ],
)
def test_broken_features_are_told(text: str, line: int, part: str) -> None:
    """A broken or refused document is one error with its line."""
    found = read(text, named=False)
    found.assert_told([("error", line, part)])
    assert found.status == "failed"
