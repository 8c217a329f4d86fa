"""A copy of the repository's files, in which they may be changed. The working tree is only read."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mutant import Mutant

# Not the time of a file that was just written: Python takes what it compiled for one of the same time and size.
_TIMES = itertools.count(1_000_000_000)


def files(root: Path) -> list[Path]:
    """What git has, or would take; a tree without git is taken whole."""
    if not (root / ".git").exists():
        return [path for path in sorted(root.rglob("*")) if path.is_file()]
    said = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [root / name for name in sorted(set(said.split("\0")) - {""}) if (root / name).is_file()]


def copy(root: Path, to: Path) -> Path:
    for path in files(root):
        target = to / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target, follow_symlinks=False)
    return to


def digest(paths: Iterable[Path]) -> str:
    """What the files hold, in short."""
    said = hashlib.sha256()
    for path in sorted(paths):
        said.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    return said.hexdigest()[:16]


@contextmanager
def mutated(tree: Path, mutant: Mutant) -> Iterator[None]:
    """The copy with a mutant in it."""
    path = tree / mutant.path
    text = path.read_text()
    try:
        _write(path, mutant.applied(text))
        yield
    finally:
        _write(path, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    time = next(_TIMES)
    os.utime(path, (time, time))
