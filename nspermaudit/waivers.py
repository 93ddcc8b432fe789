"""Waivers as people write them: reading a list of them, and all that can be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from nspermaudit import catalog, safe_yaml, schemas
from nspermaudit.discovery import shown
from nspermaudit.documents import Document
from nspermaudit.errors import DocumentError, Fault
from nspermaudit.model import Level
from nspermaudit.requirement import is_glob
from nspermaudit.rule import Rule
from nspermaudit.secrecy import refuse_secrets
from nspermaudit.source import Source
from nspermaudit.style import counted
from nspermaudit.waiver import Waiver, is_pattern, matches

_ANYTHING = re.compile(r"(?:[*?_\-. ]|\[[^]]*\])*")
"""Globs that say nothing of what stands there."""

MANY_RULES = 10
"""A glob that fits more rules than this is too wide."""

# Ids as accounts have them; a glob that fits all of a group is about every role, or permission.
_ROLES = (
    ("customrole_a", "customrole_sync", "customrole_acme_order_sync", "customrole_x1"),
    ("customrole1042", "customrole1234", "customrole987"),
    ("user:Jane Roe", "user:501", "user:a@b.example", "user:Åse"),
)
_PERMISSIONS = (("LIST_ITEM", "TRAN_SALESORD", "ADMI_WEBSERVICES", "REPO_TRAN", "GRAP_EXP"),)


def read(file: str) -> tuple[Waiver, ...]:
    """Read a file of waivers. Raises DocumentError with all faults, InputError if unreadable."""
    path = shown(file)
    return parse(Source(path, file).read(), path)


def parse(data: bytes, path: str) -> tuple[Waiver, ...]:
    """The same for a file's content; one with nothing in it has no waivers."""
    document = safe_yaml.load(data, path)
    if document.value is None:
        document.value = {}
    refuse_secrets(document)
    schemas.hold_against(document, schemas.load("waivers"))
    found = entries(document)
    document.refuse_if_faulty()
    return found


def entries(document: Document) -> tuple[Waiver, ...]:
    """The entries of ``waivers:`` as far as they fit the schema; faults go to the document."""
    items = document.value.get("waivers") if isinstance(document.value, dict) else None
    found = [
        _entry(document, item, index)
        for index, item in enumerate(items if isinstance(items, list) else ())
        if isinstance(item, dict) and not document.is_faulty(("waivers", index))
    ]
    document.faults += repeated(found)
    return tuple(found)


def _entry(document: Document, item: dict[str, Any], index: int) -> Waiver:
    where = ("waivers", index)
    if not is_day(item["expires"]):
        document.fault(f'"{item["expires"]}" is no day of the calendar', (*where, "expires"))
    word = item.get("level")
    waiver = Waiver(
        rule=item["rule"].strip(),
        role=str(item["role"]).strip(),
        reason=" ".join(item["reason"].split()),
        approved_by=" ".join(item["approved_by"].split()),
        expires=item["expires"],
        location=document.locate(where),
        permission=_permission(item.get("permission", "*").strip()),
        level=Level[word.upper()] if word else None,
    )
    for key, text in _too_wide(waiver):
        document.fault(text, (*where, key))
    return waiver


def _permission(text: str) -> str:
    """A permission's id; what the catalogue does not have stays as it is written."""
    found = None if is_glob(text) else catalog.load().find(text)
    return found.id if found else text


def _too_wide(waiver: Waiver) -> Iterator[tuple[str, str]]:
    """At most one of rule and role may be open, and never all of what a waiver is about."""
    if _ANYTHING.fullmatch(waiver.rule):
        yield "rule", f'too wide: "{waiver.rule}" is every rule; name the one that is accepted'
    elif is_pattern(waiver.rule) and is_pattern(waiver.role):
        yield "rule", "too wide: the rule and the role are both globs; write one of them out"
    elif _is_any(waiver.role, _ROLES) and _is_any(waiver.permission, _PERMISSIONS):
        yield "role", "too wide: every role and every permission; name one of them"


def _is_any(pattern: str, groups: Iterable[Sequence[str]]) -> bool:
    """Whether a glob is about everything of its kind."""
    fits = (all(matches(pattern, text) for text in group) for group in groups)
    return bool(_ANYTHING.fullmatch(pattern)) or any(fits)


def repeated(found: Iterable[Waiver]) -> Iterator[Fault]:
    """Faults for waivers that are about the same as one before them."""
    first: dict[tuple[str, ...], Waiver] = {}
    for waiver in found:
        about = (waiver.rule, waiver.role.casefold(), waiver.permission.casefold())
        before = first.setdefault(about, waiver)
        if before is not waiver:
            text = f"the waiver at {before.location} is about the same: keep one"
            hint = " (waivers prune removes what has expired)"
            yield Fault(waiver.location, text + hint)


def refuse(faults: Iterable[Fault]) -> None:
    """Raise DocumentError if there are faults."""
    found = list(faults)
    if found:
        raise DocumentError(found)


def faults(
    found: Sequence[Waiver], rules: Callable[[], Sequence[Rule]], days: int | None, today: str
) -> Iterator[Fault]:
    """What is wrong with the waivers of an audit, beside what each file's reader has told.

    ``rules`` gives all rules that there are, in use or not, and is asked only if needed. ``days``
    is in how many days from ``today`` each waiver must have expired; None sets no limit.
    """
    if found:
        yield from repeated(found)
        yield from _unknown_names(found, rules())
        yield from _too_long(found, days, today)


def _unknown_names(found: Iterable[Waiver], known: Sequence[Rule]) -> Iterator[Fault]:
    """Faults for waivers of rules and permissions that do not exist, and of far too many."""
    ids = {rule.id for rule in known}
    for waiver in found:
        meant = [rule for rule in known if waiver.names_rule(rule.id)]
        number = len({rule.id for rule in meant})
        if number > MANY_RULES or (number == len(ids) and is_pattern(waiver.rule)):
            text = f'too wide: "{waiver.rule}" is {counted(number, "rule")}; name those accepted'
            yield Fault(waiver.location, text)
        elif not meant:
            hint = schemas.closest(waiver.rule, dict.fromkeys(rule.id for rule in known))
            yield Fault(waiver.location, f'no rule is called "{waiver.rule}"{hint}')
        elif not all(rule.verb == "integrity" for rule in meant):  # those judge what exports write
            yield from _unknown_permission(waiver)


def _unknown_permission(waiver: Waiver) -> Iterator[Fault]:
    permission = waiver.permission
    if is_glob(permission):
        custom = permission.casefold().startswith("c")  # custom objects are not in the catalogue
        if not custom and not any(waiver.names_permission(item.id) for item in catalog.load()):
            yield Fault(waiver.location, f'no permission id matches "{permission}"')
    elif catalog.load().find(permission) is None:
        near = catalog.load().suggest(permission)
        hint = f' (did you mean "{near}"?)' if near else ""
        yield Fault(waiver.location, f'unknown permission "{permission}"{hint}')


def _too_long(found: Iterable[Waiver], days: int | None, today: str) -> Iterator[Fault]:
    """Faults for waivers that expire more than so many days after ``today``."""
    for waiver in found:
        left = days_left(waiver, today)
        if days is not None and left > days:
            text = (
                f"lasts until {waiver.expires}, {counted(left, 'day')} from now: "
                f"waiver_limits allows {days}"
            )
            yield Fault(waiver.location, text)


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, as ``2027-03-31``."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def days_left(waiver: Waiver, today: str) -> int:
    """How many days after ``today`` it expires: 0 today, less if it has expired."""
    return (date.fromisoformat(waiver.expires) - date.fromisoformat(today)).days
