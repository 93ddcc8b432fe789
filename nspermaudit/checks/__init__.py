"""The verbs of the rule language: one kind of check, one file; the verb is the file's name."""

from nspermaudit.plug_ins import PlugIns
from nspermaudit.rule import CheckKind

CHECKS: PlugIns[CheckKind] = PlugIns(
    "nspermaudit.checks",
    *(
        "account",
        "conflict",
        "count",
        "exactly",
        "forbid",
        "integrity",
        "limit",
        "report",
        "require",
        "role",
    ),
)
