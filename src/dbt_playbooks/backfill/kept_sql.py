"""The SQL of a chunk that failed, as a file below dbt's target folder: dbt's own compiled files hold no chunk."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from dbt_playbooks.backfill.checks import Target
from dbt_playbooks.interface import Project, Window
from dbt_playbooks.redact import Redactor


class KeptSql:
    """One file a chunk, named after its first day; with `several` models in a backfill one a chunk and model."""

    def __init__(self, project: Project, redactor: Redactor, several: bool) -> None:
        self._root = Path(project.target_path) / "dbt_playbooks" / "backfill"
        self._redactor = redactor
        self._several = several

    def keep(self, backfill_id: str, window: Window, target: Target, sql: str | None) -> str | None:
        """The path of the file; None when there is no SQL, or it can't be written: that must not end a run."""
        if not sql:
            return None
        path = self._path(backfill_id, window, target)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._redactor(sql).strip() + "\n", encoding="utf-8")
        except OSError:
            return None
        return str(path)

    def forget(self, backfill_id: str, window: Window, targets: Sequence[Target]) -> None:
        """The chunk is completed: what is kept of a failed attempt says nothing any more."""
        for target in targets:
            with contextlib.suppress(OSError):
                self._path(backfill_id, window, target).unlink()

    def _path(self, backfill_id: str, window: Window, target: Target) -> Path:
        name = f"{window.start_date}_{target.model.name}" if self._several else window.start_date
        return self._root / file_name(backfill_id) / f"{file_name(name)}.sql"


def file_name(text: str, longest: int = 120) -> str:
    """A text as the name of one file or folder; two texts never get one name."""
    name = re.sub(r"[^\w.,~=-]", "_", text)[:longest].lstrip(".") or "_"
    return name if name == text else f"{name}~{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def shown(path: str) -> str:
    """A path as it is typed here: from this folder where it lies in it."""
    with contextlib.suppress(ValueError, OSError):
        return str(Path(path).relative_to(Path.cwd()))
    return path
