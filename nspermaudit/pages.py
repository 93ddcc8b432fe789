"""Results that come in pages: whether all are there, and their roles put together."""

from __future__ import annotations

from collections.abc import Iterable

from nspermaudit.finding import Page
from nspermaudit.model import Role


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
