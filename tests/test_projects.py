from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran, sdf
from reading import read_all

from nspermaudit import Source, find
from nspermaudit.account import Account
from nspermaudit.project import Project

MANIFEST = """<manifest projecttype="ACCOUNTCUSTOMIZATION">
  <projectname>Larkfield</projectname>
  <frameworkversion>1.0</frameworkversion>
  <dependencies>
    <features>
      <feature required="true">CUSTOMRECORDS</feature>
      <feature required="false">WEBSERVICES</feature>
    </features>
    <objects><object>customrecord_Elsewhere</object></objects>
    <applications><application id="com.example.app"><objects>
      <object>customrecord_theirs</object>
    </objects></application></applications>
  </dependencies>
</manifest>
"""
DEPLOY = """<deploy>
  <files><path>~/FileCabinet/*</path></files>
  <objects><path>~/Objects/one/*</path></objects>
  <!-- <objects><path>~/Objects/old/*</path></objects> -->
  <objects><path> ~/Objects/customrole_two.xml </path><path></path></objects>
</deploy>
"""


def _project(folder: Path, *files: str) -> Path:
    """A project with a manifest, a deploy.xml, and the roles in some files."""
    folder.mkdir(parents=True)
    (folder / "manifest.xml").write_text(MANIFEST, encoding="utf-8")
    (folder / "deploy.xml").write_text(DEPLOY, encoding="utf-8")
    for file in files:
        place = folder / "Objects" / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(sdf(script_id=place.stem, name=place.stem), encoding="utf-8")
    return folder


def _account(*paths: str) -> Account:
    return read_all(find(paths)).account


@pytest.fixture(autouse=True)
def _in_scratch_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_manifest_and_deploy_are_read() -> None:
    """A project knows its kind, its features, what it depends on and what it deploys."""
    _project(Path("src"))
    (project,) = _account("src").projects.values()
    assert (project.folder, project.kind) == ("src", "ACCOUNTCUSTOMIZATION")
    assert project.features == {"CUSTOMRECORDS": True, "WEBSERVICES": False}
    assert project.dependencies == {"customrecord_elsewhere", "customrecord_theirs"}
    assert project.deployed == ("~/Objects/one/*", "~/Objects/customrole_two.xml")
    assert str(project.manifest) == "src/manifest.xml:1:1"
    assert not project.is_partial


