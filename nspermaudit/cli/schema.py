"""``nspermaudit schema``: print the JSON Schemas, for editors and pipelines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from nspermaudit import schemas
from nspermaudit.cli.terminal import put
from nspermaudit.config import config_schema
from nspermaudit.pack_file import pack_schema


def _diff_schema() -> dict[str, Any]:
    """The schema of a difference; inputs and changes are those of a report."""
    schema = schemas.load("diff")
    report = schemas.load("report")
    schema["properties"]["changes"] = report["properties"]["changes"]["anyOf"][0]
    side = schema["definitions"]["side"]
    side["properties"]["inputs"] = report["properties"]["inputs"]
    schema["definitions"] |= report["definitions"]
    return schema


def _with_report(name: str) -> dict[str, Any]:
    """A schema whose inputs, places and permissions are those of a report."""
    schema, report = schemas.load(name), schemas.load("report")
    schema["properties"]["inputs"] = report["properties"]["inputs"]
    schema["definitions"] |= report["definitions"]
    return schema


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "pack": pack_schema,
    "config": config_schema,
    "waivers": lambda: schemas.load("waivers"),
    "baseline": lambda: schemas.load("baseline"),
    "report": lambda: schemas.load("report"),
    "diff": _diff_schema,
    "evidence": lambda: schemas.load("evidence"),
    "who": lambda: _with_report("who"),
    "matrix": lambda: _with_report("matrix"),
}

_EPILOG = """\b
Examples:
  nspermaudit schema pack > pack.schema.json
  nspermaudit schema report > report.schema.json
"""


@click.command(
    epilog=_EPILOG, short_help="Print the JSON Schema of a file that is read or written."
)
@click.argument("name", type=click.Choice(list(SCHEMAS)))
def schema(name: str) -> None:
    """Print the JSON Schema (draft-07) of a file that nspermaudit reads or writes."""
    put(json.dumps(SCHEMAS[name](), indent=2))
