"""Two states of roles side by side: what differs, and what could not be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nspermaudit.changes import CORE_ADMINISTRATION, Change, Kind
from nspermaudit.model import AttributeValue, Level, Location, Permission
from nspermaudit.snapshot import Known, Snapshot
from nspermaudit.style import counted, listed

MAX_ATTRIBUTES = 25
"""So many words for attributes there may be in a note: there are not more of them."""


class Comparison(NamedTuple):
    """What differs between two sides, in order; ``unsure`` is what was not compared, in words."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    unsure: tuple[str, ...]


class _Pairs(NamedTuple):
    """The roles of two sides: those that are one role, and those on one side alone."""

    both: Sequence[tuple[Known, Known]]
    gone: Sequence[Known]
    come: Sequence[Known]
    notes: tuple[str, ...]


def compare(old: Snapshot, new: Snapshot) -> Comparison:
    """Tell what became of the old roles, and which are new."""
    pairs = _paired(old, new)
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


def _paired(old: Snapshot, new: Snapshot) -> _Pairs:
    """Bring together what is one role: by its identity, else by a name that is unique."""
    both = [(known, new.roles[key]) for key, known in old.roles.items() if key in new.roles]
    gone = {key: known for key, known in old.roles.items() if key not in new.roles}
    come = {key: known for key, known in new.roles.items() if key not in old.roles}
    notes = []
    by_name = list(_same_names(gone, come, _unique_names(old), _unique_names(new)))
    for before, after in by_name:
        both.append((gone.pop(before), come.pop(after)))
    if by_name:
        roles = counted(len(by_name), "role")
        notes.append(f"{roles} matched by name: one side does not have the ids of the other")
    standard = 0
    for side, other, rest in ((old, new, gone), (new, old, come)):
        if _is_sdf(other) and not _is_sdf(side):
            keys = [key for key, known in rest.items() if known.is_standard]
            standard += len(keys)
            for key in keys:
                del rest[key]
    if standard:
        roles = counted(standard, "standard role")
        notes.append(f"{roles} left out: SuiteCloud projects hold custom roles only")
    return _Pairs(both, list(gone.values()), list(come.values()), tuple(notes))


def _is_sdf(side: Snapshot) -> bool:
    return side.forms() == {"sdf"}


def _unique_names(side: Snapshot) -> set[str]:
    names = Counter(known.spoken_name for known in side)
    return {name for name, number in names.items() if name and number == 1}


def _same_names(
    gone: dict[str, Known], come: dict[str, Known], olds: set[str], news: set[str]
) -> Iterator[tuple[str, str]]:
    """The keys of roles that have one name and ids that cannot be compared."""
    by_name = {known.spoken_name: key for key, known in come.items()}
    for key, known in gone.items():
        name = known.spoken_name
        other = by_name.get(name)
        if other is None or name not in olds or name not in news:
            continue
        if known.kind_of_id != come[other].kind_of_id:
            yield key, other


def _identity(before: Known, after: Known) -> tuple[str, str]:
    """The id and the name of a role: its script id if there is one, the newer name."""
    script_ids = [one.id for one in (after, before) if one.id.casefold().startswith("customrole")]
    return (*script_ids, after.id)[0], after.name or before.name


def _grants(before: Known, after: Known, permissions: dict[str, Permission]) -> Iterator[Change]:
    olds, news = before.grants(), after.grants()
    unread = before.unread | after.unread
    role_id, name = _identity(before, after)
    for key in {*olds, *news} - unread:
        old, new = olds.get(key), news.get(key)
        if new is None or old is None or old[0] is not new[0]:
            place = (new or old or (None, after.location))[1]
            permission = permissions[key]
            levels = (old[0] if old else None, new[0] if new else None)
            yield Change(_kind(*levels), role_id, name, place, permission, "", *levels)


def _kind(before: Level | None, after: Level | None) -> Kind:
    if before is None:
        return Kind.ADDED
    if after is None:
        return Kind.REMOVED
    return Kind.RAISED if after > before else Kind.LOWERED


def _attributes(before: Known, after: Known, one_sided: set[str]) -> Iterator[Change]:
    """What differs beside the grants; what only one side tells goes into ``one_sided``.

    Two SDF objects tell all there is to tell: what does not stand there is not set.
    """
    role_id, name = _identity(before, after)
    are_objects = before.form == after.form == "sdf"
    for word in {*before.attributes, *after.attributes}:
        old, new = before.attributes.get(word), after.attributes.get(word)
        if None in (old, new) and not are_objects:
            one_sided.add(word)
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
    yield Change(kind, role.id, role.name, role.location)
    is_new = kind is Kind.ADDED
    if role.attributes.get(CORE_ADMINISTRATION) is True:
        values = (None, True) if is_new else (True, None)
        yield _attribute(role.id, role.name, role.location, CORE_ADMINISTRATION, *values)
    for key, (level, place) in role.grants().items() if role.is_legible else ():
        levels = (None, level) if is_new else (level, None)
        yield Change(kind, role.id, role.name, place, permissions[key], "", *levels)


def _unsure(pairs: _Pairs, permissions: dict[str, Permission]) -> Iterator[str]:
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


def has_new_access(changes: Iterable[Change]) -> bool:
    """Whether any of the changes lets somebody do more than before."""
    return any(change.is_new_access for change in changes)
