"""Where evidence goes: a new folder or zip, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from nspermaudit.discovery import is_passed_over
from nspermaudit.errors import InputError, UsageError
from nspermaudit.evidence import packed
from nspermaudit.evidence.layout import MANIFEST, File, Folder, NotWrittenError
from nspermaudit.source import STDIN


def refuse(target: str, paths: Sequence[str]) -> None:
    """Raise UsageError for a target that is taken, stands nowhere, or will be read as an input.

    ``paths`` are those that are audited.
    """
    place = os.path.realpath(target)
    if os.path.lexists(target) and not (os.path.isdir(target) and not os.listdir(target)):
        what = "a folder with something in it" if os.path.isdir(target) else "there already"
        raise UsageError(f"--evidence: {target} is {what}: name a new folder or zip")
    if is_zip(target) and os.path.isdir(target):
        raise UsageError(f"--evidence: {target} is a folder: name a new folder or zip")
    if not os.path.isdir(os.path.dirname(place)):
        raise UsageError(f"--evidence: {target} stands in a folder that is not there")
    for path in paths:
        folder = os.path.realpath(path)
        below = place.removeprefix(os.path.join(folder, ""))
        if path == STDIN or not os.path.isdir(folder) or (below == place and place != folder):
            continue
        if place == folder or not is_passed_over(below.replace(os.sep, "/") + "/x"):
            raise UsageError(
                f"--evidence: {target} stands in {path}, which is audited: the next audit would "
                "read it; name a place outside, or a folder whose name begins with a dot"
            )


def is_zip(target: str) -> bool:
    """Whether a target is to be a zip."""
    return target.lower().endswith(".zip")


def write(target: str, fill: Callable[[Folder], None]) -> tuple[str, int]:
    """Let somebody fill a folder of evidence, and put it where it belongs once it is whole.

    The digest of its manifest, and the number of its files. Raises NotWrittenError.
    """
    place = os.path.realpath(target)
    parent, name = os.path.split(place)
    temporary = os.path.join(parent, f".{name}.{os.getpid()}.part")
    try:
        try:
            folder = Folder(temporary)
            fill(folder)
            _put(folder, place, is_packed=is_zip(target))
        finally:
            _remove(temporary)
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise NotWrittenError(f"it cannot be written: {reason}") from None
    except InputError as error:
        raise NotWrittenError(str(error)) from None
    return _digest(folder.files), len(folder.files)


def _put(folder: Folder, place: str, *, is_packed: bool) -> None:
    made = folder.place
    if is_packed:
        made = f"{folder.place}.zip"
        try:
            packed.write(folder.place, folder.files, made)
            os.rename(made, place)
        finally:
            if os.path.lexists(made):
                os.unlink(made)
        return
    if os.path.isdir(place):
        os.rmdir(place)
    os.rename(made, place)


def _remove(folder: str) -> None:
    if os.path.lexists(folder):
        from shutil import rmtree  # noqa: PLC0415 - start-up: it loads much

        rmtree(folder, ignore_errors=True)


def _digest(files: Sequence[File]) -> str:
    """The digest of the manifest."""
    return next(file.sha256 for file in files if file.path == MANIFEST)
