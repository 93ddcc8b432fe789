"""The files of an earlier commit, read from git's objects: the work tree is not touched.

Only ``rev-parse``, ``ls-tree`` and ``cat-file`` are run. They read no index, run no hook, no filter
and no diff driver of the repository, and fetch nothing.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any, NamedTuple

from nspermaudit.discovery import context_of, is_passed_over, opened, shown
from nspermaudit.errors import InputError, UsageError
from nspermaudit.model import Location
from nspermaudit.source import HEAD_BYTES, STDIN, STDIN_BYTES, InMemory, Source
from nspermaudit.style import one_line

# What a hook is told of its repository says nothing of the one that is asked for here.
_LOCAL = re.compile(
    "GIT_(?:DIR|WORK_TREE|IMPLICIT_WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX|NAMESPACE|OBJECT_DIRECTORY"
    "|ALTERNATE_OBJECT_DIRECTORIES|SHALLOW_FILE|GRAFT_FILE|REPLACE_REF_BASE|TRACE.*|REDIRECT_.*"
    "|EXTERNAL_DIFF|LITERAL_PATHSPECS|GLOB_PATHSPECS|NOGLOB_PATHSPECS|ICASE_PATHSPECS)"
)
_SAFE = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OPTIONS = (
    *("--no-optional-locks", "--no-pager", "--literal-pathspecs"),
    *("-c", "core.fsmonitor=", "-c", f"core.hooksPath={os.devnull}"),
)
_MANY = 200
"""With more paths than this all files of a commit are listed: a command line has an end."""

_POINTER = b"version https://git-lfs.github.com/spec/"
_EXPORTS = ("xml", "csv", "tsv", "txt", "json", "ndjson", "jsonl", "xls", "xlsx", "zip")
_SHALLOW = (
    "; this clone has only the last commits: fetch the rest (GitHub: fetch-depth: 0, GitLab: "
    'GIT_DEPTH: "0", else git fetch --unshallow)'
)


class _Blob(NamedTuple):
    """A file of a commit: its path below the repository's folder, and its object id."""

    path: str
    id: str


class _Objects:
    """The objects of a repository: one ``git cat-file`` for all of them, one in every process."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self._command = (*command, "cat-file", "--batch")
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._last = ("", b"")

    def read(self, blob_id: str, path: str) -> bytes:
        """The content of a blob. Raises InputError where it is not there."""
        if self._last[0] == blob_id:
            return self._last[1]
        if self._process is None or self._pid != os.getpid():  # two must not share one pipe
            self._process = subprocess.Popen(  # noqa: S603 - the program is git, no argument is given
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._pid = os.getpid()
        try:
            data = _answer(self._process, blob_id)
        except (OSError, EOFError):  # it ended: the next one may have better luck
            self._process.kill()
            self.close()
            data = None
        if data is None:
            raise InputError("is not in this clone of the repository", Location(path))
        if len(data) > STDIN_BYTES:
            raise InputError(f"larger than {STDIN_BYTES >> 20} MB", Location(path))
        self._last = (blob_id, data)
        return data

    def close(self) -> None:
        """End the program."""
        if self._process is not None and self._pid == os.getpid():
            self._process.communicate()
            self._process = None


def _answer(process: subprocess.Popen[bytes], blob_id: str) -> bytes | None:
    """What ``cat-file --batch`` says to an object id: ``ID blob SIZE``, the content, a line end.

    None if the object is not there; the beginning, one byte too much, if it is too large.
    """
    asked, told = _pipes(process)
    asked.write(blob_id.encode() + b"\n")
    asked.flush()
    words = told.readline().split()
    if words[1:] == [b"missing"]:
        return None
    if len(words) != 3:  # noqa: PLR2004 - those above
        raise EOFError
    rest = int(words[2]) + 1
    data = told.read(min(rest, STDIN_BYTES + 1))
    rest -= len(data)
    if not rest:
        return data[:-1]
    while rest > 0:
        passed_over = told.read(min(rest, HEAD_BYTES))
        if not passed_over:
            raise EOFError
        rest -= len(passed_over)
    return data


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise BrokenPipeError
    return process.stdin, process.stdout


class OldFile(Source):
    """A file as a commit has it, read when it is asked for."""

    __slots__ = ("_id", "_objects")

    def __init__(self, path: str, blob: _Blob, objects: _Objects, *, named: bool) -> None:
        super().__init__(path, named=named)
        self._id = blob.id
        self._objects = objects

    def __reduce__(self) -> tuple[Any, ...]:
        """What another process needs to know of it: all but the way to its content."""
        return Source, (self.path,), (None, {"size": self.size, "sha256": self.sha256})

    def _content(self) -> bytes:
        data = self._objects.read(self._id, self.path)
        if data.startswith(_POINTER) and (self.named or self.path.lower().endswith(_EXPORTS)):
            raise InputError(
                "only a pointer to Git LFS stands in the repository", Location(self.path)
            )
        return data

    def open_raw(self) -> io.RawIOBase:
        """Its bytes."""
        return InMemory(self._content())

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """The first bytes, at most ``size``."""
        return self._content()[:size]


@contextmanager
def old_state(paths: Sequence[str], commit: str) -> Iterator[list[Source]]:
    """The files that some paths named or contained at a commit (any name that git has for it).

    They can be read as long as the context lasts. Raises UsageError where git, the repository or
    the commit is not there, and for a path outside the repository.
    """
    if STDIN in paths:
        raise UsageError("--since: standard input has no earlier state")
    start = os.path.realpath(paths[0])
    git = _Git(start if os.path.isdir(start) else os.path.dirname(start))
    top = git.folder()
    commit_id = git.commit(commit)
    objects = git.objects()
    given: dict[str, str] = {}
    for path in paths:
        given.setdefault(_below(path, top), path)
    asked = {*given}
    for path in context_of(paths):
        with suppress(UsageError):  # a project around the repository has no earlier state
            given.setdefault(_below(path, top), shown(path))
    found: list[Source] = []
    for blob in git.files(commit_id, list(given)):
        around = [*filter(given.__contains__, _upwards(blob.path))]
        below = next(filter(asked.__contains__, around), around[0] if around else None)
        if below is not None and not _is_hidden(blob.path, below):
            place = _shown(given[below], below, blob.path)
            found.append(OldFile(place, blob, objects, named=blob.path in asked))
            found[-1].is_context = below not in asked
    try:
        yield sorted(opened(found), key=lambda source: source.path)
    finally:
        objects.close()


def _upwards(path: str) -> Iterator[str]:
    """A path, and the folders above it, from the nearest to the repository's own."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""


