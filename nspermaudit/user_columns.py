"""The columns of an export that are about users: their headings, and what those mean together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "emailaddress"),
    "first name": ("firstname",),
    "last name": ("lastname",),
    "login access": ("loginaccess", "giveaccess"),
    "user inactive": ("userinactive", "employeeinactive", "userisinactive", "employeeisinactive"),
    "global permission": (
        *("globalpermission", "globalpermissions", "globalpermissionname", "globalpermkey"),
        *("globalpermissionid", "globalpermissionkey"),
    ),
    "global level": ("globalpermissionlevel", "globallevel", "globalpermlevel"),
}
"""Headings without blanks and underscores, in small letters.

The columns of the SuiteQL table ``employeeempperms``, which has the global permissions, are not
known: only headings count that say "global".
"""

MAPPED = ("global permission", "global level")
"""What --map can name beside what tables of roles have."""

_NAMES = ("employeename", "username", "entityid", "name", "employee", "user")


def are_of_users(fields: Mapping[str, int]) -> bool:
    """Whether the rows of a table that names no role are about users."""
    return not {"user", "last name", "login access"}.isdisjoint(fields)


def tell_of_users(fields: Mapping[str, int]) -> bool:
    """Whether there is something to be learned of users beside their names."""
    return "user" in fields and not {"user inactive", "login access"}.isdisjoint(fields)


def are_global(fields: Mapping[str, int]) -> bool:
    """Whether there are a permission and a level, of which one says that it is global."""
    has_permission = not {"global permission", "permission", "permission id"}.isdisjoint(fields)
    has_level = "global level" in fields or "level" in fields
    return has_permission and has_level and speak_of_globals(fields)


def speak_of_globals(fields: Mapping[str, int]) -> bool:
    """Whether a heading says that it is about global permissions."""
    return "global permission" in fields or "global level" in fields


def with_mapped(
    fields: Mapping[str, int], mapped: Mapping[str, int], role_fields: Iterable[str]
) -> dict[str, int]:
    """The fields with those that the user has mapped to headings.

    What is mapped to a global permission or its level is that only where users are named and no
    roles: in other tables the same heading stands for a permission of a role.
    """
    plain = {name: place for name, place in mapped.items() if name not in MAPPED}
    found = {**fields, **plain}
    if "user" not in found or not found.keys().isdisjoint(role_fields):
        return found
    taken = {place for name, place in mapped.items() if name in MAPPED}
    return {name: place for name, place in found.items() if place not in taken} | dict(mapped)


def settle_names(fields: dict[str, int], places: Mapping[str, int]) -> None:
    """Say in which column users are identified, and in which other one their names stand.

    ``places`` has the columns of all headings.
    """
    if "user" not in fields and "last name" in fields:
        fields["user"] = fields["last name"]
    if "user" in fields:
        names = (places[word] for word in _NAMES if word in places)
        other = next((place for place in names if place not in fields.values()), None)
        if other is not None:
            fields.setdefault("user name", other)


def settle(fields: dict[str, int], attributes: dict[str, int], headings: Sequence[str]) -> None:
    """Where a table names users, a bare "Inactive" is about them, and not about roles.

    ``headings`` are in small letters and without blanks.
    """
    place = attributes.get("inactive")
    if place is None or "user" not in fields:
        return
    inactive = [index for index, heading in enumerate(headings) if heading.endswith("inactive")]
    of_roles = [index for index in inactive if headings[index].startswith("role")]
    bare = [index for index in inactive if headings[index] in ("inactive", "isinactive")]
    del attributes["inactive"]
    if of_roles:
        attributes["inactive"] = of_roles[0]
    if bare:
        fields.setdefault("user inactive", bare[0])
