"""What DuckDB makes of a query when columns of its tables have other names. It shares no code with what it judges."""

from __future__ import annotations

import duckdb

from .rename_queries import INT, LIST, STRUCT, TABLES, TEXT, TIME

AGAIN = "renamed_away"
ROWS = {
    "t": [
        "(1, 10, 'a', 'x', timestamp '2024-01-01 01:00:00', [1, 2], {'x': 5, 'status': 'in'})",
        "(2, 20, 'bb', 'a', timestamp '2024-02-02 02:00:00', [3], {'x': 6, 'status': 'out'})",
        "(3, null, 'a', null, timestamp '2024-02-02 03:00:00', [], null)",
        "(4, 40, 'dd', 'k', null, [4, 5, 6], {'x': null, 'status': 'a'})",
    ],
    "u": [
        "(1, 11, 'a', 100, timestamp '2024-01-01 01:00:00')", "(2, 20, 'e', 7, timestamp '2024-01-03 01:00:00')", "(5, null, null, 10, null)",
        "(4, 1, 'dd', 3, timestamp '2023-01-03 01:00:00')",
    ],
    "w": [
        "(1, 10, 'f', 'a', timestamp '2024-01-05 00:00:00')", "(3, 30, 'a', 'g', timestamp '2024-01-06 00:00:00')",
        "(6, 4, 'bb', 'x', timestamp '2024-02-02 03:00:00')",
    ],
}  # fmt: skip


OTHER_VALUES = {
    INT: ["{} + 1000", "-{}", "null", "coalesce({}, 7)", "20"], TEXT: ["'zz' || {}", "null", "coalesce({}, 'a')", "'dd'"],
    TIME: ["{} + interval 400 days", "null", "timestamp '2024-01-04 00:00:00'"], LIST: ["[9, 9, 9]", "null"], STRUCT: ["null", "{{'x': 99, 'status': 'bb'}}"],
}  # fmt: skip


class Warehouse:
    """The three tables on DuckDB, as they are and with columns under other names."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(config={"threads": 1})
        self._schemas: dict[frozenset[tuple[str, str]], str] = {}

    def answer(self, sql: str, *renamed: tuple[str, str]) -> tuple[list[str], list[str]] | None:
        """Names and rows, in no order; None of a query that fails. `renamed` are columns (table, name) that have another name."""
        return self._answer(sql, self._schema(frozenset(renamed)))

    def _answer(self, sql: str, schema: str) -> tuple[list[str], list[str]] | None:
        self._connection.execute(f"set search_path = '{schema}'")
        try:
            found = self._connection.execute(sql)
            return [each[0] for each in found.description or ()], sorted(map(repr, found.fetchall()))
        except duckdb.Error:
            return None

    def _schema(self, renamed: frozenset[tuple[str, str]]) -> str:
        if renamed not in self._schemas:
            schema = self._schemas[renamed] = f"s{len(self._schemas)}"
            self._connection.execute(f"create schema {schema}")
            for table, columns in TABLES.items():
                named = ", ".join(
                    f"{AGAIN if (table, name) in renamed else name} {kind}" for name, kind in columns.items()
                )
                self._connection.execute(f"create table {schema}.{table} ({named})")
                self._connection.execute(f"insert into {schema}.{table} values {', '.join(ROWS[table])}")
        return self._schemas[renamed]

    def uses(self, sql: str, table: str, column: str) -> bool:
        """Whether the query says something else, or nothing, when the column has another name, or other values."""
        before = self.answer(sql)
        if self.answer(sql, (table, column)) != before:
            return True
        # the name may then mean a column of a query around it: used is what no other table can stand in for
        others = [(other, column) for other in TABLES if other != table and column in TABLES[other]]
        if others and self.answer(sql, *others) == before != self.answer(sql, (table, column), *others):
            return True
        return any(self._changed(sql, table, column, how) != before for how in OTHER_VALUES[TABLES[table][column]])

    def _changed(self, sql: str, table: str, column: str, how: str) -> tuple[list[str], list[str]] | None:
        """The answer where the column has other values."""
        before = self._schema(frozenset())
        self._connection.execute("drop schema if exists changed cascade; create schema changed")
        for each in TABLES:
            replaced = f"* replace ({how.format(column)} as {column})" if each == table else "*"
            self._connection.execute(f"create table changed.{each} as select {replaced} from {before}.{each}")
        return self._answer(sql, "changed")
