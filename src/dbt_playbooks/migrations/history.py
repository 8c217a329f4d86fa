"""Since when something stands in a file, from git: the commit on this branch that brought it and did not take it away again."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from dbt_playbooks.git import run_git

NOT_COMMITTED = "not committed yet"


@dataclass(frozen=True)
class Since:
    """The day (UTC) on which a commit came to this branch, or why that is not known."""

    day: str | None = None
    commit: str | None = None
    author: str | None = None
    note: str | None = None

    def __str__(self) -> str:
        if self.day is None:
            return str(self.note)
        return f"{self.day} ({self.commit}, {self.author}{'; ' + self.note if self.note else ''})"


@dataclass(frozen=True)
class Trace:
    """Something to look for: the file that holds it, relative to the folder that is asked about, and whether a version of it does."""

    path: str
    stands_in: Callable[[str], bool]


@dataclass(frozen=True)
class _Version:
    """A file as a commit left it. `name` is where it was then."""

    commit: str
    day: str
    author: str
    is_first: bool
    name: str


class _GitError(Exception):
    """Why git gave no answer."""


def since(folder: Path, traces: Sequence[Trace]) -> list[Since]:
    """For each trace the commit that brought it: one `git log` a file, and one `git cat-file` for all versions of all files."""
    if not traces:
        return []
    try:
        top, shallow = _git(folder, "rev-parse", "--show-toplevel", "--is-shallow-repository").splitlines()
        versions = {path: _versions(folder, path) for path in {trace.path for trace in traces}}
        texts = _texts(Path(top), {version for found in versions.values() for version in found})
    except _GitError as error:
        return [Since(note=str(error))] * len(traces)
    return [_since(trace, versions[trace.path], texts, shallow == "true") for trace in traces]


def _since(trace: Trace, versions: Sequence[_Version], texts: dict[_Version, str], shallow: bool) -> Since:
    brought = None
    for version in versions:
        if not trace.stands_in(texts.get(version, "")):
            break
        brought = version
    if brought is None:
        return Since(note=NOT_COMMITTED)
    note = "or earlier: the checkout is shallow" if shallow and brought.is_first else None
    return Since(brought.day, brought.commit[:8], brought.author, note)


def _versions(folder: Path, path: str) -> list[_Version]:
    """The commits of this branch that changed a file, the newest first, also under its former names. A merge counts as one commit."""
    form = "--format=%x01%H%x02%ct%x02%an%x02%P%x02"
    log = _git(
        folder, "log", "--follow", "--first-parent", "-m", "--no-ext-diff", "--name-status", "-z", form, "--", path
    )
    found = []
    for entry in log.split("\x01")[1:]:
        commit, seconds, author, parents, names = entry.split("\x02", 4)
        words = [word for word in names.replace("\n", "").split("\0") if word]
        if words:
            day = datetime.fromtimestamp(int(seconds), timezone.utc).date().isoformat()
            found.append(_Version(commit, day, author, not parents, words[-1]))
    return found


def _texts(top: Path, versions: set[_Version]) -> dict[_Version, str]:
    """What the files held. Left out is a version that git can't give: it took the file away, or a partial clone lacks it."""
    asked = list(versions)
    if not asked:
        return {}
    wanted = "".join(f"{version.commit}:{version.name}\n" for version in asked)
    answer = io.BytesIO(_git_bytes(top, "cat-file", "--batch", given=wanted.encode()))
    found: dict[_Version, str] = {}
    for version in asked:
        head = answer.readline()
        if not head.endswith(b" missing\n"):
            held = answer.read(int(head.rsplit(b" ", 1)[1]))
            found[version] = held.decode(errors="replace").replace("\r\n", "\n")
            answer.readline()
    return found


def _git(folder: Path, *words: str) -> str:
    return _git_bytes(folder, *words).decode(errors="replace")


def _git_bytes(folder: Path, *words: str, given: bytes = b"") -> bytes:
    done = run_git(folder, *words, given=given)
    if done is None:
        raise _GitError("git is not installed")
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    if "not a git repository" in said:
        raise _GitError("not a git checkout")
    if "does not have any commits yet" in said:
        raise _GitError(NOT_COMMITTED)
    raise _GitError(f"git said: {said.splitlines()[0] if said else f'exit code {done.returncode}'}")
