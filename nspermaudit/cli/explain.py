"""``nspermaudit explain``: a permission, a rule, a pack or a symptom in plain words."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

import click

from nspermaudit import catalog, packs, schemas
from nspermaudit.checks.conflict import Conflict
from nspermaudit.cli.terminal import put
from nspermaudit.errors import UsageError
from nspermaudit.model import Level, Permission
from nspermaudit.pack_file import Pack
from nspermaudit.requirement import Sweep
from nspermaudit.rule import GRADES, STEPS, Rule, Use
from nspermaudit.style import one_line

_WIDTH = 96
_FEW = 20
_LEAST = 6
_EPILOG = """\b
Examples:
  nspermaudit explain "Find Transaction"
  nspermaudit explain TRAN_FIND
  nspermaudit explain sales-order-permissions
  nspermaudit explain guide/token
  nspermaudit explain INSUFFICIENT_PERMISSION
"""


@click.command(epilog=_EPILOG, short_help="Explain a rule, a permission, a pack or a symptom.")
@click.argument("name")
@click.option("--pack", "files", multiple=True, help="Also look in this pack (a YAML file).")
def explain(name: str, files: tuple[str, ...]) -> None:
    """Explain a permission (id or display name), a rule (id), a pack (id) or a symptom.

    A symptom is what people see when a rule does not hold: a NetSuite error code, or the message,
    or a part of it.
    """
    found = packs.load_each(Use(item) for item in (*packs.shipped(), *files))
    rules = {rule.id: rule for rule in packs.all_rules(found)}
    ids = {pack.id: pack for pack in found}
    permission = catalog.load().find(name)
    if name in ids:
        lines = _pack(ids[name], ids)
    elif name in rules:
        lines = _rule(rules[name])
    elif permission is not None:
        lines = _permission(permission, list(rules.values()))
    elif symptoms := _symptoms_in(name, rules.values()):
        lines = _symptoms(symptoms, rules.values())
    else:
        symptoms = {item for rule in rules.values() for item in rule.symptoms}
        near = catalog.load().suggest(name)
        hint = schemas.closest(name, [*ids, *rules, *sorted(symptoms)])
        hint = f' (did you mean "{near}"?)' if near else hint
        what = "no permission, rule, pack or symptom"
        raise UsageError(f'{what} is called "{one_line(name)}"{hint}')
    put("\n".join(lines))


def _symptoms_in(text: str, rules: Iterable[Rule]) -> set[str]:
    """The symptoms that a text is, contains, or is a part of; letters in either case."""
    asked = _squeezed(text)
    symptoms = {item: _squeezed(item) for rule in rules for item in rule.symptoms}
    exact = {item for item, known in symptoms.items() if known == asked}
    return exact or {
        item
        for item, known in symptoms.items()
        if _holds(asked, known) or (len(asked) >= _LEAST and _holds(known, asked))
    }


def _squeezed(text: str) -> str:
    """Words alone, so that a full stop or a code's underscores make no difference."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def _holds(text: str, part: str) -> bool:
    """Whether whole words of a text are another text."""
    return bool(part) and f" {part} " in f" {text} "


def _symptoms(symptoms: Iterable[str], rules: Iterable[Rule]) -> Iterator[str]:
    """The rules whose symptoms these are, in the order of the guide's steps."""
    wanted = {*symptoms}
    yield _entry("symptom", "; ".join(sorted(wanted)))
    found = [rule for rule in rules if not wanted.isdisjoint(rule.symptoms)]
    for rule in sorted(found, key=lambda rule: (rule.step or len(STEPS) + 1, rule.id)):
        yield ""
        yield from _rule(rule)


