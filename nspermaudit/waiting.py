"""Roles that are judged when all was read, kept small until then: there may be sixty thousand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nspermaudit.model import Grant, Holding, Location, Permission, Role
from nspermaudit.questions import Questions
from nspermaudit.rule import Rule, Verdict


class _Alike:
    """What many roles have in common."""

    __slots__ = ("attributes", "element", "format", "path")

    def __init__(self, role: Role) -> None:
        self.path = role.location.path
        self.format = role.format
        self.element = role.element
        self.attributes = dict(role.attributes)


class _Kept:
    """What is kept of one role."""

    __slots__ = ("alike", "column", "grants", "id", "line", "name", "unread")

    def __init__(
        self,
        role: Role,
        alike: _Alike,
        grants: tuple[Grant, ...],
        unread: Mapping[str, Permission],
    ) -> None:
        self.id = role.id
        self.name = role.name
        _, self.line, self.column = role.location
        self.alike = alike
        self.grants = grants
        self.unread = unread

    def role(self) -> Role:
        """The role again, with those grants alone."""
        alike = self.alike
        return Role(
            self.id,
            self.name,
            Holding(self.grants),
            Location(alike.path, self.line, self.column),
            alike.attributes,
            self.unread,
            alike.format,
            alike.element,
        )


_ALL_READ: Mapping[str, Permission] = {}


class Waiting:
    """For each rule that is asked last the roles that it is asked of.

    Of a role its id, name, place and attributes are kept, and the grants of those permissions that
    a check asks for.
    """

    def __init__(self, asked: Questions) -> None:
        self._asked = asked
        self._kept: dict[str, list[_Kept]] = {name: [] for name in asked.last}
        self._places: dict[str, list[int]] = {}
        self._alike: dict[tuple[object, ...], _Alike] = {}

    def take(self, role: Role, class_name: str) -> Iterator[tuple[Rule, Verdict]]:
        """Keep a role for the rules of a class; the verdicts of those that a condition decides."""
        kept = self._kept.get(class_name)
        if kept is None:
            return
        place = len(kept)
        kept.append(self._small(role, self._asked.kept[class_name]))
        for rule in self._asked.last[class_name]:
            places = self._places.setdefault(rule.id, [])
            verdict = rule.decided(role, self._asked.account)
            if verdict:
                yield rule, verdict
            else:
                places.append(place)

    def _small(self, role: Role, wanted: set[str]) -> _Kept:
        key = (role.location.path, role.format, role.element, *role.attributes.items())
        alike = self._alike.get(key) or self._alike.setdefault(key, _Alike(role))
        grants = tuple(item for key in wanted if key in role.held for item in role.held[key])
        unread = {key: role.unread[key] for key in wanted if key in role.unread} or _ALL_READ
        return _Kept(role, alike, grants, unread)

    def number_for(self, rule: Rule) -> int | None:
        """How many roles wait for a rule; None if no role is one of its class."""
        places = self._places.get(rule.id)
        return None if places is None else len(places)

    def roles_for(self, rule: Rule) -> Iterator[Role]:
        """The roles that wait for a rule."""
        kept = self._kept[rule.applies_to]
        return (kept[place].role() for place in self._places.get(rule.id, ()))

    def add(self, other: Waiting) -> None:
        """Take in the roles that another one has kept."""
        for name, found in self._asked.last.items():
            start = len(self._kept[name])
            self._kept[name] += other._kept[name]
            for rule in found:
                theirs = other._places.get(rule.id)
                if theirs is not None:
                    ours = self._places.setdefault(rule.id, [])
                    ours.extend(start + place for place in theirs)