def _below(path: str, top: str) -> str:
    """A path as git names it: below the repository's folder, with forward slashes, no dot."""
    real = os.path.realpath(path)
    try:
        below = os.path.relpath(real, top)
    except ValueError:  # another drive
        below = os.pardir
    if below == os.pardir or below.startswith(os.pardir + os.sep):
        raise UsageError(f"--since: {path} is not in the repository {shown(top)}")
    return "" if below == os.curdir else below.replace(os.sep, "/")


def _is_hidden(path: str, below: str) -> bool:
    """Whether the file stands in a folder that no audit looks into."""
    rest = path[len(below) :].lstrip("/") if below else path
    return "Objects" not in below.split("/") and is_passed_over(rest)


def _shown(given: str, below: str, path: str) -> str:
    """What reports call a file of the old state: what they would call it now."""
    rest = path[len(below) :].lstrip("/") if below else path
    return shown(os.path.join(given, rest) if rest else given)


class _Git:
    """The program git, run in one folder with fixed arguments and a clean environment."""

    def __init__(self, folder: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not _LOCAL.fullmatch(name)}
        self._environment = {**kept, **_SAFE}
        self._command = (_program(), *_OPTIONS, "-C", folder)

    def _run(self, *arguments: str) -> tuple[bytes, str]:
        """What git says to the arguments, and, if it fails, why."""
        done = subprocess.run(  # noqa: S603 - no shell, and each caller's arguments are fixed
            (*self._command, *arguments),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it failed"]
        return done.stdout, one_line(lines[0]) if done.returncode else ""

    def folder(self) -> str:
        """The folder of the repository. Raises UsageError where there is none."""
        told, why = self._run("rev-parse", "--show-toplevel")
        if why:
            raise UsageError(f"--since: no git repository here: {why}")
        return os.path.realpath(os.fsdecode(told).removesuffix("\n"))

    def commit(self, name: str) -> str:
        """The id of a commit. Raises UsageError for a name that leads to none."""
        told, why = self._run("rev-parse", "--verify", "--end-of-options", name + "^{commit}")
        found = told.decode("utf-8", "replace").split()
        if why or not found or not re.fullmatch("[0-9a-f]{40,64}", found[-1]):
            shallow, _ = self._run("rev-parse", "--is-shallow-repository")
            hint = _SHALLOW if shallow.strip() == b"true" else ""
            raise UsageError(
                f'--since: there is no commit "{one_line(name)}" in this repository{hint}'
            )
        return found[-1]

    def files(self, commit: str, paths: Sequence[str]) -> Iterator[_Blob]:
        """The regular files of a commit, below some paths at least; no links, no submodules."""
        where = ("--", *paths) if "" not in paths and len(paths) <= _MANY else ()
        told, why = self._run("ls-tree", "-r", "-z", "--full-tree", commit, *where)
        if why:
            raise UsageError(f"--since: {why}")
        for entry in filter(None, told.split(b"\0")):
            facts, _, path = entry.partition(b"\t")
            mode, _, blob_id = facts.split()
            if mode.startswith(b"100"):
                yield _Blob(os.fsdecode(path), blob_id.decode())

    def objects(self) -> _Objects:
        """The content of the repository's files."""
        return _Objects(self._command, self._environment)


def _program() -> str:
    """Where git is; never in the folder that is audited, whatever the search path says."""
    names = ("git.exe",) if os.name == "nt" else ("git",)
    for folder in filter(os.path.isabs, os.get_exec_path()):
        for name in names:
            file = os.path.join(folder, name)
            if os.path.isfile(file) and os.access(file, os.X_OK):
                return file
    raise UsageError("--since: the program git is not here; it is needed to read the earlier state")
