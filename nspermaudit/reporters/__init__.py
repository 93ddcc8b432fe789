"""The output formats: one format, one file; a reporter makes text of a report, writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nspermaudit.finding import Report
from nspermaudit.plug_ins import PlugIns
from nspermaudit.style import Style

WITH_DIGESTS = frozenset(("json",))
"""The formats that tell the inputs' digests."""


if TYPE_CHECKING:
    from typing import Protocol

    class Reporter(Protocol):
        """What a module in ``reporters`` offers."""

        def render(self, report: Report, style: Style) -> str:
            """The whole report as text that ends with a line end."""

else:  # as in ``rule``
    Reporter = object


REPORTERS: PlugIns[Reporter] = PlugIns("nspermaudit.reporters", "text", "table", "json")
