"""A new table is validated as the playbook does it, by dbt's own command: what is printed, and how it ends."""

from __future__ import annotations

import duckdb

from macros.test_as_a_user import User

FOUND = """
"shop"."staging"."stg_events" (new) beside "shop"."raw_data"."events_v3" (source): 4 of 9 checks found a problem
check                      source         new  verdict  why
------------------------------------------------------------------------------------------------------------
rows                            4           5  problem  differ by +1
first date             2024-01-01  2024-01-01  fine     -
last date              2024-01-04  2024-01-04  fine     -
rows without a date             0           0  fine     -
distinct keys                   -           3  -        -
surplus rows of a key           -           1  problem  1 too many, dbt_playbooks.find_duplicates shows them
rows without a key              -           1  problem  NULL in the key of 1
null rate of Order              -         0.6  problem  3 of 5 rows, more than 0.5
null rate of event_id           -         0.2  -        1 of 5 rows
"""
DUPLICATES = """
"shop"."staging"."stg_events" by event_id: 1 duplicate keys, 1 surplus rows, 1 rows without a key, of 5 rows
event_id  row_count
-------------------
1                 2
"""
NULLS = """
NULLs in "shop"."staging"."stg_events"
column_name  row_count  null_count  null_rate
---------------------------------------------
Order                5           3        0.6
event_id             5           1        0.2
event_at             5           0        0.0
"""


def test_the_playbooks_validation_prints_what_is_wrong_and_gates(tmp_path):
    user = User(tmp_path)
    with duckdb.connect(str(user.folder / "shop.duckdb")) as connection:
        connection.execute(
            """
            create schema raw_data; create schema staging;
            create table raw_data.events_v3 as select i as id, date '2024-01-01' + i::int as day from range(4) t(i);
            create view staging.stg_events as
            select * from (
                values
                    (1, 'a', timestamp '2024-01-01 10:00:00'), (1, null, '2024-01-02'), (2, null, '2024-01-03'),
                    (null, null, '2024-01-04 23:59:59.9'), (4, 'd', '2024-01-04')
            ) as t(event_id, "Order", event_at);
            """
        )
    table = "{source_table: raw.events, table: staging.stg_events"
    ask = f"{table}, key: event_id, date_column: event_at, source_date_column: day, columns: [order, event_id], max_null_rate: {{Order: 0.5}}"
    said = user.dbt(
        ["run-operation", "validate_table", "--args", ask + "}"],
        ["run-operation", "validate_table", "--args", ask + ", fail: true}"],
        ["run-operation", "validate_table", "--args", table + ", where: 1 = 1, source_where: id <> 1 or true, columns: [], fail: true}"],
        ["run-operation", "find_duplicates", "--args", "{table: staging.stg_events, key: event_id}"],
        ["run-operation", "find_duplicates", "--args", "{table: staging.stg_events, key: event_id, fail: true}"],
        ["run-operation", "find_duplicates", "--args", "{table: staging.stg_events, key: [event_id, event_at], fail: true}"],
        ["run-operation", "null_rates", "--args", "{table: staging.stg_events}"],
        ["run-operation", "null_rates", "--args", "{table: staging.stg_event}"],
    )  # fmt: skip
    for text in (FOUND, DUPLICATES, NULLS):
        assert text in said
    ended = [line.split()[1] for line in said.splitlines() if line.startswith("= ")]
    assert ended == ["True", "False", "False", "True", "False", "True", "True", "False"]
    assert "rows: differ by +1 (source 4, new 5); surplus rows of a key: 1 too many" in said
    assert "Did you mean stg_events" in said
