"""Making an audit again from its evidence: the same inputs, packs, settings, options and day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nspermaudit import baseline, config, pack_file, packs, waivers
from nspermaudit.auditing import Request
from nspermaudit.baseline import Baseline
from nspermaudit.config import Config
from nspermaudit.discovery import is_passed_over
from nspermaudit.errors import InputError, UsageError
from nspermaudit.model import Level
from nspermaudit.pack_file import Pack
from nspermaudit.source import Reading, Skipped, Source

if TYPE_CHECKING:
    from nspermaudit.watching import Watch

FileOf = Callable[[str], str]
"""From the name of a stored file to where it stands now."""

Given = Mapping[str, Source]
"""Inputs that are not stored, by their digests."""


def sources(manifest: Mapping[str, Any], file_of: FileOf, given: Given) -> list[Source]:
    """The inputs as the audit had them. No path of the manifest is ever opened, only copies are."""
    return [
        source
        for item in manifest["inputs"]
        for source in (
            _archived(item, file_of, given)
            if "archive" in item
            else [_source(item, file_of, given)]
        )
    ]


def _source(item: Mapping[str, Any], file_of: FileOf, given: Given) -> Source:
    source = Source(
        item["path"],
        trouble=item.get("trouble", ""),
        passed_over=item.get("passed_over", ""),
        named=item["named"],
    )
    if "file" in item:
        _lead(source, item, file_of, given)
    elif "skipped" in item:
        notes = tuple(map(tuple, item["skipped"]["notes"]))
        source.skipped = Skipped(item["format"], item["skipped"]["is_export"], notes)
        source.sha256, source.size = item["sha256"] or "", item["bytes"] or 0
    source.is_context = item.get("context", False)
    return source


def _lead(source: Source, item: Mapping[str, Any], file_of: FileOf, given: Given) -> None:
    """Lead a source to its bytes: the copy, or what was given in its place."""
    other = given.get(item["sha256"]) if item["file"] is None else None
    if other is not None:
        source.file, source.data = other.file, other.data
    elif item["file"] is not None:
        source.file = file_of(item["file"])


def _archived(item: Mapping[str, Any], file_of: FileOf, given: Given) -> Iterable[Source]:
    from nspermaudit import archive  # noqa: PLC0415 - start-up: few inputs are archives

    source = Source(item["path"], named=True, trouble=item.get("trouble", ""))
    if "file" in item:
        _lead(source, item, file_of, given)
    return archive.members(source, is_passed_over)


def stock(manifest: Mapping[str, Any], file_of: FileOf) -> packs.Stock:
    """The packs of the audit. Raises UsageError for one that is none."""
    read = [(item["used"], _pack(item, file_of)) for item in manifest["packs"]]
    used = tuple(sorted((pack for is_used, pack in read if is_used), key=lambda pack: pack.id))
    return packs.Stock(used, tuple(pack for is_used, pack in read if not is_used))


def _pack(item: Mapping[str, Any], file_of: FileOf) -> Pack:
    path = item["path"] or f"{item['id']}.yaml"
    try:
        pack = pack_file.read(file_of(item["file"]), item["parameters"], path)
    except InputError as error:
        raise UsageError(str(error)) from None
    return pack._replace(digest=pack.digest._replace(ships=item["path"] is None))


def configuration(manifest: Mapping[str, Any], file_of: FileOf) -> Config:
    """The configuration of the audit, with all its waivers. Raises UsageError for a broken one."""
    found = Config()
    try:
        for item, source in _settings(manifest, file_of, "configuration"):
            found = config.parse(source.read(), item["path"], item["path"])
        for item, source in _settings(manifest, file_of, "waivers"):
            more = waivers.parse(source.read(), item["path"])
            found = found._replace(waivers=(*found.waivers, *more))
    except InputError as error:
        raise UsageError(str(error)) from None
    return found


def _settings(
    manifest: Mapping[str, Any], file_of: FileOf, kind: str
) -> Iterator[tuple[Mapping[str, Any], Source]]:
    for item in manifest["settings"]:
        if item["kind"] == kind:
            yield item, Source(item["path"], file_of(item["file"]))


def known_findings(manifest: Mapping[str, Any], file_of: FileOf) -> Baseline | None:
    """The baseline of the audit, if there was one. Raises UsageError for a broken one."""
    for _, source in _settings(manifest, file_of, "baseline"):
        return baseline.parse(source)
    return None


def request(manifest: Mapping[str, Any], file_of: FileOf, watch: Watch | None) -> Request:
    """What was wanted of the audit, with its packs and its baseline. Raises UsageError."""
    options = manifest["options"]
    return Request(
        roles=tuple(options["roles"]),
        select=tuple(options["select"]),
        ignore=tuple(options["ignore"]),
        strict=options["strict"],
        keep_all=True,
        baseline=known_findings(manifest, file_of),
        today=manifest["today"] or "",
        stock=stock(manifest, file_of),
        watch=watch,
    )


def reading(manifest: Mapping[str, Any]) -> Reading:
    """How the inputs were read. Raises UsageError for an encoding that is not known here."""
    options = manifest["options"]
    try:
        "".encode(options["encoding"] or "utf-8")
    except (LookupError, UnicodeError, ValueError):
        raise UsageError(f'there is no text encoding "{options["encoding"]}"') from None
    return Reading(
        encoding=options["encoding"],
        columns=MappingProxyType(options["columns"]),
        levels=MappingProxyType({word: Level[name] for word, name in options["levels"].items()}),
        role=options["table_role"],
    )
