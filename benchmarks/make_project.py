"""Makes a SuiteCloud project in which few objects are roles: workflows, records, searches, scripts.

All of it is invented; only the shapes are those of SDF objects.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import make_roles
from benchmarks.inputs import Facts

ROLES_IN_100 = 6
SCRIPTS_IN_100 = 16

_SMALLEST, _LARGEST = 5_000, 20_000
_WORDS = ("order", "pick", "pack", "ship", "count", "bill", "match", "approve", "label", "dock")


def mixed(place: Path, count: int) -> Facts:
    """A project of so many objects with its JavaScript; roles are in a folder of their own."""
    chance = random.Random(make_roles.SEED)
    objects = place / "src" / "Objects"
    objects.mkdir(parents=True)
    roles = count * ROLES_IN_100 // 100
    facts = make_roles.project(objects / "Roles", roles)
    kinds = (_workflow, _record, _search, _script)
    for number in range(count - roles):
        kind = kinds[number % len(kinds)]
        name, text = kind(chance, number, chance.randint(_SMALLEST, _LARGEST))
        (objects / f"{name}.xml").write_text(text, encoding="ascii")
    _scripts(place / "src" / "FileCabinet" / "SuiteScripts", chance, count * SCRIPTS_IN_100 // 100)
    (place / "src" / "deploy.xml").write_text(
        "<deploy>\n  <objects>\n    <path>~/Objects/*</path>\n  </objects>\n</deploy>\n",
        encoding="ascii",
    )
    return facts


def _until(size: int, part: Callable[[int], str]) -> str:
    """So many parts that they take about so many bytes."""
    parts: list[str] = []
    while size > 0:
        parts.append(part(len(parts)))
        size -= len(parts[-1])
    return "".join(parts)


def _phrase(chance: random.Random, length: int) -> str:
    return " ".join(chance.choices(_WORDS, k=length))


def _workflow(chance: random.Random, number: int, size: int) -> tuple[str, str]:
    def state(part: int) -> str:
        return (
            f'    <workflowstate scriptid="workflowstate_{part}">\n'
            f"      <description>{_phrase(chance, 8)}</description>\n"
            f"      <name>{_phrase(chance, 2)}</name>\n      <workflowactions>\n"
            f'        <setfieldvalueaction scriptid="workflowaction_{part}">\n'
            f"          <field>STDBODY{chance.choice(_WORDS).upper()}</field>\n"
            f"          <triggertype>ONENTRY</triggertype>\n"
            f"          <valuetext>{_phrase(chance, 3)}</valuetext>\n"
            "        </setfieldvalueaction>\n      </workflowactions>\n    </workflowstate>\n"
        )

    name = f"customworkflow_larkfield_{number:05d}"
    return name, (
        f'<workflow scriptid="{name}">\n  <name>{_phrase(chance, 3)}</name>\n'
        "  <recordtypes>SALESORDER</recordtypes>\n  <releasestatus>RELEASED</releasestatus>\n"
        f"  <workflowstates>\n{_until(size, state)}  </workflowstates>\n</workflow>\n"
    )


def _record(chance: random.Random, number: int, size: int) -> tuple[str, str]:
    def field(part: int) -> str:
        return (
            f'    <customrecordcustomfield scriptid="custrecord_larkfield_{number}_{part}">\n'
            f"      <description>{_phrase(chance, 8)}</description>\n"
            f"      <fieldtype>FREEFORMTEXT</fieldtype>\n      <ismandatory>F</ismandatory>\n"
            f"      <label>{_phrase(chance, 2)}</label>\n      <storevalue>T</storevalue>\n"
            "    </customrecordcustomfield>\n"
        )

    name = f"customrecord_larkfield_{number:05d}"
    return name, (
        f'<customrecordtype scriptid="{name}">\n  <accesstype>USEPERMISSIONLIST</accesstype>\n'
        f"  <customrecordcustomfields>\n{_until(size, field)}  </customrecordcustomfields>\n"
        f"  <permissions>\n    <permission>\n      <permittedlevel>EDIT</permittedlevel>\n"
        f"      <permittedrole>[scriptid=customrole_larkfield_{number % 5:05d}]</permittedrole>\n"
        f"    </permission>\n  </permissions>\n  <recordname>{_phrase(chance, 2)}</recordname>\n"
        "</customrecordtype>\n"
    )


def _search(chance: random.Random, number: int, size: int) -> tuple[str, str]:
    name = f"customsearch_larkfield_{number:05d}"
    definition = f"{chance.getrandbits(4 * size):x}"
    return name, (
        f'<savedsearch scriptid="{name}">\n  <definition>{definition}</definition>\n'
        "  <dependencies>\n    <dependency></dependency>\n  </dependencies>\n</savedsearch>\n"
    )


def _script(chance: random.Random, number: int, size: int) -> tuple[str, str]:
    def deployment(part: int) -> str:
        return (
            f'    <scriptdeployment scriptid="customdeploy_larkfield_{number}_{part}">\n'
            "      <isdeployed>T</isdeployed>\n      <loglevel>ERROR</loglevel>\n"
            f"      <status>SCHEDULED</status>\n      <title>{_phrase(chance, 4)}</title>\n"
            "    </scriptdeployment>\n"
        )

    name = f"customscript_larkfield_{number:05d}"
    return name, (
        f'<scheduledscript scriptid="{name}">\n  <isinactive>F</isinactive>\n'
        f"  <name>{_phrase(chance, 3)}</name>\n"
        f"  <scriptfile>[/SuiteScripts/larkfield_{number:05d}.js]</scriptfile>\n"
        f"  <scriptdeployments>\n{_until(size, deployment)}  </scriptdeployments>\n"
        "</scheduledscript>\n"
    )


def _scripts(place: Path, chance: random.Random, count: int) -> None:
    place.mkdir(parents=True)

    def lines() -> Iterator[str]:
        yield "/**\n * @NApiVersion 2.1\n * @NScriptType ScheduledScript\n */\n"
        yield "define(['N/record', 'N/log'], (record, log) => {\n"
        for step in range(chance.randint(20, 120)):
            yield f"  const step{step} = () => log.debug('{_phrase(chance, 6)}');\n"
        yield "  return {execute: () => {}};\n});\n"

    for number in range(count):
        text = "".join(lines())
        (place / f"larkfield_{number:05d}.js").write_text(text, encoding="ascii")
