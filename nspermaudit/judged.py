"""What an audit has asked of what: that nothing was found says something only there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from nspermaudit.account import Account
from nspermaudit.model import Role, role_key
from nspermaudit.rule import Rule, user_id


class Judged:
    """Which rules were asked of which roles: only then is it telling that nothing was found."""

    def __init__(self) -> None:
        self.roles: dict[str, tuple[str, str]] = {}
        self.saw_users = False
        self._asked: set[tuple[str, str]] = set()
        self._open: set[tuple[str, str]] = set()

    def fresh(self) -> Judged:
        """An empty one."""
        return Judged()

    def see(self, role: Role) -> None:
        """Remember a role: it was there."""
        self.roles[role_key(role.id)] = (role.id, role.name)

    def ask(self, role: Role, class_name: str) -> None:
        """Remember that the rules of a class were asked of a role."""
        self._asked.add((class_name, role_key(role.id)))

    def see_user(self, user: str, class_names: Iterable[str]) -> None:
        """Remember a user: they were there, and the rules of some classes were asked of them."""
        self.saw_users = True
        key = role_key(user_id(user))
        self.roles[key] = (user_id(user), "")
        self._asked.update((name, key) for name in class_names)

    def leave_open(self, rule: Rule, about: str) -> None:
        """Remember that something about a role or object, or all of them, could not be told."""
        self._open.add((rule.id, role_key(about)))

    def see_objects(self, account: Account) -> None:
        """Remember the objects that were judged of projects that are known whole."""
        for project in account.projects.values():
            for object_id, items in project.objects.items() if not project.is_partial else ():
                if not any(item.is_context for item in items):
                    self.roles.setdefault(role_key(object_id), (object_id, ""))
                    self._asked.add(("", role_key(object_id)))

    def saw_roles_of(self, account: Account) -> bool:
        """Whether all roles of the projects were there to be judged, none as context alone."""
        projects = (*account.projects.values(), *filter(None, (account.strays,)))
        return all(role_key(role_id) in self.roles for one in projects for role_id in one.roles)

    def add(self, other: Judged) -> None:
        """Take in what another one remembers."""
        self.roles |= other.roles
        self._asked |= other._asked
        self._open |= other._open

    def was_asked(self, rule: Rule, key: str) -> bool:
        """Whether a rule was asked of the role of that key."""
        name = "" if rule.is_about_account else rule.applies_to
        return (name, key) in self._asked

    def is_open(self, rule: Rule, key: str) -> bool:
        """Whether something that a rule asks of the role of that key could not be told."""
        return not self._open.isdisjoint(((rule.id, key), (rule.id, "")))


class Extent(NamedTuple):
    """How much an audit saw: only then is it telling that something is not there.

    ``is_whole``: all roles were given, not some of a project's files. ``is_folder``: a folder or an
    archive was given, and no role of its projects was left out. ``is_sdf``: all roles are SDF
    objects. ``is_unrestricted``: no rule and no role was left out by an option, and it is no
    comparison.
    """

    is_whole: bool
    is_folder: bool
    is_sdf: bool
    is_unrestricted: bool
