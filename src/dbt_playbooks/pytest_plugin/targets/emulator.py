"""The target `emulator`: a BigQuery server over DuckDB, in this process, on a free port. See differences for what it gets wrong."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import tempfile
import threading
import unittest.mock
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dbt_playbooks.project.materializing import MaterializingSession
from dbt_playbooks.pytest_plugin.errors import SqlError
from dbt_playbooks.pytest_plugin.rows import Rows
from dbt_playbooks.pytest_plugin.targets.bigquery import PROJECT
from dbt_playbooks.pytest_plugin.targets.opened import SCHEMA
from dbt_playbooks.pytest_plugin.targets.server import BigQueryServer

_DEAD = (
    "the emulator has died, so nothing can run there. The test that ran last may be what killed it; run it alone: "
    "pytest --dbt-targets emulator <the test>"
)


class Emulator(BigQueryServer):
    name = "emulator"

    def __init__(self) -> None:
        super().__init__(PROJECT, SCHEMA)
        self._home = tempfile.TemporaryDirectory(prefix="dbt-emulator-")
        self._server = _Server(Path(self._home.name), self._died)
        self.output = {
            "type": "bigquery", "method": "oauth-secrets", "token": "none", "project": PROJECT, "schema": SCHEMA, "threads": 1,
            "api_endpoint": self.endpoint, "job_retries": 0, "job_execution_timeout_seconds": 60,
        }  # fmt: skip

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    def begin(self, session: MaterializingSession) -> None:
        session.when_connected(_without_retries)
        super().begin(session)
        session.leave_out_comments()  # it knows some statements, such as CREATE SNAPSHOT TABLE, by how they begin

    def connect(self) -> Any:
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import bigquery

        return _without_retries(
            bigquery.Client(PROJECT, credentials=AnonymousCredentials(), client_options={"api_endpoint": self.endpoint})
        )

    def make_place(self, database: str, schema: str) -> None:
        self._must_live()
        super().make_place(database, schema)

    def query(self, sql: str) -> Rows:
        self._must_live()
        return super().query(sql)

    def explain(self, message: str) -> str:
        return message if self.alive else f"{_DEAD}\n{message}"

    def clean(self) -> None:
        if not self.alive:
            return
        projects = {self.project, *(project for project, _ in self._datasets)}
        super().clean()
        for project in sorted(projects):
            for each in self.client.list_datasets(project, timeout=60):
                if (project, each.dataset_id) != (self.project, self.dataset):  # a macro made it
                    self._delete_dataset(project, each.dataset_id)

    def close(self) -> None:
        if self.alive:
            super().close()
        self._server.stop()
        self._home.cleanup()

    @property
    def alive(self) -> bool:
        return self._server.alive

    def _must_live(self) -> None:
        if not self.alive:
            raise SqlError(_DEAD)

    def _died(self) -> None:
        """Nothing is sent there any more."""
        if self.session is not None:
            self.session.offline = _DEAD


def _without_retries(client: Any) -> Any:
    """Google's client asks for ten minutes again when a server fails, but what fails in this process fails again.

    Only a lost connection is tried again, where nothing is made: the server hangs up after an error of its own, perhaps as the next request goes out.
    """
    from requests.adapters import HTTPAdapter, Retry  # type: ignore[attr-defined]

    call = client._call_api
    client._call_api = lambda _, *arguments, **named: call(None, *arguments, **named)
    lost = Retry(2, connect=0, read=2, redirect=0, status=0, allowed_methods=("GET", "DELETE"))
    client._http.mount("http://", HTTPAdapter(max_retries=lost))
    return client


class _Server:
    """bqemulator on a thread and an event loop of its own, up when this returns. `died` is called when it ends unasked."""

    def __init__(self, home: Path, died: Callable[[], None]) -> None:
        install_spatial(home)
        _silence()
        from bqemulator.config import Settings
        from bqemulator.server import EmulatorServer

        self.alive = True
        self._died = died
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="bigquery-emulator", daemon=True)
        self._thread.start()
        with _home(home):
            settings = Settings(rest_port=0, grpc_port=0, enable_format_extensions=False, query_cache_ttl_seconds=0)
            self._server = EmulatorServer(settings)
            self._wait_for(self._server.start(), 60)

    @property
    def port(self) -> int:
        return int(self._server.rest_port)

    def stop(self) -> None:
        """Can be asked for more than once, and of a server that has died."""
        asked, self.alive = self.alive, False
        if asked:
            with contextlib.suppress(Exception):
                self._wait_for(self._server.stop(), 10)
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_forever()
        if self.alive:
            self.alive = False
            self._died()
            self._hang_up()

    def _hang_up(self) -> None:
        """Nobody reads the sockets any more: whoever waits for an answer is told so, and not left waiting."""
        rest = self._server._fastapi_server
        for listening in rest.servers:
            listening.close()
        for each in list(rest.server_state.connections):
            with contextlib.suppress(OSError):
                each.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def _wait_for(self, step: Any, seconds: float) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(seconds)


def _silence() -> None:
    """The server sets up the logging of the whole process, and says on stdout what it does: both are the user's."""
    import structlog

    silent = structlog.wrap_logger(structlog.ReturnLogger(), processors=[_drop])
    with unittest.mock.patch.object(structlog, "get_logger", return_value=silent):
        from bqemulator import observability
        from bqemulator.observability import logging_
    for place in (observability, logging_):
        place.configure_logging = lambda **_: None
        place.get_logger = lambda _: silent
    # its traceback of a failed request; the client is told what failed
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)


def _drop(*_: Any) -> Any:
    import structlog

    raise structlog.DropEvent


@contextlib.contextmanager
def _home(folder: Path) -> Iterator[None]:
    """The server loads DuckDB's spatial extension from the home folder, when it starts."""
    before = os.environ.get("HOME")
    os.environ["HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = before


def install_spatial(home: Path) -> None:
    """Where the server looks for DuckDB's spatial extension; the package holds it, so no download is needed."""
    import duckdb
    import duckdb_extension_spatial

    package = Path(duckdb_extension_spatial.__file__).parent
    [extension] = package.rglob(f"v{duckdb.__version__}/spatial.duckdb_extension")
    folder = home / ".duckdb" / "extensions"
    folder.mkdir(parents=True)
    with duckdb.connect(config={"extension_directory": str(folder)}) as connection:
        connection.execute(f"install '{extension}'")
