"""The target `bigquery`: dbt-bigquery renders, GoogleSQL analyzes; there is no database, so nothing runs."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from dbt_playbooks.project.macros import MacroSession
from dbt_playbooks.pytest_plugin.columns import as_columns
from dbt_playbooks.pytest_plugin.errors import HarnessError, NotCheckedError, NotCheckedWarning
from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL, Statement
from dbt_playbooks.pytest_plugin.listing import listing
from dbt_playbooks.pytest_plugin.rows import Rows
from dbt_playbooks.pytest_plugin.tables import TableData
from dbt_playbooks.pytest_plugin.targets.opened import SCHEMA, OpenTarget

PROJECT = "test-project"

_NO_DATABASE = (
    "Target 'bigquery' only renders and analyzes, it has no database. Give the macro an answer with stubs={...}, "
    "or let the test run elsewhere: @pytest.mark.targets('duckdb', 'emulator')."
)
_API_NAMES = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN"}


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
        self._tables: dict[tuple[str, ...], Any] = {}
        self._analyzer: GoogleSQL | None = None

    def begin(self, session: MacroSession) -> None:
        super().begin(session)
        session.offline = _NO_DATABASE
        session.answer_from(self._relation, self._columns)

    def analyze(self, sql: str, allow_unchecked: bool = False) -> list[Statement]:
        """The statements of `sql`, resolved against the tables of the test. Raises SqlError, or NotCheckedError."""
        if self._analyzer is None:
            self._analyzer = GoogleSQL(PROJECT)
        statements = self._analyzer.analyze(sql, self._tables)
        unchecked = [each for each in statements if each.unsupported]
        if unchecked:
            said = _not_checked(unchecked, len(statements))
            if not allow_unchecked:
                raise NotCheckedError(f"{said}\n{_ALLOW}\n{listing(sql)}")
            warnings.warn(said, NotCheckedWarning, stacklevel=2)
        return statements

    def query(self, sql: str) -> Rows:
        self.analyze(sql)
        raise HarnessError(f"GoogleSQL accepts the statement, but there are no rows: {_NO_DATABASE}")

    def clean(self) -> None:
        self._tables.clear()

    def _create(self, relation: Any, data: TableData) -> None:
        self._tables[_path(relation)] = as_columns(data.columns)

    def _relation(self, database: str, schema: str, identifier: str) -> Any:
        """What `adapter.get_relation` says: the tables of the test are the catalogue."""
        if (database, schema, identifier) not in self._tables:
            return None
        return self.session.relation(identifier, schema, database)

    def _columns(self, relation: Any) -> list[Sequence[Any]]:
        """What `adapter.get_columns_in_relation` says. Pseudo columns are not among them, as in BigQuery."""
        path = _path(relation)
        if path not in self._tables:
            raise HarnessError(
                f"the macro asks for the columns of {relation}, which the test did not declare. "
                f"Make it: table(types={{'id': 'int64'}}, name='{relation.identifier}')."
            )
        found = self._tables[path].items()
        fields = [_field(name, each) for name, each in found if not name.upper().startswith("_PARTITION")]
        return [(each.name, self.session.type_label(each.field_type), each.fields, each.mode) for each in fields]


def _not_checked(unchecked: Sequence[Statement], statements: int) -> str:
    """Each part that was not judged, where it is and why."""
    lines = [f"GoogleSQL's analyzer did not check {len(unchecked)} of {statements} statements:"]
    for each in unchecked:
        first, *more = each.sql.strip().split("\n")
        lines.append(f"  {each.place}: {each.unsupported}, in: {first}{' ...' if more else ''}")
    return "\n".join(lines)


def _field(name: str, column: Any) -> Any:
    """A column as BigQuery's API describes it, which dbt-bigquery reads: an array is a mode, and a struct a RECORD."""
    from google.cloud.bigquery import SchemaField
    from sqlglot import exp

    mode = "NULLABLE"
    if column.this == exp.DataType.Type.ARRAY:
        mode, column = "REPEATED", column.expressions[0]
    if column.this == exp.DataType.Type.STRUCT:
        inner = [_field(each.name, each.args["kind"]) for each in column.expressions]
        return SchemaField(name, "RECORD", mode, fields=inner)
    written = column.sql("bigquery").partition("(")[0]
    return SchemaField(name, _API_NAMES.get(written, written), mode)


def _path(relation: Any) -> tuple[str, str, str]:
    return (str(relation.database), str(relation.schema), str(relation.identifier))
