"""One opened dbt project and its connection: statements, queries, and dbt's exceptions as ours."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.interface import Options
from dbt_playbooks.project.opening import dbt_context, plain
from dbt_playbooks.project.raised import CLIENTS


class DbtSession:
    """dbt Core in this process, with one project parsed and one adapter. Threads may use it at the same time."""

    def __init__(
        self,
        options: Options,
        selection: Sequence[str],
        exclude: Sequence[str],
        stack: contextlib.ExitStack,
        arguments: Sequence[str] = (),
    ) -> None:
        # dbt takes two seconds to import: only those who open a project pay for it
        from dbt.adapters.factory import get_adapter

        self._context = dbt_context(options, selection, exclude, stack, arguments)
        self._manifest = self._context["manifest"]
        self._config = self._context["runtime_config"]
        self._adapter = get_adapter(self._config)
        self._connected = threading.local()
        credentials = self._config.credentials
        self.adapter_type: str = credentials.type
        self.target_name: str = self._config.target_name
        self.location = str(getattr(credentials, "path", None) or f"{credentials.database}.{credentials.schema}")

    def execute(self, sql: str) -> None:
        """Run a statement that stands alone; what it returns is not fetched."""
        from dbt.adapters.sql import SQLConnectionManager

        with self._dbt_errors(), self._connection("execute"):
            if isinstance(self._adapter.connections, SQLConnectionManager):
                # not `execute`: it makes an agate table of no rows, which takes a millisecond
                self._adapter.connections.add_query(sql, auto_begin=False)
            else:
                self._adapter.execute(sql, auto_begin=False, fetch=False)

    def rows(self, sql: str) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
        """The columns of a query with their types as the warehouse writes them, and its rows, as its client gives the values."""
        from dbt.adapters.sql import SQLConnectionManager

        with self._dbt_errors(), self._connection("query"):
            if isinstance(self._adapter.connections, SQLConnectionManager):
                # agate guesses a type for each column, which costs more than a small query
                _, cursor = self._adapter.connections.add_query(sql, auto_begin=False)
                return [(column[0], str(column[1]).lower()) for column in cursor.description or ()], cursor.fetchall()
            _, iterator = self._adapter.connections.raw_execute(sql)
            columns = [self._adapter.Column.create_from_field(field) for field in iterator.schema]
            return [(each.name, str(each.data_type).lower()) for each in columns], [
                tuple(row.values()) for row in iterator
            ]

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query, as dicts of Python values."""
        columns, rows = self.rows(sql)
        return [dict(zip((name for name, _ in columns), row, strict=True)) for row in rows]

    def connected(self) -> contextlib.AbstractContextManager[None]:
        """One connection for all calls and queries inside; without it each takes its own."""
        return self._connection("connected")

    @contextlib.contextmanager
    def _connection(self, name: str) -> Iterator[None]:
        """A connection for this thread, the one it is inside of already if there is one."""
        if getattr(self._connected, "now", False):
            yield
            return
        with self._adapter.connection_named(name):
            self._connected.now = True
            try:
                yield
            finally:
                self._connected.now = False

    @contextlib.contextmanager
    def _dbt_errors(self) -> Iterator[None]:
        """dbt's exceptions as ours: compiler errors are the user's, anything from the database is the warehouse's."""
        from dbt.adapters.exceptions import FailedToConnectError
        from dbt.exceptions import ParsingError
        from dbt_common.exceptions import CompilationError, DbtBaseException, DbtDatabaseError

        try:
            yield
        except (CompilationError, ParsingError) as error:
            # a variable of the environment that is missing is an error of parsing
            raise UsageError(plain(error)) from error
        except (DbtDatabaseError, FailedToConnectError) as error:
            raise WarehouseError(self._warehouse_message(error)) from error
        except DbtBaseException as error:
            raise WarehouseError(self._warehouse_message(error)) from error
        except Exception as error:
            # dbt lets some errors of the warehouse's client through as they are, a refused connection for one
            if not isinstance(error, OSError) and type(error).__module__.split(".")[0] not in CLIENTS:
                raise
            raise WarehouseError(self._warehouse_message(error)) from error

    def _warehouse_message(self, error: BaseException) -> str:
        text = plain(error)
        if "Could not set lock on file" in text:
            return (
                f"the DuckDB file {self.location} is in use by another process:\n{text}\n"
                "DuckDB lets one process write a file at a time. Wait for it, or close it, and run this again."
            )
        return f"the warehouse ({self.adapter_type}, target '{self.target_name}') said:\n{text}"

    def _close(self) -> None:
        with contextlib.suppress(Exception):
            self._adapter.cleanup_connections()
            # dbt-duckdb holds its file for the life of the process, and with it everybody else out
            getattr(self._adapter.connections, "close_all_connections", lambda: None)()
