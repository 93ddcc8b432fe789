"""What may change about an account's exports without changing, or hiding, what is found."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nspermaudit import Config, Level, Report, Request, Use, audit, catalog
from nspermaudit.source import Source

quick = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
VERBS = (
    "forbid: [Items, User Access Tokens]",
    'forbid: ["ADMI_*", "REPO_*"]',
    "limit: {Items: view, Sales Order: edit}",
    'limit: {every: "LIST_*, TRAN_*", at: view, except: full-only}',
)
PACK = "pack: lt/bounds\ntitle: Bounds\nrules:\n" + "".join(
    f"  - {{id: bound-{number}, title: A bound, severity: error, {verb}, examples: "
    "{complies: [{Bills: view}], violates: [{Items: full}]}}\n"
    for number, verb in enumerate(VERBS)
)
IDS = sorted(permission.id for permission in catalog.load())
KEYS = st.one_of(
    st.sampled_from(["LIST_ITEM", "TRAN_SALESORD", "ADMI_MANAGE_OWN_OAUTH_TOKENS"]),
    st.sampled_from(IDS),
    st.sampled_from(["[scriptid=customrecord_lt]", "TRAN_NOTHING"]),
)
GRANTS = st.lists(st.tuples(KEYS, st.sampled_from(list(Level))), max_size=8)
ROLES = st.lists(
    st.tuples(st.sampled_from(["customrole_a", "customrole_b", "customrole_c"]), GRANTS),
    min_size=1,
    max_size=4,
)

T = TypeVar("T")

Grants = Sequence[tuple[str, Level]]
Found = set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def bounds(tmp_path_factory: pytest.TempPathFactory) -> Use:
    """A pack of rules that bound what a role may hold."""
    file: Path = tmp_path_factory.mktemp("pack") / "bounds.yaml"
    file.write_text(PACK)
    return Use(str(file))


def _sdf(role: str, grants: Grants) -> bytes:
    entries = "".join(
        f"<permission>\n<permkey>{key}</permkey>\n<permlevel>{level.name}</permlevel>\n"
        "</permission>\n"
        for key, level in grants
    )
    return f'<role scriptid="{role}">\n<permissions>\n{entries}</permissions>\n</role>'.encode()


def _csv(role: str, grants: Grants) -> bytes:
    rows = (f'{role},"{key}",{level.title}\n' for key, level in grants)
    return ("Role ID,Permission ID,Level\n" + "".join(rows)).encode()


FORMS = {"sdf": _sdf, "csv": _csv}


def _audit(texts: Iterable[bytes], *packs: Use) -> Report:
    sources = [Source(f"{number}", data=text, named=True) for number, text in enumerate(texts)]
    return audit(sources, Config(), Request(packs=packs))


def _found(report: Report) -> Found:
    return {
        (finding.rule.id, finding.role_id, finding.verdict.subject) for finding in report.findings
    }


@pytest.mark.parametrize("form", FORMS)
@quick
@given(grants=GRANTS, more=GRANTS.filter(bool))
def test_more_grants_hide_no_excess(form: str, grants: Grants, more: Grants, bounds: Use) -> None:
    """Whatever is granted besides, or at higher levels, no finding of forbid or limit goes away."""
    few = _found(_audit([FORMS[form]("customrole_a", grants)], bounds))
    many = _found(_audit([FORMS[form]("customrole_a", [*grants, *more])], bounds))
    high = [(key, Level.FULL) for key, level in grants if level]
    raised = _found(_audit([FORMS[form]("customrole_a", [*high, *more])], bounds))
    assert few <= many
    assert few <= raised


@quick
@given(roles=ROLES, chance=st.randoms(use_true_random=False))
def test_order_changes_no_finding(
    roles: list[tuple[str, Grants]], chance: random.Random, bounds: Use
) -> None:
    """Files, roles and permissions in another order give the same findings, results and counts."""
    shuffled = [(role, _shuffled(grants, chance)) for role, grants in _shuffled(roles, chance)]
    packs = (bounds, Use("integrity"), Use("guide"))
    one = _audit([_sdf(*role) for role in roles], *packs)
    other = _audit([_sdf(*role) for role in shuffled], *packs)
    assert _found(one) == _found(other)
    assert (one.results, one.roles, one.grants) == (other.results, other.roles, other.grants)
    assert (one.assumptions, one.notes) == (other.assumptions, other.notes)


def _shuffled(items: Sequence[T], chance: random.Random) -> list[T]:
    return chance.sample(list(items), len(items))
