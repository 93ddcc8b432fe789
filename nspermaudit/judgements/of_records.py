"""Whether roles and custom objects agree on who may do what, and whether references resolve."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from nspermaudit.account import Account
from nspermaudit.judgements.verdicts import (
    FOREIGN,
    OUTSIDE,
    SCRIPTS,
    Suggest,
    about_grant,
    about_object,
    about_role,
    access,
    file_of,
    is_foreign,
    not_read,
    project_of,
)
from nspermaudit.model import Grant, Level, Location, Permission, Role
from nspermaudit.objects import WITH_LISTS, ObjectGrant, SdfObject
from nspermaudit.project import Project
from nspermaudit.requirement import cure, unread
from nspermaudit.rule import Result, Verdict

# Both sides must reference each other, at one level and restriction, where a project has both:
# NetSuite help, "Custom Record Type Object Permissions" (section_4731157695) and "Referencing a
# Custom Transaction in XML Definitions" (section_1520439382); whatever the record's access type
# and level (suitecloud-sdk issues 184 and 579). Of custom segments no source says so.
_LISTED = ("customrecordtype", "customtransactiontype")

Entry = tuple[SdfObject, ObjectGrant]

_entries: dict[str, tuple[Project, Mapping[str, list[Entry]]]] = {}


def record_access_mismatch(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A role and a custom record that give different access; SDF refuses the project."""
    for grants, items in _shared(role, account):
        entries = [(item, entry) for item in items for entry in _for(role, item, account)]
        wrong = [
            (item, entry)
            for item, entry in entries
            if not any(_agree(grant, entry, item) for grant in grants)
        ]
        right = {id(item) for item, _ in entries} - {id(item) for item, _ in wrong}
        if not wrong or right:  # of two files of a record one that agrees is enough
            yield from _unread(items, grants[0].permission)
            continue
        grant, entry = grants[0], wrong[0][1]
        fix = f"write the same restriction in {file_of(entry.location)}, or remove both"
        exact = grant.level is entry.level
        if not exact:
            other = f"{grant.level.name} in {file_of(entry.location)}"
            fix = cure(f"set {entry.level.name} here, or {other}", role, grant.permission)
        mine, its = access(grant, exact=exact), access(entry, exact=exact)
        message = f"has {mine} on {grant.permission.id}, which lists it at {its}"
        related = tuple(
            (entry.location, f"{item.id} lists the role at {access(entry, exact=exact)}")
            for item, entry in entries
        )
        yield about_grant(role, grant, message, fix, required=entry.level, related=related)


