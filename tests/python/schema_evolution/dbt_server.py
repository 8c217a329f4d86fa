"""Runs commands of dbt one after the other, in one process that has imported it: an import takes as long as three commands.

A command may be killed (`kill -9`) before one of the statements by which it changes the database: it runs in a fork of its own then.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

CHANGES = re.compile(
    r"\s*(/\*.*?\*/\s*)?(begin|create|alter|drop|comment|insert|update|delete|commit)\b", re.IGNORECASE | re.DOTALL
)


class DbtServer:
    """A context: the process lives as long as it lasts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> DbtServer:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve())],
            cwd=self._folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)

    def dbt(self, *words: str, kill_before: int | None = None) -> dict[str, Any]:
        """What became of a command: 'success', 'said', 'changes' (the statements that change something); 'killed' when it was."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"words": words, "kill_before": kill_before}) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def build(self, *words: str) -> None:
        """`dbt build` of the whole project; all must be built, and all tests pass."""
        found = self.dbt("build", *words)
        assert found["success"], found["said"]


def _serve() -> None:
    answers, said = os.fdopen(os.dup(1), "w"), os.open(os.devnull, os.O_WRONLY)
    os.dup2(said, 1)
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401

    for line in sys.stdin:
        asked = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            with os.fdopen(write, "w") as pipe:
                pipe.write(json.dumps(_run(asked["words"], asked["kill_before"])))
                pipe.flush()
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            found = pipe.read()
        os.waitpid(child, 0)
        answers.write((found or json.dumps({"killed": True})) + "\n")
        answers.flush()


def _run(words: list[str], kill_before: int | None) -> dict[str, Any]:
    from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
    from dbt.cli.main import dbtRunner

    changes: list[str] = []
    execute = DuckDBCursorWrapper.execute

    def noting(self: Any, sql: str, *arguments: Any) -> Any:
        if CHANGES.match(sql):
            if len(changes) == kill_before:
                os.kill(os.getpid(), signal.SIGKILL)
            changes.append(sql.strip())
        return execute(self, sql, *arguments)

    DuckDBCursorWrapper.execute = noting
    said: list[str] = []

    def listen(event: Any) -> None:
        if str(event.info.level) in ("warn", "error"):
            said.append(event.info.msg)

    result = dbtRunner(callbacks=[listen]).invoke(["--no-send-anonymous-usage-stats", *words])
    return {"success": bool(result.success), "said": "\n".join(said) or str(result.exception), "changes": changes}


if __name__ == "__main__":
    _serve()
