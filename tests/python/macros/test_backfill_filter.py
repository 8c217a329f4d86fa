"""The condition on dates in a model: when it applies, what it lets through, what it refuses."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbt_playbooks.pytest_plugin.errors import MacroError

D = dt.date
JANUARY = {"start_date": "2024-01-01", "end_date": "2024-01-31"}
OURS = {f"dbt_playbooks_{name}": day for name, day in JANUARY.items()}
both = pytest.mark.targets("duckdb", "emulator")


def condition(macro, column="day", window=None, incremental=False, this=None, config=None, stubs=None, **arguments):
    """What `backfill_filter` says in a model; `window` holds the vars of the command line."""
    stands = {"is_incremental": lambda: incremental, "this": this, "config": config or {}, **(stubs or {})}
    return macro("backfill_filter", column, vars=window or {}, stubs=stands, **arguments).text


def plain(sql):
    """The same text on every target: DuckDB's quotes."""
    return sql.replace("`", '"')


def count(macro, table, where):
    [[rows]] = macro.query(f"select count(*) from {table} where {where}")
    return rows


@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize("incremental", [True, False], ids=["incremental run", "first run or full refresh"])
def test_a_window_that_was_asked_for_always_applies(macro, incremental):
    where = condition(macro, window=JANUARY, incremental=incremental)
    assert plain(where) == "\"day\" >= date '2024-01-01' and \"day\" < date '2024-02-01'"


@pytest.mark.parametrize("window", [OURS, {**OURS, "start_date": "20230101"}], ids=["alone", "beside another meaning"])
def test_the_vars_of_our_own_come_before_those_that_a_project_may_have(macro, window):
    assert condition(macro, window=window) == condition(macro, window=JANUARY)


def of_the_project(**values):
    """Stands for `var` in a project whose dbt_project.yml sets these."""
    return {"var": lambda name, default=None: values.get(name, default)}


@pytest.mark.parametrize(
    "values",
    [{"start_date": "20230101"}, {"end_date": "today"}, JANUARY, {"start_date": 7, "end_date": None}],
    ids=["one alone", "another format", "both", "no dates"],
)
def test_vars_of_the_project_file_are_no_window(macro, table, values):
    this = table({"day": [D(2024, 1, 15)]})
    stubs = {**of_the_project(**values), "invocation_args_dict": {"vars": {}}}
    assert condition(macro, incremental=True, this=this, stubs=stubs) == "\"day\" >= date '2024-01-15'"
    assert condition(macro, stubs=stubs) == "true"


def test_where_dbt_does_not_tell_the_command_line_vars_of_the_project_file_are_a_window(macro):
    stubs = {**of_the_project(**JANUARY), "invocation_args_dict": None}
    assert condition(macro, stubs=stubs) == condition(macro, window=JANUARY)


def test_a_var_with_another_meaning_breaks_no_parse(macro):
    assert condition(macro, window={"start_date": "20230101"}, stubs={"execute": False}) == "true"


@pytest.mark.targets("duckdb", "bigquery")
def test_without_a_window_a_first_run_takes_everything(macro):
    assert condition(macro) == "true"


@pytest.mark.parametrize(("given", "missing"), [("start_date", "end_date"), ("end_date", "start_date")])
def test_one_var_alone_is_refused(macro, given, missing):
    with macro.raises(f"var '{given}' is given and var '{missing}' is not. A window needs both"):
        condition(macro, window={given: "2024-01-01"})


@pytest.mark.parametrize(
    "wrong",
    ["2013-02-30", "2013-1-1", "", "2013-01-01 00:00:00", "2013-01-01'", "'; drop table x; --", "2013-13-01", "2013-00-10", "2013-01-00",
     "0000-01-01", "20130101", "today", "2013/01/01", " 2013-01-01", "2013-01-01\n", "\u0662\u0660\u0661\u0663-01-01", 20130101, ["2013-01-01"]],
)  # fmt: skip
@pytest.mark.parametrize("side", ["start_date", "end_date"])
def test_what_is_no_iso_day_is_refused_and_shown(macro, wrong, side):
    with pytest.raises(
        MacroError, match=rf"{side} is '{re.escape(str(wrong))}', which is (no date|not in the calendar)"
    ):
        condition(macro, window={**JANUARY, side: wrong})


