"""Models whose rows depend on where a chunk ends are found before anything runs, by their SQL and by their rows."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, MERGE, MICROBATCH, RANGE, Shop

SOURCE = "{{ source('raw', 'events') }}"
F = "{{ dbt_playbooks.backfill_filter('event_date') }}"
WEEKLY = ("--start", "2024-01-01", "--end", "2024-01-31", "--chunk", "week")
DAILY = ("--start", "2024-01-01", "--end", "2024-01-10", "--chunk", "day")

REFUSED = {
    "a number within a customer": (
        f"select *, row_number() over (partition by amount order by event_date) as n from {SOURCE} where {F}",
        "the window function ROW_NUMBER() OVER (PARTITION BY amount",
    ),
    "the row before": (
        f"select *, lag(id) over (order by id) as before from {SOURCE} where {F}",
        "the window function LAG(id) OVER (ORDER BY id",
    ),
    "a limit": (f"select * from {SOURCE} where {F} order by id limit 5", "LIMIT counts rows of each window"),
    "a group without the date": (
        f"select min(id) as id, amount, max(event_date) as event_date from {SOURCE} where {F} group by amount",
        "it groups by amount, without the date",
    ),
    "a distinct count": (
        f"select min(id) as id, count(distinct note) as notes, max(event_date) as event_date from {SOURCE} where {F}",
        "over all rows of a window",
    ),
    "two inputs cut by the window": (
        f"with a as (select * from {SOURCE} where {F}), b as (select id + 10 as id, amount as other from {SOURCE} where {F})"
        " select a.*, b.other from a left join b using (id)",
        "it joins two inputs that are both cut by the window",
    ),
    "a subquery around the edge": (
        f"select *, (select count(*) from {SOURCE} as b where b.event_date < a.event_date and {F.replace('event_date', 'b.event_date')}) as n"
        f" from {SOURCE} as a where {F.replace('event_date', 'a.event_date')}",
        "a subquery is cut by the window",
    ),
    "a batch variable": (
        f"select *, '{{{{ var('dbt_playbooks_start_date', '') }}}}' as batch from {SOURCE} where {F}",
        "the window's dates are in '2024-01-01' AS batch",
    ),
    "a wider window than it writes": (
        "{{ config(event_time='event_date') }}"
        f"select * from {SOURCE} where event_date >= cast('{{{{ var('dbt_playbooks_start_date', '2024-01-01') }}}}' as date) - 1"
        " and event_date <= cast('{{ var('dbt_playbooks_end_date', '2024-01-01') }}' as date)",
        "no plain `column >= day`",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_model_is_refused_with_the_reason_and_rows(shop: Shop, case: str) -> None:
    sql, reason = REFUSED[case]
    shop.model("events", DELETE_INSERT + sql)
    said = shop.run("events", *WEEKLY)
    assert said.code == 2, said.err
    assert "chunks would not give the rows of one run, so nothing is run:" in said.err
    assert reason in said.err
    assert " only: " in said.err or "with other values" in said.err
    assert "--accept edges runs it all the same" in said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []
    assert shop.playbooks("backfill", "plan", "events", *WEEKLY).code == 2


ACCEPTED = {
    "plain": f"select * from {SOURCE} where {F}",
    "a look-up": f"select e.*, n.k from {SOURCE} as e left join (select 1 as k) as n on e.amount = n.k where {F}",
    "a group by day": f"select event_date, count(distinct note) as n, min(id) as id from {SOURCE} where {F} group by 1",
    "a number within a day": f"select *, row_number() over (partition by event_date order by id) as n from {SOURCE} where {F}",
    "a union": f"select * from {SOURCE} where {F} and amount = 1 union all select * from {SOURCE} where {F} and amount <> 1",
    "groups of whole weeks": f"select date_trunc('week', event_date)::date as event_date, count(*) as n, min(id) as id from {SOURCE} where {F} group by 1",
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_keeps_to_its_date_or_its_chunk_is_filled(shop: Shop, case: str) -> None:
    shop.model("events", DELETE_INSERT + ACCEPTED[case])
    said = shop.run("events", *WEEKLY)
    assert said.code == 0, said.err
    filled = shop.sql("select * from events order by all")
    shop.sql("drop table events")
    shop.dbt("run", "--vars", "{start_date: 2024-01-01, end_date: 2024-01-31}")
    assert shop.sql("select * from events order by all") == filled
    assert ("With the rows of today, its 5 chunks give those of one run" in said.err) == (
        case == "groups of whole weeks"
    )


def test_clocks_and_random_numbers_are_not_judged_and_that_is_said(shop: Shop) -> None:
    shop.model("events", MERGE + FILTERED.replace("*", "*, get_current_timestamp() as loaded_at, random() as r"))
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert "events: loaded_at, r differ when the same days are read twice, so they were not judged" in said.err


def test_rows_that_a_limit_takes_at_random_are_no_clock(shop: Shop) -> None:
    shop.model("events", MERGE + FILTERED + " order by random() limit 5")
    said = shop.run("events", *WEEKLY)
    assert said.code == 2
    assert (
        "RANDOM() picks its rows by chance, so no two runs of it return the same. Pick them by columns of the row"
        in said.err
    )


@pytest.mark.parametrize("size", ["day", "month"])
def test_batches_that_are_taken_at_random_are_refused_though_dbt_makes_the_same_batches(shop: Shop, size: str) -> None:
    picked = f"select * from {SOURCE} order by random() limit 2"
    shop.model("events", MICROBATCH.replace("'day'", f"'{size}'") + picked)
    said = shop.run("events", *DAILY[:4] if size == "day" else RANGE)
    assert said.code == 2, said.err
    assert "RANDOM() picks its rows by chance" in said.err


def test_batches_with_a_limit_that_has_an_order_are_what_dbt_makes(shop: Shop) -> None:
    shop.model("events", MICROBATCH + f"select * from {SOURCE} order by id limit 2")
    assert shop.run("events", *DAILY).code == 0
    assert shop.sql("select count(*) from events") == [(20,)]


def test_what_is_accepted_is_run_and_told(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + REFUSED["a number within a customer"][0])
    said = shop.run("events", *WEEKLY, "--accept", "edges")
    assert said.code == 0, said.err
    assert "warning: events (models/events.sql): the window function ROW_NUMBER()" in said.err
    assert shop.sql("select distinct accepted from backfill_runs") == [("edges",)]


def test_floats_that_are_added_in_another_order_are_the_same(shop: Shop) -> None:
    shop.model(
        "events",
        DELETE_INSERT
        + f"select event_date, min(id) as id, sum(amount * 0.1::double) as x from {SOURCE} where {F} group by 1",
    )
    assert shop.run("events", *WEEKLY).code == 0


@pytest.mark.parametrize(
    "value",
    [
        "id - avg(id) over (partition by id % 2)",
        "percent_rank() over (order by id)",
        "case when row_number() over (partition by note order by id) = 1 then 'nan' else 'inf' end::double",
        "case when row_number() over (partition by note order by id) % 2 = 0 then 1e-9 else -1e-9 end::double",
    ],
)
def test_floats_of_which_the_sums_are_the_same_are_told_apart(shop: Shop, value: str) -> None:
    shop.model("events", DELETE_INSERT + f"select id, event_date, {value} as x from {SOURCE} where {F}")
    said = shop.run("events", *WEEKLY)
    assert said.code == 2, said.err
    assert "together" in said.err


def test_nested_values_are_compared(shop: Shop) -> None:
    nested = "{'n': %s, 'of': [amount]} as z, map {'a': [%s]} as m, [{'b': %s}] as l"
    for value, code in (("id", 0), ("row_number() over (order by id)", 2)):
        window = f"row_number() over (order by {'event_date, ' if code == 0 else ''}id)"
        columns = nested % (value, value, value)
        shop.model(
            "events", DELETE_INSERT + f"select id, event_date, {columns} from {SOURCE} where {F} qualify {window} > 0"
        )
        said = shop.run("events", *WEEKLY, "--reprocess", "all")
        assert said.code == code, said.err
        assert "with one run failed" not in said.err
        if code == 0:
            again = shop.run("events", *WEEKLY, "--reprocess", "all")
            assert "columns that its table lacks" not in again.err


BATCHES = {
    "a row a batch": "select count(*) as n, max(event_date) as event_date from {{ source('raw', 'events') }}",
    "distinct values of a batch": "select count(distinct note) as n, min(event_date) as event_date from {{ source('raw', 'events') }}",
    "rows only for Mondays": "select count(*) as n, min(event_date) as event_date from {{ source('raw', 'events') }} having dayofweek(min(event_date)) = 1",
}


@pytest.mark.parametrize("case", BATCHES)
def test_a_microbatch_model_is_filled_batch_by_batch(shop: Shop, case: str) -> None:
    shop.model("events", MICROBATCH + BATCHES[case])
    said = shop.run("events", "--start", "2024-01-01", "--end", "2024-01-31")
    assert said.code == 0, said.err
    filled = shop.sql("select * from events order by all")
    assert len(filled) == (5 if "Mondays" in case else 31)
    shop.sql("drop table events")
    shop.dbt("run", "--event-time-start", "2024-01-01", "--event-time-end", "2024-02-01")
    assert shop.sql("select * from events order by all") == filled


@pytest.mark.parametrize("case", BATCHES)
def test_chunks_larger_than_a_batch_are_refused_where_rows_are_of_a_batch(shop: Shop, case: str) -> None:
    shop.model("events", MICROBATCH + BATCHES[case])
    said = shop.run("events", "--start", "2024-01-01", "--end", "2024-01-31", "--chunk", "month")
    assert said.code == 2
    assert "over all rows of a window" in said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []


LOOKING_BACK = (
    "with read as (select * from {{ source('raw', 'events') }} where {{ dbt_playbooks.backfill_filter('event_date', days_before=%s) }}), "
    "seen as (select *, sum(id) over (order by event_date range between interval 3 day preceding and current row) as lately from read) "
    "select * from seen where {{ dbt_playbooks.backfill_filter('event_date') }}"
)


def test_a_model_that_looks_back_some_days_is_filled_when_it_reads_them(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + LOOKING_BACK % 3)
    said = shop.run("events", "--start", "2024-01-10", "--end", "2024-02-10", "--chunk", "week", "--reverse")
    assert said.code == 0, said.err
    assert "its 5 chunks give those of one run" in said.err
    filled = shop.sql("select * from events order by all")
    shop.sql("drop table events")
    shop.dbt("run", "--vars", "{start_date: 2024-01-10, end_date: 2024-02-10}")
    assert shop.sql("select * from events order by all") == filled
    shop.dbt("run")
    assert shop.sql("select count(*) from events") == [(246,)]


def test_a_model_that_reads_too_few_days_before_is_refused(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + LOOKING_BACK % 2)
    said = shop.run("events", *WEEKLY)
    assert said.code == 2
    assert "it is cut by the window twice" in said.err


MOMENTS = """create table raw.moments as select i as id, timestamptz '2024-03-26 12:00:00+00' + to_days(cast(i as int)) as ts from range(9) as t(i)
union all select 100 + i, timestamptz '2024-03-27 02:00:00+00' from range(5) as t(i)"""
BY_DAY = """{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['d', 'id'], event_time='ts') }}
select cast(ts as date) as d, min(id) as id, max(ts) as ts, count(*) as n from raw.moments where {{ dbt_playbooks.backfill_filter('ts', 'timestamptz') }}
group by 1
"""


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_days_of_another_clock_than_the_filters_are_doubted(shop: Shop, zone: str) -> None:
    profile = "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, threads: 1, settings: {TimeZone: %s}}\n"
    shop.write("profiles.yml", profile % zone)
    shop.sql(MOMENTS)
    shop.model("events", BY_DAY)
    said = shop.run("events", "--start", "2024-03-26", "--end", "2024-04-03", "--chunk", "day")
    if zone == "UTC":
        assert said.code == 0, said.err
        assert "give those of one run" not in said.err
    else:
        assert said.code == 2
        assert "without the date: a group may lie in two windows" in said.err


DAY = "{% set first = var('dbt_playbooks_start_date', '2024-01-01') | string %}"
BRANCHES = {
    "of an hour": DAY
    + f"select id, event_date, timestamp '2024-01-01 {{{{ '05' if first < '2024-02-15' else '06' }}}}:00' as at_ from {SOURCE} where {F}",
    "from a day on": DAY
    + f"select id, event_date, {{% if first >= '2024-02-20' %}}amount * 100{{% else %}}amount{{% endif %}} as amount from {SOURCE} where {F}",
    "from another table": DAY
    + "select id, event_date, amount from {% if first < '2024-02-20' %}"
    + SOURCE
    + "{% else %}(select * replace (amount + 1 as amount) from "
    + SOURCE
    + f"){{% endif %}} where {F}",
    "by another day": DAY
    + f"select id, event_date from {SOURCE} where {F} and event_date < '{{{{ '2025-01-01' if first < '2024-02-20' else '2024-03-03' }}}}'",
}


@pytest.mark.parametrize("case", BRANCHES)
def test_jinja_that_takes_another_branch_for_some_days_is_refused(shop: Shop, case: str) -> None:
    shop.model("events", DELETE_INSERT + BRANCHES[case])
    said = shop.run("events", *RANGE, "--chunk", "week")
    assert said.code == 2, said.err
    assert "Jinja takes another branch for some days" in said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []


HIDDEN = {
    "a window function": (
        "macro before_it(c, d) as lag(d) over (partition by c order by d)",
        "before_it(amount, event_date)",
    ),
    "a subquery of a CTE": (
        "macro before_it(k) as (select min(z.event_date) from c as z where z.amount = k)",
        "before_it(amount)",
    ),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_what_hides_in_a_macro_of_the_warehouse_is_compared(shop: Shop, case: str) -> None:
    made, call = HIDDEN[case]
    shop.sql(("create table c as select * from raw.events limit 0; " if "CTE" in case else "") + f"create {made}")
    shop.model(
        "events",
        DELETE_INSERT + f"with c as (select * from {SOURCE} where {F}) select id, event_date, {call} as before from c",
    )
    said = shop.run("events", *RANGE, "--chunk", "month")
    assert said.code == 2, said.err
    assert "a macro of the warehouse, before_it" in said.err


def test_a_branch_that_was_not_looked_at_fails_its_chunk_alone(shop: Shop) -> None:
    shop.model(
        "events",
        DELETE_INSERT
        + DAY
        + f"select id, event_date, {{{{ 1 if first == '2024-02-13' else 0 }}}} as other from {SOURCE} where {F}",
    )
    said = shop.run("events", *RANGE, "--chunk", "day")
    assert said.code == 1, said.err
    assert "its SQL for 2024-02-13 is other SQL than for 2024-01-01" in said.err
    assert shop.sql("select count(*), count(*) filter (where event_date = '2024-02-13') from events") == [(270, 0)]
    accepted = shop.run("events", *RANGE, "--chunk", "day", "--accept", "edges")
    assert accepted.code == 0, accepted.err


HOURLY = MICROBATCH.replace("event_date", "event_ts").replace("'day'", "'hour'")


@pytest.mark.parametrize(
    "columns",
    [
        "date_trunc('day', event_ts) as event_ts, count(*) as n",
        "event_ts, count(*) over (partition by cast(event_ts as date)) as n",
    ],
)
def test_rows_of_a_day_are_refused_where_dbt_fills_by_the_hour(shop: Shop, columns: str) -> None:
    shop.write(
        "models/raw.yml",
        (shop.folder / "models/raw.yml").read_text().replace("event_time: event_date", "event_time: event_ts"),
    )
    group = " group by 1" if "trunc" in columns else ""
    shop.model("events", HOURLY + f"select {columns} from {SOURCE}{group}")
    said = shop.run("events", *DAILY)
    assert said.code == 2, said.err
    assert "its batches are of an hour, and chunks of whole days" in said.err


def test_the_next_run_of_dbt_finds_the_date_of_a_filter_with_an_alias(shop: Shop) -> None:
    shop.model(
        "events", DELETE_INSERT + f"select e.* from {SOURCE} as e where {F.replace('event_date', 'e.event_date')}"
    )
    assert shop.run("events", *DAILY).code == 0
    shop.dbt("run")
    assert shop.sql("select count(*) from events") == [(273,)]


@pytest.mark.parametrize("grouped", [True, False])
def test_rows_that_dbt_would_drop_from_their_batches_are_told(shop: Shop, grouped: bool) -> None:
    shop.sql("delete from raw.events where event_date not in (date '2024-02-02', date '2024-02-13')")
    columns = "count(*) as n" if grouped else "id, amount"
    sql = "select date_trunc('week', event_date) as event_date, " + columns + " from {{ source('raw', 'events') }}"
    shop.model("events", MICROBATCH + sql + (" group by 1" if grouped else ""))
    said = shop.run("events", "--start", "2024-01-29", "--end", "2024-02-18", "--chunk", "week")
    assert (said.code, "return 0 rows one by one, and" in said.err) == (2, True), said.err


def test_columns_that_follow_from_the_rows_of_a_window_are_refused(shop: Shop) -> None:
    shop.sql("update raw.events set amount = 999 where event_date = '2024-03-10'")
    asked = f"select distinct amount > 500 as large from {SOURCE} where {F} order by 1"
    shop.model(
        "events",
        DELETE_INSERT.replace("'id'", "'event_date'")
        + "{% set kinds = run_query(\"" + asked.replace("{{ ", "\" ~ ").replace(" }}", " ~ \"") + "\").columns[0].values() if execute else [] %}"
        + "select event_date {% for kind in kinds %}, sum(case when (amount > 500) = {{ kind }} then 1 end) as is_{{ kind | lower }}{% endfor %} "
        + f"from {SOURCE} where {F} group by event_date",
    )  # fmt: skip
    said = shop.run("events", *RANGE)
    assert said.code == 2, said.err
    assert "its columns depend on the window: event_date, is_false, is_true in" in said.err


@pytest.mark.parametrize(
    "written", ["{{ modules.datetime.datetime.now() }}", "{{ invocation_id }}", "{{ run_started_at }}"]
)
def test_a_time_of_the_command_is_told_and_filled(shop: Shop, written: str) -> None:
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", f"*, '{written}' as loaded"))
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert (
        "warning: events: its SQL holds the time or the id of the command (loaded). Chunks that are filled later"
        in said.err
    )
