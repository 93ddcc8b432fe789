"""XML from strangers: what a document is, and reading it with a DOCTYPE refused."""

import pyexpat as expat  # start-up: xml.parsers.expat is this, behind three modules
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from nspermaudit.errors import InputError
from nspermaudit.model import Location

MAX_DEPTH = 64
MAX_ATTRIBUTES = 64
MAX_ELEMENTS = 200_000
"""A document that is held as a tree may have so many; a large workflow has some ten thousand."""

MAX_TOKEN = 1 << 20
"""A tag or a comment may have so many bytes where a document is read in pieces."""

# Patterns that most objects do not need are compiled when they are first used: start-up.
_ROOT = (
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]*\?>\s*)?(?:<!--(?:[^-]|-[^-])*-->\s*)*"
    rb"<([A-Za-z_][\w.-]*)(\s[^<>]*)?>"
)
_SCRIPT_ID = rb"\sscriptid\s*=\s*(?:\"([^\"<&]*)\"|'([^'<&]*)')"
_LOOKS_LIKE_XML = rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe\s*<|\xfe\xff\s*\x00<|<\x00|\x00<"


class Root(NamedTuple):
    """The root element of a document: its name without prefix, and its script id, if any.

    An empty name means that the head of the document does not tell.
    """

    name: str = ""
    script_id: str = ""
    has_doctype: bool = False


_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_REASONS = {
    3: "the file ends before its root element does",
    4: "a character that cannot stand here (a raw & or <?)",
    5: "the file ends inside a tag",
}


class _RootFoundError(Exception):
    def __init__(self, root: Root) -> None:
        self.root = root


def looks_like_xml(head: bytes) -> bool:
    """Whether the first character that is no blank opens a tag."""
    return re.match(_LOOKS_LIKE_XML, head) is not None


class Head:
    """The first bytes of an input; if it is XML, its root element is looked for once."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.is_xml = data.startswith(b"<") or looks_like_xml(data)
        self.root = root_of(data) if self.is_xml else Root()


def root_of(head: bytes) -> Root:
    """The root element as the first bytes of a document show it."""
    return _usual_root(head) or _read_root(head)


def _read_root(head: bytes) -> Root:
    plain = re.match(_ROOT, head)
    if plain:
        script_id = re.search(_SCRIPT_ID, plain[2] or b"")
        found = (script_id[1] or script_id[2] or b"") if script_id else b""
        return Root(plain[1].decode("ascii"), found.decode("utf-8", "replace").strip())
    parser = expat.ParserCreate()
    doctype = [False]

    def on_doctype(*_: object) -> None:
        doctype[0] = True

    def on_start(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        script_id = attributes.get("scriptid", "").strip()
        raise _RootFoundError(Root(local, script_id, doctype[0]))

    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_start
    try:
        parser.Parse(head, False)  # noqa: FBT003 - expat's signature
    except _RootFoundError as found_root:
        return found_root.root
    except (expat.ExpatError, LookupError, ValueError):
        pass
    return Root(has_doctype=doctype[0])


def _usual_root(head: bytes) -> Root | None:
    """The root element of a document that begins with ``<name scriptid="...">``, as objects do."""
    name, _, attribute = head[1 : max(head.find(b">"), 0)].partition(b" ")
    before, *value = attribute.split(b'"')
    if head[:1] != b"<" or not name.isalpha() or before != b"scriptid=" or value[1:] != [b""]:
        return None
    if b"<" in value[0] or b"&" in value[0]:
        return None
    return Root(name.decode("ascii"), value[0].decode("utf-8", "replace").strip())


class Reader:
    """An expat parser with the safe settings; handlers are hung on ``parser``.

    Refused are: a DOCTYPE (with it entities, defaults, anything external), elements nested more
    than 64 deep or with more than 64 attributes. Nothing is ever fetched.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._mark = 0
        self._fed = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def here(self) -> Location:
        """The place of the event that is being handled."""
        return self._at(self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def _at(self, line: int, column: int) -> Location:
        """A place; expat counts a byte order mark as a column of the first line."""
        return Location(self.path, line, max(1, column - self._mark) if line == 1 else column)

    def refuse_excess(self, depth: int, attributes: dict[str, str]) -> None:
        """Raise InputError if an element stands too deep or has too many attributes."""
        if depth >= MAX_DEPTH:
            raise self.refuse(f"nested more than {MAX_DEPTH} deep")
        if len(attributes) > MAX_ATTRIBUTES:
            raise self.refuse(f"more than {MAX_ATTRIBUTES} attributes on one element")

    def refuse(self, text: str) -> InputError:
        """An error at the place of the event that is being handled."""
        return InputError(text, self.here())

    def _refuse_doctype(self, *_: object) -> None:
        raise self.refuse("a document type declaration (DOCTYPE) is refused")

    def feed(self, data: bytes, *, last: bool) -> None:
        """Parse a piece of the document. Raises InputError where it is no well-formed XML."""
        if not self.parser.CurrentByteIndex > 0 and data.startswith(_MARKS):
            self._mark = 1
        self._fed += len(data)
        try:
            self.parser.Parse(data, last)
            if not last and self._fed - self.parser.CurrentByteIndex > MAX_TOKEN:
                raise self.refuse(f"a tag or comment of more than {MAX_TOKEN >> 20} MB")
        except expat.ExpatError as error:
            place = self._at(error.lineno, error.offset + 1)
            reason = _REASONS.get(error.code) or expat.ErrorString(error.code)
            raise InputError(f"not well-formed XML: {reason}", place) from None
        except (LookupError, ValueError) as error:
            raise InputError(f"not readable as XML: {error}", self.here()) from None


class Node:
    """An element of a small document: its text, its place, the elements in it."""

    __slots__ = ("attributes", "children", "location", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str], location: Location) -> None:
        self.name = name
        self.attributes = attributes
        self.location = location
        self.text = ""
        self.children: list[Node] = []

    def all(self, *path: str) -> "Iterator[Node]":
        """The elements that a path of names leads to."""
        if not path:
            yield self
        for child in self.children if path else ():
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def first(self, name: str) -> "Node | None":
        """The first child of a name; None if there is none."""
        return next(self.all(name), None)

    def text_of(self, name: str) -> str:
        """The text of the first child of a name, without blanks around it; else empty."""
        child = self.first(name)
        return child.text.strip() if child else ""