def _entry(label: str, text: str) -> str:
    return textwrap.fill(
        f"{label + ':':<12} {one_line(' '.join(text.split()))}",
        _WIDTH,
        subsequent_indent=" " * 13,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _permission(permission: Permission, rules: list[Rule]) -> Iterator[str]:
    yield one_line(f"{permission.name} ({permission.id})")
    if len(permission.names) > 1:
        yield _entry("also", ", ".join(permission.names[1:]))
    yield _entry(
        "subtab",
        f"Permissions > {permission.category}" if permission.category else "not known",
    )
    yield _entry("levels", _levels(permission))
    if permission.feature:
        yield _entry("feature", permission.feature)
    if permission.requires_2fa:
        yield _entry("two-factor", "a role with it must use two-factor authentication")
    if permission.full_adds:
        yield _entry("Full adds", permission.full_adds)
    if permission.retired:
        yield _entry("retired", "NetSuite no longer uses it, though exports may still have it")
    if permission.note:
        yield _entry("note", permission.note)
    asked = [
        f"{rule.pack}: {words} ({rule.id})"
        for rule in rules
        for item, words in rule.check.permissions()
        if item.id == permission.id
    ]
    asked += [
        f"{rule.pack}: {sweep} ({rule.id})"
        for rule in rules
        for sweep in getattr(rule.check, "sweeps", ())
        if sweep.covers(permission) and not sweep.is_remainder
    ]
    for words in asked or ["no pack that ships"]:
        yield _entry("asked for by", words)


def _levels(permission: Permission) -> str:
    if permission.kind == "custom":
        return "those of a custom record, segment or transaction type: None to Full"
    if not permission.levels:
        return "not documented"
    words = ", ".join(level.title for level in sorted({Level.NONE, *permission.levels}))
    return words if permission.levels_are_documented else f"{words} (not documented by Oracle)"


def _rule(rule: Rule) -> Iterator[str]:
    yield f"{rule.id} ({rule.severity.word})"
    yield _entry("says", rule.title)
    yield _entry("pack", rule.pack)
    if rule.step:
        yield _entry("guide step", f"{rule.step} {STEPS[rule.step - 1]}")
    if rule.symptoms:
        yield _entry("symptoms", "; ".join(rule.symptoms))
    yield _entry("asked of", rule.asked_of)
    for label, condition in (("when", rule.when), ("unless", rule.unless)):
        if condition:
            yield _entry(label, str(condition))
    if isinstance(rule.check, Conflict):
        for side in rule.check.sides:
            yield _entry(side.name, str(side))
    else:
        for permission, words in rule.check.permissions():
            yield _entry(rule.verb, f"{permission.name} ({permission.id}), {words}")
    for sweep in getattr(rule.check, "sweeps", ()):
        yield _entry(rule.verb, f"{sweep.words}{_meant(sweep)}")
    if rule.dated:
        dates = ", ".join(f"{severity.word} from {since} on" for since, severity in rule.dated)
        yield _entry("severity", f"{rule.severity.word}; {dates}")
    texts = {
        "why": rule.because,
        "fix": rule.fix,
        "beware": rule.false_positives,
        "controls": rule.compensating_controls,
        "evidence": GRADES.get(rule.evidence, ""),
        "tags": ", ".join(rule.tags),
    }
    yield from (_entry(label, text) for label, text in texts.items() if text)
    yield from (_entry("reference", text) for text in rule.references)


def _meant(sweep: Sweep) -> str:
    """The permissions that a glob means, if they are few."""
    found = [permission.id for permission in catalog.load() if sweep.covers(permission)]
    return f": {', '.join(found)}" if len(found) <= _FEW else ""


def _pack(pack: Pack, others: dict[str, Pack]) -> Iterator[str]:
    yield one_line(f"{pack.id}: {pack.title}")
    if pack.about:
        yield _entry("about", pack.about)
    if pack.extends:
        yield _entry("includes", ", ".join(pack.extends))
    if pack.replaces:
        yield _entry("replaces", ", ".join(pack.replaces))
    included = [others[name] for name in pack.extends if name in others]
    for rule in packs.all_rules([pack, *included]):
        yield _entry(rule.severity.word, f"{rule.id}: {rule.title}")
