"""Makes roles: SDF objects, a long CSV, a SpreadsheetML workbook, and a table full of findings.

Permissions are drawn evenly from the catalogue, which is the worst case for reading each distinct
one once. All roles hold what the guide asks for, but one in twenty lacks some or has less.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.inputs import Facts, permissions, requirements

SEED = 20261122
GRANTS = 131
ROWS_OF_ROLE = 151
LEVELS = ("View", "Create", "Edit", "Full")

_FAULTY = 0.05
_QUOTED = 0.24  # of permissions and of roles: 12 % of all cells
_FULL = LEVELS.index("Full")
_COLUMNS = "Account,Role,Permission,Level\n"
_ACCOUNT = "Larkfield Retail TSTDRV2048576"
_WORKBOOK = """<?xml version="1.0" encoding="utf-8"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" \
xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="LarkfieldRolePermissions"><Table>
"""


class Roles:
    """Draws roles one after another and counts what the guide finds in them.

    A grant is a number, ``4 * permission + level``; the permissions that are required come first.
    """

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self._asked = Counter(permission for _, permission in requirements())
        self._required = list(self._asked)
        self.names = [*self._required, *(name for name in permissions() if name not in self._asked)]
        self.findings: Counter[str] = Counter()

    def grants(self, count: int) -> list[int]:
        """The grants of the next role."""
        chance = self.chance
        levels = dict.fromkeys(range(len(self._required)), _FULL)
        if chance.random() < _FAULTY:
            for permission in chance.sample([*levels], chance.randint(1, 4)):
                name = self._required[permission]
                self.findings[name] += self._asked[name]
                levels[permission] = chance.randrange(_FULL)
                if chance.randrange(2):
                    del levels[permission]
        others = chance.sample(range(len(self._required), len(self.names)), count - len(levels))
        drawn = chance.choices(range(len(LEVELS)), k=len(others))
        held = [len(LEVELS) * permission + level for permission, level in levels.items()]
        held += [len(LEVELS) * permission + level for permission, level in zip(others, drawn)]  # noqa: B905 - one is as long as the other, and this runs millions of times
        return chance.sample(held, count)

    def each(self, shown: Callable[[str, str], str]) -> list[str]:
        """Every permission at every level, as a file shows it, at the number of the grant."""
        return [shown(name, level) for name in self.names for level in LEVELS]

    def facts(self, roles: int, grants: int) -> Facts:
        """What is known of the roles so far."""
        return {"roles": roles, "grants": grants, **found(self.findings)}


def found(findings: Counter[str]) -> Facts:
    """Findings by permission, and all of them."""
    return {"findings": dict(sorted(findings.items())), "all findings": findings.total()}


def project(place: Path, count: int) -> Facts:
    """A folder of SDF role objects."""
    roles = Roles()
    place.mkdir()
    ids = permissions()
    entries = roles.each(
        lambda name, level: (
            f"    <permission>\n      <permkey>{ids[name]}</permkey>\n"
            f"      <permlevel>{level.upper()}</permlevel>\n    </permission>\n"
        )
    )
    for number in range(count):
        script_id = f"customrole_larkfield_{number:05d}"
        text = role_object(script_id, "".join(entries[grant] for grant in roles.grants(GRANTS)))
        (place / f"{script_id}.xml").write_text(text, encoding="ascii")
    return {"files": count, **roles.facts(count, count * GRANTS)}


def role_object(script_id: str, entries: str) -> str:
    """An SDF role with these permissions."""
    return (
        f'<role scriptid="{script_id}">\n  <centertype>BASIC</centertype>\n'
        "  <employeerestriction>NONE</employeerestriction>\n  <isinactive>F</isinactive>\n"
        "  <issalesrole>F</issalesrole>\n  <issupportrole>F</issupportrole>\n"
        f"  <iswebserviceonlyrole>F</iswebserviceonlyrole>\n  <name>{script_id[11:]}</name>\n"
        "  <restrictbydevice>F</restrictbydevice>\n"
        f"  <permissions>\n{entries}  </permissions>\n</role>\n"
    )


def _rows(
    file: Path, count: int, wraps: tuple[str, str], begin: Callable[[int], str], shown: list[str]
) -> tuple[Roles, int]:
    """Write about so many rows, grouped by role: the start of a role's row, and what it grants."""
    roles = Roles()
    number_of_roles = max(1, count // ROWS_OF_ROLE)
    with file.open("w", encoding="ascii", newline="\n") as stream:
        stream.write(wraps[0])
        for number in range(number_of_roles):
            start = begin(number)
            stream.write(start)
            stream.write(start.join([shown[grant] for grant in roles.grants(ROWS_OF_ROLE)]))
        stream.write(wraps[1])
    return roles, number_of_roles


def table(file: Path, count: int) -> Facts:
    """A CSV with the columns Account, Role, Permission and Level, one cell in eight quoted."""
    chance = random.Random(SEED)

    def begin(number: int) -> str:
        desk = f'"Desk, Orders {number:06d}"' if chance.random() < _QUOTED else f"Desk {number:06d}"
        return f"{_ACCOUNT},{desk},"

    all_roles = Roles()
    quoted = {name for name in all_roles.names if "," in name or chance.random() < _QUOTED}
    shown = all_roles.each(
        lambda name, level: f'"{name}",{level}\n' if name in quoted else f"{name},{level}\n"
    )
    roles, number = _rows(file, count, (_COLUMNS, ""), begin, shown)
    rows = number * ROWS_OF_ROLE
    return {"rows": rows, **roles.facts(number, rows)}


def workbook(file: Path, count: int) -> Facts:
    """A SpreadsheetML workbook, as NetSuite's "Excel" export writes it."""

    def cell(text: str) -> str:
        return f'<Cell><Data ss:Type="String">{escape(text)}</Data></Cell>'

    def begin(number: int) -> str:
        names = (f"{4000 + number}", f"customrole_larkfield_{number:05d}", f"Order Desk {number}")
        return f"<Row>{''.join(map(cell, names))}"

    head = ("Internal ID", "Script ID", "Name", "Permission", "Level")
    wraps = (f"{_WORKBOOK}<Row>{''.join(map(cell, head))}</Row>\n", "</Table></Worksheet>\n")
    shown = Roles().each(lambda name, level: f"{cell(name)}{cell(level)}</Row>\n")
    roles, number = _rows(file, count, (wraps[0], f"{wraps[1]}</Workbook>\n"), begin, shown)
    rows = number * ROWS_OF_ROLE
    return {"rows": rows, **roles.facts(number, rows)}


def faulty(file: Path, count: int) -> Facts:
    """A CSV whose roles have all that the guide asks for too low or not at all."""
    asked = Counter(permission for _, permission in requirements())
    number = count // asked.total()
    too_low = sorted(asked)[::2]
    with file.open("w", encoding="ascii", newline="\n") as stream:
        stream.write(_COLUMNS)
        for role in range(number):
            stream.writelines(f"{_ACCOUNT},Desk {role:06d},{name},View\n" for name in too_low)
    findings = Counter({name: number * times for name, times in asked.items()})
    rows = number * len(too_low)
    return {"rows": rows, "roles": number, "grants": rows, **found(findings)}
