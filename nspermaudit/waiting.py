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
        self._decided: dict[str, set[int]] = {}
        self._alike: dict[tuple[object, ...], _Alike] = {}

    def take(self, role: Role, class_name: str) -> Iterator[tuple[Rule, Verdict]]:
        """Keep a role for the rules of a class; the verdicts of those that a condition decides."""
        kept = self._kept.get(class_name)
        if kept is None:
            return
        for rule in self._asked.last[class_name]:
            verdict = rule.decided(role, self._asked.account)
            if verdict:
                self._decided.setdefault(rule.id, set()).add(len(kept))
                yield rule, verdict
        kept.append(self._small(role, self._asked.kept[class_name]))

    def _small(self, role: Role, wanted: set[str]) -> _Kept:
        key = (role.location.path, role.format, role.element, *role.attributes.items())
        alike = self._alike.get(key) or self._alike.setdefault(key, _Alike(role))
        grants = tuple(item for key in wanted if key in role.held for item in role.held[key])
        unread = {key: role.unread[key] for key in wanted if key in role.unread} or _ALL_READ
        return _Kept(role, alike, grants, unread)

    def number_for(self, rule: Rule) -> int | None:
        """How many roles wait for a rule; None if no role is one of its class."""
        number = len(self._kept[rule.applies_to])
        return number - len(self._decided.get(rule.id, ())) if number else None

    def roles_for(self, rule: Rule) -> Iterator[Role]:
        """The roles that wait for a rule."""
        decided = self._decided.get(rule.id, ())
        kept = enumerate(self._kept[rule.applies_to])
        return (item.role() for place, item in kept if place not in decided)

    def add(self, other: Waiting) -> None:
        """Take in the roles that another one has kept."""
        for name, rules in self._asked.last.items():
            start = len(self._kept[name])
            for rule_id in {rule.id for rule in rules} & other._decided.keys():
                theirs = (start + place for place in other._decided[rule_id])
                self._decided.setdefault(rule_id, set()).update(theirs)
            self._kept[name] += other._kept[name]
