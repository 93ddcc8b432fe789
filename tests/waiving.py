"""What tests of waivers and baselines share: a role with one finding, a waiver that holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from conftest import sdf

from nspermaudit import editing
from nspermaudit.cli.baseline import BUILD_SERVERS
from nspermaudit.config import FILE_NAME

TODAY = "2026-11-22"
FILE = "nspermaudit-baseline.json"
CHECK = ("check", ".", "--baseline", FILE)
SALES_ORDERS = (
    "TRAN_SALESORD",
    "TRAN_ITEMSHIP",
    "TRAN_SALESORDFULFILL",
    "TRAN_FIND",
    "LIST_ITEM",
    "LIST_LOCATION",
    "LIST_CUSTJOB",
)
HOLDS: Mapping[str, str] = {
    "rule": "sales-order-permissions",
    "role": "customrole_example",
    "permission": "Sales Order",
    "reason": "It only reads.",
    "approved_by": "Head of IT",
    "expires": "2027-03-31",
}
USE = "use: [guide/sales-orders]\n"


def write_role(folder: Path, level: str = "EDIT", name: str = "customrole_example") -> Path:
    """A role that lacks nothing for sales orders, but for its level on Sales Order."""
    grants = [(key, "FULL") for key in SALES_ORDERS[1:]]
    file = folder / f"{name}.xml"
    file.write_text(sdf((SALES_ORDERS[0], level), *grants, script_id=name), encoding="utf-8")
    return file


def changed(changes: Mapping[str, str | None]) -> dict[str, str]:
    """The waiver that holds, with some of its values changed; those that are None are left out."""
    return {key: value for key, value in {**HOLDS, **changes}.items() if value is not None}


def listed(*waivers: Mapping[str, str]) -> str:
    """Some waivers as the text of ``waivers:``."""
    lines = (f"  {line}\n" for values in waivers for line in editing.entry(values))
    return "waivers:\n" + "".join(lines)


def write_config(folder: Path, waivers: Iterable[Mapping[str, str]], more: str = "") -> Path:
    """A configuration with waivers."""
    file = folder / FILE_NAME
    file.write_text(USE + listed(*waivers) + more, encoding="utf-8")
    return file


def at_home_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with a configuration, and on no build server."""
    monkeypatch.chdir(folder)
    for name in BUILD_SERVERS:
        monkeypatch.delenv(name, raising=False)
    (folder / FILE_NAME).write_text(USE + "roles: {integration: '*'}\n")
