"""Write what documentation can be made of: docs/rules.md, docs/schemas, and console blocks.

Console blocks of README and docs get the output that their command prints now. ``--check`` writes
nothing; the exit code says whether anything would change.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from nspermaudit import packs
from nspermaudit.checks.conflict import Conflict
from nspermaudit.cli.schema import SCHEMAS
from nspermaudit.conflicts import RANKS
from nspermaudit.pack_file import Pack
from nspermaudit.rule import GRADES, STEPS, Rule, Use

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_INTRODUCTION = """# Rules

Made by `make docs` from the packs in [rules/](../rules). A rule's id is permanent; a rule whose
meaning changes gets a new one.
"""


_MANY = 8
"""A pack with more rules than this has a table of them."""


def rules() -> str:
    """All packs that ship, with all their rules, as Markdown."""
    found = packs.load_each(Use(name) for name in packs.shipped())
    contents = ["| pack | says | rules |", "|---|---|---|", *map(_entry, found), ""]
    return "\n".join([_INTRODUCTION, *contents, *(line for pack in found for line in _pack(pack))])


def _entry(pack: Pack) -> str:
    included = "".join(f" + {_link(name)}" for name in pack.extends)
    return f"| {_link(pack.id)} | {pack.title} | {len(pack.rules)}{included} |"


def _link(name: str) -> str:
    """A link to the heading of a pack or a rule."""
    return f"[{name}](#{name.replace('/', '')})"


def _pack(pack: Pack) -> Iterator[str]:
    yield f"## {pack.id}\n\n{pack.title}.\n"
    if pack.about:
        yield f"{pack.about}\n"
    if pack.extends:
        yield f"Includes: {', '.join(map(_link, pack.extends))}.\n"
    if pack.defaults:
        yield f"Parameters: {', '.join(f'`{name}`' for name in pack.defaults)}.\n"
    yield from _functions(pack)
    if len(pack.rules) > _MANY:
        yield "| rule | says | severity | evidence |\n|---|---|---|---|"
        for rule in pack.rules:
            words = (_link(rule.id), rule.title, _severity(rule), rule.evidence)
            yield f"| {' | '.join(words)} |"
        yield ""
    for rule in pack.rules:
        yield from _rule(rule)


def _functions(pack: Pack) -> Iterator[str]:
    """What the pairs of a pack are made of, once for all its rules."""
    checks = [rule.check for rule in pack.rules if isinstance(rule.check, Conflict)]
    functions = {side.name: side for check in checks for side in check.sides}
    if functions:
        yield "| function | who can do it |\n|---|---|"
        for name, function in sorted(functions.items()):
            yield f"| {name} | {function} |"
        yield ""


def _severity(rule: Rule) -> str:
    """The severity, and the word by which auditors rank it."""
    words = [f"({word})" for word in RANKS if word in rule.tags]
    later = [f"{severity.word} from {since} on" for since, severity in rule.dated]
    return ", ".join((" ".join((rule.severity.word, *words)), *later))


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}\n\n{rule.title}. Severity: {_severity(rule)}; asked of {rule.asked_of}.\n"
    if isinstance(rule.check, Conflict):
        yield f"Not both: {' and '.join(side.title for side in rule.check.sides)}.\n"
    else:
        named = rule.check.permissions()
        bullets = [f"- {item.name} (`{item.id}`): {words}" for item, words in named]
        bullets += [f"- {_globbed(sweep.words)}" for sweep in getattr(rule.check, "sweeps", ())]
        if bullets:
            yield "\n".join(bullets) + "\n"
    for word, condition in (("Asked when", rule.when), ("Not asked when", rule.unless)):
        if condition:
            yield f"{word} {_globbed(str(condition))}.\n"
    texts = {
        "Why": rule.because,
        "Guide": f"step {rule.step}, {STEPS[rule.step - 1]}" if rule.step else "",
        "Seen as": "; ".join(rule.symptoms),
        "Compensating controls": rule.compensating_controls,
        "Beware": rule.false_positives,
        "Evidence": GRADES.get(rule.evidence, ""),
        "Sources": "; ".join(rule.references),
    }
    yield from (f"**{name}:** {_escaped(text)}\n" for name, text in texts.items() if text)


def _globbed(text: str) -> str:
    return text.replace("*", "\\*")


def _escaped(text: str) -> str:
    plain = text.replace("<", "&lt;").replace("[", "\\[")
    return re.sub(r"\((https?://[^\s()]+)\)", r"(<\1>)", plain)


def with_output(text: str) -> str:
    """A document whose console blocks show what their commands print now."""

    def shown(block: re.Match[str]) -> str:
        program = [sys.executable, "-m", *shlex.split(block[1])]
        done = subprocess.run(
            program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        return f"```console\n$ {block[1]}\n{done.stdout.decode()}```"

    return re.sub(
        r"^```console\n\$ ([^\n]+)\n.*?^```$", shown, text, flags=re.MULTILINE | re.DOTALL
    )


def build() -> dict[Path, str]:
    """Every file that is made, with the text it should have."""
    made = {DOCS / "rules.md": rules()}
    for name, schema in SCHEMAS.items():
        made[DOCS / "schemas" / f"{name}.json"] = json.dumps(schema(), indent=2) + "\n"
    for file in (ROOT / "README.md", *DOCS.glob("*.md")):
        made.setdefault(file, with_output(file.read_text(encoding="utf-8")))
    return made


def main(arguments: list[str]) -> int:
    """Write the files, or say which would change."""
    changed = 0
    for file, text in build().items():
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            changed += 1
            print(f"changed: {file.relative_to(ROOT)}")
            if "--check" not in arguments:
                file.write_text(text, encoding="utf-8", newline="\n")
    return int(bool(changed) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
