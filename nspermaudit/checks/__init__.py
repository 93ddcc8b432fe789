"""The verbs of the rule language: one kind of check, one file; the verb is the file's name."""

from __future__ import annotations

from collections.abc import Mapping

from nspermaudit.checks import exactly, forbid, integrity, limit, require, role
from nspermaudit.rule import CheckKind

CHECKS: Mapping[str, CheckKind] = {
    "exactly": exactly,
    "forbid": forbid,
    "integrity": integrity,
    "limit": limit,
    "require": require,
    "role": role,
}
