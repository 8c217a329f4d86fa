"""Environments and checkouts of what others use: none of it is a dependency of ours, and each may want other versions than the next."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
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


def environment(requirement: str, cache: Path, shared: Sequence[str] = SHARED) -> Path:
    """The Python of an environment with a peer in it, made once for the versions in use. Raises PeerError."""
    wanted = [requirement, *(f"{name}=={metadata.version(name)}" for name in shared)]
    stamp = hashlib.sha256(repr((sys.version, wanted)).encode()).hexdigest()[:12]
    folder = cache / f"{re.split('[=[]', requirement)[0]}-{stamp}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([str(python), "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check", *wanted])
        (folder / "complete").touch()
    return python


def checkout(package: str, url: str, tag: str, cache: Path) -> Path:
    """The folder of a dbt package: the one that <PACKAGE>_DIR names, else a clone of its tag, made once. Raises PeerError."""
    variable = f"{package.upper()}_DIR"
    given = os.environ.get(variable)
    folder = Path(given).resolve() if given else cache / f"{package}-{tag}"
    if not given and not (folder / "dbt_project.yml").exists():
        half = folder.with_name(f"{folder.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        half.parent.mkdir(parents=True, exist_ok=True)
        try:
            _run(
                [
                    "git",
                    "-c",
                    "advice.detachedHead=false",
                    "clone",
                    "-q",
                    "--depth",
                    "1",
                    "--branch",
                    tag,
                    url,
                    str(half),
                ]
            )
        except PeerError as error:
            raise PeerError(f"{error}. {variable}=FOLDER names a checkout of {url}") from error
        half.rename(folder)
    if not (folder / "dbt_project.yml").is_file():
        raise PeerError(f"{variable} is {given}, which holds no dbt_project.yml. Name a checkout of {url}")
    return folder


def _run(command: Sequence[str]) -> None:
    # git asks for a name and a password where a repository is not found
    quiet = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    try:
        ended = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=quiet, timeout=900
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerError(f"can't be installed: {error}") from error
    if ended.returncode:
        said = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
        errors = [line for line in said if line.startswith(("ERROR", "fatal"))]
        raise PeerError("can't be installed: " + (errors or said or ["no reason given"])[-1])
