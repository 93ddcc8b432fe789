"""From sources to an account and its roles: what each input is, companions first, then roles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from nspermaudit import parsers
from nspermaudit.account import Account
from nspermaudit.errors import InputError, NotAnExportError, OtherReadingError
from nspermaudit.export import Export
from nspermaudit.finding import Input, Message, Page, RowCount, distinct_grants
from nspermaudit.model import Location, Role
from nspermaudit.project import RoleObject
from nspermaudit.projects import Projects, role_name
from nspermaudit.rule import Severity
from nspermaudit.secrecy import without_secrets
from nspermaudit.source import Reading, Skipped, Source
from nspermaudit.xml import Head

_NOT_KNOWN = "not read: it speaks of permissions, but is no export known here"

MAX_NAME = 1000
"""A role's name or id may have so many characters: every finding says it again."""

EVERYTHING = ("lists", "scripts")
"""All that rules can need of a project's objects: permission lists; deployments and workflows."""

_NOTHING = Account()
_MANY = 20
_COULD_HOLD_ROLES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Inputs:
    """All inputs of an audit.

    ``survey`` tells what each is, ``read_companions`` makes the account, ``roles_of`` reads one
    export's roles. A role is handed on and forgotten; what was found out about inputs stays.
    """

    def __init__(self, sources: Iterable[Source], reading: Reading) -> None:
        self.reading = reading
        self.all = [Export(source) for source in sources]
        self.exports: list[Export] = []
        self._companions: list[Export] = []
        self._pages: list[tuple[Export, Page]] = []
        self._projects = Projects()
        for export in self.all:
            self._survey(export)
        if len(self.exports) >= _MANY:
            self.reading = reading._replace(many=True)

    def _survey(self, export: Export) -> None:
        source = export.source
        if source.skipped is not None:
            self._pass_over_again(export, source.skipped)
            return
        if source.passed_over or source.is_asset:
            export.status = "skipped"
            if source.passed_over:
                export.tell(Severity.INFO, source.passed_over)
            return
        try:
            head = parsers.head_of(source)
            export.format, export.root = parsers.recognise(head, self.reading), head.root
            if not export.format:
                self._pass_over(export, head)
                return
            parser = parsers.load(export.format)
            if not parser.holds_roles(source, self.reading):
                self._companions.append(export)
                return
            self._take(export, head)
            holds_companions = getattr(parser, "holds_companions", None)
            if holds_companions and holds_companions(source, self.reading):
                self._companions.append(Export(source, export.format, export.root))
        except InputError as error:
            export.fail(error)

    def _pass_over_again(self, export: Export, skipped: Skipped) -> None:
        """Take an input for what it was found to be when somebody read it."""
        export.format, export.status = skipped.format, "skipped"
        for line, column, severity, text in skipped.notes:
            place = Location(export.source.path, line, column)
            export.messages.append(Message(place, Severity(severity), text))
        if skipped.is_export:
            self.exports.append(export)

    def _take(self, export: Export, head: Head) -> None:
        """Keep an export of roles for judging; what is only context is known of, no more."""
        source, script_id = export.source, head.root.script_id
        if export.format == "sdf" and script_id:
            place = Location(source.path, 1)
            self._projects.add_role(
                RoleObject(script_id, role_name(source, head), place, source.is_context)
            )
        if source.is_context:
            export.status = "skipped"
        else:
            self.exports.append(export)

    def _pass_over(self, export: Export, head: Head) -> None:
        """Skip what is no export, unless the user named it or it could hide roles."""
        words = parsers.describe_unrecognised(head)
        is_other_object = words.startswith("an XML object")
        if parsers.may_be_role(head):
            export.tell(Severity.ERROR, words)
            export.status = "failed"
        elif is_other_object or not export.source.named:
            export.status = "skipped"
            if head.data.startswith(_COULD_HOLD_ROLES):
                export.tell(Severity.WARNING, f"not read: {words}")
            elif parsers.speaks_of_grants(head):
                export.tell(Severity.WARNING, _NOT_KNOWN)
        elif words:
            export.tell(Severity.ERROR, words)
            export.status = "failed"
        else:
            export.format = "csv"  # its parser says which headings it found and which it wants
            self.exports.append(export)

    def read_companions(
        self, stated: Account = _NOTHING, needs: Collection[str] = EVERYTHING
    ) -> Account:
        """The account, as companions and the configuration describe it; the exports win.

        ``needs`` says what of a project's objects has to be read, beside what they are: a project
        has thousands of them.
        """
        account = self._joined(stated, needs) if self._companions else stated
        projects = self._projects.account()
        return account._replace(projects=projects.projects, strays=projects.strays)

    def _joined(self, stated: Account, needs: Collection[str]) -> Account:
        """What companions say; their objects and manifests go to the projects."""
        from nspermaudit.known import Known  # noqa: PLC0415 - start-up: a role alone has none
        from nspermaudit.objects import DeployList, Manifest, SdfObject  # noqa: PLC0415 - the same

        known = Known(stated)
        for export in self._companions:
            for fact in self._wanted_facts(export, needs):
                if isinstance(fact, SdfObject):
                    self._projects.add_object(fact, is_context=export.source.is_context)
                elif isinstance(fact, Manifest):
                    self._projects.add_manifest(fact)
                elif isinstance(fact, DeployList):
                    self._projects.add_deploy_list(fact)
                else:
                    known.take(fact, export)
        return known.account()

    def _wanted_facts(self, export: Export, needs: Collection[str]) -> list[object]:
        """What a companion says; of an object that no rule needs only that it is there."""
        from nspermaudit.objects import WITH_LISTS, SdfObject  # noqa: PLC0415 - as above

        root = export.root
        need = "lists" if root.name in WITH_LISTS else "scripts"
        is_object = export.format == "objects"
        is_wanted = not is_object or need in needs or export.source.named
        facts = self._companion_facts(export) if is_wanted else []
        if not is_wanted:
            export.status = "skipped"
        if is_object and not facts:  # not asked for, or broken: all the same it is there
            unread = SdfObject(root.name, root.script_id, Location(export.source.path, 1))
            self._projects.add_object(unread, is_context=export.source.is_context)
        return facts

    def _companion_facts(self, export: Export) -> list[object]:
        reading = self.reading
        while True:
            try:
                return list(self.facts_of(export, reading))
            except OtherReadingError as other:  # noqa: PERF203 - it happens once or twice
                reading = self.restart(export, reading, other)

    def facts_of(self, export: Export, reading: Reading) -> Iterator[object]:
        """Everything that an input says, but for what is only about the input itself.

        What cannot be read is noted on the export and ends the iteration. Raises OtherReadingError.
        """
        parser = parsers.load(export.format)
        try:
            for fact in parser.parse(export.source, reading):
                if isinstance(fact, Message):
                    export.tell(fact.severity, fact.text, fact.location)
                elif isinstance(fact, RowCount):
                    export.rows += fact.rows
                elif isinstance(fact, Page):
                    self._pages.append((export, fact))
                else:
                    yield fact
        except NotAnExportError as error:
            if export.source.named:
                export.fail(error)
            else:
                export.status = "skipped"
                if parsers.speaks_of_grants(Head(export.source.head())):
                    export.tell(Severity.WARNING, f"{_NOT_KNOWN}: {error.text}", error.location)
        except InputError as error:
            export.fail(error)
        except OSError as error:
            reason = (error.strerror or "input/output error").lower()
            export.fail(InputError(f"cannot be read: {reason}", Location(export.source.path)))

    def roles_of(
        self,
        export: Export,
        reading: Reading,
        account: Account,
        learn: Callable[[object], object] | None = None,
    ) -> Iterator[Role]:
        """One export's roles, with what companions know of them. Raises OtherReadingError.

        What the export says of people beside the roles goes to ``learn``.
        """
        if export.source.skipped is not None:
            return
        for fact in self.facts_of(export, reading):
            if not isinstance(fact, Role):
                if learn:
                    learn(fact)
            else:
                if len(fact.name) > MAX_NAME or len(fact.id) > MAX_NAME:
                    text = f"a role whose name or id has more than {MAX_NAME} characters"
                    export.fail(InputError(text, fact.location))
                    return
                export.roles += 1
                export.grants += distinct_grants(fact)
                yield account.completed(without_secrets(fact))

    def first_roles(self, account: Account) -> list[Role]:
        """The only role of all inputs, or two of many; nothing is noted of what was read."""
        found: dict[str, Role] = {}
        pages = len(self._pages)
        for export in self.exports:
            trial, reading = Export(export.source, export.format), self.reading
            while len(found) <= 1:
                try:
                    for role in self.roles_of(trial, reading, account):
                        found.setdefault(role.id, role)
                        if len(found) > 1:
                            break
                    break
                except OtherReadingError as other:
                    reading = self.restart(trial, reading, other)
        del self._pages[pages:]
        return list(found.values())

    def restart(self, export: Export, reading: Reading, other: OtherReadingError) -> Reading:
        """Forget what was noted of an export, and say how to read it again."""
        export.reset()
        self._pages = [item for item in self._pages if item[0] is not export]
        grouped = reading.grouped if other.grouped is None else other.grouped
        return reading._replace(
            guess=other.encoding or reading.guess,
            grouped=grouped,
            plain=other.plain or reading.plain,
        )

    @property
    def is_whole(self) -> bool:
        """Whether all roles were given that there are, and not some of a project's objects."""
        if any(export.format == "sdf" and export.source.is_context for export in self.all):
            return False
        return not all(item.format == "sdf" and item.source.named for item in self.exports)

    def told(self) -> Iterator[Input]:
        """The inputs as the report tells them; context only if it gave something."""
        for export in self.all:
            if not export.source.is_context or export.status != "skipped":
                yield export.as_input()

    def tell_missing_pages(self) -> None:
        """Note, on every page of a result of which not all pages are here, what is missing."""
        if not self._pages:
            return
        from nspermaudit.pages import missing  # noqa: PLC0415 - start-up: few results have pages

        for export, text in missing(self._pages):
            export.tell(Severity.ERROR, text)
