"""The entry in ``.pre-commit-config.yaml``."""

import re
from typing import Any

from nspermaudit import safe_yaml
from nspermaudit.errors import InputError, UsageError
from nspermaudit.scaffolding.places import Place
from nspermaudit.scaffolding.plan import Entry, Plan, existing, extended, inside, template
from nspermaudit.scaffolding.quoting import yaml_text

FILE = ".pre-commit-config.yaml"
_HOOKS = ("nspermaudit", "nspermaudit-project")
_NEXT = "pre-commit install; pre-commit run --all-files"
_BLANK = re.compile(r"\s*(#.*)?")


def pre_commit(place: Place, *, force: bool) -> Plan:
    """Our hook in the repository's list of hooks; what stands there is never replaced."""
    del force
    file = inside(place.repository, FILE)
    before = existing(file)
    path = place.audited(place.repository)
    entry = template("pre-commit.yaml", quoted_path=yaml_text(path))
    if before is None:
        return Plan((Entry(file, None, "repos:\n" + _indented(entry, "  ")),), (_NEXT,))
    ours = _ours(_repos(before) or [])
    if any(_checks(hook, path) for hook in ours):
        return Plan((Entry(file, before, reason="it has our hook already"),))
    if ours:
        lines = tuple(_indented(entry.partition("hooks:\n")[2], "").splitlines())
        reason = "its hook checks other folders: give it this one, too, or add another hook"
        return Plan((Entry(file, before, reason=reason, lines=lines),))
    text = _with_entry(before, entry)
    if text is None:
        reason = "its list of repos is not written as one that is followed here"
        return Plan((Entry(file, before, reason=reason, lines=tuple(entry.splitlines())),))
    return Plan((extended(file, before, text),), (_NEXT,))


def _repos(text: str) -> Any:
    """The list of repositories of a configuration; None if it cannot be read."""
    try:
        document = safe_yaml.load(text.encode(), FILE)
        document.refuse_if_faulty()
    except (UsageError, InputError):
        return None
    value = document.value
    repos = value.get("repos") if isinstance(value, dict) else None
    return repos if isinstance(repos, list) else None


def _ours(repos: Any) -> list[dict[str, Any]]:
    """Our hooks in a list of repositories."""
    lists = [repo.get("hooks") for repo in repos if isinstance(repo, dict)]
    hooks = [hook for hooks in lists if isinstance(hooks, list) for hook in hooks]
    return [hook for hook in hooks if isinstance(hook, dict) and hook.get("id") in _HOOKS]


def _checks(hook: dict[str, Any], path: str) -> bool:
    """Whether a hook checks a folder: that of changed files, or of all, does."""
    args = hook.get("args")
    named = [arg for arg in args if not str(arg).startswith("-")] if isinstance(args, list) else []
    return hook.get("id") == _HOOKS[0] or not named or path in named or "." in named


def _with_entry(before: str, entry: str) -> str | None:
    """The text with the entry at the end of ``repos``, if that is certain to be all it changes."""
    lines = before.splitlines(keepends=True)
    heads = [number for number, line in enumerate(lines) if re.match(r"repos:\s*(#.*)?$", line)]
    if len(heads) != 1:
        return None
    last, indent = heads[0], ""
    for number, line in enumerate(lines[heads[0] + 1 :], heads[0] + 1):
        if _BLANK.fullmatch(line):
            continue
        if not re.match(r"[ -]", line):  # the next key
            break
        indent = indent or line[: len(line) - len(line.lstrip())] + "-"
        last = number
    if last == heads[0]:
        return None
    if not lines[last].endswith("\n"):
        lines[last] += "\n"
    lines.insert(last + 1, _indented(entry, indent.removesuffix("-")))
    after = "".join(lines)
    added = _repos("repos:\n" + _indented(entry, "  "))
    old, new = _repos(before), _repos(after)
    return after if old is not None and new == [*old, *added] else None


def _indented(text: str, indent: str) -> str:
    return "".join(indent + line for line in text.splitlines(keepends=True))
