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
from nspermaudit.cli.schema import SCHEMAS
from nspermaudit.pack_file import Pack
from nspermaudit.rule import STEPS, Rule, Use

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_INTRODUCTION = """# Rules

Made by `make docs` from the packs in [rules/](../rules). A rule's id is permanent; a rule whose
meaning changes gets a new one.
"""


def rules() -> str:
    """All packs that ship, with all their rules, as Markdown."""
    found = packs.load_each(Use(name) for name in packs.shipped())
    return "\n".join([_INTRODUCTION, *(line for pack in found for line in _pack(pack))])


def _pack(pack: Pack) -> Iterator[str]:
    yield f"## {pack.id}\n\n{pack.title}.\n"
    if pack.about:
        yield f"{pack.about}\n"
    if pack.extends:
        yield f"Includes: {', '.join(f'`{name}`' for name in pack.extends)}.\n"
    for rule in pack.rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    severity = rule.severity.word
    yield f"### {rule.id}\n\n{rule.title}. Severity: {severity}; asked of {rule.asked_of}.\n"
    for permission, words in rule.check.permissions():
        yield f"- {permission.name} (`{permission.id}`): {words}"
    if list(rule.check.permissions()):
        yield ""
    if rule.because:
        yield f"**Why:** {_escaped(rule.because)}\n"
    if rule.step:
        yield f"**Guide:** step {rule.step}, {STEPS[rule.step - 1]}\n"
    if rule.symptoms:
        yield f"**Seen as:** {_escaped('; '.join(rule.symptoms))}\n"
    if rule.false_positives:
        yield f"**Beware:** {_escaped(rule.false_positives)}\n"
    if rule.references:
        yield f"**Sources:** {_escaped('; '.join(rule.references))}\n"


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("[", "\\[")


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