@pytest.mark.parametrize(
    ("here", "given"),
    [
        (".", "src"),
        (".", "src/Objects"),
        (".", "src/Objects/one/customrole_one.xml"),
        ("src", "."),
        ("src/Objects", "."),
        ("src/Objects/one", "."),
        ("src/Objects/one", "customrole_one.xml"),
        ("src/Objects/one", ".."),
        ("elsewhere", "../src/Objects/one"),
    ],
)
def test_project_is_found_from_any_path_in_it(
    here: str, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever one stands and whatever one names, the project is the same; more is not judged."""
    _project(Path("src"), "one/customrole_one.xml", "two/customrole_two.xml")
    Path("elsewhere").mkdir()
    monkeypatch.chdir(here)
    found = read_all(find([given]))
    (project,) = found.account.projects.values()
    assert project.features is not None
    assert sorted(project.roles) == ["customrole_one", "customrole_two"]
    for role in found.roles:
        assert found.account.project_of(role.location.path) is project
    whole = given in ("src", "src/Objects", "..") or here in ("src", "src/Objects")
    assert len(found.roles) == (2 if whole else 1)


def test_context_is_told_only_where_it_gave_something(run: Callable[..., Ran]) -> None:
    """The other roles of a project are no inputs; a manifest that cannot be read is an error."""
    _project(Path("src"), "customrole_one.xml", "customrole_two.xml")
    (Path("src") / "manifest.xml").write_text('<manifest projecttype="x">', encoding="utf-8")
    ran = run("check", "src/Objects/customrole_one.xml", "-v", "--fail-on", "never")
    assert "customrole_two" not in ran.out
    assert "src/manifest.xml:1:27: not well-formed XML" in ran.out
    assert ran.code == 3


def test_several_projects_in_one_repository() -> None:
    """Each object belongs to the nearest project above it; what is in none is a stray."""
    _project(Path("a/src"), "customrole_one.xml")
    _project(Path("b"), "customrole_one.xml", "customrole_two.xml")
    Path("lone.xml").write_text(sdf(script_id="customrole_lone"), encoding="utf-8")
    account = _account(".")
    assert {folder: sorted(project.roles) for folder, project in account.projects.items()} == {
        "a/src": ["customrole_one"],
        "b": ["customrole_one", "customrole_two"],
    }
    assert account.strays
    assert [*account.strays.roles] == ["customrole_lone"]
    assert account.project_of("lone.xml") is account.strays


def test_project_in_a_project() -> None:
    """The nearest folder counts."""
    _project(Path("src"), "customrole_one.xml")
    _project(Path("src/Objects/inner"), "customrole_two.xml")
    account = _account("src")
    assert [*account.projects["src/Objects/inner"].roles] == ["customrole_two"]
    assert [*account.projects["src"].roles] == ["customrole_one"]


@pytest.mark.parametrize(
    "text", ["<manifest package='org.example'/>", "<html/>", "", "<deployment/>"]
)
def test_other_tools_have_a_manifest_too(text: str) -> None:
    """A file of that name makes no project: its content does."""
    Path("app").mkdir()
    Path("app/manifest.xml").write_text(text, encoding="utf-8")
    Path("app/role.xml").write_text(sdf(), encoding="utf-8")
    found = read_all(find(["app/role.xml"]))
    assert [item.path for item in found.inputs] == ["app/role.xml"]
    assert not found.account.projects


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('<role scriptid="customrole_a"><name>Bill &amp; Pay</name></role>', "Bill & Pay"),
        ('<role scriptid="customrole_a"><!-- <name>No</name> --><name>Yes</name></role>', "Yes"),
        ('<role scriptid="customrole_a">' + " " * 5000 + "<name> Far </name></role>", "Far"),
        ('<role scriptid="customrole_a"/>', ""),
        ('<role scriptid="customrole_a"><name>Cut', ""),
    ],
)
def test_names_of_roles_are_known_beforehand(text: str, name: str) -> None:
    """A project knows its roles' names before any role is judged."""
    account = read_all([Source("a.xml", data=text.encode())]).account
    assert account.strays
    assert [role.name for role in account.strays.roles["customrole_a"]] == [name]


@pytest.mark.parametrize(
    ("folder", "path", "is_in"),
    [
        ("src", "src/Objects/a.xml", True),
        ("src", "src2/a.xml", False),
        ("", "a.xml", True),
        ("..", "a.xml", True),
        ("../..", "b/a.xml", True),
        ("../src", "../src/a.xml", True),
        ("../src", "src/a.xml", False),
        ("", "../a.xml", False),
        ("..", "../a.xml", True),
        ("../..", "../b/a.xml", True),
        ("/x", "/x/y/a.xml", True),
    ],
)
def test_project_of(folder: str, path: str, is_in: bool) -> None:  # noqa: FBT001 - the expected answer
    """A path belongs to a folder above it, in the form in which reports show paths."""
    account = Account(projects={folder: Project(folder)})
    assert (account.project_of(path) is not None) is is_in


@pytest.mark.parametrize("here", [".", "src", "src/Objects", "src/Objects/one"])
def test_what_is_deployed_is_told_from_anywhere(
    here: str, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The paths of deploy.xml start from the project's folder, wherever one stands."""
    src = _project(Path("src").absolute(), "one/customrole_one.xml", "customrole_three.xml")
    monkeypatch.chdir(here)
    given = (src / "Objects" / "one", src / "Objects" / "customrole_three.xml")
    out = run("check", *given, "--select", "not-deployed").out
    assert out.count("[not-deployed]") == 1
    assert '"customrole_three" is not deployed' in out


def test_project_is_found_through_a_link(run: Callable[..., Ran]) -> None:
    """A link into a project leads to that project."""
    _project(Path("src"), "customrole_three.xml")
    Path("link").symlink_to("src/Objects")
    Path("role.xml").symlink_to("src/Objects/customrole_three.xml")
    for given in ("link", "role.xml", "link/customrole_three.xml"):
        out = run("check", given, "--select", "not-deployed").out
        assert " --> src/Objects/customrole_three.xml:1:1" in out


def test_a_long_comment_hides_no_project(run: Callable[..., Ran]) -> None:
    """The root element of a manifest may come late."""
    _project(Path("src"), "customrole_three.xml")
    for name in ("manifest.xml", "deploy.xml"):
        file = Path("src") / name
        text = file.read_text(encoding="utf-8")
        file.write_text(f"<!-- {'x' * 9000} -->\n{text}", encoding="utf-8")
    out = run("check", "src/Objects/customrole_three.xml", "--select", "not-deployed").out
    assert "[not-deployed]" in out


def test_no_folder_of_objects_is_passed_over(run: Callable[..., Ran]) -> None:
    """What stands in a hidden folder of objects may be deployed: it is read."""
    _project(Path("src"), ".x/customrole_one.xml", "node_modules/customrole_two.xml")
    for given in (".", "src/Objects", "src/Objects/.x"):
        out = run("check", given, "--pack", "integrity").out
        assert f"Checked {1 if given.endswith('.x') else 2} role" in out
    Path(".hidden").mkdir()
    (Path(".hidden") / "role.xml").write_text(sdf(script_id="customrole_hidden"), encoding="utf-8")
    assert "Checked 2 roles" in run("check", ".", "--pack", "integrity").out


def test_context_objects_are_not_judged(run: Callable[..., Ran]) -> None:
    """A rule about objects is asked of those that were named, in a project without roles, too."""
    objects = _project(Path("src")) / "Objects"
    objects.mkdir()
    text = '<customrecordtype scriptid="{}"><accesstype>NONENEEDED</accesstype></customrecordtype>'
    for name in ("customrecord_one", "customrecord_two"):
        (objects / f"{name}.xml").write_text(text.format(name), encoding="utf-8")
    arguments = ("--pack", "hygiene/project", "--fail-on", "warning")
    one = run("check", "src/Objects/customrecord_one.xml", *arguments)
    assert (one.code, one.out.count("[record-open-to-all]")) == (1, 1)
    both = run("check", "src", *arguments)
    assert (both.code, both.out.count("[record-open-to-all]")) == (1, 2)
    assert run("check", "src").code == 3  # rules about roles have nothing to judge