def is_well_formed(data: bytes) -> bool:
    """Whether a document that has no DOCTYPE is well-formed; nothing is made of it."""
    try:
        expat.ParserCreate().Parse(data, True)  # noqa: FBT003 - expat's signature
    except (expat.ExpatError, LookupError, ValueError):
        return False
    return True


def node_tree(data: bytes, path: str) -> Node:
    """The root element of a small document, with line and column of every element.

    Raises InputError where it is no well-formed XML or has a DOCTYPE.
    """
    reader = Reader(path)
    top = Node("", {}, Location(path))
    open_nodes: list[tuple[Node, list[str]]] = [(top, [])]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        reader.refuse_excess(len(open_nodes) - 1, attributes)
        if count > MAX_ELEMENTS:
            raise reader.refuse(f"more than {MAX_ELEMENTS} elements")
        node = Node(name, attributes, reader.here())
        open_nodes[-1][0].children.append(node)
        open_nodes.append((node, []))

    def end(_: str) -> None:
        node, texts = open_nodes.pop()
        node.text = "".join(texts)

    def take(text: str) -> None:
        open_nodes[-1][1].append(text)

    reader.parser.StartElementHandler = start
    reader.parser.EndElementHandler = end
    reader.parser.CharacterDataHandler = take
    reader.feed(data, last=True)
    return top.children[0]


def parse_tree(data: bytes, path: str) -> Any:
    """The root element of a small document, read with lxml under the same restrictions.

    Raises InputError where it is no well-formed XML or has a DOCTYPE.
    """
    from lxml import etree  # noqa: PLC0415 - start-up: only companions of roles need it

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        place = Location(path, error.lineno or 0, error.offset or 0)
        raise InputError(f"not well-formed XML: {error.msg}", place) from None
    information = root.getroottree().docinfo
    if information.internalDTD is not None or information.doctype:
        before, found, _ = data.partition(b"<!DOCTYPE")
        place = Location(path, before.count(b"\n") + 1 if found else 1)
        raise InputError("a document type declaration (DOCTYPE) is refused", place)
    return root
