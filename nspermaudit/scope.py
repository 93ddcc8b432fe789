"""Which roles count as what: the classes that rules are asked of, and what was assumed."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from nspermaudit.model import Role
from nspermaudit.rule import Condition, Rule
from nspermaudit.selector import EVERY_ROLE, Any, Constant, HasAttribute, Named

INTEGRATION = "integration"
EVERY = "all"


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
    assumptions += [
        f'role class "{name}" is defined nowhere: its rules were not evaluated'
        for name in asked
        if name not in classes
    ]
    return Scope(classes, globs, tuple(assumptions))


def _guess(roles: list[Role]) -> tuple[Condition, str]:
    if len(roles) == 1:
        words = f'integration role: "{roles[0].title.strip()}", the only role there is'
        return Constant(True, "the only role"), words  # noqa: FBT003 - the answer it stands for
    words = "integration roles: those with the attribute web services only; name others with --role"
    return HasAttribute("web services only", (True,)), words