def test_a_day_after_the_end_of_a_month_says_how_long_the_month_is(macro):
    with macro.raises("that month has days 01 to 28"):
        condition(macro, window={**JANUARY, "start_date": "2013-02-30"})


def test_a_start_after_its_end_is_refused(macro):
    with macro.raises("start_date 2024-02-01 is after end_date 2024-01-31"):
        condition(macro, window={**JANUARY, "start_date": "2024-02-01"})


def test_dates_that_yaml_made_of_the_vars_are_taken(macro):
    days = {"start_date": D(2024, 1, 1), "end_date": D(2024, 1, 31)}
    assert condition(macro, window=days) == condition(macro, window=JANUARY)


EDGES = ["2023-12-31 23:59:59.999", "2024-01-01 00:00:00", "2024-01-31 23:59:59.999", "2024-02-01 00:00:00", None]


@both
@pytest.mark.parametrize("data_type", ["datetime", "timestamp"])
def test_the_last_day_is_taken_to_its_end(macro, table, data_type):
    events = table({"event at": EDGES}, types={"event at": data_type})
    assert count(macro, events, condition(macro, "event at", window=JANUARY, data_type=data_type)) == 2


@pytest.mark.parametrize("data_type", ["TIMESTAMP_NS", "timestamptz", "timestamp with time zone"])
def test_the_last_day_is_taken_to_its_end_in_every_type_of_duckdb(macro, made, data_type):
    zone = "+00" if "tz" in data_type or "zone" in data_type else ""
    values = ", ".join("(null)" if edge is None else f"('{edge}{zone}')" for edge in EDGES)
    events = made(f'select x::{data_type} as "event at" from (values {values}) v(x)')
    assert count(macro, events, condition(macro, "event at", window=JANUARY, data_type=data_type)) == 2


DAYS_OF_ZONES = [
    ("2024-03-31", "Europe/Berlin", 23), ("2024-10-27", "Europe/Berlin", 25), ("2024-03-10", "America/New_York", 23),
    ("2024-01-15", "Asia/Kolkata", 24), ("2024-01-15", "UTC", 24), ("2024-09-08", "America/Santiago", 23),
]  # fmt: skip


@both
@pytest.mark.parametrize(("day", "zone", "hours"), DAYS_OF_ZONES)
def test_a_day_of_a_time_zone_has_the_hours_that_it_has_there(macro, table, day, zone, hours):
    first = dt.datetime.fromisoformat(day) - dt.timedelta(days=1)
    instants = [first + dt.timedelta(hours=hour) for hour in range(72)]
    events = table({"happened_at": instants}, types={"happened_at": "timestamp"})
    window = {"start_date": day, "end_date": day}
    assert (
        count(macro, events, condition(macro, "happened_at", window=window, data_type="timestamp", timezone=zone))
        == hours
    )


@pytest.mark.parametrize(("day", "zone", "hours"), DAYS_OF_ZONES)
def test_a_day_of_a_time_zone_has_its_hours_in_timestamptz_too(macro, made, day, zone, hours):
    first = dt.datetime.fromisoformat(day) - dt.timedelta(days=1)
    events = made(f"select timestamptz '{first}+00' + to_hours(cast(i as integer)) as happened_at from range(72) r(i)")
    window = {"start_date": day, "end_date": day}
    assert (
        count(macro, events, condition(macro, "happened_at", window=window, data_type="timestamptz", timezone=zone))
        == hours
    )


def edges(macro, day, zone):
    """The instants between which a day lies."""
    window = {"start_date": str(day), "end_date": str(day)}
    where = condition(macro, window=window, data_type="timestamp", timezone=zone)
    return [
        dt.datetime.fromisoformat(text).replace(tzinfo=dt.timezone.utc)
        for text in re.findall(r"timestamp '([^']*)'", where)
    ]


