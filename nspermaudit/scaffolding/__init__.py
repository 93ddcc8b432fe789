"""What ``nspermaudit init`` writes: its configuration, and its entry into the tools of others."""

from nspermaudit.plug_ins import PlugIns
from nspermaudit.scaffolding.places import Place, find_place
from nspermaudit.scaffolding.plan import Entry, Plan

__all__ = ["WAYS_IN", "Entry", "Place", "Plan", "find_place", "plan_of"]

WAYS_IN = {
    "suitecloud": "suitecloud",
    "pre-commit": "pre_commit",
    "github": "pipelines",
    "gitlab": "pipelines",
    "azure": "pipelines",
    "bitbucket": "pipelines",
}
"""The tools of others that nspermaudit can be put into, with the module that does it."""

_MODULES: PlugIns[object] = PlugIns("nspermaudit.scaffolding", *sorted(set(WAYS_IN.values())))


def plan_of(way_in: str, place: Place, *, force: bool) -> Plan:
    """What is to be written for one of ``WAYS_IN``; ``force`` replaces files that are ours.

    Raises UsageError for what cannot be written at all.
    """
    module: object = _MODULES[WAYS_IN[way_in]]
    function = getattr(module, way_in.replace("-", "_"))
    plan: Plan = function(place, force=force)
    return plan
