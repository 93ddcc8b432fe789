"""Who may do what, going by the roles that were read: what ``who`` and ``matrix`` are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from nspermaudit.companions import Assignment
from nspermaudit.finding import Input, Message, messages_of
from nspermaudit.model import Level, Permission
from nspermaudit.people import Person, known_people
from nspermaudit.rule import Severity
from nspermaudit.snapshot import Known, Snapshot, Standing, together
from nspermaudit.source import Reading, Source
from nspermaudit.survey import survey

NOBODY = (
    "no input says who has which role: export the employees with their roles (an employee search "
    "with Internal ID, Name, Email, Inactive and Role, or SuiteQL employeeroles)"
)
ONE_AT_A_TIME = (
    "a user works in one role at a time: what they can do over several roles they do one after the "
    "other"
)


class Access(NamedTuple):
    """The roles of some inputs, by their identity, and the people who hold them.

    ``permissions`` are all that the roles and the people have, by id. ``unfinished`` is why it is
    not all that there is, in words.
    """

    roles: Mapping[str, Known]
    persons: tuple[Person, ...]
    permissions: Mapping[str, Permission]
    inputs: tuple[Input, ...]
    notes: tuple[str, ...]
    unfinished: tuple[str, ...]

    @property
    def messages(self) -> list[Message]:
        """What is to be said of the inputs, but for what is only by the way."""
        return [item for item in messages_of(self.inputs) if item.severity > Severity.INFO]


def read(sources: Iterable[Source], reading: Reading, globs: tuple[str, ...] = ()) -> Access:
    """Read roles and people; ``globs`` restrict it to roles whose id or name matches one."""
    found = survey(sources, reading)
    people = known_people(found.account, found.roles)
    every = {key: together(copies) for key, copies in found.roles.roles.items()}
    roles = {key: known for key, known in every.items() if not globs or _is_named(known, globs)}
    persons = tuple(_restricted(person, roles) for person in people.persons)
    unfinished = [*found.report.unfinished]
    unfinished += [
        f'no role is named "{glob}" (--role)'
        for glob in globs
        if not any(_is_named(known, (glob,)) for known in roles.values())
    ]
    notes = [*found.report.notes, *people.notes]
    return Access(
        roles,
        tuple(person for person in persons if person.roles or person.missing),
        _permissions(found.roles, people.persons),
        tuple(item for item in found.report.inputs if item.status != "skipped" or item.messages),
        tuple(notes),
        tuple(unfinished),
    )


def _is_named(known: Known, globs: Iterable[str]) -> bool:
    texts = (known.id.casefold(), known.name.strip().casefold())
    return any(fnmatchcase(text, glob.casefold()) for glob in globs for text in texts)


def _restricted(person: Person, roles: Mapping[str, Known]) -> Person:
    held: Mapping[str, Assignment] = {key: one for key, one in person.roles.items() if key in roles}
    return person._replace(roles=held)


def _permissions(roles: Snapshot, persons: Iterable[Person]) -> dict[str, Permission]:
    found = dict(roles.permissions)
    for person in persons:
        for key, grant in person.overrides.items():
            found.setdefault(key, grant.permission)
    return found


def is_inactive(known: Known) -> bool:
    """Whether nobody can work in a role."""
    return known.attributes.get("inactive") is True


def title(known: Known) -> str:
    """What to call a role."""
    return known.name.strip() or known.id


def effective(
    grants: Mapping[str, Standing], person: Person, wanted: Iterable[str] | None = None
) -> dict[str, Standing]:
    """What a role grants to a user: global permissions override it, up and down.

    ``wanted`` are the ids that matter; all without it.
    """
    if not person.overrides:
        return dict(grants)
    found = dict(grants)
    for key, grant in person.overrides.items():
        if wanted is not None and key not in wanted:
            continue
        found.pop(key, None)
        if grant.level:
            found[key] = Standing(grant.level, "", grant.location)
    return found


def united(parts: Iterable[Mapping[str, Standing]]) -> dict[str, Standing]:
    """The highest level of each permission over some roles."""
    found: dict[str, Standing] = {}
    for grants in parts:
        for key, standing in grants.items():
            known = found.get(key)
            if known is None or standing.level > known.level:
                found[key] = standing
    return found


def level_of(grants: Mapping[str, Standing], key: str) -> Level:
    """The level of a permission; None where there is no grant."""
    standing = grants.get(key)
    return standing.level if standing else Level.NONE
