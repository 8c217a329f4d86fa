"""Who can reach the warehouse: says at once that BigQuery can't be reached, which its client would try for ten minutes each time that a macro
asks, and whether only one process at a time can have it open."""

from __future__ import annotations

import re
import socket
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

_SECONDS = 5


def refuse_unreachable(adapter: Any, credentials: Any) -> None:
    """Let the adapter try the host before it opens its first connection, and refuse all of them where it does not answer."""
    if credentials.type != "bigquery":
        return
    from dbt.adapters.contracts.connection import LazyHandle

    manager = adapter.connections
    opened, closed = manager.open, manager.close
    found: list[str | None] = []

    def open_connection(connection: Any) -> Any:
        if not found:
            found.append(_unreachable(getattr(credentials, "api_endpoint", None)))
        if found[0]:
            # as a refused connection of its client's would come
            raise ConnectionError(found[0])
        return opened(connection)

    def close_connection(connection: Any) -> Any:
        # dbt-bigquery opens a connection that nobody used, to close it
        return connection if isinstance(connection._handle, LazyHandle) else closed(connection)

    manager.open, manager.close = open_connection, close_connection


def admits_one_process(credentials: Any) -> bool:
    """Whether the target's database is a DuckDB file of its own, which dbt keeps open and locked for as long as its process lives."""
    if credentials.type != "duckdb":
        return False
    path = str(credentials.path)
    # `md:`, `ducklake:`, `https://`; a letter alone is a drive
    is_file = path != ":memory:" and not re.match(r"[a-zA-Z][\w+.-]+:", path)
    its_own = credentials.database == credentials.path_derived_database_name(path)
    return bool(is_file and its_own and credentials.keep_open and not credentials.remote)


def _unreachable(endpoint: str | None) -> str | None:
    """Why the host does not answer; None where it does, or where a proxy stands between."""
    parts = urlsplit(endpoint or "https://bigquery.googleapis.com")
    if getproxies().get(parts.scheme):
        return None
    host, port = parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
    try:
        socket.create_connection((host, port), timeout=_SECONDS).close()
    except OSError as error:
        return f"{host} does not answer: {error}"
    return None
