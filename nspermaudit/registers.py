"""Lists of integration records and of access tokens: rows of tables into facts.

No source says how NetSuite heads these exports; ``headings`` recognises the names of the fields on
NetSuite's pages. Of a token only for whom it is is read, never the token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nspermaudit.attributes import parse_attribute
from nspermaudit.companions import AccessToken, Integration
from nspermaudit.grouping import identify
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.secrecy import masked, warning_of
from nspermaudit.sifting import Row, Sieve

_RECORD_STATES = {"enabled": True, "blocked": False, "waitingforapproval": False}
_TOKEN_STATES = {"active": True, "enabled": True, "inactive": False, "revoked": False}


def tell_secrets(sieve: Sieve) -> None:
    """Warn of columns that hold secrets; the headings of a matrix are names of roles."""
    warning = warning_of(sieve.columns.headings) if sieve.columns.kind != "matrix" else ""
    if warning:
        sieve.tell(Severity.WARNING, warning, sieve.heading_line)


def integrations(sieve: Sieve, rows: Iterable[Row], form: str) -> Iterator[Integration]:  # noqa: ARG001 - one shape
    """One row an integration record: its name, its state, whether tokens may be used."""
    for line, cells in rows:
        named = sieve.cell(cells, "application") or identify(sieve, cells).name
        if not named:
            sieve.fault("the row names no integration record", line)
            continue
        word = sieve.cell(cells, "state")
        is_enabled = _RECORD_STATES.get("".join(word.casefold().split()))
        if word and is_enabled is None:
            known = "Enabled, Blocked, Waiting for Approval"
            sieve.fault(f'"{word}" is no state of an integration record ({known})', line)
        tokens = sieve.cell(cells, "token based")
        is_token_based = parse_attribute("inactive", tokens)
        if tokens and is_token_based is None:
            sieve.fault(f'"{tokens}" says neither yes nor no', line)
        place = Location(sieve.path, line)
        yield Integration(masked(named), is_enabled, _flag(is_token_based), place)


def tokens(sieve: Sieve, rows: Iterable[Row], form: str) -> Iterator[AccessToken]:  # noqa: ARG001 - one shape
    """One row an access token: its application, its user, its role, whether it is active."""
    for line, cells in rows:
        application, user = (masked(sieve.cell(cells, name)) for name in ("application", "user"))
        role = masked(identify(sieve, cells).key)
        if not (application and user and role):
            sieve.fault("the row lacks the token's application, user or role", line)
            continue
        place = Location(sieve.path, line)
        yield AccessToken(application, user, role, _is_active(sieve, cells, line), place)


def _is_active(sieve: Sieve, cells: Sequence[str], line: int) -> bool | None:
    """Whether a token is active; None if neither of the columns says."""
    word = sieve.cell(cells, "state")
    is_active = _TOKEN_STATES.get(word.casefold())
    if word and is_active is None:
        sieve.fault(f'"{word}" is no state of an access token (Active, Inactive, Revoked)', line)
    # where a table names users, headings take "Inactive" for theirs: here it is the token's
    is_inactive = _flag(parse_attribute("inactive", sieve.cell(cells, "user inactive")))
    if is_inactive is None:
        return is_active
    return not is_inactive and is_active is not False


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
