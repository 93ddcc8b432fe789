"""Exports are parsed, roles are checked against rule packs, what is found is reported."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from time import strftime
from typing import TYPE_CHECKING, NamedTuple

from nspermaudit import packs, scope
from nspermaudit.census import Census
from nspermaudit.config import FILE_NAME, Config
from nspermaudit.errors import OtherReadingError, UsageError
from nspermaudit.export import Export
from nspermaudit.finding import Report
from nspermaudit.inputs import Inputs
from nspermaudit.model import Role
from nspermaudit.questions import Questions
from nspermaudit.rule import ParameterValue, Result, Rule, Use
from nspermaudit.scope import INTEGRATION
from nspermaudit.source import Reading, Source
from nspermaudit.style import counted, listed
from nspermaudit.tally import Tally
from nspermaudit.version import VERSION

if TYPE_CHECKING:
    from nspermaudit.accepting import Accepting
    from nspermaudit.baseline import Baseline
    from nspermaudit.forking import Child
    from nspermaudit.judged import Extent
    from nspermaudit.packs import Stock
    from nspermaudit.scope import Scope
    from nspermaudit.snapshot import Snapshot
    from nspermaudit.watching import Watch


class Request(NamedTuple):
    """What is wanted of an audit, beside the inputs and the configuration.

    ``packs`` replace those of the configuration, ``parameters`` go over theirs; ``roles`` are globs
    that name the integration roles; ``select`` and ``ignore`` are globs of rule ids; ``strict``
    makes an audit incomplete if something was not evaluated; ``keep_all`` keeps every single result
    for the report. ``baseline`` has the findings that are known; ``today`` is the day on which
    waivers must hold, as ``2026-11-22``: empty for that of the clock. ``stock`` are packs that were
    read before, in place of all others; ``watch`` is told how the audit goes on.
    """

    packs: tuple[Use, ...] = ()
    roles: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    strict: bool = False
    keep_all: bool = False
    baseline: "Baseline | None" = None
    today: str = ""
    stock: "Stock | None" = None
    watch: "Watch | None" = None
    parameters: tuple[tuple[str, ParameterValue], ...] = ()


class Kept:
    """What an audit leaves beside its report, for another state to be compared with.

    Into ``roles`` goes what every role holds. ``scope`` says which roles count as what: it is
    settled by the audit if it is None.
    """

    def __init__(self, roles: "Snapshot", scope: "Scope | None" = None) -> None:
        self.roles = roles
        self.scope = scope


MANY_OBJECTS = 1000
"""From so many SDF role objects on it pays to judge half of them in a second process."""

DEFAULT_CONFIG, DEFAULT_REQUEST, DEFAULT_READING = Config(), Request(), Reading()


def audit(
    sources: Iterable[Source],
    config: Config = DEFAULT_CONFIG,
    request: Request = DEFAULT_REQUEST,
    reading: Reading = DEFAULT_READING,
    kept: Kept | None = None,
) -> Report:
    """Hold the roles of some sources against rule packs.

    What is to outlive the audit goes into ``kept``. Raises UsageError, or DocumentError with all
    faults, where packs or request are wrong: then nothing was audited. What is wrong with a source
    is in the report.
    """
    stock = request.stock
    used = (
        stock.used if stock else packs.load(request.packs or config.use, dict(request.parameters))
    )
    known = partial(_known_rules, config, request)
    rules = _asked(packs.all_rules(used), config, request, known)
    accepting = _accepting(rules, config, request, known)
    inputs = Inputs(sources, reading)
    if request.watch:
        request.watch.begin(inputs)
    needs = {need for rule in rules for need in getattr(rule.check, "needs", ())}
    account = inputs.read_companions(config.account, needs)
    roles = (kept and kept.scope) or scope.settle(
        config.classes, request.roles, rules, lambda: inputs.first_roles(account)
    )
    total = Tally(
        Questions(rules, account),
        roles,
        Census(account),
        keep_all=request.keep_all,
        snapshot=kept.roles if kept else None,
        judged=accepting and accepting.judged,
    )
    if kept:
        kept.scope = roles
    _judge_inputs(inputs, total, request)
    digests = [pack.digest for pack in used]
    total.told.update(_of_configuration(config, inputs))
    report = total.report(VERSION, digests, inputs.told())
    unfinished = [*unfinished_of(report, total, request), *_without_roles(inputs, total, config)]
    report = report._replace(unfinished=tuple(dict.fromkeys(unfinished)))
    if accepting is None:
        return report
    extent = _extent(inputs, report, request, is_compared=kept is not None)
    return accepting.applied(report, account, extent)


def _asked(
    rules: Sequence[Rule], config: Config, request: Request, known: Callable[[], list[Rule]]
) -> list[Rule]:
    """The rules to be asked, each as severe as the configuration and its release say."""
    due = [rule.at_release(config.release) for rule in rules]
    wanted = (config.severities, request.select, request.ignore)
    if not any(wanted):
        return due
    from nspermaudit.choosing import chosen  # noqa: PLC0415 - start-up: most ask all as they are

    return chosen(due, *wanted, known)


def _judge_inputs(inputs: Inputs, total: Tally, request: Request) -> None:
    """Judge all roles, then the account and its users."""
    if total.account.assignments or any(export.format != "sdf" for export in inputs.exports):
        total.keep_for_users()  # else nobody will be known to hold a role
    fragments = judge_all(inputs, total, request.watch)
    if fragments:
        from nspermaudit.pages import merged  # noqa: PLC0415 - start-up: few results have pages

        for role in merged(fragments):
            total.judge(role)
    total.judge_account()
    inputs.tell_missing_pages()


def _extent(inputs: Inputs, report: Report, request: Request, *, is_compared: bool) -> "Extent":
    """How much of what there is an audit has seen."""
    from nspermaudit.judged import Extent  # noqa: PLC0415 - start-up: most audits need none

    with_roles = {item.path for item in report.inputs if item.roles}
    exports = [item for item in inputs.exports if item.source.path in with_roles]
    return Extent(
        is_whole=inputs.is_whole,
        is_folder=not all(item.source.named for item in exports),
        is_sdf=all(item.format == "sdf" for item in exports),
        is_unrestricted=not (request.select or request.ignore or request.roles or is_compared),
    )


def _known_rules(config: Config, request: Request) -> list[Rule]:
    """All rules that there are, in use or not."""
    if request.stock:
        return [*packs.known_rules(), *request.stock.rules]
    return packs.known_rules((*config.use, *request.packs))


def _accepting(
    rules: Sequence[Rule], config: Config, request: Request, known: Callable[[], list[Rule]]
) -> "Accepting | None":
    """What is to be accepted of the findings of some rules; None if nothing is.

    Raises DocumentError for waivers of what does not exist, and for those that last too long.
    """
    if not config.waivers and request.baseline is None:
        return None
    from nspermaudit import accepting, judged, waivers  # noqa: PLC0415 - start-up: most audits have none

    today = request.today or strftime("%Y-%m-%d")
    if not waivers.is_day(today):
        raise UsageError(f'"{today}" is no day such as 2026-11-22')
    waivers.refuse(waivers.faults(config.waivers, known, config.waiver_days, today))
    seen = judged.Judged()
    return accepting.Accepting(config.waivers, request.baseline, rules, seen, today, known)


def judge_all(inputs: Inputs, total: Tally, watch: "Watch | None" = None) -> list[Role]:
    """Judge the roles of all exports; the fragments among them are given back instead."""
    objects = [export for export in inputs.exports if export.format == "sdf"]
    apart = objects[len(objects) // 2 :] if len(objects) >= MANY_OBJECTS else []
    child = _in_a_child(apart, inputs, total) if apart else None
    if child is None:
        return _judge_some(inputs.exports, inputs, total, watch)
    if watch:
        watch.shared(apart)
    theirs = set(map(id, apart))
    ours = (export for export in inputs.exports if id(export) not in theirs)
    fragments = _judge_some(ours, inputs, total, watch)
    answer = child.answer()
    if answer is None:
        return fragments + _judge_some(apart, inputs, total)
    tally, exports = answer
    total.add(tally)
    for export, read in zip(apart, exports, strict=True):
        export.become(read)
    return fragments


def _in_a_child(exports: list[Export], inputs: Inputs, total: Tally) -> "Child | None":
    from nspermaudit import forking  # noqa: PLC0415 - start-up: of no use for a few files

    if not forking.is_possible():
        return None

    def work() -> tuple[Tally, list[Export]]:
        tally = total.fresh()
        _judge_some(exports, inputs, tally)
        return tally, exports

    return forking.Child(work, (*total.rules, total.scope, total.account))


def _judge_some(
    exports: Iterable[Export], inputs: Inputs, total: Tally, watch: "Watch | None" = None
) -> list[Role]:
    fragments: list[Role] = []
    for export in exports:
        fragments += _judge(export, inputs, total)
        if watch:
            watch.judged(export)
    return fragments


def _judge(export: Export, inputs: Inputs, total: Tally) -> list[Role]:
    """Judge the roles of one export; the fragments among them are given back instead."""
    reading = inputs.reading
    while True:
        tally, fragments = total.fresh(), []
        try:
            for role in inputs.roles_of(export, reading, total.account, tally.people.take):
                if role.fragment:
                    fragments.append(role)
                else:
                    tally.judge(role)
        except OtherReadingError as other:
            reading = inputs.restart(export, reading, other)
        else:
            total.add(tally)
            return fragments


def _of_configuration(config: Config, inputs: Inputs) -> Iterator[str]:
    """Which configuration holds, what it silences, and which ones do not hold."""
    for path in sorted(export.source.path for export in inputs.all):
        if path.rpartition("/")[2] == FILE_NAME and path != config.path:
            yield f"not in force: {path} (one configuration holds for all paths; see --config)"
    if config.path:
        off = sorted(name for name, severity in config.severities.items() if severity is None)
        silenced = f"; switched off: {', '.join(off)}" if off else ""
        yield f"configuration: {config.path}{silenced}"


def _without_roles(inputs: Inputs, total: Tally, config: Config) -> Iterator[str]:
    """That none of the roles, though all were given, is one of those that the connector has."""
    names = [name for name, _ in total.unasked()]
    is_named_there = INTEGRATION in config.classes and not total.scope.globs
    if INTEGRATION in names and is_named_there and inputs.is_whole:
        yield f"{config.path} names integration roles, and none of the roles here is one of them"


def unfinished_of(report: Report, total: Tally, request: Request) -> Iterator[str]:
    """Why an audit is not complete, in words."""
    unread = [item for item in report.inputs if item.status in ("partial", "failed")]
    asks_roles = not total.rules or any(not rule.is_about_account for rule in total.rules)
    if not report.roles and not unread and asks_roles:
        yield (
            f"nothing to check: {counted(len(report.inputs), 'file')}, none with roles (looked for "
            "SDF role objects, and for CSV, JSON and Excel exports of permissions)"
        )
    if unread:
        yield f"{len(unread)} of {counted(len(report.inputs), 'input')} could not be read whole"
    if report.roles:
        known = listed(sorted(f'"{name}"' for name in total.names))
        yield from (
            f'no role is named "{glob}" (--role); there are {known}'
            for glob in request.roles
            if glob not in total.matched
        )
    if request.strict:
        yield from (words for _, words in total.unasked())
    not_evaluated = report.results[Result.NOT_EVALUATED]
    if request.strict and not_evaluated:
        yield f"{not_evaluated} requirements were not evaluated (--strict)"
