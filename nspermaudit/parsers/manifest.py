"""``manifest.xml``: what a SuiteCloud project is and which features and objects it depends on."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from nspermaudit.objects import Manifest
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Head, node_tree


def recognises(head: Head, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether it is a SuiteCloud manifest; other tools have a ``<manifest>``, too."""
    return head.root.name == "manifest" and b"projecttype" in head.data.replace(b"\0", b"")


def holds_roles(source: Source, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Never: it is a companion of roles."""
    return False


def parse(source: Source, reading: Reading) -> Iterator[Manifest]:  # noqa: ARG001 - ditto
    """The manifest. Raises InputError where the file is no well-formed XML.

    Its form: NetSuite help, "SDF Project Manifest" (section_1523378695, section_1523376375).
    """
    root = node_tree(source.read(), source.path)
    features = {
        node.text.strip(): node.attributes.get("required", "true") == "true"
        for node in root.all("dependencies", "features", "feature")
    }
    own = root.all("dependencies", "objects", "object")
    others = root.all("dependencies", "applications", "application", "objects", "object")
    dependencies = frozenset(
        node.text.strip().casefold() for nodes in (own, others) for node in nodes
    )
    kind = root.attributes.get("projecttype", "")
    ids = (root.text_of("publisherid"), root.text_of("projectid"))
    app_id = ".".join(ids) if all(ids) else ""
    yield Manifest(root.location, kind, MappingProxyType(features), dependencies, app_id)