def record_access_one_sided(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A custom record and a role of which one names the other, and the other does not."""
    for grants, items in _shared(role, account):
        grant = grants[0]
        if any(_for(role, item, account) for item in items):
            continue
        if not all(item.is_read for item in items):
            yield from _unread(items, grant.permission)
            continue
        place = items[0].access_location or items[0].location
        words = f"has {access(grant)} on {grant.permission.id}, which does not list the role"
        entry = f"permittedrole [scriptid={role.id}] at {grant.level.name}"
        action = f"add {entry} to {file_of(place)}, or remove {grant.permission.id} here"
        fix = cure(action, role, grant.permission)
        related = tuple(
            (item.access_location or item.location, f"{item.id} does not list the role")
            for item in items
        )
        yield about_grant(role, grant, words, fix, related=related)
    yield from _not_granted(role, account)


def _not_granted(role: Role, account: Account) -> Iterator[Verdict]:
    """The other side: custom records that list a role, which has no permission for them."""
    project = account.project_of(role.location.path)
    told: set[str] = set()
    for item, entry in _entries_of(project).get(role.id, ()) if project else ():
        key = item.id.casefold()
        if item.kind not in _LISTED or key in role.held or key in told:
            continue
        told.add(key)
        permission = Permission(key, category="Custom Record", kind="custom")
        if key in role.unread:
            yield unread(role, permission, key)
            continue
        message = f"has no permission for {item.id}, which lists it at {access(entry)}"
        action = f"add [scriptid={key}] at {entry.level.name}, or remove the role from "
        fix = cure(action + file_of(entry.location), role, permission)
        related = ((entry.location, f"{item.id} lists the role at {access(entry)}"),)
        subject = f"{key} listed"
        yield about_role(role, subject, message, fix, permission=permission, related=related)


def _shared(
    role: Role, account: Account
) -> Iterator[tuple[Sequence[Grant], tuple[SdfObject, ...]]]:
    """The role's grants on custom records of its project, with these."""
    project = account.project_of(role.location.path)
    if not project or not project.objects:
        return
    for grants in _custom(role):
        if is_foreign(grants[0].written, project):
            continue
        found = project.objects.get(grants[0].permission.id, ())
        items = tuple(item for item in found if item.kind in _LISTED)
        if items:
            yield grants, items


def _custom(role: Role) -> Iterator[Sequence[Grant]]:
    """The role's grants on custom objects, whose ids are in lower case; no others are made."""
    for key in role.held:
        if key.islower():
            grants = role.held[key]
            if grants[0].permission.kind == "custom":
                yield grants


def _agree(grant: Grant, entry: ObjectGrant, item: SdfObject) -> bool:
    if grant.level is not entry.level:
        return False
    has_restrictions = item.kind == "customrecordtype" and grant.level is not Level.NONE
    return not has_restrictions or grant.restriction.strip() == entry.restriction.strip()


def _for(role: Role, item: SdfObject, account: Account) -> list[ObjectGrant]:
    """What an object's list says of the role, which is not one of another SuiteApp."""
    project = account.project_of(item.location.path)
    mine = (entry for entry in item.grants if entry.role.casefold() == role.id)
    return [entry for entry in mine if not is_foreign(entry.written, project)]


def _unread(items: Iterable[SdfObject], permission: Permission) -> Iterator[Verdict]:
    for item in items:
        if not item.is_read:
            yield not_read(item, permission.id)._replace(about="")
            return


def _entries_of(project: Project) -> Mapping[str, list[Entry]]:
    """By role, the entries of the project's permission lists; worked out once for a project."""
    known = _entries.get(project.folder)
    if known is None or known[0] is not project:
        found: dict[str, list[Entry]] = {}
        for items in project.objects.values():
            for item in items:
                for entry in item.grants:
                    if not is_foreign(entry.written, project):
                        found.setdefault(entry.role.casefold(), []).append((item, entry))
        known = _entries[project.folder] = (project, found)
    return known[1]


def unresolved_reference(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A reference to a custom object that is neither in the project nor in its manifest."""
    for grant, elsewhere in _unresolved(role, account):
        if grant is None:
            yield OUTSIDE
        elif not elsewhere:
            key = grant.permission.id
            message = f"refers to {key}, which neither the project nor its manifest has"
            yield about_grant(role, grant, message, _resolve(key))


def foreign_reference(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A reference to a custom object that has to exist outside of what was given."""
    for grant, elsewhere in _unresolved(role, account):
        if grant is None:
            yield OUTSIDE
        elif elsewhere:
            message = f"refers to {grant.permission.id}: {elsewhere}"
            yield about_grant(role, grant, message, "see that the account has it")


def _unresolved(role: Role, account: Account) -> Iterator[tuple[Grant | None, str]]:
    """Grants whose reference does not resolve, each with where else it may do so, if it may."""
    project = project_of(role, account)
    if project is None:
        yield None, ""
        return
    for grant, *_ in _custom(role):
        foreign = is_foreign(grant.written, project)
        if foreign or not _resolves(project, grant.permission.id):
            yield grant, _elsewhere(project, grant.written)


def _resolves(project: Project, script_id: str) -> bool:
    key = script_id.partition(".")[0].casefold()
    return key in project.objects or key in project.roles or key in project.dependencies


def _resolve(script_id: str) -> str:
    """What to do about a reference that leads nowhere."""
    named = "name it in manifest.xml (suitecloud project:adddependencies)"
    return f"correct it, add {script_id} to the project, or {named}"


def _elsewhere(project: Project, written: str) -> str:
    foreign = re.search(FOREIGN, written)
    if foreign and is_foreign(written, project):
        kind = {"appid": "SuiteApp", "bundleid": "bundle"}[foreign[1]]
        return f"it belongs to the {kind} {foreign[2]}"
    if project.is_partial:
        return "it is not in the part of the project that was given"
    return "" if project.manifest else "the project has no manifest.xml to name it"


def unresolved_role_reference(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A permission list that names a custom role which is neither here nor in the manifest."""
    yield from _lost_roles(account, WITH_LISTS, _listed_roles)


def unresolved_deployment_role(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A script deployment that names a custom role which is neither here nor in the manifest."""
    yield from _lost_roles(account, SCRIPTS, _deployment_roles)


class _Named(NamedTuple):
    """A role that an object names: a subject of its own, id, place, and as it is written."""

    subject: str
    id: str
    location: Location
    written: str


def _lost_roles(
    account: Account,
    kinds: Collection[str],
    named_by: Callable[[SdfObject], Iterator[_Named]],
) -> Iterator[Verdict]:
    if not account.projects:
        yield OUTSIDE
    for project in account.projects.values():
        for items in project.objects.values():
            for item in (one for one in items if not one.is_context):
                if item.kind in kinds and not item.is_read:
                    yield not_read(item, "roles")
                for named in named_by(item):
                    yield from _lost_role(project, item, named)


def _lost_role(project: Project, item: SdfObject, named: _Named) -> Iterator[Verdict]:
    is_here = _resolves(project, named.id) or is_foreign(named.written, project)
    if not named.id.startswith("customrole") or is_here:
        return
    elsewhere = _elsewhere(project, named.written)
    if not elsewhere:
        message = f"refers to {named.id}, which neither the project nor its manifest has"
        fix = _resolve(named.id)
        yield about_object(item, named.subject, message, fix, named.location)
    elif not is_foreign(named.written, project):
        reason = f"{item.id} refers to {named.id}: {elsewhere}"
        yield Verdict(
            Result.NOT_EVALUATED,
            named.subject,
            location=named.location,
            reason=reason,
            about=item.id,
        )


def _listed_roles(item: SdfObject) -> Iterator[_Named]:
    for name, entry in {entry.role.casefold(): entry for entry in item.grants}.items():
        yield _Named(name, name, entry.location, entry.written)


def _deployment_roles(item: SdfObject) -> Iterator[_Named]:
    for deployment in item.deployments:
        for field, names in (
            ("runasrole", (deployment.runs_as,)),
            ("audslctrole", deployment.roles),
        ):
            place = deployment.places.get(field, deployment.location)
            for name in names:
                yield _Named(f"{deployment.id} {field} {name}", name.casefold(), place, name)
