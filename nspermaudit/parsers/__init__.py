"""The export formats: one format, one file; an input is recognised by its content alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from nspermaudit.plug_ins import PlugIns
from nspermaudit.source import (
    HEAD_BYTES,
    OBJECT_BYTES,
    OFFICE_NAMES,
    OLE2,
    ZIP_SIGNATURES,
    Reading,
    Source,
    may_be_workbook,
)
from nspermaudit.xml import Head

if TYPE_CHECKING:
    from typing import Protocol

    class Parser(Protocol):
        """What a module in ``parsers`` offers."""

        def recognises(self, head: Head, reading: Reading) -> bool:
            """Whether an input that begins so is of this format."""

        def holds_roles(self, source: Source, reading: Reading) -> bool:
            """Whether it holds roles; else it is a companion and is read before all that do.

            A format of which one input can be both has ``holds_companions``, with the same
            parameters, too.
            """

        def parse(self, source: Source, reading: Reading) -> Iterator[Any]:
            """Its roles and facts, one by one. Raises InputError where it cannot go on."""

else:  # as in ``rule``
    Parser = object


PARSERS: Mapping[str, tuple[str, ...]] = {
    "sdf": ("role", "customrole"),
    "features": ("features",),
    "objects": (
        *("customrecordtype", "customtransactiontype", "customsegment", "workflow"),
        *("suitelet", "restlet", "usereventscript", "clientscript", "portlet", "scheduledscript"),
        *("mapreducescript", "massupdatescript", "workflowactionscript"),
        *("bundleinstallationscript", "sdfinstallationscript"),
    ),
    "manifest": ("manifest",),
    "deploy": ("deploy",),
    "spreadsheetml": ("workbook",),
    "json": (),
    "csv": (),
    "excel": (),
}
"""The formats, in the order in which an input is tried; each is the name of a module here.

With each stand the root elements, in small letters, of the XML that it may be; none is no XML.
"""


_MODULES: PlugIns[Parser] = PlugIns("nspermaudit.parsers", *PARSERS)
_FIRST_BYTES = 1024


@cache
def load(name: str) -> Parser:
    """The parser of a format. Each is imported when it is first needed: start-up is short."""
    return _MODULES[name]


def head_of(source: Source) -> Head:
    """The first bytes of an input: so many that an XML document shows its root element.

    Of an object of a project these are few; most objects are no roles.
    """
    head = Head(source.head(_FIRST_BYTES))
    if not head.root.script_id:
        head = Head(source.head())
    if len(head.data) >= HEAD_BYTES and head.is_xml and not head.root.name:
        return Head(source.head(OBJECT_BYTES))
    return head


def recognise(head: Head, reading: Reading) -> str:
    """The name of the format of an input with these first bytes; empty if it is none."""
    root = head.root.name.casefold()
    for name, roots in PARSERS.items():
        if (root in roots if head.is_xml else not roots) and load(name).recognises(head, reading):
            return name
    return ""


_MARKUP = rb"[^\w#/]{0,64}[<{\[]|[^<]{0,64}<(?:\?xml|role|customrole)"
_GRANT_WORDS = rb"(?i)<permkey|\"(?:perm|permission)_?(?:key|level)\"|>Permission<"

_SIGNATURES = {
    b"PK\x03\x04": "a zip archive: only one that you name is opened",
    b"%PDF": "a PDF: export the data as CSV",
    b"\x1f\x8b": "compressed with gzip: unpack it first",
    b"MZ\x90\0": "a program, or an archive that unpacks itself: unpack it first",
}


def describe_unrecognised(head: Head) -> str:
    """What an input seems to be that no parser reads, and what to do instead."""
    if head.is_xml:
        return _markup(head)
    if head.data.startswith(ZIP_SIGNATURES):
        if may_be_workbook(head.data):
            return _workbook("an .xlsx workbook")
        if any(name.encode() in head.data for name in OFFICE_NAMES):
            return "an office document that is no .xlsx workbook: save the data as CSV"
    if head.data.startswith(OLE2):
        return _workbook("a binary .xls workbook")
    for signature, words in _SIGNATURES.items():
        if head.data.startswith(signature):
            return words
    return "" if head.data.strip() else "empty: export it again"


def _markup(head: Head) -> str:
    name, start = head.root.name, head.data.lstrip()[:14].lower()
    if name.casefold() in ("html", "table") or start == b"<!doctype html":
        return "an HTML page, not an export: export the data again as CSV"
    return f"an XML object <{name}>, which is no role" if name else "not well-formed XML"


def _workbook(what: str) -> str:
    from nspermaudit.extras import CURE  # noqa: PLC0415 - start-up: few files are workbooks

    return f"{what}: {CURE}, or save the sheet as CSV"


def speaks_of_grants(head: Head) -> bool:
    """Whether markup or JSON that is no export known here still speaks of permissions and levels.

    Tools and toolsets do, and are none (NetSuite help, article_0825092424).
    """
    plain = head.data.replace(b"\0", b"") if b"\0" in head.data else head.data
    if head.root.name in ("tool", "toolset") or b"perm" not in plain.lower():
        return False
    return re.match(_MARKUP, plain) is not None and re.search(_GRANT_WORDS, plain) is not None


def may_be_role(head: Head) -> bool:
    """Whether a document that is not recognised could still hide a role from the audit."""
    return head.is_xml and not head.root.name and b"role" in head.data.replace(b"\0", b"")
