"""What is told how an audit goes on, so that the audit itself knows of no terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nspermaudit.export import Export

if TYPE_CHECKING:
    from nspermaudit.inputs import Inputs


class Watch:
    """Told of every step of an audit; this one keeps the inputs, and what became of each."""

    def __init__(self) -> None:
        self.exports: Sequence[Export] = ()

    def begin(self, inputs: "Inputs") -> None:
        """Take in what there is to read: it is known what each input is, and no more."""
        self.exports = inputs.all

    def judged(self, export: Export) -> None:
        """Note that all roles of an export were judged by this process."""

    def shared(self, exports: Sequence[Export]) -> None:
        """Note that some exports are judged by a second process, meanwhile."""

    def close(self) -> None:
        """End what is shown; this one shows nothing."""
