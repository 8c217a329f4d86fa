"""The target `bigquery`: dbt-bigquery renders, GoogleSQL analyzes; there is no database, so nothing runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dbt_playbooks.project.macros import OfflineError
from dbt_playbooks.project.materializing import MaterializingSession
from dbt_playbooks.pytest_plugin.columns import as_columns
from dbt_playbooks.pytest_plugin.errors import HarnessError, NotCheckedError, NotCheckedWarning
from dbt_playbooks.pytest_plugin.expecting import warn
from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL, Statement
from dbt_playbooks.pytest_plugin.listing import listing
from dbt_playbooks.pytest_plugin.rows import Rows
from dbt_playbooks.pytest_plugin.tables import TableData
from dbt_playbooks.pytest_plugin.targets.bigquery_tables import Tables, not_declared, path_of
from dbt_playbooks.pytest_plugin.targets.opened import SCHEMA, OpenTarget

PROJECT = "test-project"

_NO_DATABASE = (
    "Target 'bigquery' only renders and analyzes, it has no database. Give the macro an answer with stubs={...}, "
    "or let the test run elsewhere: @pytest.mark.targets('duckdb', 'emulator')."
)


_ALLOW = (
    "Nothing is said of that: neither that it is right nor that it is wrong. If the test is to pass all the same, type "
    "allow_unchecked=True: macro.run(..., allow_unchecked=True), .check(allow_unchecked=True) or macro.analyze(sql, allow_unchecked=True)."
)


class BigQuery(OpenTarget):
    name = "bigquery"
    dialect = "bigquery"
    analyzes = True
    output: Mapping[str, Any] = {
        "type": "bigquery", "method": "oauth-secrets", "token": "none", "project": PROJECT, "schema": SCHEMA, "threads": 1,
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._tables = Tables()
        self._analyzer: GoogleSQL | None = None

    def begin(self, session: MaterializingSession) -> None:
        super().begin(session)
        session.offline = _NO_DATABASE
        session.answer_from(self._relation, self._columns)

    def analyze(self, sql: str, allow_unchecked: bool = False, stored: bool = False) -> list[Statement]:
        """The statements of `sql`, resolved against the tables of the test. Raises SqlError, or NotCheckedError.

        `stored` says that a table or view will hold the rows of a query.
        """
        return self._follow(sql, allow_unchecked, stored)[0]

    def _follow(
        self, sql: str, allow_unchecked: bool, stored: bool = False
    ) -> tuple[list[Statement], Mapping[Any, Any]]:
        if self._analyzer is None:
            self._analyzer = GoogleSQL(PROJECT)
        statements, changed = self._analyzer.follow(sql, self._tables, stored=stored)
        unchecked = [each for each in statements if each.unsupported]
        if unchecked:
            said = _not_checked(unchecked, len(statements))
            if not allow_unchecked:
                raise NotCheckedError(f"{said}\n{_ALLOW}\n{listing(sql)}")
            warn(said, NotCheckedWarning)
        return statements, changed

    @contextlib.contextmanager
    def materializing(self, allow_unchecked: bool) -> Iterator[Mapping[str, Any]]:
        """Statements are analyzed, and what they make is in the catalogue for those that follow."""
        self.session.take = lambda sql, fetch: self._take(sql, fetch, allow_unchecked)
        try:
            yield self._tables.answers(self.session.agate_type, _NO_DATABASE)
        finally:
            self.session.take = None

    def _take(self, sql: str, fetch: bool, allow_unchecked: bool) -> None:
        statements, changed = self._follow(sql, allow_unchecked)
        if fetch and statements and statements[-1].kind == "ResolvedQueryStmt":
            raise OfflineError(f"the materialization asked for the rows of a statement:\n{sql.strip()}\n{_NO_DATABASE}")
        self._tables.learn(changed)

    def query(self, sql: str) -> Rows:
        self.analyze(sql)
        raise HarnessError(f"GoogleSQL accepts the statement, but there are no rows: {_NO_DATABASE}")

    def clean(self) -> None:
        self._tables.clear()

    def _create(self, relation: Any, data: TableData) -> None:
        self._tables[path_of(relation)] = as_columns(data.columns)

    def _relation(self, database: str, schema: str, identifier: str) -> Any:
        """What `adapter.get_relation` says: the tables of the test are the catalogue."""
        if (database, schema, identifier) not in self._tables:
            return None
        return self.session.relation(identifier, schema, database)

    def _columns(self, relation: Any) -> list[Sequence[Any]]:
        """What `adapter.get_columns_in_relation` says. Pseudo columns are not among them, as in BigQuery."""
        if self._tables.of(relation) is None:
            raise not_declared(relation)
        return [
            (each.name, self.session.type_label(each.field_type), each.fields, each.mode)
            for each in self._tables.fields(relation)
        ]


def _not_checked(unchecked: Sequence[Statement], statements: int) -> str:
    """Each part that was not judged, where it is and why."""
    lines = [f"GoogleSQL's analyzer did not check {len(unchecked)} of {statements} statements:"]
    for each in unchecked:
        first, *more = each.sql.strip().split("\n")
        lines.append(f"  {each.place}: {each.unsupported}, in: {first}{' ...' if more else ''}")
    return "\n".join(lines)
