"""Two states of roles side by side: what differs, and what could not be compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nspermaudit.changes import CORE_ADMINISTRATION, Change, Kind, loosened
from nspermaudit.model import AttributeValue, Level, Location, Permission
from nspermaudit.pairing import Pairs, paired
from nspermaudit.snapshot import Known, Snapshot, Standing
from nspermaudit.style import listed

MAX_ATTRIBUTES = 25
"""So many words for attributes there may be in a note: there are not more of them."""

_CENTER = "center"


class Comparison(NamedTuple):
    """What differs between two sides, in order; ``unsure`` is what was not compared, in words."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    unsure: tuple[str, ...]


def compare(old: Snapshot, new: Snapshot) -> Comparison:
    """Tell what became of the old roles, and which are new."""
    pairs = paired(old, new)
    permissions = {**old.permissions, **new.permissions}
    changes: list[Change] = []
    one_sided: set[str] = set()
    for before, after in pairs.both:
        changes += _attributes(before, after, one_sided)
        if before.is_legible and after.is_legible:
            changes += _grants(before, after, permissions)
    for role in pairs.gone:
        changes += _whole(Kind.REMOVED, role, permissions)
    for role in pairs.come:
        changes += _whole(Kind.ADDED, role, permissions)
    changes.sort(key=lambda change: change.order)
    notes = pairs.notes
    if one_sided:
        words = listed(sorted(one_sided), MAX_ATTRIBUTES)
        notes = (*notes, f"not compared, for only one side tells: {words}")
    unsure = sorted(set(_unsure(pairs, permissions)))
    return Comparison(tuple(changes), notes, tuple(unsure))


def _identity(before: Known, after: Known) -> tuple[str, str]:
    """The id and the name of a role: its script id if there is one, the newer name."""
    script_ids = [one.id for one in (after, before) if one.id.casefold().startswith("customrole")]
    return (*script_ids, after.id)[0], after.name or before.name


def _grants(before: Known, after: Known, permissions: dict[str, Permission]) -> Iterator[Change]:
    """What became of the grants; restrictions are compared between SDF objects alone."""
    if _say_the_same(before, after):
        return
    olds, news = before.grants(), after.grants()
    unread = before.unread | after.unread
    role_id, name = _identity(before, after)
    are_objects = before.form == after.form == "sdf"
    for key in {*olds, *news} - unread:
        old, new = olds.get(key), news.get(key)
        levels = (old and old.level, new and new.level)
        limits = _restrictions(old, new) if are_objects else ("", "")
        if levels[0] is not levels[1] or limits[0] != limits[1]:
            standing = new or old
            place = standing.location if standing else after.location
            what = (permissions[key], "", *levels, limits)
            yield Change(_kind(*levels, limits), role_id, name, place, *what)


def _say_the_same(one: Known, two: Known) -> bool:
    return (one.ids, one.levels, one.restrictions) == (two.ids, two.levels, two.restrictions)


def _restrictions(old: Standing | None, new: Standing | None) -> tuple[str, str]:
    return (old.restriction if old else "", new.restriction if new else "")


def _kind(before: Level | None, after: Level | None, restrictions: tuple[str, str]) -> Kind:
    if before is None:
        return Kind.ADDED
    if after is None:
        return Kind.REMOVED
    if after is not before:
        return Kind.RAISED if after > before else Kind.LOWERED
    if loosened(*restrictions) and loosened(*reversed(restrictions)):
        return Kind.CHANGED
    return Kind.RAISED if loosened(*restrictions) else Kind.LOWERED


def _attributes(before: Known, after: Known, one_sided: set[str]) -> Iterator[Change]:
    """What differs beside the grants; what only one side tells goes into ``one_sided``.

    Two SDF objects tell all there is to tell: what does not stand there is not set.
    """
    role_id, name = _identity(before, after)
    are_objects = before.form == after.form == "sdf"
    for word in {*before.attributes, *after.attributes}:
        old, new = before.attributes.get(word), after.attributes.get(word)
        is_named = word == _CENTER and before.form != after.form and old != new
        if is_named or (None in (old, new) and not are_objects):
            one_sided.add(word)  # one may have the id of a center, the other its name
        elif old != new and {old, new} != {None, False}:
            yield _attribute(role_id, name, after.location, word, old, new)
    names = (before.name.strip(), after.name.strip())
    if (
        all(names)
        and before.spoken_name != after.spoken_name
        and "[" not in (*names[0][:1], *names[1][:1])
    ):
        yield _attribute(role_id, name, after.location, "name", *names)


def _attribute(  # noqa: PLR0913, PLR0917 - it is a record
    role_id: str,
    name: str,
    place: Location,
    word: str,
    before: AttributeValue | None,
    after: AttributeValue | None,
) -> Change:
    return Change(Kind.CHANGED, role_id, name, place, None, word, before, after)


def _whole(kind: Kind, role: Known, permissions: dict[str, Permission]) -> Iterator[Change]:
    """A role that is on one side only, and all that it grants there."""
    whole = Change(kind, role.id, role.name, role.location)
    yield whole
    part = whole._replace(role_location=role.location)
    is_new = kind is Kind.ADDED
    if role.attributes.get(CORE_ADMINISTRATION) is True:
        before, after = (None, True) if is_new else (True, None)
        core = part._replace(kind=Kind.CHANGED, attribute=CORE_ADMINISTRATION)
        yield core._replace(before=before, after=after)
    for key, one in role.grants().items() if role.is_legible else ():
        sides = (None, one) if is_new else (one, None)
        levels = (None, one.level) if is_new else (one.level, None)
        change = part._replace(permission=permissions[key], location=one.location)
        yield change._replace(before=levels[0], after=levels[1], restrictions=_restrictions(*sides))


def _unsure(pairs: Pairs, permissions: dict[str, Permission]) -> Iterator[str]:
    """What could not be compared, and why."""
    alone = ((role,) for role in (*pairs.gone, *pairs.come))
    for roles in (*pairs.both, *alone):
        title = roles[-1].name.strip() or roles[-1].id
        if not all(role.is_legible for role in roles):
            yield f'"{title}": most of its permissions have names that nobody knows'
        unread = sorted(permissions[key].name for role in roles for key in role.unread)
        if unread:
            names = listed(list(dict.fromkeys(unread)))
            yield f'"{title}": {names}: a level that could not be read'
