"""What an audit asks, sorted out once: which rules of which roles, and which at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from nspermaudit.account import Account
from nspermaudit.rule import Rule
from nspermaudit.style import counted


class Questions:
    """The rules of an audit by what they are asked of.

    ``of_roles`` has, by class, those that are asked of each role as it comes, and an empty list
    for a class of which all are ``last``: those are asked when all was read. ``kept`` has the ids
    of the permissions that the last ones of a class look at. ``objects`` are the ids of all roles
    that are SDF objects: where one of them stands twice, other rules tell.
    """

    def __init__(self, rules: Sequence[Rule], account: Account) -> None:
        self.rules = rules
        self.account = account
        self.about_account = [rule for rule in rules if rule.is_about_account]
        self.of_roles: dict[str, list[Rule]] = {}
        self.last: dict[str, list[Rule]] = {}
        for rule in rules:
            if not rule.is_about_account:
                asked = self.of_roles.setdefault(rule.applies_to, [])
                asked += () if rule.is_asked_last else (rule,)
            if rule.is_asked_last:
                self.last.setdefault(rule.applies_to, []).append(rule)
        self.kept = {
            name: {item.id for rule in found for item in rule.last_check.kept(account)}
            for name, found in self.last.items()
        }
        projects = (*account.projects.values(), account.strays)
        self.objects = {key for project in projects if project for key in project.roles}

    def unasked(self, seen: AbstractSet[str]) -> Iterator[tuple[str, str]]:
        """Classes to which no role belongs, and that in words; ``seen`` are those with some."""
        for name in sorted(self.of_roles.keys() - seen):
            number = len(self.of_roles[name])
            if number:
                rules = counted(number, "rule")
                yield name, f"no role is known to be of class {name}: {rules} asked of none"