# Clocks that change at midnight: it comes twice in Havana and on the Azores, and never in Santiago, Beirut and Asuncion.
@pytest.mark.parametrize(
    ("day", "zone"),
    [
        ("2024-11-03", "America/Havana"),
        ("2024-10-27", "Atlantic/Azores"),
        ("2024-09-08", "America/Santiago"),
        ("2024-03-31", "Asia/Beirut"),
    ],
)
def test_a_day_whose_midnight_comes_twice_or_never_is_whole(macro, day, zone):
    check_edges(macro, D.fromisoformat(day), zone)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    # not of the future: time zone databases of different age disagree about it
    day=st.dates(D(1971, 1, 1), D(2025, 12, 30)),
    zone=st.sampled_from(
        [
            "Europe/Berlin",
            "America/New_York",
            "Asia/Tokyo",
            "Australia/Lord_Howe",
            "America/Havana",
            "Atlantic/Azores",
            "America/Asuncion",
        ]
    ),
)
def test_a_day_begins_with_its_first_instant_and_ends_where_the_next_begins(macro, day, zone):
    check_edges(macro, day, zone)


def test_a_day_that_a_time_zone_left_out_is_empty(macro):
    begin, end = edges(macro, D(2011, 12, 30), "Pacific/Apia")
    assert begin == end == edges(macro, D(2011, 12, 29), "Pacific/Apia")[1]
    check_edges(macro, D(2011, 12, 31), "Pacific/Apia")


