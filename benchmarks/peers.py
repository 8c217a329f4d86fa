"""Environments for what others use to test macros: none of it is a dependency of ours, and each may want other versions than the next."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

# The same dbt and database for all; a peer that can't live with them says so.
SHARED = ("dbt-core", "dbt-duckdb", "duckdb", "pytest")


class PeerError(Exception):
    """Why a peer can't be measured here."""


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dbt-playbooks" / "bench"


def environment(requirement: str, cache: Path) -> Path:
    """The Python of an environment with a peer in it, made once for the versions in use. Raises PeerError."""
    wanted = [requirement, *(f"{name}=={metadata.version(name)}" for name in SHARED)]
    stamp = hashlib.sha256(repr((sys.version, wanted)).encode()).hexdigest()[:12]
    folder = cache / f"{requirement.split('=')[0]}-{stamp}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([str(python), "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check", *wanted])
        (folder / "complete").touch()
    return python


def _run(command: Sequence[str]) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if ended.returncode:
        said = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
        errors = [line for line in said if line.startswith("ERROR")]
        raise PeerError("can't be installed: " + (errors or said or ["no reason given"])[-1])
