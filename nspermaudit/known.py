"""What companions say of an account, put together with what the configuration states."""

from __future__ import annotations

from types import MappingProxyType

from nspermaudit.account import Account
from nspermaudit.census import Census
from nspermaudit.companions import AccessToken, Feature, Integration, RoleFacts
from nspermaudit.export import Export
from nspermaudit.model import Location
from nspermaudit.rule import Severity


class Known:
    """What is known of an account, while its companions are read; what they say wins."""

    def __init__(self, stated: Account) -> None:
        self._stated = stated
        self._people = Census(stated)
        self._features: dict[str, bool] = dict(stated.features)
        self._places: dict[str, Location] = dict(stated.places)
        self._roles: dict[str, RoleFacts] = {}
        self._integrations: list[Integration] = []
        self._tokens: list[AccessToken] = []

    def take(self, fact: object, export: Export) -> None:
        """Take in what an input says, other than what it says of projects."""
        if isinstance(fact, Feature):
            if self._stated.features.get(fact.id, fact.is_on) is not fact.is_on:
                text = f"feature {fact.id} is stated otherwise in the configuration"
                export.tell(Severity.WARNING, text, fact.location)
            self._features[fact.id] = fact.is_on
            self._places[fact.id] = fact.location
        elif isinstance(fact, RoleFacts):
            self._roles.update({key: fact for key in (fact.id, fact.script_id) if key})
        elif isinstance(fact, Integration):
            self._integrations.append(fact)
        elif isinstance(fact, AccessToken):
            self._tokens.append(fact)
        else:
            self._people.take(fact)

    def account(self) -> Account:
        """The account with all that."""
        return self._people.onto(self._stated)._replace(
            features=MappingProxyType(self._features),
            roles=MappingProxyType(self._roles),
            integrations=(*self._stated.integrations, *self._integrations),
            tokens=(*self._stated.tokens, *self._tokens),
            places=MappingProxyType(self._places),
        )
