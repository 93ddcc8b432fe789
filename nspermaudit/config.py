"""``nspermaudit.yaml``: which packs, which roles are which, facts that no export carries."""

import os.path
import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from nspermaudit import documents, schemas, selector
from nspermaudit.attributes import ATTRIBUTES
from nspermaudit.discovery import shown
from nspermaudit.documents import Document
from nspermaudit.rule import Condition, Severity, Use
from nspermaudit.source import Source

FILE_NAME = "nspermaudit.yaml"
DEFAULT_USE = ("integrity", "guide")
_DEFAULT_USES = tuple(Use(name) for name in DEFAULT_USE)

_KEY_NAMES = (
    r"(?<![^\W_])(?:consumer_?(?:key|secret)|client_?secret|token_?(?:id|secret)|secret|password"
    r"|passwd|private_?key|api_?key)(?![^\W_])"
)
_KEY_VALUES = "(?i)(?<![0-9a-z])[0-9a-f]{64}(?![0-9a-z])"


class Config(NamedTuple):
    """What a configuration says; with none at all, the defaults.

    ``severities`` gives single rules another severity, or None to switch them off.
    """

    path: str = ""
    file: str | None = None
    use: tuple[Use, ...] = _DEFAULT_USES
    classes: Mapping[str, Condition] = MappingProxyType({})
    features: Mapping[str, bool] = MappingProxyType({})
    severities: Mapping[str, Severity | None] = MappingProxyType({})


def find(start: str) -> str | None:
    """The nearest configuration, looked for in a path and in all folders above it."""
    folder, below = os.path.abspath(start), ""
    while folder != below:
        file = os.path.join(folder, FILE_NAME)
        if os.path.isfile(file):
            return file
        folder, below = os.path.dirname(folder), folder
    return None


def read(file: str) -> Config:
    """Read a configuration. Raises DocumentError with all its faults, InputError if unreadable."""
    from nspermaudit import safe_yaml  # noqa: PLC0415 - start-up: only a configuration needs it

    path = shown(file)
    document = safe_yaml.load(Source(path, file).read(), path)
    if document.value is None:
        document.value = {}
    _refuse_secrets(document)
    document.refuse_if_faulty()  # the schema would quote a secret
    schemas.hold_against(document, config_schema())
    document.refuse_if_faulty()
    classes = _classes(document)
    document.refuse_if_faulty()
    top = document.value
    features = top.get("account", {}).get("features", {})
    severities = {
        name: None if word == "off" else Severity[word.upper()]
        for name, word in top.get("rules", {}).items()
    }
    return Config(
        path,
        file,
        tuple(_uses(top.get("use", DEFAULT_USE), os.path.dirname(file))),
        MappingProxyType(classes),
        MappingProxyType({name: state == "on" for name, state in features.items()}),
        MappingProxyType(severities),
    )


@cache
def config_schema() -> dict[str, Any]:
    """The JSON Schema of ``nspermaudit.yaml``, with the attributes that roles have."""
    from nspermaudit.checks.role import attribute_schema  # noqa: PLC0415 - start-up, as above

    schema = schemas.load("config")
    attributes = {word: attribute_schema(word) for word in ATTRIBUTES}
    schema["definitions"]["condition"]["properties"].update(attributes)
    return schema


def _refuse_secrets(document: Document) -> None:
    for where in document.marks:
        if where and isinstance(where[-1], str):
            key = where[-1].casefold().replace(" ", "_").replace("-", "_")
            if re.search(_KEY_VALUES, key):
                document.fault("this looks like a key or a token: remove it", where)
            elif re.search(_KEY_NAMES, key):
                text = f'"{where[-1]}" looks like a secret: this tool needs none, remove it'
                document.fault(text, where)
    for where, text in _texts(document.value, ()):
        if re.search(_KEY_VALUES, text):
            document.fault("this looks like a key or a token: remove it", where)


def _texts(value: Any, where: documents.Path) -> Iterator[tuple[documents.Path, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*where, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*where, index))


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
