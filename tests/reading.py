"""What tests of reading share: inputs in memory, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nspermaudit import packs, parsers
from nspermaudit.account import Account
from nspermaudit.auditing import Request, audit
from nspermaudit.companions import Assignment
from nspermaudit.config import Config
from nspermaudit.discovery import find
from nspermaudit.errors import OtherReadingError
from nspermaudit.export import Export
from nspermaudit.finding import Input, messages_of
from nspermaudit.inputs import Inputs
from nspermaudit.model import Role
from nspermaudit.pages import merged
from nspermaudit.reporters import REPORTERS
from nspermaudit.rule import Use
from nspermaudit.source import Reading, Source, from_bytes
from nspermaudit.style import Style

Told = tuple[str, int, str]
"""A message as a test expects it: its severity, its line, a part of its text."""

Levels = dict[str, dict[str, str]]


class Read(NamedTuple):
    """What was read of some inputs."""

    inputs: tuple[Input, ...]
    roles: tuple[Role, ...]
    account: Account

    @property
    def status(self) -> str:
        """What became of the only input."""
        return self.inputs[0].status

    @property
    def levels(self) -> Levels:
        """The level of each permission of each role; of two levels both, the lower first."""
        return {
            role.id: {
                key: "+".join(level.name for level in sorted({grant.level for grant in grants}))
                for key, grants in role.held.items()
            }
            for role in self.roles
        }

    @property
    def lines(self) -> list[int]:
        """The lines of all grants, in order."""
        return sorted(grant.location.line for role in self.roles for grant in role.grants)

    def assert_told(self, expected: Iterable[Told]) -> None:
        """Fail unless these are the messages."""
        assert_told(self.inputs, expected)


def assert_told(inputs: Iterable[Input], expected: Iterable[Sequence[Any]]) -> None:
    """Fail unless these are the messages: each with its severity, its line and its words."""
    messages = messages_of(inputs)
    told = sorted((item.location.line, item.severity.word, item.text) for item in messages)
    wanted = sorted((line, severity, text) for severity, line, text in expected)
    assert [item[:2] for item in told] == [item[:2] for item in wanted], told
    for (*_, text), (*_, part) in zip(told, wanted, strict=True):
        assert part in text


def read_all(sources: Sequence[Source], reading: Reading | None = None) -> Read:
    """Read some sources as an audit does."""
    inputs = Inputs(sources, reading or Reading())
    account = inputs.read_companions()
    roles = [role for export in inputs.exports for role in _roles(export, inputs, account)]
    whole = [role for role in roles if not role.fragment]
    whole += merged(role for role in roles if role.fragment)
    inputs.tell_missing_pages()
    return Read(tuple(export.as_input() for export in inputs.all), tuple(whole), account)


def read(
    content: str | bytes,
    reading: Reading | None = None,
    *,
    named: bool = True,
    path: str = "export",
) -> Read:
    """Read one input that is in memory."""
    data = content.encode() if isinstance(content, str) else content
    return read_all([Source(path, data=data, named=named)], reading)


def assignments(source: Source, form: str) -> list[str]:
    """Who has which role, as an export of the format ``form`` says it: ``user: role``."""
    facts = parsers.load(form).parse(source, Reading())
    return sorted(f"{fact.user}: {fact.role}" for fact in facts if isinstance(fact, Assignment))


def _roles(export: Export, inputs: Inputs, account: Account) -> list[Role]:
    reading = inputs.reading
    while True:
        try:
            return list(inputs.roles_of(export, reading, account))
        except OtherReadingError as other:  # noqa: PERF203 - it happens once or twice
            reading = inputs.restart(export, reading, other)


def said(place: Path, *, plain: bool) -> str:
    """All that an audit of every role against the shipped packs says, as JSON.

    Without those that contradict others, and those of vendors, which use the same verbs.
    """
    names = [name for name in packs.shipped() if not name.startswith(("least-privilege", "vendor"))]
    request = Request(packs=tuple(map(Use, names)), roles=("*",), keep_all=True)
    report = audit(find([str(place)]), Config(), request, Reading(plain=plain))
    assert report.roles
    return "".join(REPORTERS["json"].render(report, Style(show_all=True)))


class Whole(NamedTuple):
    """Everything that is said of one file, in a form that can be compared."""

    input: Input
    account: Account
    roles: tuple[Any, ...]


def read_with_restarts(data: bytes, path: str, *, plain: bool) -> tuple[Whole, bool]:
    """All that is read of a file, and whether it took the plain reader in the end."""
    inputs = Inputs([from_bytes(data, path)], Reading(plain=plain, many=True))
    account = inputs.read_companions()
    (export,) = inputs.all
    reading, roles = inputs.reading, list[Any]()
    while export in inputs.exports:
        try:
            roles = [
                (role.id, role.name, sorted(role.grants), *role[3:])
                for role in inputs.roles_of(export, reading, account)
            ]
            break
        except OtherReadingError as other:
            reading = inputs.restart(export, reading, other)
    return Whole(export.as_input(), account, tuple(roles)), reading.plain
