"""How roles and other objects stand in their SuiteCloud project: ids, names, files, deployment."""

import os
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType

from nspermaudit.account import Account
from nspermaudit.judgements.verdicts import (
    OUTSIDE,
    Suggest,
    about_object,
    about_role,
    file_of,
    project_of,
)
from nspermaudit.model import Role
from nspermaudit.project import Project, RoleObject
from nspermaudit.rule import Result, Verdict

# Fields that a project may have only where its manifest names a feature: NetSuite help, "role"
# (SDFxml_2121043136), by the words that packs use. The id WEBSERVICES is in no table of features,
# but Oracle's own tools write it into manifests.
_FEATURES: Mapping[str, str] = MappingProxyType(
    {
        "accounting books": "MULTIBOOK",
        "cross-subsidiary viewing": "SUBSIDIARIES",
        "issue role": "ISSUEDB",
        "restrict by ip address": "IPADDRESSRULES",
        "subsidiaries": "SUBSIDIARIES",
        "web services only": "WEBSERVICES",
    }
)

_names: dict[str, tuple[Project, Mapping[str, list[RoleObject]]]] = {}


def not_deployed(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A role that no path of deploy.xml covers: it stays behind when the project is deployed."""
    project = project_of(role, account)
    if project is None:
        yield OUTSIDE
    elif project.deployed is None:
        reason = "the project has no deploy.xml that could be read"
        yield Verdict(Result.NOT_EVALUATED, "deploy", location=role.location, reason=reason)
    elif not any(_covers(path, _inside(project, role)) for path in project.deployed):
        path = f"~/{_inside(project, role)}"
        related = ((project.deploy, f"no path here covers {path}"),) if project.deploy else ()
        fix = f"add <path>{path}</path> to <objects> in deploy.xml, or remove the role"
        yield about_role(role, "deploy", "is not deployed by deploy.xml", fix, related=related)


def _inside(project: Project, role: Role) -> str:
    """The role's path inside its project, without a slash before it.

    Both paths are as reports show them: seen from a folder that may lie in the project.
    """
    return os.path.relpath(role.location.path, project.folder or ".").replace(os.sep, "/")


def _covers(pattern: str, path: str) -> bool:
    """Whether a path of deploy.xml means a file: only ``*`` is special, and letter case counts.

    NetSuite help, "SuiteCloud Project Deployment Preparation" (section_4737888643). It calls
    ``~/Objects/*``, which a new project has, all objects: so ``*`` reaches into folders below.
    """
    literal = pattern.strip().removeprefix("~").lstrip("/").replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(path, literal)


def feature_not_in_manifest(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A field that depends on a feature which the manifest does not name."""
    project = project_of(role, account)
    if project is None:
        yield OUTSIDE
        return
    asked = {_FEATURES[word]: word for word in role.attributes if word in _FEATURES}
    if asked and project.features is None:
        reason = "the project has no manifest.xml that could be read"
        yield Verdict(Result.NOT_EVALUATED, "manifest", location=role.location, reason=reason)
        return
    for feature, word in sorted(asked.items()):
        if feature not in (project.features or {}):
            message = f'sets "{word}", which takes the feature {feature}; the manifest lacks it'
            line = f'<feature required="false">{feature}</feature>'
            fix = f"add {line} to manifest.xml (suitecloud project:adddependencies)"
            place = project.manifest
            related = ((place, f"{feature} is not among the features"),) if place else ()
            yield about_role(role, feature, message, fix, related=related)


def same_script_id(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """Two files of a project with the same script id: which of them is deployed is chance."""
    project = account.project_of(role.location.path)
    alike = project.roles.get(role.id, ()) if project else ()
    other = _one_before(role, alike)
    if other:
        message = f'has the script id "{role.id}", as has {other.location.path}'
        fix = "keep one of the files, or give one of the roles an id of its own"
        related = ((other.location, "the other file with this script id"),)
        yield about_role(role, "scriptid", message, fix, related=related)


def same_object_id(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """Two files of a project, other than roles, with the same script id."""
    if not account.projects:
        yield OUTSIDE
    for project in account.projects.values():
        for items in project.objects.values():
            first, *others = sorted(items, key=lambda item: item.location)
            if others and not all(item.is_context for item in items):
                again = next((item for item in reversed(others) if not item.is_context), first)
                beside = [item for item in (first, *others) if item is not again]
                message = f'has the script id "{again.id}", as has {beside[0].location.path}'
                fix = "keep one of the files, or give one of the objects an id of its own"
                words = "another file with this script id"
                related = tuple((item.location, words) for item in beside)
                place = again.location
                yield about_object(again, "scriptid", message, fix, place, related=related)


def same_role_name(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """Two roles of a project with one name: people cannot tell them apart."""
    project = project_of(role, account)
    if project is None:
        yield OUTSIDE
        return
    alike = _by_name(project).get(_folded(role.name), [])
    others = [item for item in alike if item.id.casefold() != role.id]
    first = _one_before(role, others)
    if first:
        message = f"has the name of another role, {first.id}"
        fix = "give one of the two a name of its own"
        related = tuple((item.location, f"{item.id} has the same name") for item in others)
        yield about_role(role, "name", message, fix, related=related)


def _one_before(role: Role, alike: Sequence[RoleObject]) -> RoleObject | None:
    """Another role beside which this one is too much: one that is not judged, else one before it.

    Of those that are judged the first is spared: the fault is told once.
    """
    others = [item for item in alike if item.location.path != role.location.path]
    around = [item for item in others if item.is_context]
    before = [item for item in others if item.location.path < role.location.path]
    return next(iter(around or before), None)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _by_name(project: Project) -> Mapping[str, list[RoleObject]]:
    """The roles of a project by their names, in the order of their files; worked out once."""
    known = _names.get(project.folder)
    if known is None or known[0] is not project:
        found: dict[str, list[RoleObject]] = {}
        roles = [item for items in project.roles.values() for item in items]
        for item in sorted(roles, key=lambda item: item.location):
            if _folded(item.name):
                found.setdefault(_folded(item.name), []).append(item)
        known = _names[project.folder] = (project, found)
    return known[1]


def script_id_is_not_file_name(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A role in a file that is not called after its script id, as SDF demands."""
    if project_of(role, account) is None:
        yield OUTSIDE
        return
    name = os.path.splitext(file_of(role.location))[0]
    if name.casefold() != role.id:
        message = f'has the script id "{role.id}" in a file called "{file_of(role.location)}"'
        yield about_role(role, "file name", message, f"rename the file to {role.id}.xml")
