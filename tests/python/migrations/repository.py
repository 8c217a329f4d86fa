"""A git repository that a test makes, with days that it chooses."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class Repository:
    """Commits by Ann, at noon (UTC) of the day that is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str, day: str = "2024-01-01", author: str = "Ann") -> str:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (
            ("NAME", author), ("EMAIL", f"{author.lower()}@example.com"), ("DATE", f"{day}T12:00:00+0000"),
        )}  # fmt: skip
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env={**clean, **QUIET, **who}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"git {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, day: str, author: str = "Ann", **files: str) -> str:
        """Write files (`a__b` is a/b.sql) and commit all that changed; the commit's first eight digits."""
        for name, text in files.items():
            self.write(name.replace("__", "/") + ".sql", text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"of {day}", day=day, author=author)
        return self.git("rev-parse", "HEAD")[:8]
