"""The catalogue of permissions: ids, names, categories, levels; a name leads to a permission."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator, Mapping
from functools import cache

from nspermaudit.model import Level, Permission

DATA = os.path.join(os.path.dirname(__file__), "data", "permissions.tsv")

MAX_SUGGESTIONS = 50

# Patterns that few roles need are compiled when they are first used: start-up.
_CUSTOM_ID = r"(?:customrecord|customtransaction|customsegment|cseg)[a-z0-9_]*"
_REFERENCE = r"\[(?:[^\[\]]*[,\s])?(?:scriptid=)?([A-Za-z0-9_.]+)\]"

_CATEGORIES = (
    "permissions",
    "transactions",
    "lists",
    "reports",
    "setup",
    "custom records",
)
_CATEGORY_PREFIX = rf"(?i)\s*(?:{'|'.join(_CATEGORIES)})\s*(?:=>|[:>|\u2013-])\s*"
_SPELLING = str.maketrans(
    {
        **dict.fromkeys("-‐‑‒–—―", " "),  # noqa: RUF001 - these are the dashes that exports use
        **dict.fromkeys("'’‘`´", ""),  # noqa: RUF001 - and these the apostrophes
        "&": " and ",
        "_": " ",
    }
)


def normalise(name: str) -> str:
    """A name without the differences that spellings of one permission show.

    Case, blanks, dashes, apostrophes, "&" and "Web Site"; nothing fuzzier than that.
    """
    return " ".join(name.translate(_SPELLING).casefold().split()).replace("web site", "website")


class Catalog:
    """The permissions that NetSuite documents, by id and by display name."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._entries = entries
        self._permissions: dict[str, Permission] = {}
        self._ids_by_name: dict[str, str] | None = None
        self._ids_by_spelling: dict[str, str] | None = None
        self._suggestions: dict[str, str] = {}

    def __iter__(self) -> Iterator[Permission]:
        return map(self._of_id, self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def _of_id(self, permission_id: str) -> Permission:
        known = self._permissions.get(permission_id)
        if known is None:
            known = _permission(permission_id, self._entries[permission_id])
            self._permissions[permission_id] = known
        return known

    def _names(self) -> dict[str, str]:
        if self._ids_by_name is None:
            self._ids_by_name = {
                normalise(name): permission_id
                for permission_id, cells in self._entries.items()
                for name in _names_in(cells)
            }
        return self._ids_by_name

    def _exact_names(self) -> dict[str, str]:
        if self._ids_by_spelling is None:
            self._ids_by_spelling = {
                name: permission_id
                for permission_id, cells in self._entries.items()
                for name in _names_in(cells)
            }
        return self._ids_by_spelling

    def find(self, text: str) -> Permission | None:
        """The permission of that id, reference, custom script id or display name.

        A display name may carry its category before it ("Lists > Items"). None if there is none.
        """
        text = text.strip()
        known = text if text in self._entries else self._exact_names().get(text)
        return self._of_id(known) if known else self._custom(text) or self._named(text)

    def _custom(self, text: str) -> Permission | None:
        reference = re.fullmatch(_REFERENCE, text)
        custom_id = (reference[1] if reference else text).casefold()
        if reference or re.fullmatch(_CUSTOM_ID, custom_id):
            return Permission(custom_id, category="Custom Record", kind="custom")
        return None

    def _named(self, text: str) -> Permission | None:
        names = self._names()
        found = names.get(normalise(text), text.upper())
        if found not in self._entries:
            found = ""
        while not found and (prefix := re.match(_CATEGORY_PREFIX, text)):
            text = text[prefix.end() :]
            found = names.get(normalise(text), "")
        return self._of_id(found) if found else None

    def resolve(self, text: str) -> Permission:
        """The permission that ``text`` names, or an unknown one of that name: never nothing."""
        found = self.find(text)
        if found is not None:
            return found
        text = text.strip()
        return Permission(text, names=(text,), kind="unknown")

    def resolve_key(self, text: str) -> Permission:
        """The permission of an id or reference as SDF writes it; display names do not count."""
        text = text.strip()
        if text in self._entries:
            return self._of_id(text)
        return self._custom(text) or Permission(text, names=(text,), kind="unknown")

    def suggest(self, text: str) -> str:
        """The nearest id or display name, for a "did you mean"; empty where none is near.

        Only for so many names in a run: a search takes milliseconds.
        """
        text = text.strip()
        if text not in self._suggestions:
            if len(self._suggestions) >= MAX_SUGGESTIONS:
                return ""
            self._suggestions[text] = self._nearest(text)
        return self._suggestions[text]

    def _nearest(self, text: str) -> str:
        from difflib import get_close_matches  # noqa: PLC0415 - start-up: only errors need it

        if not text.isascii():  # another language: nothing English is near
            return ""
        exact = self._named(text)
        if exact:
            return exact.id
        by_id = get_close_matches(text.upper(), self._entries, n=1, cutoff=0.8)
        if by_id:
            return str(by_id[0])
        while prefix := re.match(_CATEGORY_PREFIX, text):
            text = text[prefix.end() :]
        near = get_close_matches(normalise(text), self._names(), n=1, cutoff=0.75)
        return self._spelling(near[0]) if near else ""

    def _spelling(self, normalised: str) -> str:
        names = self._of_id(self._names()[normalised]).names
        return next(name for name in names if normalise(name) == normalised)


def _names_in(cells: str) -> list[str]:
    names = cells.partition("\t")[0]
    return names.split("|") if names else []


def _permission(permission_id: str, cells: str) -> Permission:
    _, category, levels, evidence, feature, two_factor, full_adds, retired, note = cells.split("\t")
    return Permission(
        id=permission_id,
        names=tuple(_names_in(cells)),
        category=category,
        levels=tuple(Level[word] for word in levels.split()),
        levels_are_documented=evidence == "documented",
        feature=feature,
        requires_2fa=bool(two_factor),
        full_adds=full_adds,
        retired=bool(retired),
        note=note,
    )


@cache
def load() -> Catalog:
    """The catalogue that ships, read once."""
    with open(DATA, encoding="utf-8") as stream:
        rows = stream.read().split("\n")[2:-1]  # below what it is, and the headings
    return Catalog(dict(row.split("\t", 1) for row in rows))  # the rest is split when it is wanted
