"""The page in a real browser: nothing is fetched or refused, all can be read, found and reached."""

from __future__ import annotations

from typing import Any

import pytest
from browsers import Look
from conftest import FIXTURES, sdf
from reported import accepted, rendered

from nspermaudit import Config, Request, Use, audit, find
from nspermaudit.finding import Report
from nspermaudit.rule import Severity

HOSTILE = ('</script><script>alert("x")</script>', "<img src=x onerror=alert(1)>", "'><style>*{")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """An audit of a dozen roles with findings of all kinds, a few of them accepted."""
    folder = tmp_path_factory.mktemp("roles")
    for number, name in enumerate((*HOSTILE, *(f"Meadow Role {number}" for number in range(7)))):
        script_id, written = f"customrole_meadow_{number}", name.replace("<", "&lt;")
        grants = (("ADMI_WEBSERVICES", "VIEW"), ("TRAN_X", "FULL"))
        text = sdf(*grants, script_id=script_id, name=written)
        (folder / f"{script_id}.xml").write_text(text)
    request = Request(packs=(Use("integrity"), Use("guide")), roles=("*order_sync",), keep_all=True)
    return accepted(audit(find([str(FIXTURES / "acme"), str(folder)]), Config(), request))


@pytest.fixture(scope="module")
def seen(look: Look, report: Report) -> dict[str, Any]:
    """What a browser says of the page."""
    return look(rendered("html", report))


def test_nothing_is_fetched_refused_or_complained_about(seen: dict[str, Any]) -> None:
    """No request but for the file, no breach of the policy, no word on the console."""
    assert seen["requests"] == []
    assert seen["violations"] == []
    assert seen["messages"] == []


def test_no_barrier(seen: dict[str, Any]) -> None:
    """Axe finds nothing: WCAG 2 A and AA and its best practices; light, dark and on a telephone."""
    assert seen["axe"] == {"light": [], "dark": [], "narrow": []}


def test_all_can_be_read_without_script(seen: dict[str, Any], report: Report) -> None:
    """Every finding and rule is there, and no control that would do nothing."""
    for state in (seen["without script"], seen["without script, printed"]):
        assert state["findings"] == len(report.findings)
        assert state["closed"] == 0
        assert state["rules"] > 20
        assert not state["form"]


def test_page_is_no_wider_than_the_screen(seen: dict[str, Any]) -> None:
    """Only tables scroll to the side, also on the smallest telephone."""
    assert [state["overflows"] for state in seen["width"].values()] == [False] * 3


def test_keys_reach_everything(seen: dict[str, Any]) -> None:
    """Tab goes from the link over the contents to every control, and is seen where it is."""
    stops = [stop["what"] for stop in seen["stops"]]
    assert seen["stops"][0]["words"] == "Skip to the content"
    assert seen["skipped"] == "main"
    controls = ["search", "severity", "severity", "severity", "status", "status", "status"]
    first = stops.index("search")
    assert stops[first : first + 11] == [*controls, "sort", "open", "close", "clear"]
    assert stops.count("summary") >= 12
    assert [stop for stop in seen["stops"] if not stop["seen"]] == []


def test_filter_and_search(seen: dict[str, Any], report: Report) -> None:
    """Each control shows what it should, and says how much that is."""
    states, every = seen["states"], len(report.findings)
    not_errors = sum(item.severity is not Severity.ERROR for item in report.findings)
    taken = sum(item.is_accepted for item in report.findings)
    assert 0 < not_errors < every
    assert states["first"]["closed"] == 12
    assert states["first"]["findings"] == 0
    assert states["open"]["findings"] == states["reset"]["findings"] == every
    assert states["open"]["count"] == f"All {every} findings are shown."
    assert states["without errors"]["findings"] == not_errors
    assert states["search"]["roles"] == ["ACME Order Sync"]
    assert states["search"]["count"] == f"2 findings of {every} in 1 of 12 places."
    assert states["accepted"]["findings"] == taken == 3
    assert states["nothing"]["findings"] == 0
    assert states["nothing"]["count"] == f"0 findings of {every} in 0 of 12 places."


def test_sorting(seen: dict[str, Any]) -> None:
    """By name, and back to the order of the file."""
    states = seen["states"]
    assert states["by name"]["roles"] == sorted(states["open"]["roles"])
    assert states["by rank"]["roles"] == states["open"]["roles"] != states["by name"]["roles"]


def test_opening_roles(seen: dict[str, Any]) -> None:
    """By a key, and by following a link to a role that is closed."""
    states = seen["states"]
    assert states["closed"]["closed"] == 12
    assert states["opened by key"]["closed"] == states["by link"]["closed"] == 11
    assert states["by link"]["findings"] > 0


def test_print_leaves_nothing_out(seen: dict[str, Any], report: Report) -> None:
    """Whatever is closed or filtered on the screen is on the paper, and no control is."""
    for name in ("closed, printed", "nothing, printed"):
        assert seen["states"][name]["findings"] == len(report.findings)
        assert len(seen["states"][name]["roles"]) == 12
        assert not seen["states"][name]["form"]


def test_hostile_names(seen: dict[str, Any]) -> None:
    """Names that want to be markup, script or a style are text to the browser."""
    assert set(HOSTILE) <= set(seen["states"]["open"]["roles"])
