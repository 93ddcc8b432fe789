"""JSON written piece by piece: what comes last in an object may be long and is never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any


def written(value: Any, depth: int = 0) -> str:
    """A value as JSON in ASCII; all lines but its first stand ``depth`` blanks to the right.

    A build server does not obey it when it stands in a log: there is no ##vso[...].
    """
    text = json.dumps(value, indent=2).replace("##", "#\\u0023")
    return text.replace("\n", "\n" + " " * depth) if depth else text


def opened(value: dict[str, Any], depth: int = 0) -> str:
    """An object that has at least one key, without its closing brace: more keys may follow."""
    return written(value, depth).removesuffix("\n" + " " * depth + "}")


def listed(items: Iterable[Any], depth: int = 0) -> Iterator[str]:
    """A list, item by item; its closing bracket stands ``depth`` blanks to the right."""
    margin = "\n" + " " * depth
    yield "["
    before, after = margin + "  ", ""
    for item in items:
        yield before + written(item, depth + 2)
        before, after = f",{margin}  ", margin
    yield f"{after}]"
