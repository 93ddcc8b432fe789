"""``nspermaudit.yaml``: what is asked for it, and its text."""

import os
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nspermaudit import discovery
from nspermaudit.account import Account
from nspermaudit.config import FILE_NAME
from nspermaudit.errors import UsageError
from nspermaudit.inputs import Inputs
from nspermaudit.model import Role
from nspermaudit.scaffolding.places import Place
from nspermaudit.scaffolding.plan import Entry, Plan, existing, inside, template
from nspermaudit.scaffolding.quoting import shell_word
from nspermaudit.selector import Named
from nspermaudit.source import Reading

PACKS = {
    "both": ("integrity", "guide"),
    "sales": ("integrity", "guide/token", "guide/sales-orders"),
    "purchases": ("integrity", "guide/token", "guide/purchase-orders"),
    "neither": ("integrity", "guide/token"),
}
"""What a connector moves, with the packs that ask for it."""

_SIMPLE = re.compile(r"[A-Za-z0-9_*?]+")
_ROLES = """
roles:
  # The roles that connectors log in with: ids or globs.
  integration: [{}]
"""
_NO_ROLES = """
# The roles that connectors log in with, ids or globs. While none is named, those with the attribute
# web services only count, or the only role there is.
# roles:
#   integration: [customrole_order_sync]
"""
_ACCOUNT = """
account:
  features:
    TBA: {} # Token-based Authentication: stated here, no project says it
"""


class Answers(NamedTuple):
    """What goes into a configuration: integration roles, what they move, the feature TBA.

    ``has_tba`` is None where nobody said.
    """

    roles: tuple[str, ...] = ()
    moves: str = "both"
    has_tba: bool | None = None


def found_roles(place: Place) -> list[Role]:
    """The custom roles of the project, in order of their ids; what cannot be read is no role."""
    inputs = Inputs(discovery.find([os.path.join(place.project, place.objects)]), Reading())
    account, reading = Account(), Reading(plain=True)
    found: dict[str, Role] = {}
    for export in inputs.exports:
        if export.format == "sdf":
            for role in inputs.roles_of(export, reading, account):
                if _SIMPLE.fullmatch(role.id):
                    found[role.id] = role
    return [found[key] for key in sorted(found)]


def likely(roles: Sequence[Role]) -> tuple[str, ...]:
    """The ids of the roles that look like connectors': the only one, or those without a UI."""
    if len(roles) == 1:
        return (roles[0].id,)
    return tuple(role.id for role in roles if role.attributes.get("web services only") is True)


def chosen(text: str, roles: Sequence[Role]) -> tuple[str, ...]:
    """The roles that an answer names: numbers in the list, ids, or globs, commas between them.

    Raises UsageError for what can be none of these.
    """
    numbers = {str(number): role.id for number, role in enumerate(roles, 1)}
    names = []
    for word in filter(None, re.split(r"[\s,]+", text)):
        if word in numbers:
            names.append(numbers[word])
        elif _SIMPLE.fullmatch(word) and not word.isdecimal():
            names.append(word)
        else:
            raise UsageError(f"{word} is no number of the list, and no role's id")
    return tuple(dict.fromkeys(names))


def unmatched(names: Iterable[str], roles: Sequence[Role]) -> list[str]:
    """Those of the names that are no role of the project."""
    nobody = Account()
    return [name for name in names if not any(Named(name).holds(role, nobody) for role in roles)]


def config(place: Place, answers: Answers, *, force: bool) -> Plan:
    """``nspermaudit.yaml`` at the project's top."""
    roles = _ROLES.format(", ".join(map(_written, answers.roles))) if answers.roles else _NO_ROLES
    state = {None: "", True: "on", False: "off"}[answers.has_tba]
    text = template(
        FILE_NAME,
        use=f"[{', '.join(PACKS[answers.moves])}]",
        roles=roles,
        account=_ACCOUNT.format(state) if state else "",
    )
    text = text.rstrip("\n") + "\n"
    file = inside(place.project, FILE_NAME)
    folder = place.audited(os.getcwd())
    next_ = (f"nspermaudit check {shell_word(folder)}",)
    before = existing(file)
    if before == text:
        return Plan((Entry(file, before, reason="it is as init writes it"),))
    if before is not None and not force:
        return Plan((Entry(file, before, reason="it is there (--force replaces it)"),))
    if before is not None and re.search(r"^waivers\s*:", before, re.MULTILINE):
        reason = "it has waivers: init does not replace it"
        return Plan((Entry(file, before, reason=reason, is_left=True),))
    return Plan((Entry(file, before, text),), next_)


def _written(name: str) -> str:
    return f'"{name}"' if set("*?") & set(name) else name
