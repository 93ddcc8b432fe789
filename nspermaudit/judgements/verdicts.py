"""What built-in checks say, put into verdicts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from nspermaudit.account import Account
from nspermaudit.model import Grant, Location, Role
from nspermaudit.requirement import quoted
from nspermaudit.rule import Result, Verdict

if TYPE_CHECKING:
    from nspermaudit.objects import ObjectGrant, SdfObject
    from nspermaudit.project import Project

FOREIGN = r"\b(appid|bundleid)=([\w.]+)"
"""In a reference, the SuiteApp or the bundle that its object belongs to."""

Suggest = Callable[[str], str]
"""Tells the known name that is nearest to another; empty where none is near."""

# NetSuite help, "SDF Custom Object XML Reference".
SCRIPTS = frozenset(
    (
        "bundleinstallationscript",
        "clientscript",
        "mapreducescript",
        "massupdatescript",
        "portlet",
        "restlet",
        "scheduledscript",
        "sdfinstallationscript",
        "suitelet",
        "usereventscript",
        "workflowactionscript",
    )
)
"""The kinds of objects that have script deployments."""

OUTSIDE = Verdict(Result.NOT_APPLICABLE, reason="in no SuiteCloud project")
"""The verdict on a role where a question is one about its project, and it has none."""


def about_grant(role: Role, grant: Grant, message: str, fix: str, **more: Any) -> Verdict:
    """The finding on one grant; the message goes on where the role's name ends."""
    return Verdict(
        Result.FINDING,
        grant.permission.id,
        permission=grant.permission,
        problem=more.pop("problem", "integrity"),
        granted=grant.level,
        location=grant.location,
        message=f"{quoted(role)} {message}",
        fix=fix,
        **more,
    )


def about_role(role: Role, subject: str, message: str, fix: str, **more: Any) -> Verdict:
    """The finding on a role as a whole; the message goes on where the role's name ends."""
    return Verdict(
        Result.FINDING,
        subject,
        problem="integrity",
        location=role.location,
        message=f"{quoted(role)} {message}",
        fix=fix,
        **more,
    )


def about_object(
    item: SdfObject, subject: str, message: str, fix: str, location: Location, **more: Any
) -> Verdict:
    """The finding on an object that is no role; the message goes on where its name ends."""
    return Verdict(
        Result.FINDING,
        subject,
        problem="integrity",
        location=location,
        message=f'"{(item.name or item.id).strip()}" {message}',
        fix=fix,
        about=item.id,
        **more,
    )


def not_read(item: SdfObject, subject: str) -> Verdict:
    """The verdict where a check asks for something of an object that was not read."""
    return Verdict(
        Result.NOT_EVALUATED,
        subject,
        location=item.location,
        reason=f"{item.id} could not be read",
        about=item.id,
    )


def project_of(role: Role, account: Account) -> Project | None:
    """The SuiteCloud project in which a role stands; None where it stands in none."""
    project = account.project_of(role.location.path)
    return None if project is account.strays else project


def is_foreign(written: str, project: Project | None) -> bool:
    """Whether a reference means an object of another SuiteApp, or of a bundle."""
    found = re.search(FOREIGN, written)
    return found is not None and (project is None or found[2] != project.app_id)


def objects_of(account: Account, *kinds: str) -> Iterator[SdfObject]:
    """All objects of these kinds that are judged, in projects and outside."""
    for project in (*account.projects.values(), account.strays):
        for items in project.objects.values() if project else ():
            for item in items:
                if item.kind in kinds and not item.is_context:
                    yield item


def file_of(location: Location) -> str:
    """The file's name alone, for a sentence that names its place elsewhere."""
    return os.path.basename(location.path)


def access(item: Grant | ObjectGrant, *, exact: bool = False) -> str:
    """A level and its restriction in words; ``exact`` names the lack of one, too."""
    if item.restriction.strip():
        return f"{item.level.title} restricted by {item.restriction.strip()}"
    return f"{item.level.title} without restriction" if exact else item.level.title
