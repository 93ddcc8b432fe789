"""SDF objects that grant roles something or run as one: records, segments, scripts, workflows.

A project has thousands of them, and few say anything about roles: what the bytes show at once is
not parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from nspermaudit.account import Deployment, ObjectGrant, SdfObject
from nspermaudit.finding import Message
from nspermaudit.model import Level, Location
from nspermaudit.rule import Severity
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Head, Node, node_tree

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
_ACCESS = rb"<accesstype>[^<]*</accesstype>"
_LIST = rb"<permissions>[^!]*?</permissions>"
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
    root = short or node_tree(data, source.path)
    found = SdfObject(root.name, root.attributes.get("scriptid", ""), root.location, is_read=True)
    if root.name in _LISTS:
        grants: list[ObjectGrant] = []
        for item in _granted(root):
            if isinstance(item, ObjectGrant):
                grants.append(item)
            else:
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


def _glimpse(data: bytes, path: str) -> Node | None:
    """The root element with only those children that are wanted of it.

    None where the bytes do not show these at once: a document that is not in its usual form, or
    has a comment, a CDATA section or a DOCTYPE, is left to the parser.
    """
    found = re.match(_ROOT, data)
    if not found or b"<!" in data or not data.isascii():
        return None
    if data.count(b"\r") != data.count(b"\r\n") or not data.rstrip().endswith(b"</%s>" % found[1]):
        return None
    name = found[1].decode()
    root = Node(name, {"scriptid": found[2].decode()}, Location(path, 1, 1))
    if name in _LISTS:
        wanted = ((b"<accesstype", _ACCESS), (b"<permissions", _LIST))
    elif name == _WORKFLOW and b"runasadmin>T" not in data:
        return root
    else:
        return None
    for start, pattern in wanted:
        pieces = re.findall(pattern, data)
        if len(pieces) != data.count(start) or len(pieces) > 1:
            return None
        root.children += [_part(data, piece, path) for piece in pieces]
    return root


def _part(data: bytes, piece: bytes, path: str) -> Node:
    """A piece of a document, with its place in the whole."""
    before = data.index(piece)
    line_start = data.rfind(b"\n", 0, before) + 1
    blanks = b"\n" * data.count(b"\n", 0, before) + b" " * (before - line_start)
    return node_tree(blanks + piece, path)


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
        node.attributes.get("scriptid", ""),
        node.location,
        runs_as=named(node.text_of("runasrole")),
        roles=tuple(_names(audience.split("|"))),
        is_for_all_roles=node.text_of("allroles") == "T",
        is_online=node.text_of("isonline") == "T",
        is_deployed=node.text_of("isdeployed") != "F",
        places=MappingProxyType({name: item.location for name, item in fields.items() if item}),
    )


def _names(items: Iterable[str]) -> Iterator[str]:
    return (named(item.strip()) for item in items if item.strip())
