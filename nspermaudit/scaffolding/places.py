"""Where things belong: the SuiteCloud project, its folder of objects, the repository around it."""

import os
import re
from typing import NamedTuple

from nspermaudit.errors import InputError, UsageError
from nspermaudit.parsers import head_of, recognise
from nspermaudit.source import Reading, Source

CONFIG_JS = "suitecloud.config.js"
MANIFEST = "manifest.xml"
_FOLDER = re.compile(r"""\bdefaultProjectFolder['"]?\s*:\s*(['"])([^'"\\\r\n]*)\1""")
_PLAIN_PATH = re.compile(r"[\w./@+][\w ./@+-]*")


class Place(NamedTuple):
    """Where ``init`` writes.

    ``project`` is the project's folder and ``repository`` that of the repository around it, else
    the same; both absolute. ``found_by`` says in words what made the folder the project's.
    ``objects`` is the folder with ``manifest.xml``, relative to the project (``src``, or ``.`` if
    it is the project's); empty where there is none.
    """

    project: str
    repository: str
    found_by: str
    objects: str = ""

    def audited(self, root: str) -> str:
        """The path to audit as seen from a folder; raises UsageError if it cannot be written."""
        path = os.path.relpath(os.path.join(self.project, self.objects), root).replace(os.sep, "/")
        if not _PLAIN_PATH.fullmatch(path):
            raise UsageError(
                f"{path}: this name of a folder would have to be escaped in other tools' files, "
                "which init does not do: rename it"
            )
        return path


def find_place(start: str = ".") -> Place:
    """The project that a folder is part of, looked for upwards from it, up to its repository.

    It is the nearest folder with ``suitecloud.config.js``; else that above the folder of a
    SuiteCloud project's ``manifest.xml``, or this folder if it is the repository's; else that of
    the git repository; else ``start`` itself.
    """
    folders = list(_upwards(os.path.abspath(start)))
    repository = next((place for place in folders if _has(place, ".git")), None)
    if repository:
        folders = folders[: folders.index(repository) + 1]
    for folder in folders:
        if _has(folder, CONFIG_JS):
            return Place(folder, repository or folder, f"its {CONFIG_JS}", _configured(folder))
    for folder in folders:
        above, name = os.path.split(folder)
        if _is_project(folder):
            if name and folder != repository:
                return Place(above, repository or above, f"{name}/{MANIFEST}", name)
            return Place(folder, folder, f"its {MANIFEST}", os.curdir)
        if _is_project(os.path.join(folder, "src")):
            return Place(folder, repository or folder, f"its src/{MANIFEST}", "src")
    if repository:
        return Place(repository, repository, "its git repository")
    return Place(folders[0], folders[0], "this folder")


def _upwards(folder: str) -> list[str]:
    found = [folder]
    while os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
        found.append(folder)
    return found


def _is_project(folder: str) -> bool:
    """Whether the manifest in a folder is a SuiteCloud project's; other tools have one, too."""
    file = os.path.join(folder, MANIFEST)
    try:
        return recognise(head_of(Source(MANIFEST, file)), Reading()) == "manifest"
    except InputError:  # there is none, or none that can be read
        return False


def _has(folder: str, name: str) -> bool:
    return os.path.exists(os.path.join(folder, name))


def _configured(project: str) -> str:
    """The folder of objects that ``suitecloud.config.js`` names, as far as its text tells."""
    try:
        file = os.path.join(project, CONFIG_JS)
        text = Source(CONFIG_JS, file).read().decode("utf-8", "replace")
    except InputError:  # it is told where the file is to be written
        text = ""
    named = _FOLDER.search(text)
    names = [os.path.normpath(named[2] or ".")] if named else []
    for name in (*names, "src"):
        is_inside = not os.path.isabs(name) and name.split(os.sep)[0] != os.pardir
        if is_inside and _has(project, os.path.join(name, MANIFEST)):
            return "" if name == os.curdir else name
    return ""
