"""The rule packs of an audit: finding them, reading each once, keeping contradictions out."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

from nspermaudit import schemas
from nspermaudit.discovery import shown
from nspermaudit.errors import DocumentError, Fault, UsageError
from nspermaudit.pack_file import Pack, is_compiled, read, rules_folder
from nspermaudit.rule import ParameterValue, Rule, Use, read_as
from nspermaudit.style import listed


class Stock:
    """Packs that were read before an audit, which then reads none.

    ``used`` are those whose rules it asks, ``others`` further ones of which a configuration and
    waivers may speak.
    """

    def __init__(self, used: tuple[Pack, ...], others: tuple[Pack, ...] = ()) -> None:
        self.used = used
        self.others = others

    @property
    def rules(self) -> list[Rule]:
        """The rules of all of them."""
        return all_rules((*self.used, *self.others))


def shipped() -> list[str]:
    """The ids of the packs that ship, in order."""
    top = rules_folder()
    return sorted(
        os.path.relpath(os.path.join(folder, file), top).removesuffix(".yaml").replace(os.sep, "/")
        for folder, _, files in os.walk(top)
        for file in files
        if file.endswith(".yaml")
    )


def load(
    uses: Iterable[Use], given: Mapping[str, ParameterValue] = MappingProxyType({})
) -> tuple[Pack, ...]:
    """The packs that are asked for and those that they extend, each once, in order of ids.

    The parameters that are ``given`` go over those of all uses. Raises UsageError for a pack that
    is not there or cannot stand beside another, DocumentError for faults inside packs, all of them
    at once.
    """
    asked = list(uses)
    found = load_each(use._replace(parameters={**use.parameters, **given}) for use in asked)
    _refuse_contradictions(found)
    for use in asked:
        _refuse_unknown_parameters(use.name, use.parameters, found)
    _refuse_unknown_parameters("--parameter", given, found)
    _refuse_other_choices(found)
    return found


def load_each(uses: Iterable[Use]) -> tuple[Pack, ...]:
    """The same, whether or not they go together: to tell about them, not to audit with them."""
    loader = _Loader()
    loader.add_all(uses)
    if loader.faults:
        raise DocumentError(loader.faults)
    return tuple(sorted(loader.packs.values(), key=lambda pack: pack.id))


def _refuse_unknown_parameters(
    place: str, given: Mapping[str, ParameterValue], found: Sequence[Pack]
) -> None:
    known = {name: value for pack in found for name, value in pack.defaults.items()}
    for name, value in given.items():
        if name not in known:
            hint = schemas.closest(name, known) or _parameters_of(known)
            raise UsageError(f'{place}: no pack has the parameter "{name}"{hint}')
        if type(read_as(value, known[name])) is not type(known[name]):
            like = schemas.written(known[name])
            raise UsageError(f'{place}: the parameter "{name}" must be a value like {like}')


def _parameters_of(known: Iterable[str]) -> str:
    names = sorted(known)
    return f" (there are {listed(names)})" if names else " (the packs in use have none)"


def _refuse_other_choices(found: Sequence[Pack]) -> None:
    for pack in found:
        for name, choices in pack.choices.items():
            value = pack.parameters[name]
            if value not in choices:
                hint = schemas.closest(str(value), choices)
                wanted = " or ".join(choices)
                text = f'the parameter "{name}" must be {wanted}, not {schemas.written(value)}'
                raise UsageError(f"{pack.id}: {text}{hint}")


def _refuse_contradictions(found: Sequence[Pack]) -> None:
    ids = {pack.id for pack in found}
    for pack in found:
        for other in pack.replaces:
            if other in ids:
                both = " and ".join(_with_parent(name, found) for name in (pack.id, other))
                raise UsageError(f"the packs {both} contradict each other: use one")
    seen: dict[str, str] = {}
    for rule in (rule for pack in found for rule in pack.rules):
        if rule.id in seen:
            raise UsageError(
                f'{rule.location}: rule id "{rule.id}" is taken by the pack {seen[rule.id]}'
            )
        seen[rule.id] = rule.pack


def _with_parent(name: str, found: Sequence[Pack]) -> str:
    """A pack, and the one that brought it along: only that one may have been asked for."""
    parents = [pack.id for pack in found if name in pack.extends]
    return f"{name} (part of {parents[0]})" if parents else name


class _Loader:
    """Reads packs and those that they extend."""

    def __init__(self) -> None:
        self.packs: dict[str, Pack] = {}
        self.faults: list[Fault] = []

    def add_all(self, uses: Iterable[Use]) -> None:
        """Read packs, those that are asked for before those that they extend."""
        pending = list(uses)
        for use in pending:  # it grows while it is read
            pending += self._add(use)

    def _add(self, use: Use) -> list[Use]:
        """Read one pack; what it extends, with the same parameters: one name means one thing."""
        file = find(use.name, use.folder)
        try:
            pack = read(file, use.parameters)
        except DocumentError as error:
            self.faults.extend(error.faults)
            return []
        known = self.packs.setdefault(pack.id, pack)
        if known is not pack and os.path.realpath(known.file) != os.path.realpath(file):
            files = f"{shown(known.file)} and {shown(file)}"
            raise UsageError(f'two packs have the id "{pack.id}": {files}')
        if known is not pack:
            return []
        return list(self._extended(pack, use.parameters))

    def _extended(self, pack: Pack, given: Mapping[str, ParameterValue]) -> Iterator[Use]:
        for name, place in zip(pack.extends, pack.places, strict=True):
            try:
                find(name, os.path.dirname(pack.file))
            except UsageError as error:  # noqa: PERF203 - packs are few
                self.faults.append(Fault(place, str(error)))
            else:
                yield Use(name, given, os.path.dirname(pack.file))


def find(name: str, folder: str = "") -> str:
    """The file of a pack: one that ships, by its id, or a YAML file, by its path.

    Raises UsageError, with a suggestion, if there is none.
    """
    if name.endswith((".yaml", ".yml")):
        file = os.path.join(folder, name)
        if os.path.isfile(file):
            return file
        raise UsageError(f"no such pack file: {shown(file)}")
    if is_compiled(name) or name in shipped():
        return os.path.join(rules_folder(), f"{name}.yaml")
    hint = schemas.closest(name, shipped())
    raise UsageError(f'no pack is called "{name}"{hint}; a file of yours ends in .yaml')


def known_rules(uses: Iterable[Use] = ()) -> list[Rule]:
    """The rules of all packs that ship and of some others, whether or not they go together.

    A pack that cannot be read is passed over.
    """
    found: list[Rule] = []
    for use in (*map(Use, shipped()), *uses):
        with suppress(UsageError):
            found += all_rules(load([use]))
    return found


def all_rules(found: Iterable[Pack]) -> list[Rule]:
    """The rules of some packs, in order of packs and as they stand there."""
    return [rule for pack in found for rule in pack.rules]
