"""An offline linter for NetSuite role permissions.

The Python API::

    from nspermaudit import audit, find

    report = audit(find(["src"]))
    for finding in report.findings:
        print(finding.severity.word, finding.location, finding.verdict.message)

What it offers is imported when it is first asked for: the program starts without most of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nspermaudit.version import VERSION

if TYPE_CHECKING:
    from nspermaudit.auditing import Request, audit
    from nspermaudit.config import Config
    from nspermaudit.config import read as read_config
    from nspermaudit.discovery import find
    from nspermaudit.errors import DocumentError, InputError, NspermauditError, UsageError
    from nspermaudit.finding import Finding, Report
    from nspermaudit.model import Level
    from nspermaudit.rule import Result, Severity, Use
    from nspermaudit.source import Reading, Source

__version__ = VERSION

__all__ = [
    "Config",
    "DocumentError",
    "Finding",
    "InputError",
    "Level",
    "NspermauditError",
    "Reading",
    "Report",
    "Request",
    "Result",
    "Severity",
    "Source",
    "UsageError",
    "Use",
    "__version__",
    "audit",
    "find",
    "read_config",
]

_PLACES = {
    "Config": "config.Config",
    "DocumentError": "errors.DocumentError",
    "Finding": "finding.Finding",
    "InputError": "errors.InputError",
    "Level": "model.Level",
    "NspermauditError": "errors.NspermauditError",
    "Reading": "source.Reading",
    "Report": "finding.Report",
    "Request": "auditing.Request",
    "Result": "rule.Result",
    "Severity": "rule.Severity",
    "Source": "source.Source",
    "UsageError": "errors.UsageError",
    "Use": "rule.Use",
    "audit": "auditing.audit",
    "find": "discovery.find",
    "read_config": "config.read",
}
"""The module of each name, and what it is called there."""


def __getattr__(name: str) -> Any:
    """A name of the API, when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _PLACES[name].partition(".")
    found = getattr(import_module(f"{__name__}.{module}"), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
