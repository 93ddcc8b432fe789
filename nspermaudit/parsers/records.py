"""SDF custom record types: the access that they grant to roles from the record's side."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nspermaudit.account import ObjectGrant, SdfObject
from nspermaudit.finding import Message
from nspermaudit.model import Level, Location
from nspermaudit.rule import Severity
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Head, parse_tree

_REFERENCE = re.compile(r"\[(?:.*,\s*)?scriptid=([^\],]+)\]")


def recognises(head: Head, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether the root element is ``<customrecordtype>``."""
    return head.root.name == "customrecordtype"


def holds_roles(source: Source, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Never: it names roles, it is none."""
    return False


def parse(source: Source, reading: Reading) -> Iterator[SdfObject | Message]:  # noqa: ARG001 - ditto
    """Each role's access. Raises InputError where the file is no well-formed XML."""
    root = parse_tree(source.read(), source.path)
    grants: list[ObjectGrant] = []
    for element in root.iterfind("permissions/permission"):
        place = Location(source.path, element.sourceline or 0)
        role = (element.findtext("permittedrole") or "").strip()
        word = (element.findtext("permittedlevel") or "").strip()
        reference = _REFERENCE.fullmatch(role)
        try:
            level = Level.parse(word or "NONE")  # the documented default: SDFxml_2290236535
        except ValueError:
            yield Message(place, Severity.ERROR, f'"{word}" is no level for {role}')
        else:
            grants.append(ObjectGrant(reference[1] if reference else role, level, place, role))
    script_id = root.get("scriptid", "")
    place = Location(source.path, 1)
    yield SdfObject("customrecordtype", script_id, place, grants=tuple(grants), is_read=True)
