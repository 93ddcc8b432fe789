"""Secrets: refused in what people write, masked in what NetSuite exports. None is ever needed.

A consumer key or secret and a token's id or secret have 64 hexadecimal digits each.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from nspermaudit.documents import Document, Path
from nspermaudit.model import Role

KEY_DIGITS = 64
"""So many hexadecimal digits a key or a token has, or more."""

MASKED = "(masked: it looks like a key or a token)"
"""What stands in reports and messages in place of a secret."""

_KEY_NAMES = (
    r"(?<![^\W_])(?:consumer_?(?:key|secret)|client_?(?:id|secret)|token_?(?:id|secret)|secret"
    r"|password|passwd|private_?key|api_?key)(?![^\W_])"
    r"|^(?:(?:access|api|auth|bearer|refresh)_?token|credentials?|passphrase|passwords|pwd|secrets)$"
)
_HOLDS = "holds secrets"
_HUMP = r"(?<=[a-z0-9])(?=[A-Z])"
_KEY_VALUES = "(?i)(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{64,}(?![0-9a-z])"


def is_name_of_secret(name: str) -> bool:
    """Whether a key or a heading is one under which secrets stand, however it is spelled."""
    spellings = (name, re.sub(_HUMP, "_", name))
    words = (re.sub(r"[\W_]+", "_", text.casefold()) for text in spellings)
    return any(re.search(_KEY_NAMES, text.strip("_")) is not None for text in words)


def masked(text: str) -> str:
    """A text without what looks like a key or a token in it."""
    return re.sub(_KEY_VALUES, MASKED, text) if len(text) >= KEY_DIGITS else text


def looks_secret(text: str) -> bool:
    """Whether something in a text looks like a key or a token, as NetSuite makes them."""
    return masked(text) != text


def without_secrets(role: Role) -> Role:
    """A role whose name and id show no key or token, if somebody pasted one there."""
    if len(role.name) < KEY_DIGITS and len(role.id) < KEY_DIGITS:
        return role
    return role._replace(id=masked(role.id), name=masked(role.name))


def warning_of(headings: Iterable[str]) -> str:
    """What to say of a table with columns that name secrets; empty if it has none."""
    found = [heading for heading in headings if is_name_of_secret(heading)]
    names = ", ".join(f'"{heading}"' for heading in found)
    columns, them = ("columns", "them") if len(found) > 1 else ("column", "it")
    advice = f"which are not read: remove the {columns}, and reset what stood in {them}"
    return f"{_HOLDS} ({columns} {names}), {advice}" if found else ""


def tells_of_secrets(warning: str) -> bool:
    """Whether a message says that its input holds secrets: then no line of it may be quoted."""
    return warning.startswith(_HOLDS)


def refuse_secrets(document: Document) -> None:
    """Raise DocumentError, which does not quote them, for keys and values that look secret."""
    for where in document.marks:
        if where and isinstance(where[-1], str):
            key = where[-1]
            if looks_secret(key):
                document.fault("this looks like a key or a token: remove it", where)
            elif is_name_of_secret(key):
                text = f'"{key}" looks like a secret: this tool needs none, remove it'
                document.fault(text, where)
    for where, text in _texts(document.value, ()):
        if looks_secret(text):
            document.fault("this looks like a key or a token: remove it", where)
    document.refuse_if_faulty()  # a schema would quote a secret


def _texts(value: Any, where: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*where, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*where, index))
