"""The options of ``check`` that keep evidence; what keeps it is imported when it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from nspermaudit.cli.asking import FILE
from nspermaudit.errors import UsageError

if TYPE_CHECKING:
    from nspermaudit.cli.evidence import Evidence


def evidence_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that keep evidence; it gets them as ``evidence``, or None."""

    @wraps(command)
    def with_evidence(**given: Any) -> Any:
        target, as_of = given.pop("evidence"), given.pop("as_of")
        origins, no_inputs = given.pop("source"), given.pop("no_inputs")
        if target is None and (as_of or origins or no_inputs):
            raise UsageError("--as-of, --source and --no-inputs say what is in the --evidence")
        if as_of:
            _refuse_no_day(as_of)
        return command(evidence=_wanted(target, as_of or "", origins, not no_inputs), **given)

    for option in reversed(_OPTIONS):
        with_evidence = option(with_evidence)
    return with_evidence


_OPTIONS = (
    click.option(
        "--evidence",
        type=FILE,
        metavar="DIR|FILE.zip",
        help="Keep all that the audit was made of, so that nspermaudit verify can make it again.",
    ),
    click.option(
        "--as-of", metavar="DAY", help="With --evidence: the day whose state the inputs show."
    ),
    click.option(
        "--source",
        multiple=True,
        metavar="[PATH=]TEXT",
        help="With --evidence: where the inputs, or one of them, come from.",
    ),
    click.option(
        "--no-inputs",
        is_flag=True,
        help="With --evidence: keep digests of the inputs, and no copies.",
    ),
)


def _wanted(target: str | None, *what: Any) -> Evidence | None:
    if target is None:
        return None
    from nspermaudit.cli.evidence import Evidence  # noqa: PLC0415 - start-up: few runs keep any

    return Evidence(target, *what)


def _refuse_no_day(text: str) -> None:
    from nspermaudit.waivers import is_day  # noqa: PLC0415 - start-up: it loads PyYAML

    if not is_day(text):
        raise UsageError(f'--as-of: "{text}" is no day such as 2026-11-22')
