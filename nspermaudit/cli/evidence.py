"""Keeping evidence of an audit, as the options of ``check`` want it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from nspermaudit.cli.asking import Asked
from nspermaudit.cli.terminal import end_in_order
from nspermaudit.config import Config
from nspermaudit.discovery import shown
from nspermaudit.errors import NspermauditError, UsageError
from nspermaudit.source import STDIN, Source
from nspermaudit.style import counted, one_line

if TYPE_CHECKING:
    from nspermaudit.auditing import Request
    from nspermaudit.finding import Report

_STDIN_PATH = "<stdin>"
_TARGET = "EVIDENCE"
"""What stands in the manifest's command line for the place where the evidence went."""


class Evidence(NamedTuple):
    """The evidence that is wanted: where it goes, what it says and what it has."""

    target: str
    as_of: str
    origins: tuple[str, ...]
    with_inputs: bool

    def refuse_unfit(self, paths: Sequence[str], since: str | None) -> None:
        """Raise UsageError for what cannot be kept, before anything is audited."""
        from nspermaudit.evidence import target  # noqa: PLC0415 - start-up: few runs keep evidence

        if since is not None:
            raise UsageError(
                "--evidence cannot be kept of --since: it would need the repository with it; "
                "keep evidence of the audit as a whole"
            )
        target.refuse(self.target, paths)
        end_in_order()
        _refuse_secrets((*_arguments(), self.as_of, *self.origins))

    def prepared(
        self, asked: Asked, settings: Config, request: Request, inputs: Sequence[Source]
    ) -> Request:
        """The request with packs that were read once. Raises UsageError as ``packs.load``."""
        from nspermaudit.evidence import gathering  # noqa: PLC0415 - as above

        stock = gathering.stock(settings, request.packs)
        own = [pack.file for pack in (*stock.used, *stock.others) if not pack.digest.ships]
        files = [*asked.waivers, *filter(None, (settings.file, asked.baseline)), *own]
        _refuse_far((*(item.path for item in inputs), *map(shown, files)))
        list(self._origins(inputs))
        return request._replace(stock=stock)

    def _origins(self, inputs: Sequence[Source]) -> Iterator[tuple[str, str]]:
        """What --source says, and of which input: ``PATH=TEXT`` is of one, all else of all."""
        known = {(item.archive or item).path for item in inputs}
        for text in self.origins:
            before, separator, after = text.partition("=")
            place = _STDIN_PATH if before == STDIN else shown(before) if before else ""
            if separator and place in known:
                yield place, after.strip()
            elif separator and os.path.lexists(before):
                raise UsageError(f"--source: {before} is none of the files that are audited")
            else:
                yield "", text

    def keep(
        self, report: Report, inputs: Sequence[Source], how: tuple[Config, Request, Asked, str, int]
    ) -> tuple[bool, list[str]]:
        """Write the evidence of an audit; whether it is there, and lines that tell where or why.

        ``how`` are the configuration, the request, the options, --fail-on, and the exit code.
        """
        from nspermaudit.evidence import gathering, target  # noqa: PLC0415 - as above

        settings, request, asked, fail_on, code = how
        audited = gathering.Audited(
            report, inputs, request.watch.exports if request.watch else (), settings, request,
            asked.reading,
        )  # fmt: skip
        told = gathering.Told(
            command=tuple(_recorded(_arguments())),
            as_of=self.as_of,
            origins=tuple(self._origins(inputs)),
            waivers=asked.waivers,
            baseline=asked.baseline,
            fail_on=fail_on,
            exit_code=code,
            with_inputs=self.with_inputs,
        )
        try:
            digest, files = target.write(
                self.target, lambda folder: gathering.gather(folder, audited, told)
            )
        except NspermauditError as error:
            return False, [f"error: --evidence: not written: {one_line(str(error))}"]
        place = f"{one_line(self.target)} ({counted(files, 'file')})"
        return True, [f"evidence: {place}; keep the sha256 of its manifest elsewhere:", digest]


def _arguments() -> tuple[str, ...]:
    """The arguments of the command line that is running."""
    found = click.get_current_context().find_root().obj
    return tuple(found) if isinstance(found, (list, tuple)) else ()


def _refuse_secrets(texts: Sequence[str]) -> None:
    from nspermaudit.secrecy import looks_secret  # noqa: PLC0415 - start-up: it is of evidence

    if any(map(looks_secret, texts)):
        raise UsageError("--evidence: the command line has what looks like a key or a token")


def _recorded(arguments: Sequence[str]) -> Iterator[str]:
    """Arguments as a manifest has them: no absolute path, and not where the evidence went."""
    is_target = False
    for argument in arguments:
        head, separator, tail = argument.partition("=")
        if is_target:
            yield _TARGET
        elif head == "--evidence" and separator:
            yield f"{head}={_TARGET}"
        elif separator and os.path.isabs(tail):
            yield f"{head}={_near(tail)}"
        else:
            yield _near(argument) if os.path.isabs(argument) else argument
        is_target = argument == "--evidence"


def _near(path: str) -> str:
    """An absolute path as reports show it; of one that leads far away only its end."""
    place = shown(path)
    return f".../{place.rpartition('/')[2]}" if _is_far(place) else place


def _refuse_far(paths: Sequence[str]) -> None:
    """Raise UsageError for a path that would tell where on this machine, and whose, it is."""
    for path in paths:
        if _is_far(path):
            raise UsageError(
                f"--evidence: {path} would be recorded with every folder that leads to it: run "
                "nspermaudit in a folder above all that it reads"
            )


def _is_far(path: str) -> bool:
    """Whether a path climbs to where folders are the machine's, or are called after people."""
    if os.path.isabs(path):
        return True
    climbed = 0
    for part in path.split("/"):
        if part != os.pardir:
            break
        climbed += 1
    if not climbed:
        return False
    folder = os.getcwd()
    for _ in range(climbed):
        folder = os.path.dirname(folder)
    homes = os.path.dirname(os.path.expanduser("~"))
    return os.path.dirname(folder) == folder or os.path.join(homes, "").startswith(
        os.path.join(folder, "")
    )
