"""SDF objects that grant roles something or run as one: records, segments, scripts, workflows.

A project has thousands of them, and few say anything about roles: what the bytes show at once is
not parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from nspermaudit.errors import InputError
from nspermaudit.finding import Message
from nspermaudit.model import Level, Location
from nspermaudit.objects import Deployment, ObjectGrant, SdfObject
from nspermaudit.rule import Severity
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Head, Node, is_well_formed, node_tree

# The elements of a permission list that name the role and the level: NetSuite help,
# SDFxml_2290236535 (custom record type), SDFxml_2149453001 (custom transaction type) and
# SDFxml_1803961841 (custom segment: the level at which its values are managed).
_LISTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "customrecordtype": ("permittedrole", "permittedlevel"),
        "customtransactiontype": ("permittedrole", "permittedlevel"),
        "customsegment": ("role", "valuemgmtaccesslevel"),
    }
)
_REFERENCE = r"\[(?:.*,\s*)?scriptid=([^\],]+)\]"
_WORKFLOW = "workflow"
_ROOT = rb"<([a-z]+) scriptid=\"([a-z0-9_]+)\">"
_ACCESS = rb"(?:<accesstype>([^<&]*)</accesstype>)?"
_OF_DEPLOYMENTS = ("runasrole", "allroles", "audslctrole", "isonline")


def recognises(head: Head, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether it is such an object; other tools than SDF have a ``<workflow>``, too."""
    return head.root.name in _LISTS or bool(head.root.script_id)


