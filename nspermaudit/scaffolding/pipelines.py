"""CI jobs: GitHub, GitLab, Azure and Bitbucket."""

import re

from nspermaudit import safe_yaml
from nspermaudit.discovery import shown
from nspermaudit.errors import InputError, UsageError
from nspermaudit.scaffolding.places import Place
from nspermaudit.scaffolding.plan import Entry, Plan, existing, inside, template, whole
from nspermaudit.scaffolding.quoting import shell_word, yaml_text

_GITHUB = (".github", "workflows", "nspermaudit.yml")
_GITLAB_FILE = ".gitlab-ci.yml"
_GITLAB_PART = (".gitlab", "nspermaudit.yml")
_AZURE_FILE = "azure-pipelines.nspermaudit.yml"
_BITBUCKET_FILE = "bitbucket-pipelines.yml"
_INSTALL = re.compile(r"^\s*- pip install --quiet nspermaudit==", re.MULTILINE)


def github(place: Place, *, force: bool) -> Plan:
    """A workflow that runs our Action and uploads its SARIF."""
    file = inside(place.repository, *_GITHUB)
    entry = whole(file, _filled("github.yaml", place), force=force)
    return Plan((entry,), (f"commit {shown(file)}; the Security tab shows what it finds",))


def gitlab(place: Place, *, force: bool) -> Plan:
    """A job with a Code Quality report; beside a pipeline that is there, in a file to include."""
    text = _filled("gitlab.yaml", place)
    file = inside(place.repository, _GITLAB_FILE)
    before = existing(file)
    if before is None:
        return Plan((Entry(file, None, text),), (f"commit {_GITLAB_FILE}",))
    if _INSTALL.search(before):
        return Plan((_ours(file, before, text, force=force),))
    entry = whole(inside(place.repository, *_GITLAB_PART), text, force=force)
    local = "/".join(_GITLAB_PART)
    if local in _included(before):
        return Plan((entry, Entry(file, before, reason="it has our job already")))
    lines = ("include:", f"  - local: {local}")
    return Plan((entry, Entry(file, before, reason="it is yours", lines=lines)))


def _included(text: str) -> set[str]:
    """The files of the repository that a GitLab pipeline includes, by their names."""
    try:
        document = safe_yaml.load(text.encode(), _GITLAB_FILE)
    except (UsageError, InputError):
        return set()
    value = document.value.get("include") if isinstance(document.value, dict) else None
    items = value if isinstance(value, list) else [value]
    names = [item.get("local") if isinstance(item, dict) else item for item in items]
    return {name.lstrip("/") for name in names if isinstance(name, str)}


def azure(place: Place, *, force: bool) -> Plan:
    """A pipeline of its own; Azure does not find it by itself."""
    file = inside(place.repository, _AZURE_FILE)
    entry = whole(file, _filled("azure.yaml", place), force=force)
    next_ = f"commit {_AZURE_FILE}; in Azure: Pipelines > New pipeline > Existing YAML file"
    return Plan((entry,), (next_,))


def bitbucket(place: Place, *, force: bool) -> Plan:
    """A pipeline; beside one that is there, only the step to put into it."""
    text = _filled("bitbucket.yaml", place)
    file = inside(place.repository, _BITBUCKET_FILE)
    before = existing(file)
    if before is None:
        return Plan((Entry(file, None, text),), (f"commit {_BITBUCKET_FILE}",))
    if _INSTALL.search(before):
        return Plan((_ours(file, before, text, force=force),))
    step = text.partition("    - step")[2].partition("  pull-requests:")[0]
    lines = ("- step" + step.replace(" &nspermaudit", "").replace("\n    ", "\n")).splitlines()
    return Plan((Entry(file, before, reason="it is yours", lines=tuple(lines)),))


def _filled(name: str, place: Place) -> str:
    path = place.audited(place.repository)
    return template(name, quoted_path=yaml_text(path), shell_path=shell_word(path))


def _ours(file: str, before: str, text: str, *, force: bool) -> Entry:
    """A pipeline that has our job: wholly ours, and then replaced with ``force``, or not at all."""
    is_whole = before.splitlines()[:1] == text.splitlines()[:1]
    if is_whole:
        return whole(file, text, force=force)
    return Entry(file, before, reason="it has our job already")
