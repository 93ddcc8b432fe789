"""Who has the token role, and which access tokens there are for it.

Asked once everything was read, of all token roles together: an export of roles may say last of all
who has them. What depends on no single role is said once, of the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from nspermaudit.account import Account
from nspermaudit.identities import joined_users, state_of
from nspermaudit.judgements.of_account import (
    applications,
    found,
    open_question,
    same,
    using_tokens,
)
from nspermaudit.model import NO_ROLE, Level, Role, role_key
from nspermaudit.requirement import quoted
from nspermaudit.rule import Result, Verdict
from nspermaudit.style import listed

if TYPE_CHECKING:
    from nspermaudit.companions import AccessToken, Assignment

Told = tuple[Role, Verdict]
Roles = Iterable[Role] | None
_Item = TypeVar("_Item", "Assignment", "AccessToken")

_NO_TOKEN_ROLE = (
    "no token role is known: export its permissions, and name it with --role, or with "  # noqa: S105 - no password
    '"integration: [...]" under roles: in nspermaudit.yaml'
)
_TOKENS_PAGE = "Setup > Users/Roles > Access Tokens"
_USERS = "Lists > Employees > Employees > Edit > Access > Roles"
_ROLES = "Setup > Users/Roles > Manage Roles"
_ASSIGNMENTS_EXPORT = (
    "an employee search with Email and Role, or SuiteQL employeerolesforsearch (entity, role)"
)
_TOKENS_EXPORT = f"the list at {_TOKENS_PAGE} with Application, User, Role, Inactive"
_TOKENS_STATED = '"tokens: [{application: ..., user: ..., role: ..., state: active}]"'
_ASSIGNMENTS_STATED = '"assignments: [{user: ..., role: ...}]"'


def token_role_is_active(roles: Roles, account: Account) -> Iterator[Told]:
    """There is a token role, and it is not inactive."""
    subject, wanted = "active", "a token role exists and is active"
    if roles is None:
        yield NO_ROLE, Verdict(Result.NOT_EVALUATED, subject, wanted, reason=_NO_TOKEN_ROLE)
    for role in roles or ():
        is_inactive = role.attributes.get("inactive", False if role.element else None)
        if is_inactive is None:
            reason = "export this: the roles with the column Inactive (SuiteQL role: isinactive)"
            yield role, Verdict(Result.NOT_EVALUATED, subject, wanted, reason=reason)
        elif is_inactive:
            message = f"{quoted(role)} is inactive: nobody can log in with it"
            fix = f"clear Inactive; in NetSuite: {_ROLES} > {role.title.strip()} > Edit"
            yield role, found(subject, wanted, role.location, message, fix)
        else:
            yield role, Verdict(Result.PASS, subject, wanted)


def token_role_is_assigned(roles: Roles, account: Account) -> Iterator[Told]:
    """At least one user who is not inactive has the token role."""
    subject, wanted = "assigned", "an active user has the token role"
    if roles is None:
        yield NO_ROLE, Verdict(Result.NOT_EVALUATED, subject, wanted, reason=_NO_TOKEN_ROLE)
        return
    if not account.assignments:
        yield (
            NO_ROLE,
            open_question(subject, wanted, _ASSIGNMENTS_EXPORT, _ASSIGNMENTS_STATED),
        )
        return
    holders = _by_role(account.assignments)
    canonical, users, _ = joined_users(account.users)
    for role in roles:
        theirs = list(_of(role, account, holders))
        states = [state_of(users.get(canonical.get(item.user, item.user))) for item in theirs]
        active = [item for item, state in zip(theirs, states, strict=True) if not state]
        if active:
            yield role, Verdict(Result.PASS, subject, wanted, location=active[0].location)
            continue
        words = " or ".join(sorted({*states}))
        who = f"only users who are {words} have it" if theirs else "nobody has it"
        message = f"{quoted(role)} is assigned to no active user: {who}"
        fix = f"add the role to the user who owns the token; in NetSuite: {_USERS}"
        yield role, found(subject, wanted, role.location, message, fix)


def access_token_is_active(roles: Roles, account: Account) -> Iterator[Told]:
    """There is an access token for the application and the role, and it is active."""
    subject, wanted = "access token", _wanted(account)
    if not account.tokens or roles is None:
        yield NO_ROLE, _unanswerable(account, subject, wanted)
        return
    tokens = _by_role(account.tokens)
    for role in roles:
        theirs = _for_applications(_of(role, account, tokens), account)
        active = next((token for token in theirs if token.is_active), None)
        if active:
            words = f"{wanted} (of {active.user})" if active.user else wanted
            yield role, Verdict(Result.PASS, subject, words, location=active.location)
        elif any(token.is_active is None for token in theirs):
            reason = f"export this: {_TOKENS_EXPORT}; the state is not in what was given"
            yield role, Verdict(Result.NOT_EVALUATED, subject, wanted, reason=reason)
        else:
            yield role, _no_token(role, theirs, account, wanted)


def _wanted(account: Account) -> str:
    names = " or ".join(f'"{name}"' for name in applications(account))
    return f"an active access token for {names or 'the application'} in the token role"


def _no_token(role: Role, revoked: Sequence[AccessToken], account: Account, wanted: str) -> Verdict:
    """The finding that a role has no token, and what there is instead."""
    fix = f"create one; in NetSuite: {_TOKENS_PAGE} > New Access Token > {role.title.strip()}"
    if revoked:
        message = f"all access tokens in {quoted(role)} are revoked or inactive"
        return found("access token", wanted, revoked[0].location, message, fix)
    others = _for_applications(account.tokens, account) if applications(account) else []
    names = listed(sorted({f'"{token.role}"' for token in others}))
    instead = f"; there are some in {names}" if names else ""
    message = f"there is no access token of the application in {quoted(role)}{instead}"
    return found("access token", wanted, role.location, message, fix)


def access_token_user_holds_role(roles: Roles, account: Account) -> Iterator[Told]:
    """Each active token's user has the role that the token works in."""
    subject, wanted = "token user", "the access token's user has the token role"
    if not account.tokens or not account.assignments:
        needed = (_ASSIGNMENTS_EXPORT, _ASSIGNMENTS_STATED)
        if not account.tokens:
            needed = (_TOKENS_EXPORT, _TOKENS_STATED)
        yield NO_ROLE, open_question(subject, wanted, *needed)
        return
    if roles is None:
        yield NO_ROLE, Verdict(Result.NOT_EVALUATED, subject, wanted, reason=_NO_TOKEN_ROLE)
        return
    tokens, holders = _by_role(account.tokens), _by_role(account.assignments)
    for role in roles:
        users = [item.user for item in _of(role, account, holders)]
        used = _in_use(role, account, tokens)
        if not used:
            yield role, _unused(subject, wanted)
        for token in used:
            yield role, _of_user(role, token, users, account, wanted)


