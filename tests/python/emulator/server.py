"""A BigQuery server on this machine, in a process of its own, so that other processes can reach it and a test can kill it.

It speaks BigQuery's REST API over DuckDB. What runs here ran on the emulator; it says nothing of BigQuery's speed, cost or quotas.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from dbt_playbooks.pytest_plugin.targets.emulator import install_spatial

PROJECT = "shop-project"
_PATIENCE = 90


class Emulator:
    """The server: `start`, `kill`, and SQL outside of dbt."""

    def __init__(self, home: Path, keeps_data: bool = False) -> None:
        """`keeps_data` over a kill and another start, in a file."""
        self._home = home
        self._storage = ["--persistent", "--data-dir", str(home / "data")] if keeps_data else ["--ephemeral"]
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Any = None
        install_spatial(home)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, always on the same port."""
        words = ["start", "--rest-port", str(self.port), "--grpc-port", str(_free_port()), *self._storage]
        settings = {
            "HOME": str(self._home),
            "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false",
            "BQEMU_QUERY_CACHE_TTL_SECONDS": "0",
            "BQEMU_LOG_LEVEL": "error",
        }
        with (self._home / "emulator.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bqemulator", *words],
                env={**os.environ, **settings},
                stdout=log,
                stderr=log,
                cwd=self._home,
            )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"{self.endpoint}/bigquery/v2/projects/{PROJECT}/datasets", timeout=5).close()
                return
            time.sleep(0.1)
        self.kill()
        raise RuntimeError("the emulator did not start:\n" + (self._home / "emulator.log").read_text()[-4000:])

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement outside of dbt. Without retries: a failing statement is to fail now."""
        job = self.client.query(statement, retry=None, job_retry=None, timeout=60)
        return [tuple(row.values()) for row in job.result(retry=None, job_retry=None, timeout=60)]

    @property
    def client(self) -> Any:
        if self._client is None:
            from google.auth.credentials import AnonymousCredentials
            from google.cloud import bigquery

            options = {"api_endpoint": self.endpoint}
            self._client = bigquery.Client(PROJECT, credentials=AnonymousCredentials(), client_options=options)
        return self._client


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
