"""The table of docs/schema-evolution.md, for BigQuery: what dbt-bigquery sends is run on the emulator and read by GoogleSQL's analyzer.

The emulator keeps no column that is added by its API, and drops one column a statement: where dbt does that, the table is made by hand as BigQuery
would have it then, and the model is run once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import incremental_changes as changing
import pytest
from incremental_changes import CELLS, CHANGES, Cell, Ran

from dbt_playbooks.pytest_plugin.errors import SqlError

from .conftest import PROJECT, Shop

SOURCES = "sources:\n  - name: raw\n    database: {project}\n    schema: {dataset}\n    tables:\n      - name: users\n"
UNABLE = ('does not have a column with name "', "Only one ALTER command per statement is supported")
ADDING = ("append_new_columns", "sync_all_columns")
TYPES = {"plan_clean": "string", "segment": "string", "age_int": "int64", "age_cast_failures": "string"}


def stored(shop: Shop, cell: Cell) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """The columns of a model's table with their types, and its rows. The emulator's API still lists columns that a statement dropped."""
    rows = shop.sql(f"select * from {{{changing.name_of(cell)}}} order by id")
    listed = shop.emulator.client.get_table(f"{PROJECT}.{shop.dataset}.{changing.name_of(cell)}").schema
    there = next(
        iter(shop.emulator.client.query(f"select * from `{PROJECT}.{shop.dataset}.{changing.name_of(cell)}`").result())
    ).keys()
    return {
        each.name: {"INTEGER": "INT64"}.get(each.field_type, each.field_type) for each in listed if each.name in there
    }, rows


def altered(cell: Cell, before: Mapping[str, str]) -> list[str]:
    """The columns that dbt's change of the schema leaves, with their types, as expressions of the table before."""
    change, value = cell
    wanted = ["id", *CHANGES[change].selects]
    kept = [name for name in before if name in wanted or value != "sync_all_columns"]
    return [*kept, *(f"cast(null as {TYPES[name]}) as {name}" for name in wanted if name not in before)]


def judged(analyzer: Any, statements: list[str]) -> str:
    """What the analyzer says of statements, one after the other: its error, or ''."""
    try:
        found = analyzer.analyze(";\n".join(each.strip().rstrip(";") for each in statements), {})
    except SqlError as error:
        return str(error)
    assert [each.unsupported for each in found if each.unsupported] == [], statements
    return ""


def sent_in_order(shop: Shop, cell: Cell, built: Ran, ran: Ran, last: Ran, before: Mapping[str, str]) -> list[str]:
    """What dbt sent from the first run on, with SQL in place of what it has its API do: to add columns."""
    table = f"`{PROJECT}`.`{shop.dataset}`.`{changing.name_of(cell)}`"
    added = [name for name in CHANGES[cell[0]].selects if name not in before and cell[1] in ADDING]
    alter = [f"alter table {table} {', '.join(f'add column {name} {TYPES[name]}' for name in added)}"] if added else []
    begins = [each for each in ran.sent if "__dbt_tmp" in each and "merge into" not in each]
    rest = [each for each in ran.sent if each not in begins]
    users = (
        f"create table `{PROJECT}`.`{shop.dataset}`.`users` (id int64, kind string, age string, plan string, run int64)"
    )
    return [users, *built.sent, *begins, *alter, *rest, *(last.sent if last is not ran else [])]


@pytest.fixture
def users(shop: Shop) -> Shop:
    shop.write("models/raw.yml", SOURCES.format(project=PROJECT, dataset=shop.dataset))
    shop.sql(f"create table {{users}} as {changing.USERS.replace('TEXT', 'string')}")
    return shop


def test_the_table_of_the_page_is_what_dbt_makes_of_a_table_there(users: Shop, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("zetasql", reason="GoogleSQL is not installed: pip install 'dbt-playbooks[googlesql]'")
    from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL

    analyzer = GoogleSQL(PROJECT)
    built = changing.build(users.folder)
    before = {cell: stored(users, cell) for cell in CELLS}
    ran = changing.run(users.folder)
    unable = [cell for cell in CELLS if any(text in ran[cell].error for text in UNABLE)]
    for cell in unable:
        name = changing.name_of(cell)
        columns = ", ".join(altered(cell, before[cell][0]))
        users.sql(f"create or replace table {{{name}}} as select {columns} from {{{name}}}")
    again = changing.run(users.folder)
    found = {}
    for cell in CELLS:
        last = again[cell] if cell in unable else ran[cell]
        error = judged(analyzer, sent_in_order(users, cell, built[cell], ran[cell], last, before[cell][0]))
        refused_before = "Compilation Error" in last.error
        assert bool(error) == (bool(last.error) and not refused_before), (cell, error, last.error)
        columns, rows = stored(users, cell)
        tried = "dbt" if refused_before else "columns changed by hand" if cell in unable else "emulator"
        facts = changing.facts_of(before[cell][0], columns, rows, error or last.error)
        found[cell] = {"tried": tried, **facts}
    assert found == changing.held("bigquery", found, request.config.option.update_snapshots)
