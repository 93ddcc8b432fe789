"""Whether an account is ready for a connector: integration record, features, account id, role.

What is read here of NetSuite's pages is by the connector guide, steps 1 to 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from nspermaudit import catalog
from nspermaudit.account import Account
from nspermaudit.model import NOWHERE, Location, Permission, Role
from nspermaudit.requirement import quoted
from nspermaudit.rule import Result, Verdict
from nspermaudit.style import counted

if TYPE_CHECKING:
    from nspermaudit.companions import Integration

STATE = "under account: in nspermaudit.yaml"
_INTEGRATIONS_PAGE = "Setup > Integration > Manage Integrations"
_FEATURES_PAGE = (
    "Setup > Company > Setup Tasks > Enable Features > SuiteCloud > Manage Authentication"
)
_ACCOUNT_ID_PAGE = "Setup > Integration > Web Services Preferences"

# NetSuite help, "Permissions and Restrictions" (chapter_N3236764), "Access Token Management"
# (bridgehead_4248124361): each of the two lets its holder use a token, Access Token Management not.
_USE_TOKENS = ("ADMI_MANAGE_OWN_OAUTH_TOKENS", "ADMI_LOGIN_OAUTH")

# The internal ids, names and SDF ids of Administrator and Full Access.
_ADMINISTRATORS = frozenset(("3", "18", "administrator", "full access", "full_access"))

_PRODUCTION = r"\d{4,10}|TSTDRV\d{4,10}"
_KINDS = (
    ("a sandbox", rf"(?:{_PRODUCTION})_SB\d{{1,3}}"),
    ("a release preview", rf"(?:{_PRODUCTION})_RP\d{{0,3}}"),
    ("a test drive", r"TSTDRV\d{4,10}"),
    ("production", r"\d{4,10}"),
)


def found(subject: str, wanted: str, place: Location, message: str, fix: str) -> Verdict:
    """A finding on the account."""
    return Verdict(
        Result.FINDING,
        subject,
        wanted,
        problem="account",
        location=place,
        message=message,
        fix=fix,
    )


def open_question(subject: str, wanted: str, export: str, state: str) -> Verdict:
    """What nothing that was given answers: which export would, or what can be stated instead."""
    reason = f"export this: {export}; or state {state} {STATE}"
    return Verdict(Result.NOT_EVALUATED, subject, wanted, reason=reason)


def same(text: str) -> str:
    """A name in the form in which two that mean the same are equal."""
    return " ".join(text.casefold().split())


def feature_state(feature: str, account: Account, *, is_on: bool) -> Iterator[Verdict]:
    """A feature of the account is on, or off."""
    known, wanted = account.features.get(feature), f"feature {feature} is {_on(is_on)}"
    subject = f"feature {feature}"
    if known is None:
        export = "src/AccountConfiguration/features.xml"
        yield open_question(subject, wanted, export, f'"features: {{{feature}: {_on(is_on)}}}"')
    elif known is is_on:
        yield Verdict(Result.PASS, subject, wanted, location=_place(account, feature))
    else:
        message = f"the feature {feature} is {_on(known)}, must be {_on(is_on)}"
        fix = f"switch {feature} {_on(is_on)}; in NetSuite: {_FEATURES_PAGE}"
        yield found(subject, wanted, _place(account, feature), message, fix)


def _on(is_on: bool) -> str:  # noqa: FBT001 - it is what is said
    return "on" if is_on else "off"


def _place(account: Account, key: str) -> Location:
    return account.places.get(key, NOWHERE)


def applications(account: Account) -> list[str]:
    """The names of the integration records that are the connector's, as far as that is told.

    Those that the configuration names; else the only one that was exported.
    """
    stated = [item.name for item in account.integrations if item.is_stated]
    exported = [item.name for item in account.integrations]
    names = stated or (exported if len({*map(same, exported)}) == 1 else [])
    return list({same(name): name for name in names}.values())


def integration_record_is_ready(account: Account) -> Iterator[Verdict]:
    """The connector's integration record exists, is enabled, and takes tokens."""
    names = applications(account)
    if not names:
        wanted = "an integration record for the application"
        exported = sum(not item.is_stated for item in account.integrations)
        if exported:
            reason = (
                f"which of {counted(exported, 'integration record')} is the connector's? state "
                f'"integrations: [{{name: ...}}]" {STATE}'
            )
            yield Verdict(Result.NOT_EVALUATED, "integration record", wanted, reason=reason)
        else:
            yield open_question(
                "integration record",
                wanted,
                f"the list at {_INTEGRATIONS_PAGE} with Name, State, Token-based Authentication",
                '"integrations: [{name: ..., state: enabled, token_based_authentication: true}]"',
            )
    for name in names:
        yield from _record(name, account)


