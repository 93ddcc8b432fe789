"""What every verb says of a role: the table in ``cases/``, one file a verb."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import sdf
from facts import account_of

from nspermaudit import Reading, Use, examples, packs, safe_yaml, source
from nspermaudit.account import Account
from nspermaudit.checks import CHECKS
from nspermaudit.inputs import Inputs
from nspermaudit.model import NO_ROLE, NOWHERE, Role
from nspermaudit.rule import Verdict
from nspermaudit.stated import stated_account

CASES = Path(__file__).parent / "cases"
FRAGMENTS = ("message", "fix", "note", "reason", "requirement")


def cases_of(file: Path) -> list[Any]:
    """The cases of one file as parameters, each under its name."""
    document = safe_yaml.load(file.read_bytes(), file.name)
    document.refuse_if_faulty()
    return [pytest.param(case, id=f"{file.stem}: {case['name']}") for case in document.value]


@pytest.mark.parametrize(
    "case", [case for file in sorted(CASES.glob("*.yaml")) for case in cases_of(file)]
)
def test_a_rule_says_of_a_role_what_its_case_expects(case: dict[str, Any], tmp_path: Path) -> None:
    """A rule gives exactly the verdicts of its case, in their order and with their words."""
    head = {"id": "example", "title": "Example", "severity": "error"}
    shown: dict[str, Any] = {"complies": [{}], "violates": [{}]}
    rules = [{**head, "examples": shown, **case["rule"]}]
    file = tmp_path / "example.yaml"
    around = {key: case[key] for key in ("functions", "parameters") if key in case}
    file.write_text(json.dumps({"pack": "example", "title": "Example", **around, "rules": rules}))
    (pack,) = packs.load([Use(str(file))])
    roles, account = read(case["role"]) if "role" in case else ([NO_ROLE], Account())
    if "account" in case:
        account = stated_account(case["account"], lambda *_: NOWHERE)
    if "projects" in case:
        account = account_of(case["projects"], account)
    verdicts = [verdict for role in roles for verdict in pack.rules[0].judge(role, account)]
    assert len(verdicts) == len(case["verdicts"]), verdicts
    for verdict, expected in zip(verdicts, case["verdicts"], strict=True):
        assert told(verdict, expected) == expected


def test_every_verb_has_its_cases() -> None:
    """Each kind of check has files of cases, and no file is about anything else."""
    verbs = {file.stem.partition("-")[0] for file in CASES.glob("*.yaml")}
    assert verbs == set(CHECKS)


def read(written: Any) -> tuple[list[Role], Account]:
    """The roles of a case: levels by permission, SDF's pairs of key and level, or SDF texts.

    SDF texts are one, a list, or a mapping of paths to texts.
    """
    if isinstance(written, dict) and "sdf" not in written:
        return examples.read(written)
    if isinstance(written, list):
        written = {"sdf": sdf(*((key, level) for key, level in written))}
    texts = written["sdf"]
    if not isinstance(texts, dict):
        listed = texts if isinstance(texts, list) else [texts]
        texts = {f"{number}.xml": text for number, text in enumerate(listed, 1)}
    files = [source.from_bytes(text.encode(), path) for path, text in texts.items()]
    inputs = Inputs(files, Reading())
    account = inputs.read_companions()
    exports = inputs.exports
    return [role for item in exports for role in inputs.roles_of(item, Reading(), account)], account


def told(verdict: Verdict, expected: dict[str, Any]) -> dict[str, Any]:
    """What a verdict says, as far as it is expected; words that are found in it stand for it."""
    location = verdict.location
    whole = {
        "result": verdict.result.value,
        "problem": verdict.problem,
        "permission": verdict.permission.id if verdict.permission else None,
        "granted": verdict.granted.name if verdict.granted is not None else None,
        "required": verdict.required.name if verdict.required is not None else None,
        "subject": verdict.subject,
        "line": location.line if location else None,
        "path": location.path if location else None,
        "about": verdict.about,
        "tallied": verdict.tallied,
        "related": [f"{place}: {words}" for place, words in verdict.related],
    }
    for key in FRAGMENTS:
        words, text = expected.get(key, ""), getattr(verdict, key)
        whole[key] = words if words and words in text else text
    return {key: whole[key] for key in expected}
