"""Verifying evidence: its files against its manifest, and the same audit made once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from nspermaudit.auditing import audit
from nspermaudit.errors import InputError, UsageError
from nspermaudit.evidence import explaining, replay, results
from nspermaudit.evidence.layout import MANIFEST, RESULTS, digest_of
from nspermaudit.evidence.opening import Change, Opened
from nspermaudit.source import Source, sha256
from nspermaudit.style import counted, listed

if TYPE_CHECKING:
    from nspermaudit.watching import Watch


class Verification(NamedTuple):
    """What became of verifying some evidence.

    ``digest`` is that of the manifest, ``recorded`` the version of nspermaudit that made the
    evidence. ``changes`` are files that are not as they were, ``differences`` what the audit found
    otherwise, in lines; ``unfinished`` is why it was not made again, or not compared.
    ``told`` is what the evidence says of itself: days, origins, completeness.
    """

    digest: str
    files: int = 0
    recorded: str = ""
    changes: tuple[Change, ...] = ()
    differences: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def is_identical(self) -> bool:
        """Whether nothing was changed, and the same was found again."""
        return not (self.changes or self.differences or self.unfinished)


class _UnfinishedError(Exception):
    """The audit cannot be made again: its text is the reason."""


def verify(
    evidence: Opened, given: Sequence[Source], expected: str = "", watch: Watch | None = None
) -> Verification:
    """Verify evidence that was opened.

    ``given`` are the inputs where they are not stored, ``expected`` is the digest that its manifest
    must have, if the user knows it. Raises UsageError where inputs are given and stored as well.
    """
    changes = list(evidence.changes)
    if expected and expected != evidence.digest:
        changes.append(Change("changed", MANIFEST, "its digest is not the one given"))
    manifest = evidence.manifest
    if manifest is None:
        why = ("its manifest was changed: nothing can be held against it",)
        return Verification(evidence.digest, evidence.files, "", tuple(changes), (), why)
    found = Verification(
        evidence.digest,
        evidence.files,
        manifest["tool"]["version"],
        told=tuple(_told(manifest)),
    )
    if given and not any(item.get("file", "") is None for item in manifest["inputs"]):
        raise UsageError("the inputs are stored in this evidence: name none")
    try:
        by_digest = _matched(manifest, given, changes)
        differences = tuple(_differences(evidence, manifest, by_digest, watch))
    except _UnfinishedError as error:
        return found._replace(changes=tuple(changes), unfinished=(str(error),))
    except UsageError as error:
        lines = (f"not made again: {line}" for line in str(error).splitlines())
        return found._replace(changes=tuple(changes), unfinished=tuple(lines))
    return found._replace(changes=tuple(changes), differences=differences)


def _told(manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest["as_of"]:
        yield f"as of {manifest['as_of']}, as its maker says"
    for item in manifest["sources"]:
        of_one = f" ({item['path']})" if item["path"] else ""
        yield f"from{of_one}: {item['text']}, as its maker says"
    if manifest["today"]:
        yield f"waivers had to hold on {manifest['today']}"
    if not manifest["result"]["complete"]:
        yield "the audit was not complete: " + listed(manifest["result"]["unfinished"])


def _matched(
    manifest: Mapping[str, Any], given: Sequence[Source], changes: list[Change]
) -> dict[str, Source]:
    """The inputs that were given, by digest; those that lack are told."""
    unstored = [item for item in manifest["inputs"] if item.get("file", "") is None]
    sizes = {item["bytes"] for item in unstored}
    if not unstored:
        return {}
    if not given:
        raise _UnfinishedError("the inputs are not stored in this evidence: name them after it")
    found: dict[str, Source] = {}
    for source in {id(item.archive or item): item.archive or item for item in given}.values():
        try:
            if source.measured() in sizes:
                found[digest_of(source).sha256] = source
        except InputError:  # noqa: PERF203 - it is told as an input that was not given
            continue
    lacking = [item["path"] for item in unstored if item["sha256"] not in found]
    changes += [Change("changed", path, "no input given has its digest") for path in lacking]
    if lacking:
        raise _UnfinishedError(f"{counted(len(lacking), 'input')} of then not given")
    return found


def _differences(
    evidence: Opened,
    manifest: Mapping[str, Any],
    given: Mapping[str, Source],
    watch: Watch | None,
) -> Iterator[str]:
    """What the audit says now and did not then, or the reverse."""
    lacking = [path for path in _needed(manifest) if path not in evidence.there]
    if lacking:
        raise _UnfinishedError(f"not made again without {listed(lacking)}")
    file_of = evidence.there.__getitem__
    inputs = replay.sources(manifest, file_of, given)
    config = replay.configuration(manifest, file_of)
    request = replay.request(manifest, file_of, watch)
    report = audit(inputs, config, request, replay.reading(manifest))
    report = report._replace(version=manifest["tool"]["version"])
    recorded = {item["path"]: item for item in manifest["files"]}
    changed = {change.path for change in evidence.changes}
    style = results.style_of(report, inputs)
    for key, value in results.summed(report).items():
        if manifest["result"][key] != value:
            yield f"{MANIFEST}: result: {key} is not what is found now"
    for form, name in RESULTS.items():
        if name not in recorded:
            yield f"{name}: not recorded: nothing tells whether it was what is found now"
            continue
        digest = sha256()
        for piece in results.rendered(form, report, style):
            digest.update(piece)
        if digest.hexdigest() != recorded[name]["sha256"]:
            now = b"".join(results.rendered(form, report, style))
            is_there = name in evidence.there and name not in changed
            yield from explaining.explained(name, now, file_of(name) if is_there else None)


def _needed(manifest: Mapping[str, Any]) -> Iterable[str]:
    """The stored files without which the audit cannot be made again."""
    for kind in ("settings", "packs", "inputs"):
        for item in manifest[kind]:
            if item.get("file") is not None:
                yield item["file"]
