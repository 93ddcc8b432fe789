"""What can go wrong, each with its place: one tree of exceptions."""

from collections.abc import Iterable
from typing import NamedTuple

from nspermaudit.model import Location


class Fault(NamedTuple):
    """One thing that is wrong in a document that its author can mend."""

    location: Location
    text: str

    def __str__(self) -> str:
        return f"{self.location}: {self.text}"


class NspermauditError(Exception):
    """The root of the tree: an error that is expected and told in one line each."""


class UsageError(NspermauditError):
    """Wrong usage, configuration or pack: no audit can be performed."""


class DocumentError(UsageError):
    """A pack or configuration with faults; all of them are told at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class InputError(NspermauditError):
    """An input, or the rest of it, cannot be read; the audit goes on without it."""

    def __init__(self, text: str, location: Location) -> None:
        self.text = text
        self.location = location
        super().__init__(f"{location}: {text}")


class NotAnExportError(InputError):
    """An input that is readable and holds nothing about roles: not suitable to be audited."""


class NotAFolderError(InputError):
    """A zip archive that is a document: an office program's, not a folder of files."""


class OtherReadingError(NspermauditError):
    """An input must be read again from its start, in another way.

    ``encoding`` replaces the encoding, ``grouped`` says whether rows of a role stand together,
    ``plain`` that they do not repeat themselves as exports do.
    """

    def __init__(
        self, *, encoding: str | None = None, grouped: bool | None = None, plain: bool = False
    ) -> None:
        self.encoding = encoding
        self.grouped = grouped
        self.plain = plain
        super().__init__("read again")
