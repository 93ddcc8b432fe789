"""JSON from strangers, with the line of every object; numbers stay as they are written."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from json.decoder import JSONObject, scanstring  # type: ignore[attr-defined] # not in typeshed
from json.scanner import py_make_scanner  # type: ignore[attr-defined] # not in typeshed
from typing import Any

from nspermaudit.errors import InputError
from nspermaudit.model import Location
from nspermaudit.source import Source

LIMIT = 32 << 20
MAX_OBJECTS = 500_000
MAX_COMMAS = 4_000_000  # more than so many objects of eight values have
MARKS_16 = (b"\xff\xfe", b"\xfe\xff")


class Located(dict[str, Any]):
    """A JSON object that knows in which line it begins."""

    __slots__ = ("line",)
    line: int


class _RefusedError(ValueError):
    """Something that JSON or Python allows, and that leaves open what is meant."""

    line = 0


def read(source: Source) -> Any:
    """A whole document. Raises InputError, with the place, where it is none or is ambiguous."""
    data = source.read(LIMIT)
    try:
        text = data.decode("utf-16" if data.startswith(MARKS_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        place = Location(source.path, data.count(b"\n", 0, error.start) + 1)
        raise InputError("not UTF-8 (save it as UTF-8)", place) from None
    try:
        return _decode(text)
    except ValueError as error:
        raise _told(error, source.path) from None
    except RecursionError:
        raise InputError("nested too deeply", Location(source.path)) from None


def strict(data: bytes, path: str) -> Any:
    """A document as plain values, numbers as numbers. Raises InputError as ``read`` does."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
    if data.count(b",") > MAX_COMMAS or data.count(b"{") > MAX_OBJECTS:
        raise InputError(f"more than {MAX_OBJECTS} objects", Location(path))
    try:
        return decoder.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError("not UTF-8", Location(path)) from None
    except ValueError as error:
        if isinstance(error, (_RefusedError, json.JSONDecodeError)):
            raise _told(error, path) from None
        raise InputError("not valid JSON: a number out of range", Location(path)) from None
    except RecursionError:
        raise InputError("nested too deeply", Location(path)) from None


def read_lines(source: Source) -> Iterator[Located]:
    """The object of each line. Raises InputError at the first line that is none."""
    decode = _decoder().decode
    with source.open() as stream:
        for line, data in enumerate(stream, 1):
            if not data.strip():
                continue
            try:
                found = Located(decode(data.decode("utf-8-sig")))
            except (ValueError, TypeError) as error:
                raise _told(error, source.path, line) from None
            except RecursionError:
                raise InputError("nested too deeply", Location(source.path, line)) from None
            found.line = line
            yield found


def _told(error: Exception, path: str, line: int = 0) -> InputError:
    """What is wrong with a document, or with one of its lines, as an error with its place."""
    if isinstance(error, _RefusedError):
        return InputError(str(error), Location(path, line or error.line))
    if isinstance(error, json.JSONDecodeError) and not line:
        reason = error.msg.removesuffix(" starting at")
        place = Location(path, error.lineno, error.colno)
        return InputError(f"not valid JSON: {reason[0].lower()}{reason[1:]}", place)
    return InputError("not a JSON object on a line of its own", Location(path, line))


def _decode(text: str) -> Any:
    ends = [match.start() for match in re.finditer("\n", text)]
    count = 0
    if text.count(",") > MAX_COMMAS:
        raise _RefusedError(f"more than {MAX_COMMAS} values: export as CSV or NDJSON")

    def parse_object(text_and_end: tuple[str, int], *rest: Any) -> tuple[Located, int]:
        nonlocal count
        count += 1
        line = bisect_right(ends, text_and_end[1] - 1) + 1
        try:
            _refuse_too_many(count)
            pairs, end = JSONObject(text_and_end, *rest)
        except _RefusedError as error:
            error.line = error.line or line
            raise
        found = Located(pairs)
        found.line = line
        return found, end

    # the parts of a decoder that its own scanner in Python takes from it
    decoder: Any = _decoder()
    decoder.parse_object = parse_object
    decoder.parse_string = scanstring
    decoder.scan_once = py_make_scanner(decoder)
    return decoder.decode(text)


def _refuse_too_many(count: int) -> None:
    if count > MAX_OBJECTS:
        raise _RefusedError(f"more than {MAX_OBJECTS} objects: export as CSV or NDJSON")


def _decoder() -> json.JSONDecoder:
    """A decoder that refuses duplicate keys and NaN, and leaves numbers as they are written."""
    return json.JSONDecoder(
        object_pairs_hook=_unique,
        parse_constant=_refuse_constant,
        parse_int=str,
        parse_float=str,
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((again, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise _RefusedError(f'duplicate key "{again}"')
    return found


def _refuse_constant(word: str) -> Any:
    raise _RefusedError(f"not valid JSON: {word} is no JSON value")


def objects(items: Iterable[Any]) -> list[Located]:
    """The objects among some items."""
    return [item for item in items if isinstance(item, Located)]
