"""What stands in a rule: permissions and levels by name, and the conditions around a verb."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from nspermaudit import catalog, documents, schemas, selector
from nspermaudit.documents import Document
from nspermaudit.model import Level, Permission
from nspermaudit.rule import Condition, ParameterValue

if TYPE_CHECKING:
    from nspermaudit.functions import Function


class RuleReader(NamedTuple):
    """What checks and conditions read their parameters with; see ``rule.Reader``."""

    document: Document
    place: documents.Path
    parameters: Mapping[str, ParameterValue] = MappingProxyType({})
    functions: Mapping[str, Function] = MappingProxyType({})

    def permission(self, name: str, *where: str | int) -> Permission | None:
        """The permission of that id or display name; a fault and None if there is none."""
        found = catalog.load().find(name)
        if found is None:
            near = catalog.load().suggest(name)
            hint = f' (did you mean "{near}"?)' if near else ""
            self.fault(f'unknown permission "{name}"{hint}', *where)
        return found

    def matching(self, glob: str, *where: str | int) -> tuple[Permission, ...]:
        """The catalogue's permissions whose id a glob matches; a fault if nothing can match."""
        folded = glob.casefold()
        found = tuple(
            permission
            for permission in catalog.load()
            if fnmatchcase(permission.id.casefold(), folded)
        )
        if not found and not folded.startswith("c"):  # custom objects are not in the catalogue
            self.fault(f'no permission id matches "{glob}"', *where)
        return found

    def level(self, permission: Permission, word: str, *where: str | int) -> Level:
        """The level of that name; a fault if the permission cannot have it."""
        level = Level[word.upper()]
        if not permission.allows(level):
            offered = " or ".join(item.title for item in sorted({Level.NONE, *permission.levels}))
            self.fault(f"{permission.name} has no level {level.title} (only {offered})", *where)
        return level

    def function(self, name: str, *where: str | int) -> Function:
        """The function of that name in the pack; a fault, and one of nothing, if there is none."""
        from nspermaudit.functions import Function  # noqa: PLC0415 - start-up: few packs have any

        known = self.functions.get(name)
        if known is None and not self.document.is_faulty(("functions", name)):
            self.fault(
                f'the pack has no function "{name}"{schemas.closest(name, self.functions)}', *where
            )
        return known or Function(name, name, ())

    def number(self, value: int | str, *where: str | int) -> int:
        """A number, or that of the parameter of that name; a fault and 0 if there is none."""
        if isinstance(value, str):
            name, value = value, self.parameters.get(value, "")
            if name not in self.parameters:
                hint = schemas.closest(name, self.parameters)
                self.fault(f'the pack has no parameter "{name}"{hint}', *where)
            elif isinstance(value, bool) or not isinstance(value, int):
                self.fault(f'the parameter "{name}" is no number', *where)
        return value if isinstance(value, int) else 0

    def fault(self, text: str, *where: str | int) -> None:
        """Tell the author of the pack what is wrong and where."""
        self.document.fault(text, (*self.place, *where))

    def suggest(self, name: str) -> str:
        """The id or display name nearest to ``name``; empty where none is near."""
        return catalog.load().suggest(name)


def read_conditions(item: Mapping[str, Any], reader: RuleReader) -> Iterator[Condition]:
    """The parts of a ``when`` or ``unless``, all of which must hold."""
    for word, value in item.items():
        if word == "feature":
            states = {value: "on"} if isinstance(value, str) else value
            for name, state in states.items():
                yield selector.FeatureIs(name, is_on=state == "on")
        elif word == "role":
            for name, wanted in value.items():
                values = tuple(wanted) if isinstance(wanted, list) else (wanted,)
                yield selector.HasAttribute(name, values)
        elif word == "named":
            yield selector.Any(tuple(map(selector.Named, value)))
        elif word == "parameter":
            wanted = {value: True} if isinstance(value, str) else value
            for name, expected in wanted.items():
                yield _parameter(name, expected, reader)
        else:
            yield _held(word, tuple(_holdings(value, reader, word)))


def _held(word: str, conditions: tuple[Condition, ...]) -> Condition:
    if word == "has all":
        return selector.All(conditions)
    any_of = selector.Any(conditions)
    return any_of if word == "has any" else selector.Not(any_of)


def _parameter(name: str, expected: ParameterValue, reader: RuleReader) -> Condition:
    if name not in reader.parameters:
        hint = schemas.closest(name, reader.parameters)
        reader.fault(f'the pack has no parameter "{name}"{hint}', "parameter")
    choices = _declared(name, reader).get("choices")
    if choices and expected not in choices:
        hint = schemas.closest(str(expected), choices)
        reader.fault(f'"{expected}" is no choice of the parameter "{name}"{hint}', "parameter")
    return selector.ParameterIs(name, expected, reader.parameters.get(name))


def _declared(name: str, reader: RuleReader) -> Mapping[str, Any]:
    """What a pack says of one of its parameters."""
    declared = reader.document.value.get("parameters", {}).get(name, {})
    return declared if isinstance(declared, dict) else {}


def _holdings(value: Any, reader: RuleReader, word: str) -> Iterator[Condition]:
    if isinstance(value, list):
        wanted: Iterable[tuple[str | int, str, str | None]] = (
            (index, name, None) for index, name in enumerate(value)
        )
    else:
        wanted = ((name, name, level) for name, level in value.items())
    for key, name, level_word in wanted:
        permission = reader.permission(name, word, key)
        if permission and level_word is None:
            yield selector.Holds(permission, Level.VIEW)
        elif permission and level_word:
            yield selector.Holds(permission, reader.level(permission, level_word, word, key))
