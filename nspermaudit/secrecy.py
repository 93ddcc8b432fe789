"""Refusing secrets in what people write: this tool needs none, and many read a repository."""

import re
from collections.abc import Iterator
from typing import Any

from nspermaudit.documents import Document, Path

_KEY_NAMES = (
    r"(?<![^\W_])(?:consumer_?(?:key|secret)|client_?secret|token_?(?:id|secret)|secret|password"
    r"|passwd|private_?key|api_?key)(?![^\W_])"
)
_KEY_VALUES = "(?i)(?<![0-9a-z])[0-9a-f]{64}(?![0-9a-z])"


def looks_secret(text: str) -> bool:
    """Whether something in a text looks like a key or a token, as NetSuite makes them."""
    return re.search(_KEY_VALUES, text) is not None


def refuse_secrets(document: Document) -> None:
    """Raise DocumentError, which does not quote them, for keys and values that look secret."""
    for where in document.marks:
        if where and isinstance(where[-1], str):
            key = where[-1].casefold().replace(" ", "_").replace("-", "_")
            if looks_secret(key):
                document.fault("this looks like a key or a token: remove it", where)
            elif re.search(_KEY_NAMES, key):
                text = f'"{where[-1]}" looks like a secret: this tool needs none, remove it'
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
