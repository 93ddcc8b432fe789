"""The output formats: one format, one file; a reporter makes text of a report, writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from nspermaudit.finding import Report
from nspermaudit.reporters import json, table, text
from nspermaudit.style import Style


class Reporter(Protocol):
    """What a module in ``reporters`` offers."""

    def render(self, report: Report, style: Style) -> str:
        """The whole report as text that ends with a line end."""


REPORTERS: Mapping[str, Reporter] = {"text": text, "table": table, "json": json}
