"""What scripts, workflows and custom records of a project let people do, whatever roles say."""

from collections.abc import Iterator

from nspermaudit.account import Account
from nspermaudit.judgements.verdicts import SCRIPTS, Suggest, about_object, not_read, objects_of
from nspermaudit.model import Role
from nspermaudit.objects import Deployment, SdfObject
from nspermaudit.rule import Verdict

_CALLED = frozenset(("massupdatescript", "portlet", "restlet", "suitelet"))
"""Scripts that people or programs call; of the others, an audience of all roles is what is meant
(a check on a record that some roles escape is none)."""
_ADMINISTRATORS = {"administrator": "Administrator", "full_access": "Full Access"}


def script_runs_as_administrator(
    role: Role, account: Account, suggest: Suggest
) -> Iterator[Verdict]:
    """A script that may do everything, whoever sets it off."""
    for item, deployment in _deployments(account):
        if isinstance(deployment, Verdict):
            yield deployment
        elif name := _ADMINISTRATORS.get(deployment.runs_as.casefold()):
            message = f"runs as {name}{_state(deployment)}, whoever sets it off"
            fix = "set <runasrole> to a custom role with the permissions that the script needs"
            yield _about(item, deployment, message, fix, "runasrole")


def suitelet_without_login(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A Suitelet that anybody who has its address can call."""
    for item, deployment in _deployments(account):
        if item.kind != "suitelet":
            continue
        if isinstance(deployment, Verdict):
            yield deployment
        elif deployment.is_online:
            name = _ADMINISTRATORS.get(deployment.runs_as.casefold())
            power = f" and runs as {name}" if name else ""
            message = f"answers without a login{power}{_state(deployment)}"
            fix = "set <isonline> to F, or let the script check who calls and give out nothing else"
            yield _about(item, deployment, message, fix, "isonline")


def deployment_for_all_roles(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A script that every role may call."""
    for item, deployment in _deployments(account):
        if item.kind not in _CALLED:
            continue
        if isinstance(deployment, Verdict):
            yield deployment
        elif deployment.is_for_all_roles:
            message = f"is open to all roles{_state(deployment)}"
            fix = "set <allroles> to F and name the roles in <audslctrole>"
            yield _about(item, deployment, message, fix, "allroles")


def workflow_runs_as_administrator(
    role: Role, account: Account, suggest: Suggest
) -> Iterator[Verdict]:
    """A workflow that may do everything, whoever sets it off."""
    for item in objects_of(account, "workflow"):
        if not item.is_read:
            yield not_read(item, "runasadmin")
        elif item.runs_as_admin:
            message = "runs as Administrator, whoever sets it off"
            fix = "set <runasadmin> to F, unless an action needs more than its users may do"
            yield about_object(item, "runasadmin", message, fix, item.runs_as_admin)


def record_open_to_all(role: Role, account: Account, suggest: Suggest) -> Iterator[Verdict]:
    """A custom record type whose entries every internal role may see and change."""
    for item in objects_of(account, "customrecordtype"):
        if not item.is_read:
            yield not_read(item, "accesstype")
        elif item.access == "NONENEEDED":
            message = "takes no permission: every internal role may use its entries"
            fix = "set <accesstype> to USEPERMISSIONLIST and list the roles that need it"
            place = item.access_location or item.location
            yield about_object(item, "accesstype", message, fix, place)


def _about(item: SdfObject, deployment: Deployment, message: str, fix: str, field: str) -> Verdict:
    place = deployment.places.get(field, deployment.location)
    return about_object(item, f"{deployment.id} {field}", message, fix, place)


def _state(deployment: Deployment) -> str:
    """Which deployment it is, and whether it is in use."""
    unused = "" if deployment.is_deployed else ", not deployed now"
    return f" ({deployment.id}{unused})"


def _deployments(account: Account) -> Iterator[tuple[SdfObject, Deployment | Verdict]]:
    """Every script's deployments; for a script that was not read, the verdict that says so."""
    for item in objects_of(account, *SCRIPTS):
        if not item.is_read:
            yield item, not_read(item, "deployments")
        for deployment in item.deployments:
            yield item, deployment
