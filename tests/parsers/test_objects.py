from __future__ import annotations

import pytest
from reading import Read, Told, read

from nspermaudit import Reading, Source
from nspermaudit.inputs import Inputs
from nspermaudit.model import Level
from nspermaudit.objects import ObjectGrant, SdfObject


def _object(found: Read) -> SdfObject:
    """The only object of an account."""
    assert found.account.strays
    ((item,),) = found.account.strays.objects.values()
    return item


def _granted(found: Read) -> list[ObjectGrant]:
    """What the only object of an account grants."""
    return list(_object(found).grants)


def _record(*entries: str) -> str:
    lines = "\n".join(f"<permission>{entry}</permission>" for entry in entries)
    return (
        '<customrecordtype scriptid="customrecord_lt_sheet"><recordname>LT Sheet</recordname>'
        f"<permissions>\n{lines}\n</permissions></customrecordtype>"
    )


ROLE = "<permittedrole>AP_CLERK</permittedrole>"
VIEW = "<permittedlevel>VIEW</permittedlevel>"


@pytest.mark.parametrize(
    ("entry", "granted"),
    [
        (f"<permittedlevel>EDIT</permittedlevel>{ROLE}", "AP_CLERK: EDIT"),
        (f"<permittedlevel>2</permittedlevel>{ROLE}", "AP_CLERK: CREATE"),
        (f"<permittedlevel> Full </permittedlevel>{ROLE}", "AP_CLERK: FULL"),
        (ROLE, "AP_CLERK: NONE"),
        (
            f"<permittedrole>[scriptid=customrole_lt_lead]</permittedrole>{VIEW}",
            "customrole_lt_lead: VIEW",
        ),
        (
            f"<permittedrole>[appid=com.lt.app, scriptid=customrole_lt]</permittedrole>{VIEW}",
            "customrole_lt: VIEW",
        ),
    ],
)
def test_record_grants_access(entry: str, granted: str) -> None:
    """A custom record type's list says which role has which level; no word is level None."""
    found = read(_record(entry))
    found.assert_told([])
    assert [f"{grant.role}: {grant.level.name}" for grant in _granted(found)] == [granted]
    assert [grant.location.line for grant in _granted(found)] == [2]


def test_comment_grants_nothing() -> None:
    """An entry in a comment is no entry."""
    text = _record(f"<permittedlevel>EDIT</permittedlevel>{ROLE}")
    found = read(
        text.replace("<permissions>", "<permissions><!--").replace(
            "</permissions>", "--></permissions>"
        )
    )
    assert not _granted(found)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (f"<permittedlevel>VOLL</permittedlevel>{ROLE}", ("error", 3, '"VOLL" is no level')),
        (f"<permittedlevel>5</permittedlevel>{ROLE}", ("error", 3, '"5" is no level')),
    ],
)
def test_unreadable_level_is_told(entry: str, told: Told) -> None:
    """A level that cannot be read is an error with its line, never a default; the others count."""
    found = read(_record(f"<permittedlevel>EDIT</permittedlevel>{ROLE}", entry))
    found.assert_told([told])
    assert [grant.level.name for grant in _granted(found)] == ["EDIT"]
    assert not _object(found).is_read
    assert found.status == "partial"


def test_broken_record_is_told() -> None:
    """A document that is not well-formed is one error with its line."""
    found = read("<customrecordtype>\n<permissions>", named=False)
    found.assert_told([("error", 2, "not well-formed XML")])
    assert found.status == "failed"


def test_broken_record_is_there_all_the_same() -> None:
    """What refers to a record that cannot be read does not refer to nothing."""
    found = read('<customrecordtype scriptid="customrecord_lt">\n<permissions>')
    assert not _object(found).is_read
    assert _object(found)[:2] == ("customrecordtype", "customrecord_lt")


def test_role_of_another_application() -> None:
    """A deployment's reference to a role of a SuiteApp stays one, for it is no role of ours."""
    role = "[appid=com.lt.app, scriptid=customrole_lt]"
    (deployment,) = _only(
        '<restlet scriptid="customscript_lt"><scriptdeployments>'
        f'<scriptdeployment scriptid="customdeploy_lt"><runasrole>{role}</runasrole>'
        f"<audslctrole>AP_CLERK|{role}</audslctrole></scriptdeployment></scriptdeployments></restlet>"
    ).deployments
    assert (deployment.runs_as, deployment.roles) == (role, ("AP_CLERK", role))


def _only(text: str, reading: Reading | None = None) -> SdfObject:
    return _object(read(text, reading))


