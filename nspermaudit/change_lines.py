"""Changes for people: a line each, sensitive ones first and marked; as text and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from nspermaudit.changes import Change, Kind
from nspermaudit.escaping import code
from nspermaudit.model import AttributeValue, Level
from nspermaudit.style import Style, counted, listed, one_line

MAX_SHOWN = 1000
"""So many lines are shown unless all results are asked for."""

_MAX_WIDTH = 44
_MAX_SENSITIVE = 3
_COLOURS = {
    Kind.ADDED: "warning",
    Kind.RAISED: "warning",
    Kind.CHANGED: "info",
    Kind.LOWERED: "dim",
    Kind.REMOVED: "dim",
}


class Line(NamedTuple):
    """What one line tells: a change; of a role that came or went all that it grants, too."""

    change: Change
    grants: tuple[Change, ...] = ()

    @property
    def sensitivity(self) -> str:
        """Why the line is marked; empty if it is not."""
        if not self.change.is_of_role:
            return self.change.sensitivity
        if self.change.kind is Kind.REMOVED:
            return ""
        special = [f"{_name(one)}: {_value(one.after)}" for one in self.grants if one.sensitivity]
        return listed(special, _MAX_SENSITIVE)

    @property
    def reason(self) -> str:
        """The same where the line itself does not say it: that a level is Full can be seen."""
        return "" if self.sensitivity == Level.FULL.title else self.sensitivity

    @property
    def order(self) -> tuple[object, ...]:
        """A role stands where the most sensitive of what it brings would stand."""
        ranks = (one.rank for one in self.grants) if self.change.kind is Kind.ADDED else ()
        return (min((self.change.rank, *ranks)), *self.change.order[1:])


def lines_of(changes: Sequence[Change]) -> list[Line]:
    """The lines that changes make: one for a role that came or went, not one for each grant."""
    whole: dict[tuple[object, ...], list[Change]] = {
        _role(change): [] for change in changes if change.is_of_role
    }
    single: list[Change] = []
    for change in changes:
        if not change.is_of_role:
            whole.get(_role(change), single).append(change)
    lines = [Line(change) for change in single]
    lines += [Line(change, tuple(whole[_role(change)])) for change in changes if change.is_of_role]
    return sorted(lines, key=lambda line: line.order)


def _role(change: Change) -> tuple[object, ...]:
    """The role that came or went, and where it stands: there may be another one of its id."""
    place = change.location if change.is_of_role else change.role_location
    return (change.role_id, change.role_name, place)


def summary(changes: Iterable[Change]) -> str:
    """The sums: ``2 grants added, 1 raised; 1 role removed``, or ``none``."""
    lines = lines_of([*changes])
    grants = Counter(line.change.kind for line in lines if line.change.permission)
    roles = Counter(line.change.kind for line in lines if line.change.is_of_role)
    attributes = sum(bool(line.change.attribute) for line in lines)
    parts = (
        _counts(grants, "grant"),
        _counts(roles, "role"),
        f"{counted(attributes, 'attribute')} changed" if attributes else "",
    )
    return "; ".join(filter(None, parts)) or "none"


def _counts(numbers: Counter[Kind], word: str) -> str:
    parts = [(kind, numbers[kind]) for kind in Kind if numbers[kind]]
    first = f"{counted(parts[0][1], word)} {parts[0][0].value}" if parts else ""
    return ", ".join([first, *(f"{number} {kind.value}" for kind, number in parts[1:])])


def new_access(changes: Iterable[Change]) -> str:
    """What lets somebody do more than before, counted; empty if nothing does."""
    news = [change for change in changes if change.is_new_access]
    grants = sum(change.permission is not None for change in news)
    words = [change.attribute for change in news if change.permission is None]
    names = ", ".join(sorted(set(words)))
    parts = [
        f"{counted(grants, 'grant')} added or raised" if grants else "",
        f"{counted(len(words), 'attribute')} widened ({names})" if words else "",
    ]
    return ", ".join(filter(None, parts))


def text(changes: Sequence[Change], style: Style) -> Iterator[str]:
    """The changes for a terminal, a line each."""
    shown = lines_of(changes)
    rest = 0 if style.show_all else max(len(shown) - MAX_SHOWN, 0)
    shown = shown[: len(shown) - rest]
    cells = [one_line(_what(line, plain=str)) for line in shown]
    width = min(max(map(len, cells), default=0), _MAX_WIDTH)
    for line, what in zip(shown, cells, strict=True):
        change = line.change
        mark = style.paint("!", "error") if line.sensitivity else " "
        kind = style.paint(f"{change.kind.value:<7}", _COLOURS[change.kind])
        subject = one_line(_subject(change))
        place = style.paint(one_line(_place(change)), "dim")
        why = f"  [{one_line(line.reason)}]" if line.reason else ""
        yield f"{mark} {kind}  {what:<{width}}  {subject}  {place}{why}"
    if rest:
        yield f"... and {counted(rest, 'more change')}: --show all or --format json has them all"


def sentence(change: Change) -> str:
    """What changed, in words: ``Items: View -> Full``."""
    return _what(Line(change), plain=str)


def _name(change: Change) -> str:
    return change.permission.name if change.permission else change.attribute


def _what(line: Line, plain: Callable[[str], str]) -> str:
    """What changed, and how; ``plain`` makes a name safe for the format."""
    change = line.change
    if change.is_of_role:
        number = sum(one.permission is not None for one in line.grants)
        return f"role with {counted(number, 'grant')}" if number else "role without grants"
    name = plain(_name(change))
    before, after = (
        f" restricted by {plain(restriction)}" if restriction else ""
        for restriction in change.restrictions
    )
    if change.permission and change.kind is Kind.ADDED:
        return f"{name}: {_value(change.after)}{after}"
    if change.permission and change.kind is Kind.REMOVED:
        return f"{name} (was {_value(change.before)}{before})"
    old, new = (plain(_value(value)) for value in (change.before, change.after))
    return f"{name}: {old}{before} -> {new}{after}"


def _value(value: Level | AttributeValue | None) -> str:
    if isinstance(value, Level):
        return value.title
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value is None else value


def _subject(change: Change) -> str:
    name = change.role_name.strip()
    return (
        f'"{name}" ({change.role_id})' if name and name != change.role_id else f'"{change.role_id}"'
    )


def _place(change: Change) -> str:
    """Where it stands; of what is gone, where it stood."""
    return f"was {change.location}" if change.kind is Kind.REMOVED else str(change.location)


def markdown(changes: Sequence[Change], most: int = MAX_SHOWN) -> Iterator[str]:
    """The changes as the items of a Markdown list, for a pull request."""
    lines = lines_of(changes)
    for line in lines[:most]:
        change = line.change
        what = _what(line, plain=code)
        why = f" **({_marked(line)})**" if line.sensitivity else ""
        name = change.role_name.strip()
        role = f"{code(name)} ({code(change.role_id)})" if name else code(change.role_id)
        of = ":" if change.is_of_role else " in"
        place = code(_place(change))
        yield f"- **{change.kind.value}** {what}{why}{of} {role}, {place}"
    if len(lines) > most:
        yield f"- ... and {counted(len(lines) - most, 'more change')}"


def _marked(line: Line) -> str:
    """Why a line is marked; in a new role's, names stand that come from an export."""
    if line.change.is_of_role:
        return code(line.sensitivity)
    return line.reason or "sensitive"
