"""One input while it is read."""

from __future__ import annotations

from nspermaudit.errors import InputError
from nspermaudit.finding import MAX_MESSAGES, Input, Message
from nspermaudit.model import Location
from nspermaudit.rule import Severity
from nspermaudit.secrecy import masked
from nspermaudit.source import Source
from nspermaudit.xml import Root

NO_ROOT = Root()


class Export:
    """One input while it is read: its source, its format, and the account of it so far.

    ``root`` is the root element if it is XML.
    """

    def __init__(self, source: Source, form: str = "", root: Root = NO_ROOT) -> None:
        self.source = source
        self.format = form
        self.root = root
        self.reset()

    def reset(self) -> None:
        """Forget what was found, before it is read again."""
        self.status = "read"
        self.rows = self.roles = self.grants = 0
        self.messages: list[Message] = []

    def tell(self, severity: Severity, text: str, location: Location | None = None) -> None:
        """Note something about the input; an error makes it a partial one."""
        if len(self.messages) < MAX_MESSAGES:
            text = masked(text)
            place = location or Location(self.source.path)
            self.messages.append(Message(place, severity, text))
        elif len(self.messages) == MAX_MESSAGES:
            more = "there is more to say of this input, which is left out"
            self.messages.append(Message(Location(self.source.path), Severity.ERROR, more))
        if severity is Severity.ERROR and self.status == "read":
            self.status = "partial"

    def fail(self, error: InputError) -> None:
        """Note that the input, or the rest of it, cannot be read."""
        self.tell(Severity.ERROR, error.text, error.location)
        self.status = "partial" if self.roles else "failed"

    def become(self, read: Export) -> None:
        """Take over what became of the same export in another process."""
        vars(self).update(vars(read))

    def as_input(self) -> Input:
        """The input as the report tells it."""
        return Input(
            self.source.path,
            self.format,
            self.status,
            self.source.sha256,
            self.source.size,
            self.rows,
            self.roles,
            self.grants,
            tuple(sorted(self.messages)),
        )
