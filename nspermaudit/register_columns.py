"""The columns of lists of integration records and of access tokens: their headings."""

from __future__ import annotations

from collections.abc import Mapping

# Of lists of integration records and access tokens. No source says how NetSuite heads these
# exports, so these are the names of the fields on its pages.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "application": ("application", "applicationname", "integration", "integrationname"),
    "state": ("state", "status"),
    "token based": (
        "token-basedauthentication",
        "tokenbasedauthentication",
        "token-based",
        "tokenbased",
        "tba",
    ),
}


def kind_of(fields: Mapping[str, int]) -> str | None:
    """The kind of a table that lists integration records or access tokens."""
    names_role = "role" in fields or "role name" in fields
    if "token based" in fields and "state" in fields and (names_role or "application" in fields):
        return "integrations"
    return "tokens" if "application" in fields and "user" in fields and names_role else None
