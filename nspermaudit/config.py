"""``nspermaudit.yaml``: which packs, which roles are which, facts that no export carries."""

import os.path
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from nspermaudit import schemas, selector
from nspermaudit.account import Account
from nspermaudit.attributes import ATTRIBUTES
from nspermaudit.discovery import shown
from nspermaudit.documents import Document
from nspermaudit.errors import UsageError
from nspermaudit.rule import Condition, Severity, Use
from nspermaudit.source import Source

if TYPE_CHECKING:
    from nspermaudit.waiver import Waiver

FILE_NAME = "nspermaudit.yaml"
DEFAULT_USE = ("integrity", "guide")
NOTHING_STATED = Account()
_DEFAULT_USES = tuple(Use(name) for name in DEFAULT_USE)


class Config(NamedTuple):
    """What a configuration says; with none at all, the defaults.

    ``account`` has the facts that are stated there, ``release`` the NetSuite release it is on.
    ``severities`` gives single rules another severity, or None to switch them off. ``waivers`` are
    the findings that are accepted; ``waiver_days`` is in how many days each must have expired.
    """

    path: str = ""
    file: str | None = None
    use: tuple[Use, ...] = _DEFAULT_USES
    classes: Mapping[str, Condition] = MappingProxyType({})
    account: Account = NOTHING_STATED
    release: str = ""
    severities: Mapping[str, Severity | None] = MappingProxyType({})
    waivers: "tuple[Waiver, ...]" = ()
    waiver_days: int | None = None


def find(start: str) -> str | None:
    """The nearest configuration, looked for in a path and in all folders above it.

    Raises UsageError for one whose name ends in ``.yml``, which would be overlooked.
    """
    folder, below = os.path.abspath(start), ""
    while folder != below:
        file = os.path.join(folder, FILE_NAME)
        if os.path.isfile(file):
            return file
        other = os.path.join(folder, "nspermaudit.yml")
        if os.path.isfile(other):
            raise UsageError(f"{shown(other)} is not read under this name: call it {FILE_NAME}")
        folder, below = os.path.dirname(folder), folder
    return None


def read(file: str) -> Config:
    """Read a configuration. Raises DocumentError with all its faults, InputError if unreadable."""
    path = shown(file)
    return parse(Source(path, file).read(), path, file)


def parse(data: bytes, path: str, file: str) -> Config:
    """The same for the content of a file; ``path`` is what messages call it."""
    from nspermaudit import safe_yaml  # noqa: PLC0415 - start-up: only a configuration needs it
    from nspermaudit.secrecy import refuse_secrets  # noqa: PLC0415 - as above

    document = safe_yaml.load(data, path)
    if document.value is None:
        document.value = {}
    refuse_secrets(document)
    schemas.hold_against(document, config_schema())
    waivers = _waivers(document)
    document.refuse_if_faulty()
    classes = _classes(document)
    document.refuse_if_faulty()
    top = document.value
    stated = top.get("account", {})
    severities = {
        name: None if word == "off" else Severity[word.upper()]
        for name, word in top.get("rules", {}).items()
    }
    return Config(
        path,
        file,
        tuple(_uses(top.get("use", DEFAULT_USE), os.path.dirname(file))),
        MappingProxyType(classes),
        _stated(document) if stated else Account(),
        stated.get("release", ""),
        MappingProxyType(severities),
        waivers,
        top.get("waiver_limits", {}).get("days"),
    )


def _stated(document: Document) -> Account:
    from nspermaudit.stated import stated_account  # noqa: PLC0415 - start-up: few state anything

    return stated_account(
        document.value["account"], lambda *where: document.locate(("account", *where))
    )


def _waivers(document: Document) -> "tuple[Waiver, ...]":
    if not isinstance(document.value, dict) or "waivers" not in document.value:
        return ()
    from nspermaudit import waivers  # noqa: PLC0415 - start-up: most have none

    return waivers.entries(document)


@cache
def config_schema() -> dict[str, Any]:
    """The JSON Schema of ``nspermaudit.yaml``, with the attributes that roles have and waivers."""
    from nspermaudit.checks.role import attribute_schema  # noqa: PLC0415 - start-up, as above

    schema = schemas.load("config")
    attributes = {word: attribute_schema(word) for word in ATTRIBUTES}
    schema["definitions"]["condition"]["properties"].update(attributes)
    schema["definitions"].update(schemas.load("waivers")["definitions"])
    return schema


def _uses(items: Any, folder: str) -> Iterator[Use]:
    for item in items:
        if isinstance(item, str):
            yield Use(item, folder=folder)
        else:
            yield Use(item["pack"], MappingProxyType(item.get("parameters", {})), folder)


def _classes(document: Document) -> dict[str, Condition]:
    """The role classes; one may name another, but not itself by way of others."""
    definitions: dict[str, Any] = document.value.get("roles", {})
    known: dict[str, Condition] = {}

    def named(name: str, above: tuple[str, ...]) -> Condition:
        if name in above:
            document.fault(f'the class "{name}" is defined by itself', ("roles", name))
            return selector.EVERY_ROLE
        if name not in known:
            known[name] = meaning(definitions[name], (*above, name))
        return known[name]

    def meaning(item: Any, above: tuple[str, ...]) -> Condition:
        if isinstance(item, list):
            return selector.Any(tuple(meaning(part, above) for part in item))
        if isinstance(item, str):
            return named(item, above) if item in definitions else selector.Named(item)
        return selector.All(tuple(part(word, value, above) for word, value in item.items()))

    def part(word: str, value: Any, above: tuple[str, ...]) -> Condition:
        if word == "not":
            return selector.Not(meaning(value, above))
        return selector.HasAttribute(word, tuple(value) if isinstance(value, list) else (value,))

    return {name: named(name, ()) for name in definitions}
