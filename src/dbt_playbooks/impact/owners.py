"""Who wrote the files of a project: one `git log` for all of them, kept until the next commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt_playbooks.git import run_git
from dbt_playbooks.impact.cache import target_folder, write_atomically


@dataclass(frozen=True)
class Author:
    """Someone who committed to a file: how often, and on which day last. `email` is not shown unless asked for."""

    name: str
    commits: int
    last: str
    email: str = ""


def git_owners(root: str, say: Callable[[str], None]) -> Mapping[str, Sequence[Author]]:
    """The authors of each file, by its path from `root`, who committed most first. Empty where there is no git, or no commit."""
    head = run_git(root, "rev-parse", "HEAD")
    if head is None or head.returncode:
        if head is not None and b"dubious ownership" in head.stderr:
            say(
                f"warning: git does not trust the folder of the project, so its authors are not known: {_said(head.stderr).splitlines()[0]}"
            )
        return {}
    kept = target_folder(Path(root)) / "dbt_playbooks" / "git-authors.json"
    commit = head.stdout.decode().strip()
    try:
        found = json.loads(kept.read_bytes())
        if found["commit"] == commit and found["root"] == root:
            return {path: [Author(*each) for each in authors] for path, authors in found["authors"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    say("asking git for the authors of the files ...")
    # a record begins with \x01; with -z paths are as they are, and end with \x00
    log = run_git(
        root,
        "log",
        "--format=%x01%aN%x02%aE%x02%cs",
        "--name-only",
        "-z",
        "--relative",
        "--",
        ".",
    )
    if log is None or log.returncode:
        say(f"warning: git could not tell the authors of the files: {_said(log.stderr) if log else ''}")
        return {}
    authors = _authors(log.stdout.decode(errors="replace"))
    plain = {
        path: [[each.name, each.commits, each.last, each.email] for each in found] for path, found in authors.items()
    }
    try:
        write_atomically(kept, json.dumps({"commit": commit, "root": root, "authors": plain}))
    except OSError as error:
        say(f"warning: the authors could not be kept for the next time: {error}")
    return authors


def _said(error: bytes) -> str:
    return error.decode(errors="replace").strip()


def _authors(log: str) -> dict[str, list[Author]]:
    """Newest commits come first, so the first day that is seen of someone is the last."""
    counted: dict[str, dict[str, Author]] = {}
    for record in log.split("\x01")[1:]:
        heading, _, paths = record.partition("\x00")
        name, email, day = heading.strip("\n").split("\x02")
        for path in paths.split("\x00"):
            if path.strip("\n"):
                of_file = counted.setdefault(path.strip("\n"), {})
                before = of_file.get(name)
                of_file[name] = Author(
                    name,
                    before.commits + 1 if before else 1,
                    before.last if before else day,
                    before.email if before else email,
                )
    return {path: sorted(found.values(), key=lambda each: -each.commits) for path, found in counted.items()}
