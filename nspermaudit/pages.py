"""Results that come in pages: whether all are there, and their roles put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from nspermaudit.finding import Page
from nspermaudit.model import Role

Input = TypeVar("Input")


def is_whole(pages: list[Page]) -> bool:
    """Whether pages follow on one another from the first to the last."""
    expected = 0
    in_order = sorted(pages, key=lambda page: page.offset)
    for page in in_order:
        if page.offset != expected:
            return False
        expected += page.rows
    return not in_order[-1].has_more and in_order[-1].total in (0, expected)


def merged(fragments: Iterable[Role]) -> list[Role]:
    """Roles whose parts came on several pages, put together by their ids."""
    by_id: dict[tuple[str, str], Role] = {}
    for part in fragments:
        key = (part.fragment, part.id)
        known = by_id.setdefault(key, part)
        if known is part:
            continue
        have = {(grant.permission.id, grant.level) for grant in known.grants}
        new = (item for item in part.grants if (item.permission.id, item.level) not in have)
        unread = {**known.unread, **part.unread}
        by_id[key] = known.with_grants((*known.grants, *new), unread)
    return list(by_id.values())


def missing(pages: Iterable[tuple[Input, Page]]) -> Iterator[tuple[Input, str]]:
    """Of results of which not all pages are here: what is to be said of the input of each page."""
    by_result: dict[str, list[tuple[Input, Page]]] = {}
    for source, page in pages:
        by_result.setdefault(page.result, []).append((source, page))
    for found in by_result.values():
        here, total = sum(page.rows for _, page in found), found[0][1].total
        if not is_whole([page for _, page in found]):
            of_total = f" of {total}" if total else ""
            text = (
                f"a page of a longer result (hasMore): {here}{of_total} rows are here; "
                "give all pages together"
            )
            yield from ((source, text) for source, _ in found)
