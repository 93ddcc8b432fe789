"""Finding the inputs: the files that paths name or contain, and what reports call them."""

import os
from collections.abc import Iterable, Iterator
from operator import attrgetter

from nspermaudit.errors import InputError, UsageError
from nspermaudit.source import ZIP_SIGNATURES, Source
from nspermaudit.xml import root_of

_LINK = "a link to a folder is not followed"
_PROJECT_FILES = ("manifest.xml", "deploy.xml")
_OBJECTS = "Objects"
_PROJECT_PARTS = (*_PROJECT_FILES, _OBJECTS, "AccountConfiguration")
_SKIPPED_FOLDERS = {"node_modules", "__pycache__", "__MACOSX"}


def find(paths: Iterable[str]) -> list[Source]:
    """All files that the paths name or contain, each once, in the order of their names.

    If a path lies inside a SuiteCloud project, what the rest of that project says is found, too:
    as context, which is not judged. A zip that a path names is read as if it were a folder. Links
    to folders are not followed, hidden folders and installed packages are passed over. Raises
    UsageError for a path that does not exist.
    """
    found: list[Source] = []
    inside: list[str] = []
    for given in paths:
        if not os.path.lexists(given):
            raise UsageError(f"{given}: no such file or folder")
        path = _in_its_project(given)
        if os.path.isdir(path):
            found += _below(path)
            inside.append(path)
        else:
            found.append(Source(shown(path), path, named=True))
            if not _is_zip(found[-1]):  # it has a project in itself
                inside.append(path)
    found += _context(inside)
    found.sort(key=_by_path)
    inodes = {source.inode for source in found}
    if 0 not in inodes and len(inodes) == len(found):
        return found  # none is named: its inode was not asked for
    once: dict[tuple[int, int] | str, Source] = {}
    for source in sorted(found, key=_named_first):
        is_file = source.file and not source.passed_over
        key = _identity(source.file) if source.file and is_file else source.path
        once.setdefault(key, source)
    return sorted(opened(once.values()), key=_by_path)


def opened(sources: Iterable[Source]) -> Iterator[Source]:
    """The sources, with the members of each zip that the user named in its place."""
    for source in sources:
        if source.named and _is_zip(source):
            from nspermaudit import archive  # noqa: PLC0415 - start-up: few inputs are archives

            yield from archive.members(source, is_passed_over)
        else:
            yield source


def _is_zip(source: Source) -> bool:
    try:
        return source.head(4) in ZIP_SIGNATURES
    except InputError:  # it is told when it is read
        return False


_by_path = attrgetter("path")


def _named_first(source: Source) -> tuple[bool, bool]:
    return source.is_context, not source.named


def _in_its_project(path: str) -> str:
    """The path, or the real one where a link leads into a SuiteCloud project."""
    real = os.path.realpath(path)
    is_linked = real != os.path.abspath(path) and project_folder(real)
    return real if is_linked and not project_folder(os.path.abspath(path)) else path


def _context(paths: Iterable[str]) -> Iterator[Source]:
    """What the projects around some paths say, but for what lies below the paths themselves."""
    for place in context_of(paths):
        files = [Source(shown(place), place)] if os.path.isfile(place) else []
        for source in files or (_below(place) if os.path.isdir(place) else ()):
            source.is_context = True
            yield source


def context_of(paths: Iterable[str]) -> list[str]:
    """The files and folders of the projects around some paths that say something of roles.

    They may not be there. Those at or below one of the paths are left out.
    """
    places = {os.path.abspath(path) for path in paths}
    folders = {folder for place in places if (folder := project_folder(place))}
    parts = [os.path.join(one, name) for one in sorted(folders) for name in _PROJECT_PARTS]
    return [
        part
        for part in parts
        if not any(f"{part}{os.sep}".startswith(f"{given}{os.sep}") for given in places)
    ]


def project_folder(place: str) -> str | None:
    """The nearest folder above an absolute path that holds a SuiteCloud project; None without one.

    It is the folder of ``manifest.xml`` and ``deploy.xml``, ``src`` as a rule.
    """
    folder, below = os.path.dirname(place), place
    while folder != below:
        for name in _PROJECT_FILES:
            file = os.path.join(folder, name)
            if os.path.isfile(file) and is_project_file(file):
                return folder
        folder, below = os.path.dirname(folder), folder
    return None


def is_project_file(file: str) -> bool:
    """Whether a file called as one of a project is one; other tools have a manifest.xml, too."""
    try:
        data = Source(file, file).head()
    except InputError:
        return False
    root = root_of(data)
    is_manifest = root.name == "manifest" and b"projecttype" in data.replace(b"\0", b"")
    return is_manifest or root.name == "deploy"


def _identity(file: str) -> tuple[int, int] | str:
    try:
        status = os.stat(file)
    except OSError:  # a link to nothing: it is told when it is opened
        return file
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(file)


def _below(folder: str) -> Iterator[Source]:
    """The files below a folder, and each folder that cannot be listed."""
    pending = [folder]
    while pending:
        place = pending.pop()
        where = shown(place)
        before = "" if where == "." else where.removesuffix("/") + "/"
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if _is_folder(entry):
                        if entry.is_symlink():
                            yield Source(before + entry.name, entry.path, passed_over=_LINK)
                        elif not _is_skipped(entry.name) or _is_in_objects(place):
                            pending.append(entry.path)
                    else:
                        inode = 0 if entry.is_symlink() else entry.inode()
                        yield Source(before + entry.name, entry.path, inode=inode)
        except OSError as error:
            reason = (error.strerror or "error").lower()
            yield Source(where, place, trouble=f"cannot be listed: {reason}")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself: it is told when it is opened
        return False


def is_passed_over(path: str) -> bool:
    """Whether a file stands in a folder that is not looked into: a hidden one, installed packages.

    Below a folder of SDF objects every folder is: what is in it may be deployed.
    """
    for folder in path.split("/")[:-1]:
        if folder == _OBJECTS:
            return False
        if _is_skipped(folder):
            return True
    return False


def _is_skipped(folder: str) -> bool:
    return folder.startswith(".") or folder in _SKIPPED_FOLDERS


def _is_in_objects(place: str) -> bool:
    return _OBJECTS in os.path.abspath(place).split(os.sep)


def shown(file: str) -> str:
    """A path as reports show it: relative to where the program runs, with forward slashes."""
    if not os.path.isabs(file):
        text = os.path.normpath(file)
    else:
        try:
            text = os.path.relpath(file)
        except ValueError:  # another drive
            text = file
    return text.replace(os.sep, "/")
