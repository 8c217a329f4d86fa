"""The rows that models read: sixty days around the ranges that are filled, on every kind of date that a model may have."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

KINDS = ("date", "timestamp", "timestamptz", "integer", "text")
COLUMN = {kind: f"event_{kind}" for kind in KINDS}
FIRST_DAY, DAYS = dt.date(2024, 1, 1), 60


@dataclass(frozen=True)
class Source:
    """What is unusual about the rows. None of it is in the plainest source."""

    every: int = 1
    """Only each so many-th day has rows."""
    per_day: int = 2
    repeated: bool = False
    """Some ids are there twice on their day, with another amount."""
    future: bool = False
    """A row of 2099."""
    undated: bool = False
    """Rows without a date."""
    late: bool = False
    """Some payments come the day after what they pay for."""


MACROS = """
create macro law_visit(customer, place) as row_number() over (partition by customer order by place);
create macro law_ordinal(customer, place) as (select count(*) from {events} as p where p.customer_id = customer and p.id < place);
create macro law_numbered() as table select id, row_number() over (order by id) as number from {events}
"""
"""What people keep in the warehouse beside their tables; the first sees only the rows of the query that calls it."""


def fill(file: Path, source: Source, schema: str, prefix: str) -> None:
    """A new DuckDB file with the source in it. Models read views of it, which a test can make fail."""
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(_rows_sql(source))
        connection.execute(f"create schema if not exists {schema}; create table hook_log (said varchar)")
        for name in ("events", "payments", "customers"):
            connection.execute(f"create view {schema}.{prefix}{name} as select * from stored.{name}")
        connection.execute(MACROS.format(events=f"{schema}.{prefix}events"))


def break_on(file: Path, day: dt.date | None, schema: str, prefix: str, while_there: Path | None = None) -> None:
    """From now on whoever reads the events of a day gets an error; nobody, for None. `while_there`: only as long as that file exists."""
    when = f"event_date = '{day}'" + (f" and exists (select 1 from glob('{while_there}'))" if while_there else "")
    broken = "" if day is None else f" where case when {when} then error('broken row') is null else true end"
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"create or replace view {schema}.{prefix}events as select * from stored.events{broken}")


def change(file: Path, moved: bool) -> None:
    """What happens to a source between two runs: rows come late, go, are corrected and, with `moved`, get another date."""
    shifted = "update stored.events set {} where id in (131, 321)".format(
        ", ".join(
            f"{COLUMN[kind]} = {expression}" for kind, expression in _dates("event_timestamp + to_days(11)").items()
        )
    )
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "insert into stored.events select * replace (id + 5000 as id) from stored.events where id % 9 = 1"
        )
        connection.execute("delete from stored.events where id % 10 = 1 and id % 7 = 2")
        connection.execute("update stored.events set amount = amount + 1000 where id % 11 = 1")
        if moved:
            connection.execute(shifted)


def correct(file: Path) -> None:
    """Some values are others: no row comes or goes."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update stored.events set amount = amount + 1000, customer_id = customer_id + 10 where id % 11 = 1"
        )


def _dates(at: str) -> dict[str, str]:
    """The same instant as each kind of date."""
    return {
        "date": f"cast({at} as date)",
        "timestamp": at,
        "timestamptz": f"({at}) at time zone 'UTC'",
        "integer": f"cast(strftime({at}, '%Y%m%d') as integer)",
        "text": f"strftime({at}, '%Y-%m-%d')",
    }


NEW_IDS = range(20000, 20003)
_NEW = ", ".join(f"{expression} as {COLUMN[kind]}" for kind, expression in _dates("moment").items())
NEW_ROWS = f"""
insert into stored.events
with plain as (
    select cast({NEW_IDS[0]} + n as integer) as id, timestamp '2024-05-01 12:00:00' + to_days(cast(n as integer)) as moment
    from range({len(NEW_IDS)}) as days(n)
)
select id, 1, 5, {_NEW}, moment from plain
"""
"""Rows of the days after all that are there, but for 2099."""


def _rows_sql(source: Source) -> str:
    dates = ", ".join(f"{expression} as {COLUMN[kind]}" for kind, expression in _dates("moment").items())
    delay = "to_days(cast(id % 3 = 0 as integer))" if source.late else "to_days(0)"
    paid = ", ".join(
        f"{expression} as {COLUMN[kind]}" for kind, expression in _dates(f"event_timestamp + {delay}").items()
    )
    extra = []
    if source.future:
        extra.append("select 9001, 1, timestamp '2099-01-01 00:00:00', 7")
    if source.undated:
        extra.append("select 9002 + n, n, cast(null as timestamp), 7 from range(3) as numbers(n)")
    if source.repeated:
        extra.append("select id, customer_id, moment, amount + 500 from plain where id % 20 = 1")
    union = "".join(f"\n    union all {each}" for each in extra)
    return f"""
create schema stored;
create table stored.events as
with plain as (
    select
        cast(d * 10 + n as integer) as id,
        cast((d * 7 + n * 3) % 5 as integer) as customer_id,
        case
            -- the last instants of a day belong to it
            when n = 0 then timestamp '{FIRST_DAY} 23:59:59.5' else timestamp '{FIRST_DAY}' + to_hours(cast(n * 7 - 7 as integer))
        end + to_days(cast(d as integer)) as moment,
        cast((d * 37 + n * 11) % 101 - 20 as integer) as amount
    from range({DAYS}) as days(d), range({source.per_day}) as numbers(n)
    where d % {source.every} = 0
),
every_row as (select * from plain{union})
select id, customer_id, amount, {dates}, moment + to_hours(id % 50) as loaded_at from every_row;
create table stored.payments as
select id + 100000 as payment_id, id as event_id, customer_id, amount * 2 as paid, {paid} from stored.events where id % 4 != 3;
create table stored.customers as select n as customer_id, 'customer ' || n as name from range(4) as numbers(n)
"""
