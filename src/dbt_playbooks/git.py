"""How git is asked: without colours, pagers, prompts or the user's language, so that its answer can be read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def run_git(folder: Path | str, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes] | None:
    """What git says in a folder, whatever its exit code; None where git is not installed."""
    options = ["--no-pager", "-c", "core.quotePath=false", "-c", "log.showSignature=false"]
    quiet = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        return subprocess.run(
            ["git", *options, *words], cwd=folder, env=quiet, input=given, capture_output=True, check=False
        )
    except OSError:
        return None
