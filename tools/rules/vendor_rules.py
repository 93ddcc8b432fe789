"""The rules of a pack ``vendor/*``, from the lines of the list that the vendor publishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nspermaudit.model import Level
from tools.rules.making import above, levels, limiting, required, requiring
from tools.rules.sources import Asked, references, rows
from tools.rules.vendor_lists import (
    ALWAYS,
    FORBIDDEN,
    LISTED,
    OPTIONAL,
    REMOVED,
    SETUP,
    Condition,
    Made,
)

_GLOBS = {
    "Transactions": ("TRAN_*",),
    "Lists": ("LIST_*", "REGT_*"),
    "Reports": ("REPO_*", "GRAP_*"),
    "Setup": ("ADMI_*",),
}
_TIERS = ("critical", "high")
_SO_COMMON = ("TRAN_FIND", "LIST_EXPORT")
"""What nearly every role has is nothing to single out."""


def rules_of(made: Made) -> Iterator[dict[str, Any]]:
    """All rules of a pack."""
    yield _needed(made, "permissions", f"The role has what {made.name} asks for", ALWAYS, {}, None)
    for when in _conditions(made):
        yield _conditional(made, when)
        yield from _without(made, when)
    if made.of(SETUP):
        yield _needed(
            made,
            "setup",
            f"While it is set up, the role has what {made.name} asks for until then",
            SETUP,
            {"when": {"parameter": {"phase": "setup"}}},
            {"parameters": {"phase": "setup"}},
        )
    yield from _forbidden(made)
    yield from _attributes(made)
    yield from _above(made)
    yield from _not_on_list(made)
    yield from _privileged(made)


def _conditions(made: Made) -> list[Condition]:
    found: list[Condition] = []
    for line in made.lines:
        if not isinstance(line.when, str) and line.when not in found:
            found.append(line.when)
    return found


def _needed(  # noqa: PLR0913, PLR0917 - what a rule consists of
    made: Made,
    name: str,
    title: str,
    when: Condition | str,
    around: Mapping[str, Any],
    given: Mapping[str, Any] | None,
) -> dict[str, Any]:
    lines = made.of(when)
    items = [line.ways[0] for line in lines if len(line.ways) == 1]
    ways = [[way] for line in lines for way in line.ways if len(line.ways) > 1]
    perhaps = [line.ways[0] for line in (made.of(OPTIONAL) if when == ALWAYS else ())]
    return made.rule(
        name,
        title,
        "error",
        require={**required(items, *ways), **required(perhaps, optional=True)},
        **around,
        because=f"{made.page} asks for it, at this level or higher.",
        examples=requiring(items, *ways, given=given),
    )


def _conditional(made: Made, when: Condition) -> dict[str, Any]:
    ((kind, name),) = when.items()
    words = name.lower().replace("_", "-")
    if kind == "feature":
        given: dict[str, Any] = {"features": {name: "on"}}
        title = f"Where the feature {name} is on, the role has what {made.name} asks for"
    else:
        given = {"parameters": {name: True}}
        title = f"With {name.replace('_', ' ')}, the role has what {made.name} asks for"
    return _needed(made, words, title, when, {"when": dict(when)}, given)


def _without(made: Made, when: Condition) -> Iterator[dict[str, Any]]:
    """What is there only for something that the integration does not do."""
    always = {line.ways[0].permission.id for line in made.of(ALWAYS)}
    items = [line.ways[0] for line in made.of(when) if line.ways[0].permission.id not in always]
    if "feature" in when or not items:
        return
    words = when["parameter"].replace("_", " ")
    none = [Asked(item.permission, Level.NONE) for item in items]
    off = {when["parameter"]: False}
    yield made.rule(
        f"without-{words.replace(' ', '-')}",
        f"Without {words}, nothing that {made.name} asks for only with it",
        "info",
        limit=levels(none),
        when={"parameter": off},
        because=f"{made.page} asks for it only with {words}; say so with the parameter.",
        examples=limiting(none, {"parameters": off}),
    )


def _forbidden(made: Made) -> Iterator[dict[str, Any]]:
    for when, (name, severity, title, why) in _NOT.items():
        items = [line.ways[0] for line in made.of(when)]
        if not items:
            continue
        phased = {} if when == FORBIDDEN else {"when": {"parameter": {"phase": "run"}}}
        yield made.rule(
            name,
            title.format(made.name),
            severity,
            forbid=[item.name for item in items],
            **phased,
            because=why.format(made.page),
            examples={
                "complies": [
                    {item.name: "none" for item in items},
                    *(_in_setup(items) if phased else []),
                ],
                "violates": [{item.name: _lowest(item)} for item in items],
            },
        )


_NOT = {
    FORBIDDEN: (
        "forbidden",
        "error",
        "Nothing that keeps {} from using the role",
        "{} says that a role with it cannot be used.",
    ),
    REMOVED: (
        "removed",
        "error",
        "Nothing that {} says must be removed",
        "{} says that it must be removed once the set-up is over.",
    ),
    SETUP: (
        "left-behind",
        "warning",
        "Nothing that was there for setting {} up",
        "{} asks for it until the set-up is over.",
    ),
}


def _in_setup(items: Sequence[Asked]) -> list[dict[str, Any]]:
    role = {item.name: _lowest(item) for item in items}
    return [{"permissions": role, "parameters": {"phase": "setup"}}]


def _lowest(item: Asked) -> str:
    """The lowest level above None, of those that NetSuite offers."""
    offered = item.permission.levels or tuple(Level)
    return min(level for level in offered if level).name.lower()


def _attributes(made: Made) -> Iterator[dict[str, Any]]:
    for word, value in made.vendor.get("role", {}).items():
        yield made.rule(
            word.replace(" ", "-"),
            f"The role is as {made.name} says: {word}",
            "error",
            role={word: value},
            because=f"{made.vendor['role because'].strip()} It is {made.page}.",
            examples={
                "complies": [{"attributes": {word: value}}],
                "violates": [{"attributes": {word: not value}}],
            },
        )


def _asked_most(made: Made) -> list[Asked]:
    """The permissions that the list asks for, each at the highest level that it asks for."""
    found: dict[str, Asked] = {}
    for line in made.lines:
        for item in line.ways:
            if item.level > Level.NONE and line.when != LISTED:
                key = item.permission.id
                found[key] = max(item, found.get(key, item), key=lambda asked: asked.level)
    return list(found.values())


def _above(made: Made) -> Iterator[dict[str, Any]]:
    items = [item for item in _asked_most(made) if above(item)]
    if items:
        yield made.rule(
            "above-list",
            f"Nothing is granted above the level that {made.name} asks for",
            "warning",
            limit=levels(items),
            because=f"{made.page} does with less; try that in a sandbox.",
            examples=limiting(items),
        )


def _not_on_list(made: Made) -> Iterator[dict[str, Any]]:
    subtabs = made.vendor.get("read whole", ())
    globs = [glob for subtab in subtabs for glob in _GLOBS[subtab]]
    if not globs:
        return
    listed = dict.fromkeys(item.name for line in made.lines for item in line.ways)
    within = [name for name in listed if _is_within(made, name, globs)]
    other = next(name for name in ("Opportunity", "Estimate") if name not in listed)
    yield made.rule(
        "not-on-list",
        f"Nothing is granted that {made.name} does not ask for",
        "info",
        limit={"every": globs, "at": "none", "except": within},
        because=f"It is not on {made.page}; somebody should know what it is there for.",
        false_positives=(
            "Custom records are not looked at. What the page calls optional counts as listed."
        ),
        examples={
            "complies": [{within[0]: "view" if within[0] == "Find Transaction" else "full"}, {}],
            "violates": [{other: "view"}],
        },
    )


def _is_within(made: Made, name: str, globs: Sequence[str]) -> bool:
    keys = {item.name: item.permission.id for line in made.lines for item in line.ways}
    return any(keys[name].startswith(glob.rstrip("*")) for glob in globs)


def _privileged(made: Made) -> Iterator[dict[str, Any]]:
    """That the vendor asks for it does not make it harmless."""
    asked = {item.permission.id: item for item in _asked_most(made)}
    told = [
        (row, Asked(asked[row["permission_id"]].permission, Level[row["flag_from_level"]]))
        for row in rows("highly_privileged")
        if row["tier"] in _TIERS
        and row["permission_id"] not in _SO_COMMON
        and row["permission_id"] in asked
        and asked[row["permission_id"]].level >= Level[row["flag_from_level"]]
    ]
    if not told:
        return
    items = [item for _, item in told]
    keys = dict.fromkeys(key for row, _ in told for key in row["source_keys"].split())
    made_rule = made.rule(
        "privileged",
        f"What {made.name} asks for and is privileged all the same",
        "warning",
        report={
            "say": f"has what {made.name} asks for and what is privileged all the same",
            "holders of": levels(items),
        },
        because=f"{made.page} asks for it, and that does not make it harmless. "
        + " ".join(f"{item.name}: {row['why']}" for row, item in told),
        fix="Ask the vendor what it is for; else accept it with a waiver and a last day.",
        examples={
            "complies": [{item.name: item.below.name.lower() for item in items}],
            "violates": [{item.name: item.level.name.lower()} for item in items],
        },
    )
    yield {**made_rule, "references": [*made.references, *references(" ".join(keys))]}