def access_token_role_may_use_tokens(
    roles: Iterable[Role] | None, account: Account
) -> Iterator[Told]:
    """A role in which an access token works still has a permission that lets tokens be used."""
    names = " or ".join(item.name for item in using_tokens())
    subject, wanted = "token role", f"the access token's role has Full on {names}"
    if not account.tokens or roles is None:
        yield NO_ROLE, _unanswerable(account, subject, wanted)
        return
    tokens = _by_role(account.tokens)
    for role in roles:
        used = _in_use(role, account, tokens)
        yield role, _of_permissions(role, names, wanted) if used else _unused(subject, wanted)


def _unanswerable(account: Account, subject: str, wanted: str) -> Verdict:
    """That nothing can be said of any role's tokens: none are known, or else no token role is."""
    if not account.tokens:
        return open_question(subject, wanted, _TOKENS_EXPORT, _TOKENS_STATED)
    return Verdict(Result.NOT_EVALUATED, subject, wanted, reason=_NO_TOKEN_ROLE)


def _of_permissions(role: Role, names: str, wanted: str) -> Verdict:
    subject, asked = "token role", using_tokens()
    if any(role.lowest_level(item) is Level.FULL and item.id not in role.unread for item in asked):
        return Verdict(Result.PASS, subject, wanted)
    if any(item.id in role.unread for item in asked):
        reason = "the level of one of the permissions could not be read"
        return Verdict(Result.NOT_EVALUATED, subject, wanted, reason=reason)
    message = f"{quoted(role)} has an access token and may use none: needs Full on {names}"
    fix = f"grant {names} at Full; in NetSuite: {_ROLES} > {role.title.strip()} > Edit"
    return found(subject, wanted, role.location, message, fix)


