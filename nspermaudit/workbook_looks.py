"""How the cells of a workbook look, in the words of XlsxWriter's formats."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

BASE: Mapping[str, Any] = MappingProxyType(
    {
        "font_name": "Calibri",
        "font_size": 10,
        "valign": "top",
        "num_format": "@",
        "text_wrap": True,
    }
)
_LINES: Mapping[str, Any] = MappingProxyType({"border": 1, "border_color": "#D9D9D9"})

LOOKS: Mapping[str, Mapping[str, Any]] = {
    "": _LINES,
    "plain": {},
    "title": {"font_size": 16, "bold": True, "font_color": "#1F3864", "text_wrap": False},
    "strong": {"bold": True},
    "head": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": "#1F3864",
        "valign": "vcenter",
        "border": 1,
        "border_color": "#8EA9DB",
    },
    "bad": {**_LINES, "bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"},
    "warning": {**_LINES, "bold": True, "font_color": "#7F4F00", "bg_color": "#FFE699"},
    "note": {**_LINES, "font_color": "#1F4E79", "bg_color": "#DDEBF7"},
    "good": {**_LINES, "font_color": "#00590B", "bg_color": "#D8F0D8"},
    "accepted": {**_LINES, "font_color": "#4B2E83", "bg_color": "#E6DFF2"},
    "open": {**_LINES, "font_color": "#6B4E00", "bg_color": "#FFF8DC"},
    "faint": {**_LINES, "font_color": "#595959", "bg_color": "#F2F2F2"},
    "input": {**_LINES, "bg_color": "#FFFFF0"},
}
"""Dark letters on a pale ground: a contrast of 4.5 to 1 or more, on paper without colours, too."""
