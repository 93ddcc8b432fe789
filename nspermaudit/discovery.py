"""Finding the inputs: the files that paths name or contain, and what reports call them."""

import os
from collections.abc import Iterable, Iterator
from operator import attrgetter

from nspermaudit.errors import UsageError
from nspermaudit.source import Source

_LINK = "a link to a folder is not followed"
_SKIPPED_FOLDERS = {"node_modules", "__pycache__", "__MACOSX"}


def find(paths: Iterable[str]) -> list[Source]:
    """All files that the paths name or contain, each once, in the order of their names.

    Links to folders are not followed, hidden folders and installed packages are passed over.
    Raises UsageError for a path that does not exist.
    """
    found: list[Source] = []
    given = list(paths)
    for path in given:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
        if os.path.isdir(path):
            found += _below(path)
        else:
            found.append(Source(shown(path), path, named=True))
    found.sort(key=_by_path)
    inodes = {source.inode for source in found}
    if 0 not in inodes and len(inodes) == len(found):
        return found
    once: dict[tuple[int, int] | str, Source] = {}
    for source in sorted(found, key=_named_first):
        is_file = source.file and not source.passed_over
        key = _identity(source.file) if source.file and is_file else source.path
        once.setdefault(key, source)
    return sorted(once.values(), key=_by_path)


_by_path = attrgetter("path")


def _named_first(source: Source) -> bool:
    return not source.named


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
                        elif not is_passed_over(entry.name):
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


def is_passed_over(folder: str) -> bool:
    """Whether a folder of this name is not looked into: a hidden one, installed packages."""
    return folder.startswith(".") or folder in _SKIPPED_FOLDERS


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
