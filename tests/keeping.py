"""What tests of evidence share: an account with all kinds of files, and its evidence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from conftest import FIXTURES, Ran
from waiving import HOLDS, listed

from nspermaudit.evidence.layout import digest_text
from nspermaudit.source import sha256

Run = Callable[..., Ran]

TODAY = "2026-11-22"
OWN_PACK = """\
pack: own/items
title: Items of our own
parameters:
  strict: {default: true}
rules:
  - id: own-items
    title: The connector sees items
    severity: warning
    applies_to: integration
    require: {Items: view}
    because: It reads them.
    references: https://example.com
    examples:
      complies: [{Items: view}]
      violates: [{}]
"""
TABLE = (
    "Role,Permission,Level\n"
    "Müller & Söhne,Items,View\n"
    "Müller & Söhne,Bills,Full\n"
    '"=HYPERLINK(""http://x"")",Sales Order,Edit\n'
)
WAIVER = {**HOLDS, "role": "customrole_acme_order_sync", "expires": "2026-12-31"}


def fill(folder: Path) -> None:
    """An account of a project, a table, files that are no exports, and settings of every kind."""
    shutil.copytree(FIXTURES / "acme" / "src", folder / "src")
    (folder / "roles.csv").write_text(TABLE, encoding="utf-8")
    (folder / "notes.txt").write_text("a,b\n1,2\n")
    (folder / "tools.json").write_text('{"x": [{"permission_key": 3}]}')
    (folder / ".env").write_text("PASSWORD=not-for-anybody\n")
    (folder / "script.js").write_text("var x;\n")
    (folder / "own.yaml").write_text(OWN_PACK)
    (folder / "more.yaml").write_text(listed({**WAIVER, "permission": "Customers"}))
    use = "use: [integrity, guide, {pack: own.yaml, parameters: {strict: false}}]\n"
    roles = "roles: {integration: [customrole_acme_order_sync, 'Müller*']}\n"
    text = use + roles + listed(WAIVER)
    (folder / "nspermaudit.yaml").write_text(text, encoding="utf-8")


def kept(run: Run, target: Path | str, *arguments: str | Path) -> Ran:
    """Keep the evidence of a check; it must come to be."""
    ran = run("check", *arguments, "--evidence", target, "--quiet")
    assert Path(target).exists(), ran.err
    return ran


def files_of(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by name."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def manifest_of(folder: Path) -> Any:
    """The manifest of evidence."""
    return json.loads((folder / "manifest.json").read_text())


def rewrite(folder: Path, manifest: Any) -> None:
    """Write a manifest, and its digest, as somebody would who forges evidence."""
    text = json.dumps(manifest) if not isinstance(manifest, str) else manifest
    (folder / "manifest.json").write_text(text)
    (folder / "manifest.sha256").write_text(digest_text(sha256(text.encode()).hexdigest()))


def forge(folder: Path, changed: Iterable[str]) -> None:
    """Put the digests of changed files into the manifest."""
    manifest = manifest_of(folder)
    for item in manifest["files"]:
        if item["path"] in changed:
            data = (folder / item["path"]).read_bytes()
            item.update(sha256=sha256(data).hexdigest(), bytes=len(data))
    rewrite(folder, manifest)
