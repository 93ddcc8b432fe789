"""An offline linter for NetSuite role permissions.

The Python API::

    from nspermaudit import audit, find

    report = audit(find(["src"]))
    for finding in report.findings:
        print(finding.severity.word, finding.location, finding.verdict.message)
"""

from nspermaudit.audit import Request, audit
from nspermaudit.config import Config
from nspermaudit.config import read as read_config
from nspermaudit.discovery import find
from nspermaudit.errors import DocumentError, InputError, NspermauditError, UsageError
from nspermaudit.finding import Finding, Report
from nspermaudit.model import Level
from nspermaudit.rule import Result, Severity, Use
from nspermaudit.source import Reading, Source
from nspermaudit.version import VERSION

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
