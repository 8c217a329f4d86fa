"""A process that has imported what tests take seconds to import, none of it ours, and forks for each run of pytest.

It reads a request a line (JSON: arguments, folder, paths, environment, output, a folder for sockets) and answers the number of the process, then its exit code.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

IMPORTED = [
    *("pytest", "hypothesis", "duckdb", "psutil", "rich.progress", "sqlglot", "yaml"),
    *("dbt.cli.main", "dbt.task.run", "dbt.adapters.duckdb", "dbt.adapters.bigquery"),
]

BROKEN = 97
"""The exit code when it is not the tests that failed, but what runs them."""


def serve() -> None:
    for name in IMPORTED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            try:
                code = _tests(request)
            except BaseException:
                traceback.print_exc()
                code = BROKEN
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _tests(request: dict[str, Any]) -> int:
    os.setsid()  # what the tests start ends with them
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(request["folder"])
    os.environ.update(request["environment"])
    sys.path[:0] = request["paths"]
    sys.argv = ["pytest"]
    _fork_commands_from_here(request["work"])
    import pytest

    return int(pytest.main(request["arguments"]))


def _fork_commands_from_here(work: str) -> None:
    """Tests fork commands from a server of multiprocessing, which imports dbt anew: it begins here instead, where dbt is imported.
    Python has no public way to say so; where its internals are others, the tests' own server begins, and is only slower."""
    from multiprocessing import forkserver

    server: Any = forkserver._forkserver  # type: ignore[attr-defined]
    if sys.version_info >= (3, 14) or not hasattr(server, "_forkserver_alive_fd"):
        return
    listener = socket.socket(socket.AF_UNIX)
    address = str(Path(work) / f"server{os.getpid()}")
    listener.bind(address)
    listener.listen()
    alive_read, alive_write = os.pipe()
    child = os.fork()
    if not child:
        os.close(alive_write)
        with contextlib.suppress(BaseException):
            forkserver.main(listener.fileno(), alive_read, [])
        os._exit(0)
    os.close(alive_read)
    listener.close()
    server._forkserver_address, server._forkserver_alive_fd, server._forkserver_pid = address, alive_write, child


if __name__ == "__main__":
    serve()
