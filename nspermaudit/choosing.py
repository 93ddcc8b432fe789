"""Which rules an audit asks: those of the packs in use, as configuration and request want them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from nspermaudit import schemas
from nspermaudit.errors import UsageError
from nspermaudit.rule import Rule, Severity


def chosen(
    rules: Sequence[Rule],
    severities: Mapping[str, Severity | None],
    select: Sequence[str],
    ignore: Sequence[str],
    known: Callable[[], Sequence[Rule]],
) -> list[Rule]:
    """The rules to be used, at the severities of the configuration.

    ``select`` and ``ignore`` are globs of rule ids; ``known`` gives all rules that there are, in
    use or not, and is asked only if needed. Raises UsageError, with a suggestion, for a name that
    no rule has.
    """
    ids = [rule.id for rule in rules]
    strange = set(severities) - set(ids)
    elsewhere = strange and strange & {rule.id for rule in known()}
    for glob in (*severities, *select, *ignore):
        if glob not in elsewhere and not any(fnmatchcase(rule_id, glob) for rule_id in ids):
            raise UsageError(f'no rule in use is called "{glob}"{schemas.closest(glob, ids)}')
    wanted = [
        rule
        for rule in rules
        if (not select or _is_named(rule, select)) and not _is_named(rule, ignore)
    ]
    at_severity = ((rule, severities.get(rule.id, rule.severity)) for rule in wanted)
    left = [rule.with_severity(severity) for rule, severity in at_severity if severity]
    if rules and not left:
        raise UsageError("no rule is left to be asked: all are switched off or not selected")
    return left


def _is_named(rule: Rule, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(rule.id, glob) for glob in globs)
