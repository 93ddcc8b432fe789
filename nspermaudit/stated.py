"""What the configuration states of the account, where no export tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from nspermaudit.account import Account
from nspermaudit.companions import AccessToken, Assignment, Integration
from nspermaudit.model import Location


def stated_account(stated: Mapping[str, Any], locate: Callable[..., Location]) -> Account:
    """The facts about the account that somebody wrote down, as ``account:`` of the configuration.

    ``locate`` tells where a part of them stands, by its keys and indexes. Ids that are numbers may
    be written as such.
    """
    features = {name: state == "on" for name, state in stated.get("features", {}).items()}
    places = {name: locate("features", name) for name in features}
    if "id" in stated:
        places["id"] = locate("id")
    integrations = tuple(
        Integration(
            item["name"],
            item["state"] == "enabled" if "state" in item else None,
            item.get("token_based_authentication"),
            locate("integrations", index),
            is_stated=True,
        )
        for index, item in enumerate(stated.get("integrations", ()))
    )
    assignments = tuple(
        Assignment(str(item["user"]), str(item["role"]), locate("assignments", index))
        for index, item in enumerate(stated.get("assignments", ()))
    )
    tokens = tuple(
        AccessToken(
            item.get("application", ""),
            *(str(item.get("user", "")), str(item["role"])),
            item["state"] == "active" if "state" in item else None,
            locate("tokens", index),
        )
        for index, item in enumerate(stated.get("tokens", ()))
    )
    return Account(
        MappingProxyType(features),
        assignments=assignments,
        id=str(stated.get("id", "")),
        integrations=integrations,
        tokens=tokens,
        places=MappingProxyType(places),
    )