def holds_roles(source: Source, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Never: they name roles, they are none."""
    return False


def parse(source: Source, reading: Reading) -> Iterator[SdfObject | Message]:
    """The object, and what is wrong with its entries.

    Raises InputError where the file must be parsed and is no well-formed XML.
    """
    data = source.read()
    short = None if reading.plain else _glimpse(data, source.path)
    if short:
        yield short
        return
    root = node_tree(data, source.path)
    found = SdfObject(root.name, _id_of(root), root.location, is_read=True)
    if root.name in _LISTS:
        grants: list[ObjectGrant] = []
        for item in _granted(root):
            if isinstance(item, ObjectGrant):
                grants.append(item)
            else:  # whom that entry means is not known, so nobody may be said not to be listed
                found = found._replace(is_read=False)
                yield item
        access = root.first("accesstype")
        yield found._replace(
            access=access.text.strip() if access else "",
            access_location=access.location if access else None,
            grants=tuple(grants),
        )
    elif root.name == _WORKFLOW:
        flag = root.first("runasadmin")
        runs = flag.location if flag and flag.text.strip() == "T" else None
        yield found._replace(runs_as_admin=runs)
    else:
        deployments = root.all("scriptdeployments", "scriptdeployment")
        yield found._replace(deployments=tuple(map(_deployment, deployments)))


def _glimpse(data: bytes, path: str) -> SdfObject | None:
    """The object as its bytes show it at once; None if they do not.

    A document that is not in its usual form is left to the parser.
    """
    head = re.match(_ROOT, data)
    if not head or not _is_usual(data, head[1]) or not is_well_formed(data):
        return None
    kind = head[1].decode()
    found = SdfObject(kind, head[2].decode(), Location(path, 1, 1), is_read=True)
    if kind in _LISTS:
        return _with_list(found, data)
    flags = data.count(b"runasadmin")
    is_plain = flags == 2 * data.count(b"<runasadmin>F</runasadmin>")
    return found if kind == _WORKFLOW and is_plain else None


def _is_usual(data: bytes, root: bytes) -> bool:
    """Whether it is ASCII with usual line ends, with elements and text and nothing else."""
    ends = b"\r" not in data or data.count(b"\r") == data.count(b"\r\n")
    is_plain = ends and data.isascii() and b"<!" not in data and b"<?" not in data
    return is_plain and data.rstrip().endswith(b"</%s>" % root)


def _with_list(found: SdfObject, data: bytes) -> SdfObject | None:
    """The object with its kind of access and its permission list; None if these need the parser."""
    access_at, list_at = _span(data, b"accesstype"), _span(data, b"permissions")
    if access_at is None or list_at is None:
        return None
    access = re.fullmatch(_ACCESS, data[access_at])
    grants = _listed(found.kind, data[list_at])
    if access is None or grants is None:
        return None
    path = found.location.path
    first = _place(data, list_at.start, path) if grants else found.location
    return found._replace(
        access=access[1].decode().strip() if access[1] else "",
        access_location=_place(data, access_at.start, path) if access[0] else None,
        grants=tuple(item._replace(location=_moved(item.location, first)) for item in grants),
    )


def _span(data: bytes, name: bytes) -> slice | None:
    """Where the only element of a name stands; empty if there is none, None if that is in doubt."""
    start = data.find(b"<" + name)
    if start < 0:
        return slice(0, 0)
    end_tag = b"</%s>" % name
    end = data.find(end_tag, start)
    is_plain = data.startswith(b"<%s>" % name, start) and end > 0
    if not is_plain or data.find(b"<" + name, start + 1) > 0 or _depth(data, start) != 1:
        return None
    return slice(start, end + len(end_tag))


def _depth(data: bytes, start: int) -> int:
    """How many elements are open at a place of a document that has tags and text alone."""
    closed = data.count(b"</", 0, start)
    return data.count(b"<", 0, start) - 2 * closed - data.count(b"/>", 0, start)


@lru_cache(maxsize=4096)
def _listed(kind: str, data: bytes) -> tuple[ObjectGrant, ...] | None:
    """What a permission list grants, with places inside the list; None if it must be told of.

    The records of a project have few different lists.
    """
    if not data:
        return ()
    root = Node(kind, {}, Location(""))
    try:
        root.children.append(node_tree(data, ""))
    except InputError:
        return None
    found = list(_granted(root))
    grants = tuple(item for item in found if isinstance(item, ObjectGrant))
    return grants if len(grants) == len(found) else None


def _place(data: bytes, start: int, path: str) -> Location:
    line_start = data.rfind(b"\n", 0, start) + 1
    return Location(path, data.count(b"\n", 0, start) + 1, start - line_start + 1)


def _moved(place: Location, first: Location) -> Location:
    """A place in a piece of a document, given where the piece begins in the whole."""
    column = place.column + first.column - 1 if place.line == 1 else place.column
    return Location(first.path, first.line + place.line - 1, column)


def _granted(root: Node) -> Iterator[ObjectGrant | Message]:
    """Each role's access; no word for the level is the documented default, None."""
    of_role, of_level = _LISTS[root.name]
    for entry in root.all("permissions", "permission"):
        written, word = entry.text_of(of_role), entry.text_of(of_level)
        level_node = entry.first(of_level)
        place = level_node.location if level_node else entry.location
        try:
            level = Level.parse(word or "NONE")
        except ValueError:
            yield Message(place, Severity.ERROR, f'"{word}" is no level for {written}')
        else:
            restriction = entry.text_of("restriction")
            yield ObjectGrant(named(written), level, place, written, restriction)


def _id_of(node: Node) -> str:
    return node.attributes.get("scriptid", "").strip()


def named(reference: str) -> str:
    """The script id in a reference; a standard role's id as it is."""
    found = re.fullmatch(_REFERENCE, reference)
    return found[1].strip() if found else reference


def _deployment(node: Node) -> Deployment:
    """A deployment; its fields: NetSuite help, "scriptdeployment" (SDFxml_2909147388).

    ``audslctrole`` is a list with bars between its items.
    """
    fields = {name: node.first(name) for name in _OF_DEPLOYMENTS}
    audience = node.text_of("audslctrole")
    return Deployment(
        _id_of(node),
        node.location,
        runs_as=_own(node.text_of("runasrole")),
        roles=tuple(_names(audience.split("|"))),
        is_for_all_roles=node.text_of("allroles") == "T",
        is_online=node.text_of("isonline") == "T",
        is_deployed=node.text_of("isdeployed") != "F",
        places=MappingProxyType({name: item.location for name, item in fields.items() if item}),
    )


def _names(items: Iterable[str]) -> Iterator[str]:
    return (_own(item.strip()) for item in items if item.strip())


def _own(reference: str) -> str:
    """The role that a reference names; one to a SuiteApp's or bundle's role stays as written."""
    return reference if "appid=" in reference or "bundleid=" in reference else named(reference)
