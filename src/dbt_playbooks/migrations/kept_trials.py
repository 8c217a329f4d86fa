"""Keeps what became of edits in the project's target folder until a file, an option or a version changes: dbt need not be imported again.

A change in the warehouse goes unseen; `--refresh` tries again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dbt_playbooks import __version__
from dbt_playbooks.impact.cache import fingerprint, target_folder, write_atomically
from dbt_playbooks.interface import Inputs, Options
from dbt_playbooks.migrations.parts import Step, Tried

_FORMAT = 1


@dataclass(frozen=True)
class Finding:
    """What does not hold after a step. `path` is the file of the node: it is shown at the first edit of that file."""

    path: str | None
    text: str


@dataclass(frozen=True)
class Outcome:
    """What became of the edits of one step."""

    tried: Tried
    findings: Sequence[Finding] = ()


Outcomes = Sequence[Sequence[Outcome | None]]
"""Of the steps of each change; None of a step that has nothing to try."""


def read(root: Path, options: Options, asked: Sequence[Sequence[Step]]) -> Outcomes | None:
    """What is kept of these steps, if it still holds."""
    try:
        found = _holding(_path(root, options))[_digest(_plain(asked))]
        return [[None if each is None else _outcome(each) for each in of_it] for of_it in found["outcomes"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(
    root: Path, options: Options, asked: Sequence[Sequence[Step]], outcomes: Outcomes, inputs: Inputs
) -> list[str]:
    """Keep the outcomes beside the others that still hold. Returns a warning when that can't be done."""
    path = _path(root, options)
    try:
        kept = _holding(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        kept = {}
    kept[_digest(_plain(asked))] = {
        "format": [_FORMAT, __version__],
        "inputs": asdict(inputs),
        "fingerprint": fingerprint(inputs),
        "outcomes": [[None if each is None else asdict(each) for each in of_it] for of_it in outcomes],
    }
    try:
        write_atomically(path, json.dumps(kept, separators=(",", ":")))
    except OSError as error:
        return [f"what became of the edits could not be kept for the next time: {error}"]
    return []


def _holding(path: Path) -> dict[str, Any]:
    kept = json.loads(path.read_bytes())
    return {key: each for key, each in kept.items() if _holds(each)}


def _holds(kept: dict[str, Any]) -> bool:
    given = kept["inputs"]
    lists = {name: tuple(given[name]) for name in ("files", "folders", "env", "packages")}
    return bool(
        kept["format"] == [_FORMAT, __version__] and kept["fingerprint"] == fingerprint(Inputs(given["root"], **lists))
    )


def _outcome(kept: dict[str, Any]) -> Outcome:
    tried = {**kept["tried"], "broken": tuple(kept["tried"]["broken"])}
    return Outcome(Tried(**tried), [Finding(**each) for each in kept["findings"]])


def _path(root: Path, options: Options) -> Path:
    given = [options.profiles_dir, options.profile, options.target, dict(options.vars)]
    return target_folder(root) / "dbt_playbooks" / f"migrations-{_digest(given)[:12]}.json"


def _plain(asked: Sequence[Sequence[Step]]) -> list[Any]:
    return [[[each.title, [asdict(edit) for edit in each.edits], each.moves] for each in of_it] for of_it in asked]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
