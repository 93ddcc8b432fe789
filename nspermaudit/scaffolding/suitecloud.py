"""The gate of SuiteCloud CLI: ``suitecloud.config.js`` and what it calls."""

import json
import os

from nspermaudit.discovery import shown
from nspermaudit.errors import InputError, UsageError
from nspermaudit.scaffolding.javascript import exports_by, why_not_extendable
from nspermaudit.scaffolding.places import CONFIG_JS, Place
from nspermaudit.scaffolding.plan import Entry, Plan, existing, extended, inside, template, whole
from nspermaudit.source import Source

GATE = "nspermaudit.gate.js"


def suitecloud(place: Place, *, force: bool) -> Plan:
    """The gate beside ``suitecloud.config.js``, and the lines in it that call the gate."""
    file = inside(place.project, CONFIG_JS)
    gate = whole(inside(place.project, GATE), template(GATE), force=force)
    before = existing(file)
    if before is None and not place.objects:
        raise UsageError(
            f"{shown(place.project)}: no SuiteCloud project: there is neither {CONFIG_JS} nor "
            "src/manifest.xml here or above"
        )
    package = _module_package(place.project)
    if package:
        text = (
            f'{shown(package)} has "type": "module", and SuiteCloud CLI takes a {CONFIG_JS} that '
            'is CommonJS: without that line, run init again; or put "suitecloud" into a folder of '
            "its own"
        )
        raise UsageError(text)
    entry = _new(file, place) if before is None else _extended(file, before)
    next_ = f"commit {GATE} and {CONFIG_JS}; who deploys needs nspermaudit on the PATH"
    return Plan((gate, entry), (next_,))


def _new(file: str, place: Place) -> Entry:
    folder = place.audited(place.project)
    text = template(CONFIG_JS, folder=folder) + "\n" + template("gate-lines.js")
    return Entry(file, None, text)


def _extended(file: str, before: str) -> Entry:
    calls = exports_by(before, f"./{GATE}")
    if calls:
        return Entry(file, before, reason="it calls the gate already")
    lines = template("gate-lines.js")
    reason = why_not_extendable(before)
    if calls is None:
        reason = "it calls the gate in a way that is not followed here"
    if reason:
        return Entry(file, before, reason=reason, lines=tuple(lines.splitlines()))
    end = "" if before.endswith("\n") else "\n"
    return extended(file, before, f"{before}{end}\n{lines}")


def _module_package(project: str) -> str:
    """The ``package.json`` that makes ``.js`` files of a folder ES modules; empty if none does."""
    folder, below = project, ""
    while folder != below:
        file = os.path.join(folder, "package.json")
        if os.path.isfile(file):
            try:
                package = json.loads(Source(shown(file), file).read())
            except (InputError, ValueError, RecursionError):  # node tells it better than we can
                return ""
            is_module = isinstance(package, dict) and package.get("type") == "module"
            return file if is_module else ""
        folder, below = os.path.dirname(folder), folder
    return ""