def _record(name: str, account: Account) -> Iterator[Verdict]:
    """What is wanted of one integration record; what an export says counts more."""
    records = [item for item in account.integrations if same(item.name) == same(name)]
    exported = [item for item in records if not item.is_stated]
    subject, wanted = f"integration {name}", f'integration record "{name}" exists'
    if not exported and any(not item.is_stated for item in account.integrations):
        message = f'no integration record is called "{name}"'
        fix = f"create it, or correct the name; in NetSuite: {_INTEGRATIONS_PAGE} > New"
        yield found(subject, wanted, records[0].location, message, fix)
        return
    records = [*exported, *(item for item in records if item.is_stated)]
    yield Verdict(Result.PASS, subject, wanted, location=records[0].location)
    yield _fact(
        records,
        [item.is_enabled for item in records],
        (f"{subject} state", f'integration record "{name}": state Enabled'),
        (f'the integration record "{name}" is not enabled', "set its state to Enabled"),
        ("State", "state: enabled"),
    )
    yield _fact(
        records,
        [item.is_token_based for item in records],
        (f"{subject} tokens", f'integration record "{name}": token-based authentication on'),
        (
            f'the integration record "{name}" does not take tokens',
            "check Token-based Authentication on it",
        ),
        ("Token-based Authentication", "token_based_authentication: true"),
    )


def _fact(
    records: Sequence[Integration],
    answers: Sequence[bool | None],
    wanted: tuple[str, str],
    words: tuple[str, str],
    sources: tuple[str, str],
) -> Verdict:
    """The verdict on one field of an integration record, by the first record that has it.

    Open where exported records of one name differ in it: which of them is the connector's?
    """
    exported = zip(records, answers, strict=True)
    said = {answer for record, answer in exported if not record.is_stated and answer is not None}
    if len(said) > 1:
        reason = (
            f'the exports say both yes and no of "{records[0].name}": leave the one record in that '
            "is the connector's, as it is now"
        )
        return Verdict(Result.NOT_EVALUATED, *wanted, reason=reason)
    for record, answer in zip(records, answers, strict=True):
        if answer:
            return Verdict(Result.PASS, *wanted, location=record.location)
        if answer is False:
            message, fix = words
            place = f"in NetSuite: {_INTEGRATIONS_PAGE} > {record.name}"
            return found(*wanted, record.location, message, f"{fix}; {place}")
    column, state = sources
    return open_question(
        *wanted,
        f"the list at {_INTEGRATIONS_PAGE} with the column {column}",
        f'"{state}" for it',
    )


def account_id_is_valid(account: Account) -> Iterator[Verdict]:
    """The account id is known, and in the form in which a connector asks for it."""
    subject, wanted, known = "account id", "the account id is known and of a valid form", account.id
    place = _place(account, "id")
    if not known:
        reason = f'state "id: ..." {STATE}; it stands at {_ACCOUNT_ID_PAGE}'
        yield Verdict(Result.NOT_EVALUATED, subject, wanted, reason=reason)
        return
    if kind_of_account(known):
        words = f'the account id "{known}" is of a valid form ({kind_of_account(known)})'
        yield Verdict(Result.PASS, subject, words, location=place)
        return
    realm = known.upper().replace("-", "_")
    if kind_of_account(realm):
        message = (
            f'the account id "{known}" is in the form that URLs have; as realm it is "{realm}"'
        )
        fix = f'write "{realm}"; {realm.lower().replace("_", "-")} belongs into host names only'
    else:
        forms = "1234567, TSTDRV1234567, 1234567_SB1 (sandbox), 1234567_RP (release preview)"
        message = f'"{known}" is no account id: those look like {forms}'
        fix = f"look it up; in NetSuite: {_ACCOUNT_ID_PAGE}"
    yield found(subject, wanted, place, message, fix)


def kind_of_account(account_id: str) -> str:
    """What an account id in the form of a realm stands for; empty if it has no such form."""
    return next((kind for kind, form in _KINDS if re.fullmatch(form, account_id)), "")


def is_administrator(role: str) -> bool:
    """Whether the id, SDF id or name of a role is that of Administrator or Full Access."""
    return same(role) in _ADMINISTRATORS


def token_role_is_no_administrator(role: Role, account: Account) -> Iterator[Verdict]:
    """The role is none of the two standard roles that may do everything."""
    subject, wanted = "administrator", "no standard administrator"
    if not any(map(is_administrator, (role.id, role.name))):
        yield Verdict(Result.PASS, subject, wanted)
        return
    message = f"{quoted(role)} is a standard role that may do everything"
    fix = (
        "let the connector work in a role of its own; in NetSuite: Setup > Users/Roles > "
        "Manage Roles > New"
    )
    yield found(subject, wanted, role.location, message, fix)


@cache
def using_tokens() -> tuple[Permission, ...]:
    """The permissions of which one lets a token be used."""
    return tuple(map(catalog.load().resolve_key, _USE_TOKENS))
