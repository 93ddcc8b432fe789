"""Which roles count as what: the classes that rules are asked of, and what was assumed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from nspermaudit.model import Role
from nspermaudit.rule import Condition, Rule
from nspermaudit.selector import EVERY_ROLE, All, Always, Any, HasAttribute, Named, ParameterIs
from nspermaudit.style import listed

INTEGRATION = "integration"
EVERY = "all"

_FEW = 3
"""So many rules that a parameter switches off are told one by one."""


class Scope(NamedTuple):
    """The role classes of an audit; ``globs`` are the roles that the user named."""

    classes: Mapping[str, Condition]
    globs: tuple[str, ...]
    assumptions: tuple[str, ...]


def settle(
    defined: Mapping[str, Condition],
    globs: tuple[str, ...],
    rules: Iterable[Rule],
    first_roles: Callable[[], list[Role]],
) -> Scope:
    """Decide which roles are meant.

    ``defined`` are the classes of the configuration, ``globs`` the roles named with --role,
    ``first_roles`` gives the only role of the inputs, or two of several; asked only if needed.
    """
    classes: dict[str, Condition] = {EVERY: EVERY_ROLE, **defined}
    asked = sorted({rule.applies_to for rule in rules} - {EVERY})
    assumptions = []
    if globs:
        classes[INTEGRATION] = Any(tuple(Named(glob) for glob in globs))
        assumptions.append(f"integration roles: those named with --role {' '.join(globs)}")
    elif INTEGRATION in asked and INTEGRATION not in classes:
        classes[INTEGRATION], words = _guess(first_roles())
        assumptions.append(words)
    assumptions += _not_asked({rule.id: words for rule in rules if (words := switched_off(rule))})
    assumptions += [
        f'role class "{name}" is defined nowhere: its rules were not evaluated'
        for name in asked
        if name not in classes
    ]
    return Scope(classes, globs, tuple(assumptions))


def switched_off(rule: Rule) -> str:
    """The condition on a pack's parameter that keeps a rule from being asked; else empty."""
    for word, condition, keeps in (("when", rule.when, False), ("unless", rule.unless, True)):
        parts = condition.conditions if isinstance(condition, All) else ()
        fixed = [
            part
            for part in parts
            if isinstance(part, ParameterIs) and (part.given == part.wanted) is keeps
        ]
        if fixed and (word == "when" or len(parts) == 1):
            return f"{word} {fixed[0]}"
    return ""


def _not_asked(off: Mapping[str, str]) -> Iterator[str]:
    if len(off) <= _FEW:
        yield from (f"not asked: {rule_id} (only {words})" for rule_id, words in off.items())
    else:
        yield f"not asked: {len(off)} rules, by parameters of their packs: {listed([*off])}"


def _guess(roles: list[Role]) -> tuple[Condition, str]:
    if len(roles) == 1:
        words = f'integration role: "{roles[0].title.strip()}", the only role there is'
        return Always("the only role"), words
    words = "integration roles: those with the attribute web services only; name others with --role"
    return HasAttribute("web services only", (True,)), words