def check_edges(macro, day, zone):
    begin, end = edges(macro, day, zone)
    assert begin.astimezone(ZoneInfo(zone)).date() == day
    assert (begin - dt.timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < day
    assert end == edges(macro, day + dt.timedelta(days=1), zone)[0]


def test_an_unknown_time_zone_is_refused(macro):
    with macro.raises("'Europe/Berln' is no time zone"):
        condition(macro, window=JANUARY, data_type="timestamp", timezone="Europe/Berln")


def test_an_unknown_type_is_refused_with_those_that_are_known(macro):
    allowed = r"Allowed: date, datetime, timestamp, timestamptz, text \(ISO days\), integer \(20240115\)"
    with pytest.raises(MacroError, match=rf"'double' is no type .* {allowed}"):
        condition(macro, window=JANUARY, data_type="double")


@both
@pytest.mark.parametrize(
    ("column", "quoted"),
    [("order", '"order"'), ("Order Date", '"Order Date"'), ("order-date", '"order-date"'), ("e.order", '"e"."order"'),
     ('"Order Date"', '"Order Date"'), ("cast(day_text as date)", "cast(day_text as date)")],
)  # fmt: skip
def test_any_column_name_and_expressions_work(macro, table, column, quoted):
    given = column if macro.target == "duckdb" else column.replace('"', "`")
    where = condition(macro, given, window=JANUARY)
    assert plain(where).startswith(f"{quoted} >= ")
    day = [D(2024, 1, 15)]
    events = table({"order": day, "Order Date": day, "order-date": day, "day_text": ["2024-01-15"]})
    assert count(macro, f"{events} as e", where) == 1


def test_an_empty_column_name_is_refused(macro):
    with macro.raises("a column name is empty"):
        condition(macro, " ", window=JANUARY)


LOOKBACKS = [(0, "2024-01-15"), (3, "2024-01-12"), (20, "2023-12-26")]


@both
@pytest.mark.parametrize("schema", [None, "elsewhere"])
@pytest.mark.parametrize(("lookback", "since"), LOOKBACKS)
def test_an_incremental_run_takes_the_newest_day_and_the_days_before_it_as_a_literal(
    macro, table, schema, lookback, since
):
    this = table({"day": [D(2024, 1, 15), D(2024, 1, 10)]}, schema=schema)
    where = condition(macro, incremental=True, this=this, lookback_days=lookback)
    assert plain(where) == f"\"day\" >= date '{since}'"


@pytest.mark.parametrize(
    ("before", "first"), [(0, "2024-01-01"), (1, "2023-12-31"), (7, "2023-12-25"), (3650, "2014-01-03")]
)
def test_a_window_may_begin_some_days_before(macro, before, first):
    where = condition(macro, window=JANUARY, days_before=before)
    assert where == f"\"day\" >= date '{first}' and \"day\" < date '2024-02-01'"


def test_an_incremental_run_goes_back_by_both_numbers_of_days(macro, table):
    this = table({"day": [D(2024, 1, 15)]})
    for lookback, before, since in ((0, 2, "2024-01-13"), (3, 2, "2024-01-10")):
        where = condition(macro, incremental=True, this=this, lookback_days=lookback, days_before=before)
        assert where == f"\"day\" >= date '{since}'"


@pytest.mark.parametrize("wrong", [-1, 3651, 1.5, "week"])
def test_days_before_are_a_whole_number(macro, wrong):
    with macro.raises("days_before"):
        condition(macro, window=JANUARY, days_before=wrong)


@pytest.mark.parametrize(("lookback", "since"), LOOKBACKS)
def test_the_schema_of_the_target_may_need_quotes(macro, table, lookback, since):
    this = table({"day": [D(2024, 1, 15), D(2024, 1, 10)]}, schema="my-schema")
    assert condition(macro, incremental=True, this=this, lookback_days=lookback) == f"\"day\" >= date '{since}'"


@both
@pytest.mark.parametrize("days", [[], [None]], ids=["no rows", "no date"])
def test_an_empty_target_takes_everything(macro, table, days):
    this = table({"day": days}, types={"day": "date"})
    assert condition(macro, incremental=True, this=this) == "true"


@both
def test_the_newest_day_is_one_of_the_time_zone(macro, table):
    this = table({"happened_at": ["2024-01-15 03:00:00"]}, types={"happened_at": "timestamp"})
    where = condition(
        macro, "happened_at", incremental=True, this=this, data_type="timestamp", timezone="America/New_York"
    )
    assert plain(where).removesuffix("+00:00'").rstrip("'") == '"happened_at" >= timestamp \'2024-01-14 05:00:00'


@both
def test_the_targets_column_may_have_another_name_and_type(macro, table):
    this = table({"loaded_at": ["2024-01-15 12:00:00"], "event_day": [D(2024, 1, 3)]}, types={"loaded_at": "timestamp"})
    by_name = condition(macro, incremental=True, this=this, target_column="loaded_at")
    by_config = condition(macro, incremental=True, this=this, config={"event_time": "event_day"})
    assert plain(by_name) == "\"day\" >= date '2024-01-15'"
    assert plain(by_config) == "\"day\" >= date '2024-01-03'"


@both
def test_a_target_without_the_column_is_refused_with_its_columns(macro, table):
    this = table({"event_day": [D(2024, 1, 15)], "id": [1]})
    with macro.raises("has no column 'day'. Its columns: event_day, id. Name the column"):
        condition(macro, incremental=True, this=this)


def warnings(said):
    """Stands for dbt's `exceptions`, and keeps what is warned of."""

    def refuse(message):
        raise MacroError(message)

    return {"exceptions": SimpleNamespace(warn=lambda message: said.append(message) or "", raise_compiler_error=refuse)}


TODAY = dt.datetime.now(dt.timezone.utc).date()
ONE_DAY = dt.timedelta(days=1)


@both
@pytest.mark.parametrize("data_type", ["date", "timestamp", "datetime", "text", "integer"])
def test_a_row_of_the_future_is_no_newest_day_and_is_told(macro, table, data_type):
    this = table({"day": of_type(data_type, [D(2024, 1, 15), D(2099, 1, 1), D(2098, 12, 31)])}, types=types(data_type))
    said = []
    where = condition(macro, incremental=True, this=this, data_type=data_type, stubs=warnings(said))
    assert re.sub(r"[^0-9]", "", where.split(">=")[1])[:8] == "20240115"
    assert len(said) == 1
    assert "has 2 rows of the future by its column 'day', the newest dated 2099-01-01." in said[0]
    assert "so this run takes the rows from 2024-01-15 on" in said[0]
    assert "future_rows=true" in said[0]


@both
def test_a_target_that_holds_only_rows_of_the_future_is_an_empty_one(macro, table):
    this = table({"day": [D(2099, 1, 1)]})
    said = []
    assert condition(macro, incremental=True, this=this, stubs=warnings(said)) == "true"
    assert "has 1 row of the future by its column 'day', dated 2099-01-01. It does not count" in said[0]
    assert "so this run takes everything" in said[0]


def test_rows_of_the_future_that_belong_there_are_not_told(macro, table):
    this = table({"day": [D(2024, 1, 15), D(2099, 1, 1)]})
    said = []
    where = condition(macro, incremental=True, this=this, future_rows=True, stubs=warnings(said))
    assert (where, said) == ("\"day\" >= date '2024-01-15'", [])


def test_tomorrow_may_be_today_somewhere_and_is_not_told(macro, table):
    this = table({"day": [TODAY, TODAY + ONE_DAY]})
    said = []
    where = condition(macro, incremental=True, this=this, stubs=warnings(said))
    assert (where, said) == (f"\"day\" >= date '{TODAY}'", [])


def test_today_is_one_of_the_time_zone(macro, table):
    ahead = dt.datetime.now(ZoneInfo("Pacific/Kiritimati")).date()
    this = table({"day": [ahead, ahead + 3 * ONE_DAY]})
    said = []
    where = condition(macro, incremental=True, this=this, timezone="Pacific/Kiritimati", stubs=warnings(said))
    assert where == f"\"day\" >= date '{ahead}'"
    assert "has 1 row of the future" in said[0]


def test_the_newest_day_of_local_times_is_not_moved_by_the_time_zone(macro, table):
    this = table({"day": ["2024-01-15 20:00:00"]}, types={"day": "timestamp"})
    where = condition(macro, incremental=True, this=this, data_type="datetime", timezone="Asia/Tokyo")
    assert where == "\"day\" >= timestamp '2024-01-15 00:00:00'"


def of_type(data_type, days):
    as_text = [str(day) for day in days]
    return {"text": as_text, "integer": [int(day.replace("-", "")) for day in as_text]}.get(data_type, days)


def types(data_type):
    return {"day": {"text": "string", "integer": "int64"}.get(data_type, data_type)}


@both
def test_texts_are_taken_by_their_iso_days_with_or_without_a_time(macro, table):
    texts = [
        None,
        "2023-12-31T23:59",
        "2024-01-01",
        "2024-01-31 23:59:59",
        "2024-01-31",
        "2024-02-01",
        "n/a",
        "20240115",
    ]
    where = condition(macro, window=JANUARY, data_type="text")
    assert plain(where) == "\"day\" >= '2024-01-01' and \"day\" < '2024-02-01'"
    assert count(macro, table({"day": texts}, types={"day": "string"}), where) == 3


@both
def test_integers_are_taken_by_their_digits(macro, table):
    days = [None, 20231231, 20240101, 20240131, 20240201, 0, 20241399]
    where = condition(macro, window=JANUARY, data_type="integer")
    assert plain(where) == '"day" >= 20240101 and "day" < 20240201'
    assert count(macro, table({"day": days}, types={"day": "int64"}), where) == 2


@both
@pytest.mark.parametrize(
    ("data_type", "days", "since"),
    [
        ("text", ["2024-01-15 10:00:00", "n/a", "20250101", "2024-13-99", "2024-02-30", None], "'2024-01-15'"),
        ("integer", [20240115, 20241399, 99, 20240230, 2024011500, -5, None], "20240115"),
    ],
)
def test_what_is_no_day_is_not_the_newest(macro, table, data_type, days, since):
    this = table({"day": days}, types=types(data_type))
    where = condition(macro, incremental=True, this=this, data_type=data_type)
    assert plain(where) == f'"day" >= {since}'


@both
@pytest.mark.parametrize("data_type", ["text", "integer"])
def test_texts_and_integers_must_be_said(macro, table, data_type):
    this = table({"day": of_type(data_type, [D(2024, 1, 15)])}, types=types(data_type))
    meant = {"text": "ISO days as text (2024-01-15)", "integer": "days as numbers (20240115)"}[data_type]
    with macro.raises(f"whether it holds days is not known. If it holds {meant}, say so: data_type='{data_type}'"):
        condition(macro, incremental=True, this=this)
