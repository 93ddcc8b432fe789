"""``deploy.xml``: which objects of a SuiteCloud project are deployed."""

from __future__ import annotations

from collections.abc import Iterator

from nspermaudit.objects import DeployList
from nspermaudit.source import Reading, Source
from nspermaudit.xml import Head, node_tree


def recognises(head: Head, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Whether the root element is ``<deploy>``."""
    return head.root.name == "deploy"


def holds_roles(source: Source, reading: Reading) -> bool:  # noqa: ARG001 - every parser's shape
    """Never: it is a companion of roles."""
    return False


def parse(source: Source, reading: Reading) -> Iterator[DeployList]:  # noqa: ARG001 - ditto
    """The list of paths. Raises InputError where the file is no well-formed XML.

    Groups may be repeated: NetSuite help, "SDF Project Deployment" (section_4737888643).
    """
    root = node_tree(source.read(), source.path)
    paths = (node.text.strip() for node in root.all("objects", "path"))
    yield DeployList(root.location, tuple(filter(None, paths)))
