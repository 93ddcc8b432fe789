"""The packs ``least-privilege/*``, from ``least_privilege_profiles.csv``.

A job is a use case of the csv file: one is the base of its pack, the others are switched on by a
parameter. The lower level of a row is required, the higher one is the limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from nspermaudit.model import Level
from tools.rules.profiles import Job, Row, bounding, needing, rows_of
from tools.rules.sign_in import REVIEWED, TRY, features, token
from tools.rules.sources import Asked
from tools.rules.writing import pack_text

_FROM = "least_privilege_profiles.csv"
_GAP = (
    " The lower of the documented levels is required, the higher one is the limit; about what lies"
    " between them these rules say nothing."
)


_UNUSED = (
    "An integration that does not do this needs no more, and a leaked token can do all that the"
    " role can. If it does do it, say so with the pack's parameter."
)


class Flow(NamedTuple):
    """A pack: its base, its further jobs, and what single rows of the base hang on.

    ``bounds`` has, by the jobs that raise a limit, the id and the title of the rule while one of
    them is done, and of the rule while none is.
    """

    name: str
    title: str
    noun: str
    base: str
    jobs: tuple[Job, ...]
    later: Job
    single: Mapping[str, Job]
    bounds: Mapping[tuple[str, ...], tuple[tuple[str, str], ...]]


SALES_ORDERS = Flow(
    "least-privilege/sales-orders",
    "Sales orders, no more than the documented need",
    "sales-order",
    "import sales orders (read only)",
    (
        Job(
            "marks_orders",
            "import sales orders and mark them as imported",
            "least-mark-orders",
            "The role can mark sales orders",
            "Whether the integration writes a field or a status of the sales order.",
            default=False,
        ),
        Job(
            "pushes_fulfillments",
            "push fulfillments (create)",
            "least-push-fulfillments",
            "The role can create fulfillments",
            "Whether the integration creates item fulfillments.",
            default=True,
        ),
    ),
    Job(
        "changes_fulfillments",
        "TRAN_ITEMSHIP",
        "least-change-fulfillments",
        "The role can change fulfillments later",
        "Whether it changes them later: a tracking number is added, the status moves on.",
        default=False,
    ),
    {},
    {
        (): (("least-sales-order-lists", "View is enough on what sales orders refer to"),),
        ("marks_orders", "pushes_fulfillments"): (
            ("least-sales-order-change", "Changing sales orders takes no more than this"),
            ("least-sales-order-read-only", "Reading sales orders takes no more than this"),
        ),
        ("pushes_fulfillments",): (
            ("least-fulfillment-levels", "Creating fulfillments takes no more than this"),
            ("least-fulfillments-unused", "What creates no fulfillments needs none of this"),
        ),
    },
)
PURCHASE_ORDERS = Flow(
    "least-privilege/purchase-orders",
    "Purchase orders, no more than the documented need",
    "purchase-order",
    "import purchase orders (read only)",
    (
        Job(
            "pushes_receipts",
            "push receipts (create)",
            "least-push-receipts",
            "The role can create receipts",
            "Whether the integration creates item receipts.",
            default=True,
        ),
    ),
    Job(
        "changes_receipts",
        "TRAN_ITEMRCPT",
        "least-change-receipts",
        "The role can change receipts later",
        "Whether it changes item receipts later.",
        default=False,
    ),
    {
        "LIST_VENDOR": Job(
            "reads_vendors",
            "",
            "least-read-vendors",
            "The role can read vendors",
            "Whether the integration reads fields of the vendor.",
            default=False,
        )
    },
    {
        (): (("least-purchase-order-lists", "View is enough on what purchase orders refer to"),),
        ("pushes_receipts",): (
            ("least-receipt-levels", "Creating receipts takes no more than this"),
            ("least-receipts-unused", "What creates no receipts needs no more than this"),
        ),
    },
)


def packs() -> dict[str, str]:
    """The texts of the packs by their ids."""
    made = (_all(), token(), features(), *map(_flow_pack, (SALES_ORDERS, PURCHASE_ORDERS)))
    return {pack["pack"]: pack_text(_FROM, pack) for pack in made}


def _all() -> dict[str, Any]:
    return {
        "pack": "least-privilege",
        "title": "The least privilege for the connector, all of it",
        "about": TRY + " It takes the place of the guide's packs on permissions: the two contradict"
        " each other, so only one can be used at a time. A connector that moves only one kind of"
        " order needs only that pack and least-privilege/token.",
        "reviewed": REVIEWED,
        "extends": [
            "least-privilege/token",
            *(flow.name for flow in (SALES_ORDERS, PURCHASE_ORDERS)),
        ],
    }


def _flow_pack(flow: Flow) -> dict[str, Any]:
    jobs = (*flow.jobs, flow.later, *flow.single.values())
    return {
        "pack": flow.name,
        "title": flow.title,
        "about": TRY + _GAP,
        "reviewed": REVIEWED,
        "applies_to": "integration",
        "extends": ["least-privilege/features"],
        "replaces": [flow.name.replace("least-privilege", "guide")],
        "parameters": {job.parameter: {"default": job.default, "about": job.about} for job in jobs},
        "rules": [*_requires(flow), *_limits(flow)],
    }


def _requires(flow: Flow) -> Iterator[dict[str, Any]]:
    base = rows_of(flow.base)
    always = [row for row in base if row.asked.permission.id not in flow.single]
    title = f"The role can do what reading {flow.noun.replace('-', ' ')}s takes"
    yield needing(f"least-read-{flow.noun}s", title, always)
    have = {row.asked.permission.id: row.asked.level for row in always}
    for key, job in flow.single.items():
        yield needing(
            job.id, job.title, [row for row in base if row.asked.permission.id == key], job
        )
    for job in flow.jobs:
        more = [
            row
            for row in rows_of(job.use_case)
            if row.asked.level > have.get(row.asked.permission.id, Level.NONE)
        ]
        yield needing(job.id, job.title, more, job)
    yield _changing(flow)


def _changing(flow: Flow) -> dict[str, Any]:
    """What is created at the lower level is changed at the higher one."""
    pushed = rows_of(flow.jobs[-1].use_case)
    (row,) = (row for row in pushed if row.asked.permission.id == flow.later.use_case)
    return needing(flow.later.id, flow.later.title, [row._replace(asked=row.limit)], flow.later)


class Cap(NamedTuple):
    """Up to which level a permission may go: at the base, and once one of the jobs is done."""

    base: Level
    raised: Level
    jobs: tuple[str, ...]


def _limits(flow: Flow) -> Iterator[dict[str, Any]]:
    found: dict[str, tuple[Row, Cap]] = {}
    for row in rows_of(flow.base):
        found[row.limit.permission.id] = (row, Cap(row.limit.level, row.limit.level, ()))
    for job in flow.jobs:
        for row in rows_of(job.use_case):
            key = row.limit.permission.id
            first, cap = found.get(key, (row, Cap(Level.NONE, Level.NONE, ())))
            if row.limit.level > cap.base:
                if cap.jobs and cap.raised != row.limit.level:
                    raise ValueError(f"{key}: jobs that are not the base differ in their limit")
                cap = Cap(cap.base, row.limit.level, (*cap.jobs, job.parameter))
            found[key] = (first, cap)
    ordered = sorted(found.values(), key=lambda item: item[1].jobs)
    for jobs, group in groupby(ordered, key=lambda item: item[1].jobs):
        yield from _limits_of(flow, jobs, list(group))


def _limits_of(
    flow: Flow, jobs: tuple[str, ...], group: Sequence[tuple[Row, Cap]]
) -> Iterator[dict[str, Any]]:
    """The limits of permissions that the same jobs raise."""
    kept = [row for row, _ in group]
    base = [Asked(row.limit.permission, cap.base) for row, cap in group]
    named = flow.bounds[jobs]
    if not jobs:
        yield bounding(*named[0], kept, base, {}, None)
        return
    raised = [Asked(row.limit.permission, cap.raised) for row, cap in group]
    off = dict.fromkeys(jobs, False)
    on = {jobs[0]: True}
    yield bounding(*named[0], kept, raised, {"unless": {"parameter": off}}, on)
    yield bounding(*named[1], kept, base, {"when": {"parameter": off}}, off, _UNUSED)
