"""JSON Schemas (draft-07): loading them, and holding a document against one in plain words."""

from __future__ import annotations

import json
import os.path
from collections.abc import Iterable, Mapping
from typing import Any

from nspermaudit.documents import Document

FOLDER = os.path.join(os.path.dirname(__file__), "schemas")

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
}
_BOUNDS = {
    "minItems": "must not be empty",
    "minProperties": "must not be empty",
    "minLength": "must not be empty",
    "minimum": "too small a number",
    "uniqueItems": "must not name the same twice",
}


def load(name: str) -> dict[str, Any]:
    """The schema ``name`` as it stands in the ``schemas`` folder."""
    with open(os.path.join(FOLDER, f"{name}.json"), encoding="utf-8") as stream:
        schema: dict[str, Any] = json.load(stream)
    return schema


def closest(word: str, words: Iterable[str]) -> str:
    """A "did you mean" in brackets, or nothing where no word is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - start-up: only errors need it

    near = get_close_matches(word, [str(item) for item in words], n=1, cutoff=0.6)
    return f' (did you mean "{near[0]}"?)' if near else ""


def hold_against(document: Document, schema: Mapping[str, Any]) -> None:
    """Note on the document every place where it departs from the schema."""
    from jsonschema import Draft7Validator  # noqa: PLC0415 - start-up: only foreign documents

    for error in Draft7Validator(schema).iter_errors(document.value):
        _note(document, error)


def _note(document: Document, error: Any) -> None:
    """Turn one error of the validator into faults at their places, in words."""
    where = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        where = (*where, error.instance)
    value, expected = error.instance, error.validator_value
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for key in [key for key in value if key not in known]:
            document.fault(f'unknown key "{key}"{closest(key, known)}', (*where, key))
    elif error.validator == "required":
        _note_missing(document, where, (key for key in expected if key not in value))
    elif error.validator == "dependencies":
        needed = (key for word, keys in expected.items() if word in value for key in keys)
        _note_missing(document, where, (key for key in needed if key not in value))
    elif error.validator in ("oneOf", "anyOf"):
        _note_alternatives(document, error, where)
    else:
        document.fault(_sentence(error.validator, expected, value, error.schema), where)


def _note_missing(document: Document, where: tuple[str | int, ...], missing: Iterable[str]) -> None:
    for key in missing:
        document.fault(f'"{key}" is missing here', where)


def _note_alternatives(document: Document, error: Any, where: tuple[str | int, ...]) -> None:
    """Of several alternatives, tell the faults of the one that was meant."""
    if words := error.schema.get("errorMessage"):
        document.fault(words, where)
        return
    meant = [
        group
        for group in _by_alternative(error.context)
        if not any(_is_of_another_kind(child) for child in group)
    ]
    if len(meant) == 1:
        for child in meant[0]:
            _note(document, child)
    else:
        document.fault(f"expected {_alternatives(error.validator_value)}", where)


def _is_of_another_kind(error: Any) -> bool:
    """Whether an alternative was not meant at all: the value is of another type."""
    if error.path:
        return False
    return error.validator == "type" or (
        error.validator == "enum" and isinstance(error.instance, (dict, list))
    )


def _by_alternative(errors: Iterable[Any]) -> list[list[Any]]:
    groups: dict[int, list[Any]] = {}
    for child in errors:
        groups.setdefault(child.schema_path[0], []).append(child)
    return list(groups.values())


def _alternatives(schemas: Iterable[Mapping[str, Any]]) -> str:
    words = [_expectation(schema) for schema in schemas]
    return " or ".join(dict.fromkeys(words))


def _expectation(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(map(written, schema["enum"]))
    return str(schema.get("title") or _TYPES.get(str(schema.get("type")), "something else"))


def _sentence(validator: str, expected: Any, value: Any, schema: Mapping[str, Any]) -> str:
    if validator == "enum":
        words = ", ".join(map(written, expected))
        return f"{written(value)} is not one of {words}{closest(str(value), expected)}"
    if validator == "type":
        kinds = expected if isinstance(expected, list) else [expected]
        return f"expected {' or '.join(_TYPES.get(kind, str(kind)) for kind in kinds)}"
    if validator == "pattern":
        return f"{written(value)} is not {schema.get('title', 'of the right form')}"
    if validator == "not":
        return str(schema.get("description", "not allowed here"))
    if validator == "maxItems":
        return f"must not have more than {expected}"
    return _BOUNDS.get(validator, f"not allowed here ({validator})")


def written(value: Any) -> str:
    """A value as a message quotes it."""
    if isinstance(value, str):
        return f'"{value}"'
    return json.dumps(value)
