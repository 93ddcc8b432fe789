"""Which role of one state is which of another: by identity, by name, and file by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from nspermaudit.snapshot import Known, Snapshot, together
from nspermaudit.style import counted

_MANY = 2000
"""With more pairs of files than this to choose from they are taken in the order of their paths."""

Both = tuple[Known, Known]
Copies = Sequence[Known]


class Pairs(NamedTuple):
    """The roles of two sides: those that are one role, and those on one side alone."""

    both: Sequence[Both]
    gone: Sequence[Known]
    come: Sequence[Known]
    notes: tuple[str, ...]


def paired(old: Snapshot, new: Snapshot) -> Pairs:
    """Bring together what is one role: by its identity, else by a name that is unique."""
    same = [(key, key) for key in old.roles if key in new.roles]
    gone = {key: together(copies) for key, copies in old.roles.items() if key not in new.roles}
    come = {key: together(copies) for key, copies in new.roles.items() if key not in old.roles}
    notes = []
    by_name = list(_same_names(gone, come, _unique_names(old), _unique_names(new)))
    for before, after in by_name:
        del gone[before], come[after]
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
    both: list[Both] = []
    alone: tuple[list[Known], list[Known]] = (_all(old, gone), _all(new, come))
    for before, after in (*same, *by_name):
        both += _by_file(old.copies(before), new.copies(after), *alone)
    return Pairs(both, *alone, tuple(notes))


def _all(side: Snapshot, keys: Iterable[str]) -> list[Known]:
    return [known for key in keys for known in side.copies(key)]


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


def _by_file(olds: Copies, news: Copies, gone: list[Known], come: list[Known]) -> Iterator[Both]:
    """Bring together the files of one role: the same path first, then what is nearest to it.

    A file for which none is left has its role for itself: it goes into ``gone`` or ``come``.
    Tables may have a role in parts: those that no path brings together count as one.
    """
    if len(olds) == len(news) == 1:
        yield olds[0], news[0]
        return
    left = {known.location.path: known for known in news}
    rest: list[Known] = []
    for known in olds:
        same = left.pop(known.location.path, None)
        if same is None:
            rest.append(known)
        else:
            yield known, same
    others = [*left.values()]
    if rest and others and any(known.form != "sdf" for known in (*rest, *others)):
        yield together(rest), together(others)
        return
    taken = _nearest(rest, others)
    yield from ((rest[place], others[other]) for place, other in taken.items())
    gone += (known for place, known in enumerate(rest) if place not in taken)
    matched = {*taken.values()}
    come += (known for place, known in enumerate(others) if place not in matched)


def _nearest(olds: Copies, news: Copies) -> dict[int, int]:
    """Which goes with which: most of the path in common; then what says the same."""
    if len(olds) * len(news) > _MANY:
        places = range(min(len(olds), len(news)))
        return dict(zip(places, places, strict=True))
    ranked = sorted(
        (-_nearness(old, new), sorted((old.location.path, new.location.path)), place, other)
        for place, old in enumerate(olds)
        for other, new in enumerate(news)
    )
    taken: dict[int, int] = {}
    matched: set[int] = set()
    for *_, place, other in ranked:
        if place not in taken and other not in matched:
            taken[place] = other
            matched.add(other)
    return taken


def _nearness(old: Known, new: Known) -> float:
    one, two = (known.location.path.split("/") for known in (old, new))
    alike = _in_common(one, two) + _in_common(one[::-1], two[::-1])
    says_the_same = (old.ids, old.levels, old.restrictions, old.attributes) == (
        *(new.ids, new.levels, new.restrictions, new.attributes),
    )
    return alike + says_the_same / 2


def _in_common(one: Iterable[str], two: Iterable[str]) -> int:
    pairs = zip(one, two, strict=False)
    return len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])
