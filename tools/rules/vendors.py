"""The packs ``vendor/*``, from the lists that vendors publish and ``vendors.yaml``."""

from __future__ import annotations

from collections.abc import Iterator

from tools.rules.vendor_lists import READ_ON, Made, lines_of, vendors
from tools.rules.vendor_rules import rules_of
from tools.rules.writing import pack_text

_PHASE = {
    "default": "run",
    "choices": ["setup", "run"],
    "about": "Whether the integration is being set up, or runs.",
}


def packs() -> dict[str, str]:
    """The texts of the packs by their ids."""
    return {vendor["pack"]: _pack(Made(vendor, lines_of(vendor))) for vendor in vendors()}


def _pack(made: Made) -> str:
    vendor = made.vendor
    declared = {
        name: {"default": False, "about": about}
        for name, about in vendor.get("parameters", {}).items()
    }
    phases = {"phase": _PHASE} if vendor.get("phases") else {}
    parameters = {**phases, **declared}
    told = [
        f"As published by the vendor, not verified: {'; '.join(made.references)}.",
        vendor.get("about", "").strip(),
        *_odd_levels(made),
        *_left_out(made),
    ]
    pack = {
        "pack": vendor["pack"],
        "title": vendor["title"],
        "about": " ".join(filter(None, told)),
        "reviewed": READ_ON,
        "source": made.references,
        "applies_to": "integration",
        **({"parameters": parameters} if parameters else {}),
        "rules": list(rules_of(made)),
    }
    made_from = (
        f"vendor_lists/{vendor['list']}.csv"
        if "list" in vendor
        else ("vendor_requirements_judged.csv")
    )
    return pack_text(f"vendors.yaml and {made_from}", pack)


def _odd_levels(made: Made) -> Iterator[str]:
    for line in made.lines:
        if line.published:
            item = line.ways[0]
            yield (
                f"The page asks for {line.published} on {item.name}, which NetSuite does not offer:"
                f" {item.level.title} is asked for here."
            )


def _left_out(made: Made) -> Iterator[str]:
    left = made.vendor.get("left out", {})
    if left:
        names = "; ".join(f"{name} ({why})" for name, why in left.items())
        yield f"Not held against roles: {names}."
