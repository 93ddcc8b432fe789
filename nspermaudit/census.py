"""Who has which role, and what is known of users, put together while inputs are read."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from nspermaudit.account import Account

if TYPE_CHECKING:
    from nspermaudit.companions import GlobalGrant

_NOBODY = Account()


class Census:
    """Who has which role, and what is known of users, while inputs are read."""

    def __init__(self, account: Account = _NOBODY) -> None:
        self.assignments = {item[:2]: item for item in account.assignments}
        self.users = dict(account.users)
        self.global_grants: dict[tuple[str, str], GlobalGrant] = {}
        for item in account.global_grants:
            self.take(item)

    def take(self, fact: object) -> bool:
        """Take in what an input says, if it is about people: whether it is."""
        from nspermaudit.companions import (  # noqa: PLC0415 - start-up: a role alone has no people
            Assignment,
            GlobalGrant,
            User,
        )

        if isinstance(fact, Assignment):
            self.assignments.setdefault(fact[:2], fact)
        elif isinstance(fact, User):
            known = self.users.get(fact.id)
            self.users[fact.id] = known.joined(fact) if known else fact
        elif isinstance(fact, GlobalGrant):
            place = (fact.user, fact.permission.id)
            if fact.outweighs(self.global_grants.setdefault(place, fact)):
                self.global_grants[place] = fact
        else:
            return False
        return True

    def add(self, other: Census) -> None:
        """Take in what another one has."""
        groups = (other.assignments, other.users, other.global_grants)
        for facts in groups:
            for fact in facts.values():
                self.take(fact)

    def onto(self, account: Account) -> Account:
        """The account with all these people."""
        return account._replace(
            assignments=tuple(self.assignments.values()),
            users=MappingProxyType(self.users),
            global_grants=tuple(self.global_grants.values()),
        )
