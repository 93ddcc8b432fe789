"""The packs ``least-privilege/token`` and ``/features``: what is not one kind of order's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.rules.making import required, requiring
from tools.rules.profiles import SEVERITIES, Job, Row, bounding, needing, reasons, rows_of
from tools.rules.sources import Asked

REVIEWED = "2026-11-22"
TRY = "This is the least privilege that we could document; try it in a sandbox."

_SOAP = "sign-in, SOAP + TBA (what the guide sets up)"
_WAYS = {
    "soap-tba": _SOAP,
    "rest-tba": "sign-in, REST + TBA",
    "rest-oauth2": "sign-in, REST + OAuth 2.0 (new integrations from 2027.1)",
}
_ONLY_QUERIES = "when the integration queries (SuiteQL)"
_OWN_TOKENS = "ADMI_MANAGE_OWN_OAUTH_TOKENS"
_TOKEN_LOGIN = "ADMI_LOGIN_OAUTH"  # noqa: S105 - a permission


def token() -> dict[str, Any]:
    """The pack on signing in."""
    return {
        "pack": "least-privilege/token",
        "title": "Signing in, no more than the documented need",
        "about": f"{TRY} Which permissions let an integration sign in hangs on the parameter"
        " sign_in. New integrations cannot use token-based authentication or SOAP from 2027.1 on;"
        " rest-oauth2 is the way that remains. Where the guide and Oracle's documentation part"
        " ways, on Access Token Management, one rule speaks for both: access-token-management.",
        "reviewed": REVIEWED,
        "applies_to": "integration",
        "extends": ["hygiene/tokens"],
        "replaces": ["guide/token"],
        "parameters": {
            "sign_in": {
                "default": "soap-tba",
                "choices": [*_WAYS],
                "about": "How it signs in: SOAP or REST with a token, or REST with OAuth 2.0.",
            },
            "queries": {"default": False, "about": "Whether it queries over REST (SuiteQL)."},
            "creates_tokens": {
                "default": False,
                "about": "Whether it creates its own tokens (three-step flow, issuetoken).",
            },
        },
        "rules": [*map(_signing_in, _WAYS), _querying(), _creating_tokens()],
    }


def _signing_in(way: str) -> dict[str, Any]:
    """Every row that always holds; either token permission is enough where tokens are used."""
    told = [row for row in rows_of(_WAYS[way]) if row.condition != _ONLY_QUERIES]
    tokens = [row for row in rows_of(_SOAP) if row.asked.permission.id == _OWN_TOKENS]
    login = [row for row in told if row.asked.permission.id == _TOKEN_LOGIN]
    apart = {_TOKEN_LOGIN, _OWN_TOKENS} if login else set()
    items = [row.asked for row in told if row.asked.permission.id not in apart]
    ways = [[row.asked] for row in (*login, *tokens)] if login else []
    return {
        "id": f"least-sign-in-{way}",
        "title": f"The role can sign in by {way}",
        "severity": "error",
        "require": required(items, *ways),
        "when": {"parameter": {"sign_in": way}},
        **reasons([*items_of(told, items), *login, *(tokens if login else [])], _SIGN_IN),
        "examples": requiring(items, *ways, given={"parameters": {"sign_in": way}}),
    }


_SIGN_IN = "Without it every call is refused."


def items_of(told: Sequence[Row], items: Sequence[Asked]) -> list[Row]:
    """The rows that ask for some permissions."""
    return [row for row in told if row.asked in items]


def _querying() -> dict[str, Any]:
    (row,) = (row for row in rows_of(_WAYS["rest-oauth2"]) if row.condition == _ONLY_QUERIES)
    (same,) = (row for row in rows_of(_WAYS["rest-tba"]) if row.condition == _ONLY_QUERIES)
    if row.asked != same.asked:
        raise ValueError("the two ways of signing in over REST differ in what a query takes")
    return {
        "id": "least-query-permission",
        "title": "The role can query over REST",
        "severity": "error",
        "require": required([row.asked]),
        "when": {"parameter": "queries"},
        "unless": {"parameter": {"sign_in": "soap-tba"}},
        **reasons([same], "Without it every query is refused."),
        "examples": requiring(
            [row.asked], given={"parameters": {"queries": True, "sign_in": "rest-oauth2"}}
        ),
    }


def _creating_tokens() -> dict[str, Any]:
    (row,) = (row for row in rows_of(_SOAP) if row.asked.permission.id == _OWN_TOKENS)
    job = Job("creates_tokens", "", "least-token-creation", "", "", default=False)
    made = needing(job.id, "The role can create its own tokens", [row], job)
    return {**made, "unless": {"parameter": {"sign_in": "rest-oauth2"}}}


_ADD_ONS = "conditional add-ons to any of the above"
_BY_PARAMETER = {
    "LIST_SHIPITEM": Job(
        "looks_up_ship_methods", "", "", "", "Whether it looks up ship methods.", default=False
    ),
    "ADMI_CUSTBODYFIELD": Job(
        "reads_field_metadata",
        "",
        "",
        "",
        "Whether it reads what custom fields there are.",
        default=False,
    ),
}


def features() -> dict[str, Any]:
    """The pack on what the features of an account add."""
    told = rows_of(_ADD_ONS)
    limit = bounding(
        "least-feature-levels",
        "No more than View on what features add",
        told,
        [row.limit for row in told],
        {},
        None,
    )
    return {
        "pack": "least-privilege/features",
        "title": "What the features of an account add to the least privilege",
        "about": TRY
        + " It belongs to least-privilege/sales-orders and /purchase-orders. A feature of"
        " which no input says whether it is on makes its rule not evaluated: give features.xml, or"
        " state it in nspermaudit.yaml.",
        "reviewed": REVIEWED,
        "applies_to": "integration",
        "parameters": {
            job.parameter: {"default": job.default, "about": job.about}
            for job in _BY_PARAMETER.values()
        },
        "rules": [*map(_added, told), limit],
    }


def _added(row: Row) -> dict[str, Any]:
    """What a feature, or a habit of the integration, adds."""
    job = _BY_PARAMETER.get(row.asked.permission.id)
    if job:
        when: dict[str, Any] = {"parameter": job.parameter}
        given: dict[str, Any] = {"parameters": {job.parameter: True}}
    else:
        feature = row.condition.split()[1]
        when, given = {"feature": feature}, {"features": {feature: "on"}}
    examples = requiring([row.asked], given=given)
    if not job:
        examples["complies"].append({"permissions": {}, "features": {feature: "off"}})
    return {
        "id": f"least-{row.asked.name.lower().replace(' ', '-')}",
        "title": f"The role can read {row.asked.name}: {row.condition}",
        "severity": SEVERITIES[row.confidence],
        "require": required([row.asked]),
        "when": when,
        **reasons([row], "Records refer to it."),
        "examples": examples,
    }
