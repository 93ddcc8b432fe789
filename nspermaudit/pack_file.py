"""One pack file into rules: its schema, its rules, every fault at its line and column."""

import json
import os.path
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from nspermaudit import schemas, selector
from nspermaudit.checks import CHECKS
from nspermaudit.conditions import RuleReader, read_conditions
from nspermaudit.discovery import shown
from nspermaudit.documents import Document
from nspermaudit.errors import Fault, UsageError
from nspermaudit.finding import PackDigest
from nspermaudit.model import Location
from nspermaudit.rule import Condition, ParameterValue, Rule, Severity, read_as
from nspermaudit.source import Source, sha256

if TYPE_CHECKING:
    from nspermaudit.functions import Function

_HERE = os.path.dirname(os.path.realpath(__file__))
COMPILED = os.path.join(_HERE, "data", "packs")


class Pack(NamedTuple):
    """One pack: its own rules, and the packs whose rules belong to it.

    ``parameters`` has the values that are in force, ``defaults`` those that it declares, and
    ``choices`` the values that some can have; ``places`` is where each name of ``extends`` stands.
    """

    id: str
    title: str
    about: str
    file: str
    digest: PackDigest
    rules: tuple[Rule, ...]
    extends: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    defaults: Mapping[str, ParameterValue] = MappingProxyType({})
    parameters: Mapping[str, ParameterValue] = MappingProxyType({})
    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    places: tuple[Location, ...] = ()


@cache
def rules_folder() -> str:
    """Where the packs that ship are: in the wheel beside the code, in a checkout above it."""
    for folder in (os.path.join(_HERE, "rules"), os.path.join(os.path.dirname(_HERE), "rules")):
        if os.path.isdir(folder):
            return folder
    raise UsageError("the rule packs are missing from this installation")


def read(
    file: str, parameters: Mapping[str, ParameterValue] = MappingProxyType({}), path: str = ""
) -> Pack:
    """Read one pack, which messages call ``path``. Raises DocumentError with all its faults."""
    source, name = Source(path or shown(file), file), _shipped_name(file)
    source.is_digested = not name
    data = source.read()
    entry = _entry_of(name, data)
    if entry is None:
        digest = source.sha256 or sha256(data).hexdigest()
        document = _written(data, source.path, ships=bool(name))
        return _PackReader(document, parameters).pack(file, digest, ships=bool(name))
    document = Document(source.path)
    document.value = entry["document"]
    return _PackReader(document, parameters).pack(file, entry["sha256"], ships=True)


def _written(data: bytes, path: str, *, ships: bool) -> Document:
    """A pack as its YAML says it."""
    from nspermaudit import safe_yaml  # noqa: PLC0415 - start-up: only foreign packs need PyYAML

    document = safe_yaml.load(data, path)
    if not ships:  # those that ship were validated by our tests
        schemas.hold_against(document, pack_schema())
    if not isinstance(document.value, dict):
        document.refuse_if_faulty()
    return document


def _shipped_name(file: str) -> str:
    """The id by which a pack ships, by its file; empty for a file of one's own."""
    path, folder = os.path.abspath(file), os.path.join(rules_folder(), "")
    if not path.startswith(folder):
        return ""
    return path[len(folder) :].removesuffix(".yaml").replace(os.sep, "/")


def _entry_of(name: str, data: bytes) -> dict[str, Any] | None:
    """A pack that ships, as ``tools/packs/build.py`` read it; None if it was edited since."""
    if not name:
        return None
    try:
        with open(compiled_file(name), "rb") as stream:
            entry: dict[str, Any] = json.loads(stream.read())
    except FileNotFoundError:
        return None
    is_same = entry["size"] == len(data) and entry["crc32"] == zlib.crc32(data)
    return entry if is_same else None


def compiled_file(name: str) -> str:
    """The file of a pack that ships in the form that loads fast."""
    return os.path.join(COMPILED, *f"{name}.json".split("/"))


def is_compiled(name: str) -> bool:
    """Whether a pack of this id ships, in the form that loads fast."""
    return os.path.isfile(compiled_file(name))


@cache
def pack_schema() -> dict[str, Any]:
    """The JSON Schema of rule packs, with what each verb takes."""
    from nspermaudit import functions  # noqa: PLC0415 - start-up: only foreign packs need it

    schema = schemas.load("pack")
    rule = schema["definitions"]["rule"]
    for verb, kind in CHECKS.items():
        rule["properties"][verb] = _plain(kind.SCHEMA)
    rule["oneOf"] = [{"required": [verb]} for verb in CHECKS]
    rule["errorMessage"] = f"a rule has exactly one of the verbs {', '.join(CHECKS)}"
    schema["definitions"]["attributes"] = _plain(CHECKS["role"].SCHEMA)
    schema["definitions"]["function"] = _plain(functions.SCHEMA)
    return schema


