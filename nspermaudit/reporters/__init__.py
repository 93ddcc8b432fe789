"""The output formats: one format, one file; a reporter makes text or bytes, and prints nothing.

It is made piece by piece: the report of a hundred thousand findings is not held a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from nspermaudit.finding import Report
from nspermaudit.plug_ins import PlugIns
from nspermaudit.style import Style

WITH_DIGESTS = frozenset(("json", "html", "xlsx"))
"""The formats that tell the inputs' digests."""

WITH_OUTCOMES = frozenset(("html", "xlsx"))
"""The formats that have every result, also where only findings are shown."""

BINARY = frozenset(("xlsx",))
"""The formats that are bytes and no text: they go into a file or a pipe."""


if TYPE_CHECKING:
    from typing import Protocol

    class Reporter(Protocol):
        """What a module in ``reporters`` offers."""

        def render(self, report: Report, style: Style) -> Iterator[Any]:
            """The whole report, piece by piece: text that ends with a line end, or bytes."""

else:  # as in ``rule``
    Reporter = object


REPORTERS: PlugIns[Reporter] = PlugIns(
    "nspermaudit.reporters",
    *("text", "table", "json", "sarif", "junit", "github", "gitlab", "markdown", "csv", "html"),
    "xlsx",
)


def refuse_missing(formats: Iterable[str]) -> None:
    """Raise UsageError, with the cure, if one of the formats cannot be written here."""
    if "xlsx" in formats:
        from nspermaudit import workbook  # noqa: PLC0415 - start-up: few reports are workbooks

        workbook.refuse_missing()
