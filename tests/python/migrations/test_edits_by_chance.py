"""A column is renamed in random projects: the printed edits are written, and at each step the project builds with the rows that it had.

`EDITED_PROJECTS=5 pytest tests/python/migrations/test_edits_by_chance.py` tries five.
"""

from __future__ import annotations

import os
import random
from typing import Any

import duckdb
import pytest
from printed import changes, left, write
from queries_by_chance import query
from shop import Shop
from test_migrations_command import Dbt

BASE = """\
select id, amount, {{ dbt_playbooks.renamed_column('status', 'state', remove_after='2024-02-01', expression='note') }}
from {{ source('raw', 'events') }}
"""
OTHER = "select distinct amount + 50 as key, note as status from {{ source('raw', 'events') }}\n"
MANY = 30
SEEDS = int(os.environ.get("EDITED_PROJECTS", "1"))


def taken(sql: str) -> bool:
    """Whether DuckDB takes a query at all: what is random need not be one."""
    plain = sql.replace("{{ ref('base') }}", "base").replace("{{ ref('other') }}", "other")
    with duckdb.connect() as connection:
        connection.execute("create table base as select 1 as id, 2 as amount, 'n1' as status, 'n1' as state")
        connection.execute("create table other as select 1 as key, 'n1' as status")
        try:
            connection.execute(plain)
        except duckdb.Error:
            return False
    return True


def rows(shop: Shop, names: list[str]) -> dict[str, Any]:
    return {name: sorted(map(repr, shop.sql(f"select * from {name}"))) for name in names}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_printed_edits_build_and_keep_the_rows_of_every_reader(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    found = [sql for sql in dict.fromkeys(query(chance) for _ in range(3 * MANY)) if taken(sql)][:MANY]
    assert len(found) == MANY
    names = [f"reader_{number}" for number in range(MANY)]
    shop.model("base", BASE)
    shop.model("other", OTHER)
    for name, sql in zip(names, found, strict=True):
        shop.model(name, sql)
    dbt = Dbt(shop.folder)
    try:
        dbt("build")
        before = rows(shop, names)
        _test, move, _ = changes(shop)[0]["steps"]
        by_hand = set(left(move))
        told = {
            edit["path"]: [*edit["left"], *edit["fails"], edit["note"]]
            for edit in move["edits"]
            if edit["path"] in by_hand
        }
        assert len(by_hand) <= MANY // 10, told
        write(shop.folder, move)
        dbt("build")
        assert rows(shop, names) == before
        for path in by_hand:
            (shop.folder / path).unlink()
        whole = [name for name in names if f"models/{name}.sql" not in by_hand]
        *_, last = changes(shop)[0]["steps"]
        write(shop.folder, last)
        dbt("build")
        assert rows(shop, whole) == {name: before[name] for name in whole}
    finally:
        dbt.close()
