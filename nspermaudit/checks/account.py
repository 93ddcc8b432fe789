"""``account``: what must be true of the account, not of what a role grants.

Either a feature is on or off, or a built-in question by its name. Where nothing was given that
answers a question, it is not evaluated, and the reason says which export would tell or what to
state in the configuration.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, cast

from nspermaudit.account import Account
from nspermaudit.model import NO_ROLE, Permission, Plain, Role
from nspermaudit.rule import Check, Reader, Verdict

Told = tuple[Role, Verdict]

_ONCE = frozenset(("account-id-is-valid", "integration-record-is-ready"))
_LAST = frozenset(
    (
        "access-token-is-active",
        "access-token-role-may-use-tokens",
        "access-token-user-holds-role",
        "token-role-is-active",
        "token-role-is-assigned",
    )
)
"""Questions about roles that can be answered only when all inputs were read."""

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "access-token-is-active": "an active access token for the application, a user and the role",
        "access-token-role-may-use-tokens": "the access token's role has a permission to use it",
        "access-token-user-holds-role": "the access token's user has the token role",
        "account-id-is-valid": "the account id is known, in the form that a realm has",
        "integration-record-is-ready": "an integration record that is enabled and takes tokens",
        "token-role-is-active": "a token role, and it is active",
        "token-role-is-assigned": "an active user has the token role",
        "token-role-is-no-administrator": "the token role is no standard administrator",
    }
)
"""The built-in questions, with what is wanted in words."""

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "anyOf": [
            {"title": "a built-in question", "enum": sorted(QUESTIONS)},
            {
                "title": "a feature",
                "type": "object",
                "required": ["feature"],
                "additionalProperties": False,
                "properties": {
                    "feature": {
                        "description": "A feature id that must be on, or one with on or off.",
                        "anyOf": [
                            {"type": "string", "minLength": 1},
                            {
                                "title": "a feature with on or off",
                                "type": "object",
                                "minProperties": 1,
                                "maxProperties": 1,
                                "additionalProperties": {"enum": ["on", "off"]},
                            },
                        ],
                    }
                },
            },
        ]
    }
)


class FeatureState(Plain):
    """A feature of the account that must be on, or off."""

    is_about_account = True

    def __init__(self, feature: str, *, is_on: bool) -> None:
        self.feature = feature
        self.is_on = is_on

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:  # noqa: ARG002 - protocol
        """One verdict."""
        judge = _judgement("feature_state")
        return cast("Iterable[Verdict]", judge(self.feature, account, is_on=self.is_on))

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """None."""
        return iter(())


class Question(Plain):
    """One built-in question."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def is_about_account(self) -> bool:
        """Whether it is asked once, and not of roles."""
        return self.name in _ONCE

    @property
    def is_asked_last(self) -> bool:
        """Whether it is asked of the roles only when all inputs were read."""
        return self.name in _LAST

    def evaluate(self, role: Role, account: Account) -> Iterable[Verdict]:
        """The verdicts on one role, or on the account."""
        if self.is_asked_last:
            known = None if role is NO_ROLE else (role,)
            return [verdict for _, verdict in self.conclude(known, account)]
        judge = _judgement(self.name)
        found = judge(account) if self.is_about_account else judge(role, account)
        return tuple(cast("Iterable[Verdict]", found))

    def kept(self, account: Account) -> Iterator[Permission]:
        """The permissions whose grants it looks at, if there is a token to be used."""
        return (item for item, _ in self.permissions() if account.tokens)

    def conclude(self, roles: Iterable[Role] | None, account: Account) -> Iterable[Told]:
        """The verdicts on some roles, each with its role; with ``NO_ROLE``, one on all alike."""
        return cast("Iterable[Told]", _judgement(self.name)(roles, account))

    def permissions(self) -> Iterator[tuple[Permission, str]]:
        """Those that let a token be used, if that is asked."""
        if self.name == "access-token-role-may-use-tokens":
            from nspermaudit.judgements.of_account import using_tokens  # noqa: PLC0415 - start-up

            yield from ((item, "Full, as one alternative") for item in using_tokens())


def from_params(params: Any, reader: Reader) -> Check:  # noqa: ARG001 - every kind has a reader
    """Read the name of a question, or ``{feature: id}``."""
    if isinstance(params, str):
        return Question(params)
    feature = params["feature"]
    ((name, state),) = ({feature: "on"} if isinstance(feature, str) else feature).items()
    return FeatureState(name, is_on=state == "on")


@cache
def _judgement(name: str) -> Callable[..., object]:
    """The function that answers a question; its module is imported when it is first asked."""
    module = "of_tokens" if name in _LAST else "of_account"
    found = getattr(import_module(f"nspermaudit.judgements.{module}"), name.replace("-", "_"))
    return cast("Callable[..., object]", found)