def _plain(value: Any) -> Any:
    """A schema as plain dicts and lists, as JSON has them."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


class _PackReader:
    """Turns the document of a pack into rules; faults go to the document."""

    def __init__(self, document: Document, given: Mapping[str, ParameterValue]) -> None:
        self.document = document
        self.given = given

    def pack(self, file: str, digest: str, *, ships: bool) -> Pack:
        top = self.document.value
        declared = top.get("parameters", {})
        defaults = {
            name: item["default"] for name, item in _mappings(declared) if "default" in item
        }
        parameters = {name: self._in_force(name, value) for name, value in defaults.items()}
        choices = self._choices(declared)
        reader = RuleReader(self.document, (), parameters, self._functions(top, parameters))
        items = top.get("rules") or []
        rules = [
            rule
            for index, item in enumerate(items if isinstance(items, list) else [])
            if (rule := self._rule(item, index, reader))
        ]
        self._refuse_repeated(rules)
        self.document.refuse_if_faulty()
        return Pack(
            id=top["pack"],
            title=top["title"],
            about=top.get("about", ""),
            file=file,
            digest=PackDigest(top["pack"], top["title"], digest, len(rules), ships),
            rules=tuple(rules),
            extends=tuple(top.get("extends", ())),
            replaces=tuple(top.get("replaces", ())),
            defaults=MappingProxyType(defaults),
            parameters=MappingProxyType(parameters),
            choices=MappingProxyType(choices),
            places=tuple(
                self.document.locate(("extends", index))
                for index in range(len(top.get("extends", ())))
            ),
        )

    def _in_force(self, name: str, default: ParameterValue) -> ParameterValue:
        """The value of a parameter; of another kind it is not taken, and ``packs`` refuses it."""
        value = read_as(self.given.get(name, default), default)
        return value if type(value) is type(default) else default

    def _choices(self, declared: Any) -> dict[str, tuple[str, ...]]:
        found = {
            name: tuple(item["choices"]) for name, item in _mappings(declared) if "choices" in item
        }
        for name, words in found.items():
            if declared[name].get("default") not in words:
                text = f'the default of "{name}" is none of its choices'
                self.document.fault(text, ("parameters", name))
        return found

    def _refuse_repeated(self, rules: Sequence[Rule]) -> None:
        seen: set[str] = set()
        for rule in rules:
            if rule.id in seen and rule.location:
                text = f'rule id "{rule.id}" stands here more than once'
                self.document.faults.append(Fault(rule.location, text))
            seen.add(rule.id)

    def _functions(
        self, top: Mapping[str, Any], parameters: Mapping[str, ParameterValue]
    ) -> Mapping[str, "Function"]:
        if not top.get("functions"):
            return {}
        from nspermaudit.functions import read_function  # noqa: PLC0415 - start-up: few have any

        found = {}
        for name, item in _mappings(top["functions"]):
            place = ("functions", name)
            if not self.document.is_faulty(place):
                reader = RuleReader(self.document, (*place, "any of"), parameters)
                found[name] = read_function(name, item, reader)
        return found

    def _rule(self, item: Any, index: int, pack_reader: RuleReader) -> Rule | None:
        verbs = [verb for verb in CHECKS if verb in item] if isinstance(item, dict) else []
        if len(verbs) != 1:
            return None  # the schema has told
        verb, place = verbs[0], ("rules", index)
        if self.document.is_faulty((*place, verb)):
            return None
        check = CHECKS[verb].from_params(item[verb], pack_reader._replace(place=(*place, verb)))
        conditions = {
            name: self._condition(item[name], pack_reader._replace(place=(*place, name)))
            for name in ("when", "unless")
            if name in item
        }
        if self.document.is_faulty(place):
            return None
        severity, dated = _severities(item["severity"])
        return Rule(
            id=item["id"],
            pack=str(self.document.value.get("pack")),
            title=item.get("title", ""),
            severity=severity,
            verb=verb,
            check=check,
            applies_to=item.get("applies_to", self.document.value.get("applies_to", "all")),
            when=conditions.get("when"),
            unless=conditions.get("unless"),
            because=item.get("because", ""),
            fix=item.get("fix", ""),
            references=_texts(item.get("references", ())),
            false_positives=item.get("false_positives", ""),
            evidence=item.get("evidence", ""),
            tags=tuple(item.get("tags", ())),
            examples=item.get("examples", {}),
            location=self.document.locate((*place, "id")),
            step=item.get("step", 0),
            symptoms=_texts(item.get("symptoms", ())),
            dated=dated,
            compensating_controls=item.get("compensating_controls", ""),
        )

    def _condition(self, item: Any, reader: RuleReader) -> Condition | None:
        if self.document.is_faulty(reader.place):
            return None
        return selector.All(tuple(read_conditions(item, reader)))


def _severities(value: Any) -> tuple[Severity, tuple[tuple[str, Severity], ...]]:
    """A severity, and those that hold from a release on: ``{default: info, "2027.1": error}``."""
    if isinstance(value, str):
        return Severity[value.upper()], ()
    dated = sorted((key, Severity[word.upper()]) for key, word in value.items() if key != "default")
    return Severity[value["default"].upper()], tuple(dated)


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _mappings(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield from ((key, item) for key, item in value.items() if isinstance(item, dict))
