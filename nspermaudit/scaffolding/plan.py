"""Plans: what is to become of files, before anything is written."""

import os
from typing import NamedTuple

from nspermaudit.discovery import shown
from nspermaudit.errors import InputError, UsageError
from nspermaudit.source import Source
from nspermaudit.version import VERSION

TEMPLATES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "templates")
MOST_BYTES = 1 << 20


class Entry(NamedTuple):
    """What is to become of one file.

    ``text`` is what it will hold, or None if it is left as it is, and then ``reason`` says why.
    ``before`` is what it holds now, None for a file that is not there. ``lines`` are those that
    the user has to put into it by hand: then what was asked for is not done. Nor is it if
    ``is_left``: a file that is there says something else.
    """

    file: str
    before: str | None = None
    text: str | None = None
    reason: str = ""
    lines: tuple[str, ...] = ()
    is_left: bool = False


class Plan(NamedTuple):
    """Files to write or leave, and in words what the user does next."""

    entries: tuple[Entry, ...]
    next: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left to the user's hand."""
        return not any(entry.lines or entry.is_left for entry in self.entries)


def template(name: str, **values: str) -> str:
    """A template's text, with values for what stands between << and >>, and our version."""
    with open(os.path.join(TEMPLATES, name), encoding="utf-8") as stream:
        text = stream.read()
    for key, value in {"version": VERSION, **values}.items():
        text = text.replace(f"<<{key}>>", value)
    return text


def inside(root: str, *names: str) -> str:
    """The path of a file below a folder. Raises UsageError if links lead it out of there."""
    file = os.path.join(root, *names)
    real, top = os.path.realpath(file), os.path.realpath(root)
    if os.path.commonpath([real, top]) != top:
        raise UsageError(f"{shown(file)}: a link leads out of {shown(root)}: nothing was written")
    return file


def existing(file: str) -> str | None:
    """The text of a file, None if there is none. Raises UsageError if it cannot be read."""
    if not os.path.lexists(file):
        return None
    try:
        return Source(shown(file), file).read(MOST_BYTES).decode("utf-8")
    except InputError as error:
        raise UsageError(str(error)) from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown(file)}: not UTF-8: nothing was written") from None


def whole(file: str, text: str, *, force: bool) -> Entry:
    """A file that is wholly ours: written if it is not there, or with ``force``."""
    before = existing(file)
    if before is not None and before.replace("\r\n", "\n") == text:
        return Entry(file, before, reason="it is as init writes it")
    if before is not None and not force:
        reason = "it is there, and differs (--dry-run --force shows how, --force replaces it)"
        return Entry(file, before, reason=reason, is_left=True)
    return Entry(file, before, text)


def extended(file: str, before: str, text: str) -> Entry:
    """A file of the user's with something of ours in it; ``text`` has ``before``'s line ends."""
    if "\r\n" in before and "\n" not in before.replace("\r\n", ""):
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return Entry(file, before, text)
