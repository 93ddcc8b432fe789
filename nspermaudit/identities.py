"""Users: which ids of different exports mean the same one, and who of them can work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nspermaudit.style import listed

if TYPE_CHECKING:
    from nspermaudit.companions import User


def state_of(user: User | None) -> str:
    """Why a user cannot work in any role; empty where nothing says so."""
    if user is None:
        return ""
    if user.is_inactive:
        return "inactive"
    return "without login access" if user.has_access is False else ""


def joined_users(
    known: Mapping[str, User],
) -> tuple[Mapping[str, str], Mapping[str, User], list[str]]:
    """Of each id the best id of the same user; by those, what all exports say; what is unclear."""
    canonical, notes = _canonical(known)
    users: dict[str, User] = {}
    for key, user in known.items():
        same = canonical[key]
        users[same] = users.get(same, known[same]).joined(user)
    return canonical, users, notes


def _canonical(users: Mapping[str, User]) -> tuple[dict[str, str], list[str]]:
    """Of each id the id of the same user that is best: a number, else an address, else a name.

    One export calls a user by an id, another one by an address or a name: they are the same if an
    address, or else a name, fits exactly one. Two who have different addresses are two.
    """
    found: dict[str, str] = {}
    by_address: dict[str, list[str]] = {}
    by_name: dict[str, list[str]] = {}
    without_address: dict[str, list[str]] = {}
    unclear = []
    for key, user in sorted(users.items(), key=lambda item: (_rank(item[0]), item[0])):
        address, name = _address(user), " ".join((user.name or key).casefold().split())
        same: list[str] = []
        if _rank(key):
            named = without_address if address else by_name
            same = by_address.get(address) or named.get(name, [])
        if len(same) == 1:
            found[key] = same[0]
            continue
        if same:
            unclear.append(key)
        found[key] = key
        by_name.setdefault(name, []).append(key)
        if address:
            by_address.setdefault(address, []).append(key)
        else:
            without_address.setdefault(name, []).append(key)
    if not unclear:
        return found, []
    names = listed([f'"{key}"' for key in unclear])
    return found, [f"more than one user is called {names}: taken for one more user each"]


def _address(user: User) -> str:
    return (user.email or (user.id if "@" in user.id else "")).casefold()


def _rank(user_id: str) -> int:
    if user_id.isdecimal():
        return 0
    return 1 if "@" in user_id else 2
