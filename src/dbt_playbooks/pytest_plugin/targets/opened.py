"""A target that is open: its dbt session, and what a test may do there. One file a target says how."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dbt_playbooks.errors import WarehouseError
from dbt_playbooks.project.materializing import MaterializingSession
from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError
from dbt_playbooks.pytest_plugin.rows import Rows
from dbt_playbooks.pytest_plugin.tables import TableData, create_statement

if TYPE_CHECKING:
    from dbt_playbooks.pytest_plugin.googlesql import Statement

SCHEMA = "dbt_test"


class OpenTarget(abc.ABC):
    """Tables are made for one test and gone after it."""

    name: str
    dialect: str
    output: Mapping[str, Any]
    """The output of the profile that dbt connects with."""

    def __init__(self) -> None:
        self.session: MaterializingSession = None  # type: ignore[assignment]
        self._made = 0

    def begin(self, session: MaterializingSession) -> None:
        """dbt is open: make what the tests need."""
        self.session = session

    analyzes = False
    """Whether SQL is analyzed here, instead of run."""

    def analyze(self, sql: str, allow_unchecked: bool = False, stored: bool = False) -> list[Statement]:  # noqa: ARG002
        """The statements of `sql`, as GoogleSQL understands them. Raises SqlError when it refuses one, NotCheckedError when it can't judge one."""
        raise HarnessError(
            f"target '{self.name}' is not analyzed: only 'bigquery' is. Ask for .rows, or mark the test."
        )

    @abc.abstractmethod
    def query(self, sql: str) -> Rows:
        """The rows of a statement. Raises SqlError when the target refuses it."""

    def lost(self) -> str | None:
        """What the last call wrote and did not keep, in words."""
        return None

    @contextlib.contextmanager
    def materializing(self, allow_unchecked: bool) -> Iterator[Mapping[str, Any]]:  # noqa: ARG002
        """While a materialization runs: what stands in for methods of the adapter."""
        yield {}

    def explain(self, message: str) -> str:
        """A database's message with what its reader should know of this target."""
        return message

    @abc.abstractmethod
    def clean(self) -> None:
        """Remove whatever the last test made."""

    def close(self) -> None:
        if self.session is not None:
            self.session.close()

    def end_test(self) -> None:
        used = self._made > 0 or self.session.sent
        self._made = 0
        if used:  # most tests only render, and cleaning takes longer than that
            self.clean()
        self.session.sent.clear()
        self.session.statements.clear()

    def create(self, data: TableData, name: str | None, schema: str | None, database: str | None = None) -> Any:
        """A table of the test; the relation, as a macro gets it."""
        relation = self.session.relation(name or f"table_{self._made + 1}", schema, database)
        self.make_place(str(relation.database), str(relation.schema))
        self._create(relation, data)
        self.session.forget_relations()  # a macro may have asked already which there are
        return relation

    def make_place(self, database: str, schema: str) -> None:  # noqa: ARG002
        """Make the database and schema that the test puts something into, if they are not there."""
        self._made += 1

    def _create(self, relation: Any, data: TableData) -> None:
        self.silently(create_statement(relation, data, self.dialect))

    def silently(self, *statements: str) -> None:
        """Statements of the harness itself, which are none of the macro's."""
        before, sent = len(self.session.statements), len(self.session.sent)
        try:
            for statement in statements:
                self.session.execute(statement)
        except WarehouseError as error:
            raise SqlError(self.explain(str(error))) from None
        finally:
            del self.session.statements[before:], self.session.sent[sent:]

    def _rows(self, sql: str) -> tuple[list[tuple[str, str]], Sequence[Sequence[Any]]]:
        before = len(self.session.statements)
        try:
            return self.session.rows(sql)
        finally:
            del self.session.statements[before:]
