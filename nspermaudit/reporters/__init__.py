"""The output formats: one format, one file; a reporter makes text of a report, writes nothing.

It is made piece by piece: the report of a hundred thousand findings is not held a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nspermaudit.finding import Report
from nspermaudit.plug_ins import PlugIns
from nspermaudit.style import Style

WITH_DIGESTS = frozenset(("json", "html"))
"""The formats that tell the inputs' digests."""

WITH_OUTCOMES = frozenset(("html",))
"""The formats that have every result, also where only findings are shown."""


if TYPE_CHECKING:
    from typing import Protocol

    class Reporter(Protocol):
        """What a module in ``reporters`` offers."""

        def render(self, report: Report, style: Style) -> Iterator[str]:
            """The whole report, piece by piece, as text that ends with a line end."""

else:  # as in ``rule``
    Reporter = object


REPORTERS: PlugIns[Reporter] = PlugIns(
    "nspermaudit.reporters",
    *("text", "table", "json", "sarif", "junit", "github", "gitlab", "markdown", "csv", "html"),
)
