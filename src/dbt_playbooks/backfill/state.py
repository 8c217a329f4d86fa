"""A backfill's state in the warehouse, read and written through the package's macros. Nothing is kept anywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dbt_playbooks.interface import Project, Window
from dbt_playbooks.redact import Redactor


@dataclass(frozen=True)
class Chunk:
    """A window of a backfill and what has become of it. `status`: pending, running, completed, failed or interrupted."""

    index: int
    window: Window
    status: str = "pending"
    attempt: int = 0
    rows: int | None = None
    bytes: int | None = None
    seconds: float | None = None
    error: str | None = None
    invocation_id: str | None = None
    """The run that last did something with it."""
    sql_path: str | None = None
    """The file on this machine with the SQL of the model that failed in it."""


class State:
    """The chunks and runs of backfills."""

    def __init__(self, project: Project, redactor: Redactor) -> None:
        self._project = project
        self.redactor = redactor
        self.only_we_have_it = project.admits_one_process
        self._exists = bool(project.call("backfill_state_exists"))

    def create(self) -> None:
        if not self._exists:
            self._project.call("create_backfill_state")
            self._exists = True

    def chunks(self, backfill_id: str) -> dict[str, dict[str, Any]]:
        """The latest state of each chunk that ever began, by its first day (columns of `backfill_chunk_states_sql`)."""
        rows = self._rows("backfill_chunk_states_sql", backfill_id=backfill_id)
        return {row["start_date"]: row for row in rows}

    def runs(self, backfill_id: str) -> list[dict[str, Any]]:
        """The newest event of each run, the oldest run first (columns of `backfill_runs_sql`)."""
        return self._rows("backfill_runs_sql", backfill_id=backfill_id)

    def progress(self, backfill_id: str) -> list[dict[str, Any]]:
        """How far the backfill is, a row a status (columns of `backfill_progress_sql`)."""
        return self._rows("backfill_progress_sql", backfill_id=backfill_id)

    def backfills(self) -> dict[str, list[str]]:
        """Every backfill of the warehouse by its id, with the names of its models; the newest first."""
        if not self._exists:
            return {}
        return {row[0]: str(row[1]).split(",") for row in self._project.call("backfill_ids")}

    def _rows(self, macro: str, **arguments: Any) -> list[dict[str, Any]]:
        if not self._exists:
            return []
        with self._project.connected():
            return self._project.query(self._project.call(macro, **arguments))

    def record_run(self, run: Mapping[str, Any], event: str) -> None:
        self._project.call("record_run", run=dict(run), event=event)

    def record(self, backfill_id: str, model: str, invocation_id: str, chunk: Chunk) -> Chunk:
        """Append what became of a chunk. Secrets are taken out of the error first; the macro cuts and escapes it."""
        error = None if chunk.error is None else self.redactor(chunk.error)
        chunk = replace(chunk, error=error, invocation_id=invocation_id)
        with self._project.connected():
            statement = self._project.call(
                "record_chunk_sql",
                backfill_id=backfill_id,
                model=model,
                start_date=chunk.window.start_date,
                end_date=chunk.window.end_date,
                attempt=chunk.attempt,
                status=chunk.status,
                invocation_id=invocation_id,
                rows=chunk.rows,
                bytes=chunk.bytes,
                seconds=None if chunk.seconds is None else round(chunk.seconds, 3),
                error=chunk.error,
            )
            self._project.execute(statement)
        return chunk
