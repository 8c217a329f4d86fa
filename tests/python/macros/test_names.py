"""Names that we make up never meet names of users: a column, a label or a metric that is called like anything in our SQL gives the same rows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from macros.cases import CASES, OPTIONS, TABLES, TYPES
from macros.test_every_macro import statements

pytestmark = pytest.mark.targets("duckdb")

NAMES = [*TYPES, "total", "rows", "month"]
"""What users call things in the calls of cases.py: columns, metrics, groups."""
ODD = ['in"ch', "it's", "a b", "select", "ü", "100 %", "back\\slash", "A"]
OF_CATALOGUES = ("compare_schemas_sql", "cutover_sql", "dependent_views_sql", "backup_table_sql", "recent_readers_sql")
ASKS = {
    name: case
    for name, case in CASES.items()
    if name.endswith("_sql") and name not in OF_CATALOGUES and not case.backup
}
OF_TABLES = [
    *((name, case.arguments) for name, case in ASKS.items() if "events" in str(case.arguments)),
    *(
        (f"{name}.options", arguments)
        for name, arguments in OPTIONS.items()
        if "events" in str(arguments) and name in ASKS and "monitoring." not in str(arguments)
    ),
]


def made_up(sql: str) -> list[str]:
    """Names that a query gives to its own things."""
    found = re.findall(r'\bas "?(\w+)"?', sql) + re.findall(r"\b(\w+) as \(", sql)
    return sorted(
        {each.lower() for each in found} - {*TYPES, "select", "date", "timestamp", "varchar", "double", "bigint"}
    )


def renamed(value: Any, names: dict[str, str]) -> Any:
    """An argument with other names in it; an expression has them quoted."""
    if isinstance(value, dict):
        return {names.get(key, key) if key in NAMES else key: renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    if not isinstance(value, str) or value in names:
        return names.get(value, value) if isinstance(value, str) else value
    return re.sub(r"\b(id|day|happened_at|amount)\b", lambda found: quoted(names.get(found[0], found[0])), value)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def plain(rows: Any, back: dict[str, str]) -> list[list[Any]]:
    """Rows with the names that users had before in the texts, in an order that does not depend on them."""
    names = "|".join(sorted(back, key=len, reverse=True))
    ours = re.compile(rf"(?:\b|(?<=sum_))(?:{names})\b") if back else re.compile("(?!)")
    found = [
        [
            ours.sub(lambda name: back[name[0]], cell) if isinstance(cell, str) and not cell.startswith("[{") else cell
            for cell in row
        ]
        for row in rows
    ]
    return sorted(found, key=repr)


@pytest.mark.parametrize(("name", "arguments"), OF_TABLES, ids=[name for name, _ in OF_TABLES])
def test_a_name_of_ours_may_be_one_of_the_users(macro, table, name, arguments):
    macro_name = name.removesuffix(".options")
    case = CASES[macro_name]

    def answer(names):
        back = {taken: user for user, taken in names.items()}
        for each, rows in TABLES.items():
            macro.query(f"drop table if exists dbt_test.{each}")
            types = {names.get(key, key): kind for key, kind in TYPES.items()}
            table({names.get(key, key): values for key, values in rows.items()}, types, name=each)
        asked = renamed(dict(arguments), names)
        result = macro(macro_name, **asked, vars=case.vars, stubs={**case.catalogue, **case.stubs})
        if not case.statements:
            return result.text, plain(macro.query(result.text), back)
        for statement in statements(result):
            macro.query(statement)
        left = [macro.query(f"select * from dbt_test.{each} order by all") for each in TABLES]
        return ";\n".join(statements(result)), [plain(each, back) for each in left]

    text, expected = answer({})
    ours, broken = made_up(text), {}
    for shift, name_of_ours in enumerate(ours):
        taken = {user: ours[(shift + number) % len(ours)] for number, user in enumerate(NAMES)}
        if len(ours) < len(NAMES):
            taken = {NAMES[shift % len(TYPES)]: name_of_ours}
        try:
            _, found = answer(taken)
        except Exception as error:
            found = str(error)[:400]
        if found != expected:
            broken[str(taken)] = found
    assert broken == {}


@pytest.mark.parametrize("odd", ODD)
def test_a_column_may_be_called_anything(macro, made, odd):
    old, new = (made(f"select 1 as id, {value} as {quoted(odd)}, date '2024-01-01' as day") for value in (1, 2))
    assert macro("compare_rows", old, new, key="id").value["columns"] == {odd: 1}
    assert macro("compare_rows", old, new, key="id", exclude_columns=odd).value["same"]
    assert macro("compare_rows", old, new, key=["id", odd]).value["only_in_old"] == 1
    assert macro("compare_rows", old, new).value["only_in_old"] == 1
    assert len(macro("compare_rows_sql", old, new, key="id").rows) == 1
    assert macro("compare_row_counts", old, new, by=quoted(odd)).rows[0][0] == 1
    assert macro("compare_aggregates", old, new, metrics={odd: f"sum({quoted(odd)})"}).rows == [[1, 2, odd, "differs"]]
    assert macro("find_duplicates", old, key=["id", odd]).value["duplicate_keys"] == 0
    assert [row[0] for row in macro("null_rates", old, columns=[odd]).rows] == [odd]