def _in_use(
    role: Role, account: Account, tokens: Mapping[str, Sequence[AccessToken]]
) -> list[AccessToken]:
    """The connector's tokens in a role that are not known to be revoked."""
    theirs = _for_applications(_of(role, account, tokens), account)
    return [token for token in theirs if token.is_active is not False]


def _unused(subject: str, wanted: str) -> Verdict:
    reason = "no access token works in the role"
    return Verdict(Result.NOT_APPLICABLE, subject, wanted, reason=reason)


def _of_user(
    role: Role, token: AccessToken, users: Sequence[str], account: Account, wanted: str
) -> Verdict:
    """Whether a token's user is one of those who have a role."""
    subject = f"token of {token.user}" if token.user else "token user"
    if not token.user:
        return open_question(subject, wanted, _TOKENS_EXPORT, _TOKENS_STATED)
    names = _all_names_of_user(token.user, account)
    if any(not names.isdisjoint(_names_of_user(user, account)) for user in users):
        return Verdict(Result.PASS, subject, wanted, location=token.location)
    if users and {*map(_form, names)}.isdisjoint({*map(_form, users)}):
        reason = (
            "tokens and assignments call their users differently (name, email, id): "
            "export both with the same column"
        )
        return Verdict(Result.NOT_EVALUATED, subject, wanted, reason=reason)
    message = f"{token.user}, whose access token works in {quoted(role)}, does not have that role"
    fix = f"add the role to {token.user}; in NetSuite: {_USERS}"
    return found(subject, wanted, token.location, message, fix)


def _names_of_user(user: str, account: Account) -> set[str]:
    """What a user is called where it says who they are: id and name, if both are known."""
    known = account.users.get(user)
    return {same(user), *((same(known.id), same(known.name)) if known else ())} - {""}


def _all_names_of_user(user: str, account: Account) -> set[str]:
    """The same, and the ids of users who have that name."""
    names = _names_of_user(user, account)
    return names | {same(key) for key, one in account.users.items() if same(one.name) in names}


def _form(name: str) -> str:
    return "email" if "@" in name else "number" if name.isdecimal() else "name"


def _by_role(items: Iterable[_Item]) -> Mapping[str, Sequence[_Item]]:
    """Assignments or tokens by what they call their role."""
    index: dict[str, list[_Item]] = {}
    for item in items:
        index.setdefault(same(role_key(item.role)), []).append(item)
    return index


def _of(role: Role, account: Account, index: Mapping[str, Sequence[_Item]]) -> Iterator[_Item]:
    """Those of a role, by any of its ids and names."""
    facts = account.roles.get(role.id)
    known = [role.id, role.name]
    if facts:
        known += [facts.id, facts.script_id, facts.name]
    for name in dict.fromkeys(same(role_key(name)) for name in known if name):
        yield from index.get(name, ())


def _for_applications(tokens: Iterable[AccessToken], account: Account) -> list[AccessToken]:
    """Those tokens that are the connector's, as far as it is told which those are."""
    names = {*map(same, applications(account))}
    return [
        token
        for token in tokens
        if not names or not token.application or same(token.application) in names
    ]
