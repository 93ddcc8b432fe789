"""What two inputs differ in, whatever their formats; as text, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from nspermaudit import change_lines
from nspermaudit.changes import Change
from nspermaudit.comparing import compare
from nspermaudit.escaping import code
from nspermaudit.finding import Input, Report, messages_of
from nspermaudit.json_values import change_value, input_value
from nspermaudit.rule import Severity
from nspermaudit.snapshot import Snapshot
from nspermaudit.source import Reading, Source
from nspermaudit.streamed_json import listed, opened
from nspermaudit.style import Style, counted, one_line
from nspermaudit.summary import paragraphs
from nspermaudit.survey import survey
from nspermaudit.version import VERSION

SCHEMA = "nspermaudit-diff/1"


class Side(NamedTuple):
    """One of the two: what it is called, what was read of it."""

    name: str
    inputs: tuple[Input, ...]
    roles: int
    grants: int

    @property
    def formats(self) -> list[str]:
        """The formats in which its roles came."""
        return sorted({item.format for item in self.inputs if item.roles})


class Difference(NamedTuple):
    """All there is to say; ``unfinished`` is why the comparison is not complete, in words."""

    old: Side
    new: Side
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    unfinished: tuple[str, ...]


def differ(
    old: tuple[str, Iterable[Source]],
    new: tuple[str, Iterable[Source]],
    reading: Reading,
    globs: tuple[str, ...] = (),
) -> Difference:
    """Compare what two sides, each a name and its inputs, grant.

    ``globs`` restrict it to the roles whose id or name matches one of them.
    """
    sides: list[Side] = []
    snapshots: list[Snapshot] = []
    unfinished: list[str] = []
    matched: set[str] = set()
    for word, (name, sources) in (("OLD", old), ("NEW", new)):
        snapshot, _, report = survey(sources, reading)
        unfinished += [f"{word} ({name}): {reason}" for reason in report.unfinished]
        if not report.roles and not report.unfinished:
            unfinished.append(f"{word} ({name}): there is no role in it")
        snapshots.append(_restricted(snapshot, globs, matched))
        sides.append(_side(name, report, snapshots[-1]))
    unfinished += [f'no role is named "{glob}" (--role)' for glob in globs if glob not in matched]
    comparison = compare(*snapshots)
    unfinished += [f"not compared: {words}" for words in comparison.unsure]
    return Difference(sides[0], sides[1], comparison.changes, comparison.notes, tuple(unfinished))


def _side(name: str, report: Report, snapshot: Snapshot) -> Side:
    inputs = tuple(item for item in report.inputs if item.status != "skipped" or item.messages)
    return Side(name, inputs, len(snapshot), sum(len(known.ids) for known in snapshot))


def _restricted(snapshot: Snapshot, globs: Iterable[str], matched: set[str]) -> Snapshot:
    """The roles that one of the globs names, those of them noted in ``matched``; all for none."""
    if not globs:
        return snapshot
    kept = {}
    for key, copies in snapshot.roles.items():
        texts = {
            text for one in copies for text in (one.id.casefold(), one.name.strip().casefold())
        }
        names = {one for one in globs if any(fnmatchcase(text, one.casefold()) for text in texts)}
        if names:
            kept[key] = copies
            matched |= names
    snapshot.roles = kept
    return snapshot


def _text(difference: Difference, style: Style) -> Iterator[str]:
    sides = (("old", difference.old), ("new", difference.new))
    head = [f"{style.paint(word, 'bold')}: {_described(side)}" for word, side in sides]
    lines = change_lines.text(difference.changes, style)
    messages = [
        one_line(
            f"{'note' if item.severity is Severity.INFO else item.severity.word}: "
            f"{item.location}: {item.text}"
        )
        for _, side in sides
        for item in messages_of(side.inputs)
    ]
    ending = (
        [f"note: {one_line(words)}" for words in difference.notes] if style.verbosity >= 0 else []
    )
    what = change_lines.summary(difference.changes)
    if what == "none":
        what = "no difference in grants and attributes"
    if not difference.unfinished or difference.changes:
        ending.append(style.paint(f"{what[0].upper()}{what[1:]}.", "bold"))
    ending += [
        style.paint(f"Not complete: {one_line(reason)}.", "error")
        for reason in difference.unfinished
    ]
    parts = ("\n".join(head), "\n".join(lines), "\n".join(messages), "\n".join(ending))
    return paragraphs(parts if style.verbosity >= 0 else parts[1:])


def _described(side: Side) -> str:
    formats = ", ".join(side.formats)
    counts = f"{counted(side.roles, 'role')}, {counted(side.grants, 'grant')}"
    return one_line(f"{side.name} ({formats + ': ' if formats else ''}{counts})")


def _markdown(difference: Difference, style: Style) -> Iterator[str]:
    what = change_lines.summary(difference.changes)
    title = "no difference" if what == "none" else what
    yield f"### Role permissions: {title}\n\n"
    for word, side in (("old", difference.old), ("new", difference.new)):
        counts = f"{counted(side.roles, 'role')}, {counted(side.grants, 'grant')}"
        yield f"- {word}: {code(side.name)}, {counts}\n"
    most = len(difference.changes) if style.show_all else change_lines.MAX_SHOWN
    yield from ("\n", *(f"{line}\n" for line in change_lines.markdown(difference.changes, most)))
    words = [f"> {code(note)}\n" for note in difference.notes]
    words += [f"> **Not complete:** {code(one)}\n" for one in difference.unfinished]
    if words:
        yield "\n" + ">\n".join(words)


def _json(difference: Difference, style: Style) -> Iterator[str]:
    del style  # a document for programs has everything
    head = {
        "schema": SCHEMA,
        "tool": {"name": "nspermaudit", "version": VERSION},
        "old": _side_value(difference.old),
        "new": _side_value(difference.new),
        "complete": not difference.unfinished,
        "unfinished": list(difference.unfinished),
        "notes": list(difference.notes),
    }
    yield opened(head) + ',\n  "changes": '
    yield from listed(map(change_value, difference.changes), depth=2)
    yield "\n}\n"


def _side_value(side: Side) -> dict[str, object]:
    return {
        "name": side.name,
        "roles": side.roles,
        "grants": side.grants,
        "inputs": [input_value(item) for item in side.inputs],
    }


FORMATS: Mapping[str, Callable[[Difference, Style], Iterator[str]]] = {
    "text": _text,
    "markdown": _markdown,
    "json": _json,
}
"""How a difference can be told: each makes the text of it piece by piece."""
