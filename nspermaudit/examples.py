"""A pack's examples as tests: what they say complies must pass, what violates must be found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit import catalog, selector, source
from nspermaudit.account import Account
from nspermaudit.inputs import Inputs
from nspermaudit.model import NO_ROLE, Grant, Level, Location, Role
from nspermaudit.rule import Result, Rule
from nspermaudit.source import Reading
from nspermaudit.stated import stated_account

_PARTS = frozenset(
    ("permissions", "attributes", "features", "account", "name", "parameters", "sdf")
)


class Failure(NamedTuple):
    """An example that does not do what it is there for."""

    rule: Rule
    kind: str
    number: int
    text: str

    def __str__(self) -> str:
        place = f"{self.rule.location}: " if self.rule.location else ""
        return f"{place}{self.rule.id}: example {self.number} of {self.kind}: {self.text}"


def failures(rule: Rule) -> Iterator[Failure]:
    """The examples of a rule that turn out otherwise than they say."""
    for kind in ("complies", "violates"):
        for number, example in enumerate(rule.examples.get(kind, ()), 1):
            text = _wrong(rule, kind, example)
            if text:
                yield Failure(rule, kind, number, text)


def _wrong(rule: Rule, kind: str, example: Mapping[str, Any]) -> str:
    try:
        roles, account = read(example)
    except ValueError as error:
        return str(error)
    rule = _under(rule, example)
    judged = [NO_ROLE] if rule.is_about_account else roles
    verdicts = [verdict for role in judged for verdict in rule.judge(role, account)]
    found = [
        verdict.message or verdict.tallied
        for verdict in verdicts
        if verdict.result is Result.FINDING or verdict.tallied
    ]
    undecided = [v.reason for v in verdicts if v.result is Result.NOT_EVALUATED]
    if kind == "complies" and (found or undecided):
        return f"does not comply: {(found or undecided)[0]}"
    if kind == "violates" and not found:
        return "violates nothing" + (f": {undecided[0]}" if undecided else "")
    return ""


def _under(rule: Rule, example: Mapping[str, Any]) -> Rule:
    """The rule with its conditions under the parameters of an example."""
    values = example.get("parameters", {}) if example.keys() <= _PARTS else {}
    if not values:
        return rule
    when, unless = (
        condition and selector.with_parameters(condition, values)
        for condition in (rule.when, rule.unless)
    )
    return rule._replace(when=when, unless=unless)


def read(example: Mapping[str, Any]) -> tuple[list[Role], Account]:
    """The roles of an example and their account.

    Raises ValueError for a permission or a level that is none, or for SDF that cannot be read.
    """
    is_split = example.keys() <= _PARTS
    parts: Mapping[str, Any] = example if is_split else {"permissions": example}
    place = Location("example")
    facts = {"features": parts.get("features", {}), **parts.get("account", {})}
    stated = stated_account(facts, lambda *_: place)
    if "sdf" in parts:
        return _sdf(parts["sdf"], stated)
    grants = tuple(
        Grant(catalog.load().resolve(name), Level.parse(str(word)), place, written=name)
        for name, word in parts.get("permissions", {}).items()
    )
    unknown = [grant.written for grant in grants if grant.permission.kind == "unknown"]
    if unknown:
        raise ValueError(f'unknown permission "{unknown[0]}"')
    attributes = MappingProxyType(dict(parts.get("attributes", {})))
    name = parts.get("name", "Example")
    role = Role.of("customrole_example", name, grants, place, attributes=attributes)
    return [role], stated


def _sdf(given: str | list[str] | dict[str, str], stated: Account) -> tuple[list[Role], Account]:
    """Files as texts, or by their paths in a project."""
    texts = [given] if isinstance(given, str) else given
    files = (
        texts
        if isinstance(texts, dict)
        else {f"example-{number}.xml": text for number, text in enumerate(texts, 1)}
    )
    inputs = Inputs(
        [source.from_bytes(text.encode(), path) for path, text in files.items()],
        Reading(plain=True, grouped=False),  # which is never asked to be read again
    )
    account = inputs.read_companions(stated)
    roles = [
        role for item in inputs.exports for role in inputs.roles_of(item, inputs.reading, account)
    ]
    errors = [str(message) for item in inputs.all for message in item.messages]
    unread = [item for item in inputs.all if not item.root.name or item.status == "skipped"]
    if errors or unread:
        raise ValueError("; ".join(errors) or "neither an SDF role nor an object that concerns one")
    return roles, account