def test_segment_and_transaction_type_have_lists() -> None:
    """Each kind has its own words for the role and the level."""
    segment = (
        '<customsegment scriptid="cseg_lt"><permissions><permission>\n'
        "<role>[scriptid=customrole_lt]</role><recordaccesslevel>VIEW</recordaccesslevel>\n"
        "<valuemgmtaccesslevel>EDIT</valuemgmtaccesslevel>"
        "</permission></permissions></customsegment>"
    )
    kind = (
        '<customtransactiontype scriptid="customtransaction_lt"><permissions><permission>'
        "<permittedlevel>FULL</permittedlevel><permittedrole>AP_CLERK</permittedrole>"
        "</permission></permissions></customtransactiontype>"
    )
    (in_segment,), (in_kind,) = _only(segment).grants, _only(kind).grants
    assert (in_segment.role, in_segment.level, in_segment.location.line) == (
        "customrole_lt",
        Level.EDIT,
        3,
    )
    assert (in_kind.role, in_kind.level) == ("AP_CLERK", Level.FULL)


@pytest.mark.parametrize(
    ("piece", "access", "line"),
    [
        ("<accesstype>NONENEEDED</accesstype>", "NONENEEDED", 2),
        ("<x>accesstype</x>\n<accesstype> USEPERMISSIONLIST </accesstype>", "USEPERMISSIONLIST", 3),
        ("<!-- <accesstype>NONENEEDED</accesstype> -->", "", 0),
        ("<accesstype><![CDATA[NONENEEDED]]></accesstype>", "NONENEEDED", 2),
        ("", "", 0),
    ],
)
def test_access_of_a_record(piece: str, access: str, line: int) -> None:
    """How a custom record type is protected, and where it says so."""
    text = f'<customrecordtype scriptid="customrecord_lt">\n{piece}</customrecordtype>'
    found = _only(text)
    assert found.access == access
    assert (found.access_location.line if found.access_location else 0) == line
    assert _only(text, Reading(plain=True)) == found._replace(location=found.location)


DEPLOYED = """<suitelet scriptid="customscript_lt">
  <name>Count sheets</name>
  <scriptdeployments>
    <scriptdeployment scriptid="customdeploy_one">
      <allroles>T</allroles>
      <audslctrole>[scriptid=customrole_lt]|AP_CLERK| </audslctrole>
      <isdeployed>F</isdeployed>
      <isonline>T</isonline>
      <runasrole>ADMINISTRATOR</runasrole>
    </scriptdeployment>
    <scriptdeployment scriptid="customdeploy_two"><runasrole></runasrole></scriptdeployment>
  </scriptdeployments>
</suitelet>
"""


def test_deployments_of_a_script() -> None:
    """As whom a script runs, for whom, with or without a login; and where that stands."""
    one, two = _only(DEPLOYED).deployments
    assert (one.id, one.runs_as) == ("customdeploy_one", "ADMINISTRATOR")
    assert one.roles == ("customrole_lt", "AP_CLERK")
    assert (one.is_for_all_roles, one.is_online, one.is_deployed) == (True, True, False)
    assert {name: place.line for name, place in one.places.items()} == {
        "allroles": 5,
        "audslctrole": 6,
        "isonline": 8,
        "runasrole": 9,
    }
    assert (two.runs_as, two.roles, two.is_for_all_roles) == ("", (), False)
    assert (two.is_online, two.is_deployed, two.location.line) == (False, True, 11)


@pytest.mark.parametrize(
    ("piece", "line"),
    [
        ("<runasadmin>T</runasadmin>", 2),
        ("<runasadmin>F</runasadmin>", 0),
        ("<!-- <runasadmin>T</runasadmin> -->", 0),
        ("<workflowstates><runasadmin>T</runasadmin></workflowstates>", 0),
        ("", 0),
    ],
)
def test_workflow_runs_as_administrator(piece: str, line: int) -> None:
    """Only the workflow's own word counts."""
    found = _only(f'<workflow scriptid="customworkflow_lt">\n{piece}</workflow>')
    assert (found.runs_as_admin.line if found.runs_as_admin else 0) == line


def test_what_nobody_needs_is_not_read() -> None:
    """Without a rule that asks for scripts, a script is known by its first bytes."""
    inputs = Inputs([Source("a.xml", data=DEPLOYED.encode())], Reading())
    account = inputs.read_companions(needs=("lists",))
    assert account.strays
    ((found,),) = account.strays.objects.values()
    assert (found.kind, found.id, found.is_read) == ("suitelet", "customscript_lt", False)
    assert [item.status for item in inputs.told()] == ["skipped"]


def test_broken_object_is_told() -> None:
    """A script that ends too early is an error with its line."""
    found = read(DEPLOYED[: DEPLOYED.index("<isonline>")])
    assert found.status == "failed"
    found.assert_told([("error", 8, "not well-formed XML")])
