"""The table of docs/schema-evolution.md, on DuckDB: each of our macros in an incremental model, under each value of `on_schema_change`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import incremental_changes as changing
import pytest
from incremental_changes import CELLS, Cell
from shop import Shop


@pytest.fixture
def users(template: Path, tmp_path: Path) -> Shop:
    shutil.copytree(template, tmp_path / "shop", symlinks=True)
    shop = Shop(tmp_path / "shop")
    shop.write("models/raw.yml", "sources:\n  - name: raw\n    tables:\n      - name: users\n")
    shop.sql(f"create table raw.users as {changing.USERS.replace('TEXT', 'varchar')}")
    return shop


def stored(shop: Shop, cell: Cell) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """The columns of a model's table with their types, and its rows."""
    with duckdb.connect(str(shop.file)) as connection:
        found = connection.execute(f"select * from {changing.name_of(cell)} order by id")
        return {each[0]: str(each[1]) for each in found.description or []}, found.fetchall()


def test_the_table_of_the_page_is_what_an_incremental_run_does(users: Shop, request: pytest.FixtureRequest) -> None:
    changing.build(users.folder)
    before = {cell: stored(users, cell) for cell in CELLS}
    ran = changing.run(users.folder)
    found = {}
    for cell in CELLS:
        columns, rows = stored(users, cell)
        assert not ran[cell].error or (columns, rows) == before[cell], "a run that fails changes nothing"
        found[cell] = changing.facts_of(before[cell][0], columns, rows, ran[cell].error)
    assert found == changing.held("duckdb", found, request.config.option.update_snapshots)
