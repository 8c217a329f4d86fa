"""Who holds a backfill of a DuckDB file, which one process at a time can have open."""

from __future__ import annotations

import pytest
from shop import RANGE, STRATEGIES, Shop

AHEAD = """
insert into backfill_runs by name
select * replace (
    'other' as invocation_id, 'heartbeat' as event, 'elsewhere/1' as host, 7 as process_id, 'ada' as started_by,
    recorded_at + interval 3 hours as recorded_at
)
from backfill_runs
where event = 'claim'
"""


def test_a_holder_whose_clock_is_ahead_blocks_nobody(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", *RANGE).code == 0
    shop.sql(AHEAD)
    assert "is held by" not in shop.playbooks("backfill", "status").out
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err


@pytest.mark.parametrize(
    ("profile", "one"),
    [
        ("path: shop.duckdb", True),
        ("path: shop.duckdb, keep_open: false", False),
        ("path: 'ducklake:sqlite:lake.sqlite'", False),
        ("path: ':memory:'", False),
        ("path: 'md:shop'", False),
        ("path: shop.duckdb, database: other, attach: [{path: other.duckdb, alias: other}]", False),
    ],
)
def test_only_a_file_that_dbt_keeps_open_admits_one_process(profile: str, one: bool) -> None:
    import yaml
    from dbt.adapters.duckdb.credentials import DuckDBCredentials

    from dbt_playbooks.project.reach import admits_one_process

    given = {"schema": "main", **yaml.safe_load("{" + profile + "}")}
    assert admits_one_process(DuckDBCredentials.from_dict(given)) is one
