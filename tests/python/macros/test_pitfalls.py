"""What the hand-written recipes get wrong, run as they are written, beside ours."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from dbt_playbooks.pytest_plugin.errors import SqlError
from macros.test_backfill_filter import condition, count

pytestmark = pytest.mark.targets("duckdb", "emulator")

D = dt.date


@pytest.fixture
def source(macro, made):
    """A row a day of 2023."""
    if macro.target == "duckdb":
        return made(
            "select cast(d as date) as day from generate_series(date '2023-01-01', date '2023-12-31', interval 1 day) t(d)"
        )
    return made("select day from unnest(generate_date_array('2023-01-01', '2023-12-31')) as day")


@pytest.fixture
def target(table):
    """A table like the source, empty."""
    return table(types={"day": "date"}, name="target")


def test_pitfall_1_month_chunks_that_end_on_day_28_lose_29_days(macro, source, target):
    year = {"start_date": "2023-01-01", "end_date": "2023-12-31"}

    def loaded(windows):
        macro.query(f"delete from {target} where true")
        for window in windows:
            between = f"day >= '{window['start_date']}' and day <= '{window['end_date']}'"
            macro.query(f"insert into {target} select * from {source} where {between}")
        return macro("missing_dates", "target", "day", **year).rows

    recipe = [{"start_date": f"2023-{month:02}-01", "end_date": f"2023-{month:02}-28"} for month in range(1, 13)]
    ours = macro("backfill_chunks", **year, chunk="month").value
    assert len(loaded(recipe)) == 29
    assert loaded(ours) == []


@pytest.mark.parametrize("why", ["first run", "full refresh"])
def test_pitfall_2_a_window_inside_is_incremental_scans_the_whole_source(macro, source, why):
    window = {"start_date": "2023-01-01", "end_date": "2023-01-31"}
    is_incremental = False  # what dbt says on a first run and with --full-refresh

    recipe = f"day >= '{window['start_date']}' and day <= '{window['end_date']}'" if is_incremental else "true"
    ours = condition(macro, window=window, incremental=is_incremental)
    assert count(macro, source, recipe) == 365, why
    assert count(macro, source, ours) == 31, why


def recipe_newer(this):
    return f"day > (select max(day) from {this})"


def test_pitfall_3_an_empty_target_never_gets_a_row(macro, source, target):
    assert count(macro, source, recipe_newer(target)) == 0
    assert count(macro, source, condition(macro, incremental=True, this=target)) == 365


def test_pitfall_3_late_rows_of_the_last_day_are_lost(macro, table):
    source = table({"day": [D(2023, 12, 30), D(2023, 12, 31)], "note": ["late", "later"]})
    this = table({"day": [D(2023, 12, 31)]})
    assert macro.query(f"select note from {source} where {recipe_newer(this)}") == []
    ours = condition(macro, incremental=True, this=this, lookback_days=1)
    assert macro.query(f"select note from {source} where {ours} order by day") == [["late"], ["later"]]


def test_pitfall_3_the_bound_is_a_literal_and_no_subquery(macro, table):
    this = table({"day": [D(2023, 12, 31)]})
    assert "select" in recipe_newer(this)
    assert condition(macro, incremental=True, this=this).replace("`", '"') == "\"day\" >= date '2023-12-31'"


def test_pitfall_4_between_on_a_timestamp_cuts_the_last_day_at_midnight(macro, table):
    hours = [dt.datetime(2024, 1, 31) + dt.timedelta(hours=i) for i in range(24)]
    source = table({"day": hours}, {"day": "timestamp"})
    ours = condition(macro, window={"start_date": "2024-01-01", "end_date": "2024-01-31"}, data_type="timestamp")
    assert count(macro, source, "day between '2024-01-01' and '2024-01-31'") == 1
    assert count(macro, source, ours) == 24


def test_pitfall_8_the_script_by_hand_doubles_rows_when_it_is_run_again(macro, source, target):
    def filled(script):
        macro.query(f"delete from {target} where true")
        for _ in range(2):
            macro.query(script)
        return count(macro, target, "true")

    ask = {"date_column": "day", "start_date": "2023-01-01", "end_date": "2023-12-31", "chunk": "month"}
    ours = macro("backfill_script_sql", source_table=source, target_table=target, **ask).value
    assert filled(f"insert into {target} select * from {source}") == 730
    assert filled(ours) == 365


def test_pitfall_9_the_days_that_one_side_lacks_are_shown(macro, table):
    rows = {"day": [D(2024, 1, 1), D(2024, 1, 2), D(2024, 1, 2), None]}
    old, new = table(rows, {"day": "date"}), table({"day": [D(2024, 1, 1), D(2024, 1, 3)]}, {"day": "date"})
    counted = "(select day, count(*) as row_count from {} group by day)"
    recipe = f"""select day, o.row_count, n.row_count from {counted.format(old)} as o full outer join {counted.format(new)} as n using (day)
        where abs(o.row_count - n.row_count) > 0"""
    assert macro.query(recipe) == [], "no difference"
    ours = macro("compare_row_counts", old, new, by="day").rows
    assert ours == [
        (None, 1, 0, -1, "only in old"),
        (D(2024, 1, 1), 1, 1, 0, "same"),
        (D(2024, 1, 2), 2, 0, -2, "only in old"),
        (D(2024, 1, 3), 0, 1, 1, "only in new"),
    ]
    assert [row[-1] for row in macro("compare_aggregates", old, new, by="day").rows] == [
        "only in old",
        "only in old",
        "only in new",
    ]


def test_pitfall_10_a_comparison_of_empty_tables_divides_by_nothing(macro, table):
    types = {"id": "int64", "amount": "int64"}
    empty, full = table(types=types), table({"id": [1], "amount": [2]}, types)
    recipe = f"select 100 * count(case when o.amount = n.amount then 1 end) / count(*) as matched from {empty} as o join {full} as n using (id)"
    if macro.target == "duckdb":
        found = macro.query(recipe)[0][0]
        assert found is None or found != found, "neither all nor nothing"
    else:
        with pytest.raises(SqlError, match=r"[Dd]ivision by zero"):
            macro.query(recipe)
    assert macro("compare_row_counts", empty, full).rows == [(0, 1, 1, "only in new")]
    assert macro("compare_aggregates", empty, full, metrics="amount", tolerance={"relative": 0.1}).rows == [
        (None, 2, "amount", "differs")
    ]
    found = macro("compare_rows", empty, full, key="id").value
    assert (found["only_in_old"], found["only_in_new"], found["same"]) == (0, 1, False)
    assert macro("compare_rows", empty, empty, key="id", fail=True).value["same"]


def test_pitfall_10_the_rate_of_bad_rows_in_an_empty_table_is_no_error(macro, table):
    empty = table(types={"day": "date", "amount": "int64"})
    assert macro("affected_partitions", empty, "day", condition="amount < 0").rows == []


@pytest.fixture
def swapped(macro, table):
    """`orders` with two rows, `orders_v2` with three; what a reader gets of `orders`."""
    table({"id": [1, 2]}, name="orders")
    schema = table({"id": [1, 2, 3]}, name="orders_v2").schema

    def read():
        try:
            return len(macro.query(f"select id from {schema}.orders"))
        except SqlError:
            return "no table"

    return schema, read


def test_pitfall_13_two_renames_by_hand_leave_no_table_in_between_and_none_when_the_second_fails(macro, swapped):
    schema, read = swapped
    macro.query(f"alter table {schema}.orders rename to orders_backup")
    assert read() == "no table"
    with pytest.raises(SqlError):
        macro.query(f"alter table {schema}.orders_v3 rename to orders")
    assert read() == "no table"


@pytest.mark.targets("duckdb")
def test_pitfall_13_ours_is_one_transaction_that_fails_as_a_whole(macro, swapped):
    _, read = swapped
    [script] = macro("cutover_sql", "orders", "orders_v2").value
    failing = script.replace("commit", "select error('the second half fails'); commit")
    with pytest.raises(SqlError):
        macro("_change", [each for each in failing.split(";\n") if each not in ("begin transaction", "commit")])
    assert read() == 2
    macro("cutover", "orders", "orders_v2", accept="rows", dry_run=False)
    assert read() == 3
    macro("cutover", "orders", "orders_v2", undo=True, dry_run=False)
    assert read() == 2


@pytest.mark.targets("emulator")
def test_pitfall_13_ours_is_one_script_that_gives_the_name_back_when_the_second_rename_fails(macro, swapped):
    _, read = swapped
    orders, was, missing, v2 = (
        macro("_named_relation", name).value for name in ("orders", "was", "orders_v3", "orders_v2")
    )
    with pytest.raises(SqlError):
        macro.query(macro("_rename_script", orders, was, missing).text)
    assert read() == 2
    macro.query(macro("_rename_script", orders, was, v2).text)
    assert read() == 3
    macro.query(macro("_rename_script", orders, v2, was).text)
    assert read() == 2


def test_pitfall_14_a_restore_by_create_or_replace_loses_what_the_table_was(macro, table):
    schema = macro.compile("{{ target.schema }}").text
    if macro.target == "duckdb":
        table({"id": [1]}, name="held")
        macro.query(f"create or replace table {schema}.held (id bigint primary key, day date default '2024-01-01')")
        asked = "select constraint_text from duckdb_constraints() where table_name = 'held' order by 1"
    else:
        macro.query(f"create table {schema}.held (id int64, day date) partition by day options (description = 'held')")
        asked = (
            f"select option_name from {schema}.INFORMATION_SCHEMA.TABLE_OPTIONS where table_name = 'held' order by 1"
        )
    macro.query(f"insert into {schema}.held (id, day) values (1, '2024-01-01')")
    backup = macro("backup_table", "held", suffix="a").value[0][0]
    macro.query(f"delete from {schema}.held where true")
    was = macro.query(asked)
    assert len(was) > 0
    macro("restore_table", "held", from_backup=backup, dry_run=False)
    assert (macro.query(asked), macro.query(f"select id from {schema}.held")) == (was, [[1]])
    macro.query(f"create or replace table {schema}.held as select * from {schema}.held_backup_a")
    assert macro.query(asked) != was


def test_pitfall_15_partitions_that_are_deleted_and_then_inserted_are_lost_in_between(macro, table, dying_at):
    days = {"id": [1, 2], "day": [D(2024, 1, 1), D(2024, 1, 2)]}
    events = table(days, name="events")
    backup = macro("backup_table", "events", suffix="a").value[0][0]
    ours = {"dates": ["2024-01-01"], "from_backup": backup, "dry_run": False}
    for step in range(1, 3 if macro.target == "duckdb" else 2):
        dying_at(step)
        with pytest.raises(SqlError, match="the connection is gone"):
            macro("restore_partitions", "events", "day", **ours)
        assert count(macro, events, "day = '2024-01-01'") == 1
    macro.query(f"delete from {events} where day = '2024-01-01'")
    with pytest.raises(SqlError, match="the connection is gone"):
        macro.query(
            f"insert into {events} select id, cast(error('the connection is gone') as date) from {backup.split('.', 1)[1]}"
        )
    assert count(macro, events, "day = '2024-01-01'") == 0, "the recipe"


def recipe_retyped(macro, relation):
    """The playbook's typed column and its failures, by the adapter's own cast."""
    cast = "try_cast(user_id as bigint)" if macro.target == "duckdb" else "safe_cast(user_id as int64)"
    columns = f"{cast} as typed, case when {cast} is null and user_id is not null then user_id end as failures"
    return f"(select user_id, {columns} from {relation})"


def test_pitfall_16_nulls_dilute_the_rate_of_failed_casts(macro, made):
    numbers = "range(2000) as t(n)" if macro.target == "duckdb" else "unnest(generate_array(0, 1999)) as n"
    users = made(f"select case when n = 0 then 'x' when n < 10 then '7' end as user_id from {numbers}")
    recipe = f"select count(case when failures is not null then 1 end) / count(*) from {recipe_retyped(macro, users)}"
    assert macro.query(recipe)[0][0] < 0.001, "acceptable, says the recipe"
    assert macro("cast_report", users, "user_id", "integer").value["failed_rate"] == 0.1
    ours = {"model": users, "column_name": "user_id", "to": "integer", "max_rate": 0.001}
    assert len(macro("test_cast_failure_rate_below", arguments=ours).rows) == 1


def test_pitfall_16_a_cast_that_succeeds_loses_information(macro, table):
    texts = ["7", "007", "1e3", "1.50"]
    users = table({"user_id": texts}, name="users")
    ours = macro("cast_report", users, "user_id", "integer").value
    assert [each["value"] for each in ours["respelled_values"]] == ["007"]
    assert [each["value"] for each in ours["failed_values"]] == ["1.50", "1e3"]
    # these adapters round and read on, where BigQuery's own cast gives NULL
    assert macro.query(
        f"select typed, failures from {recipe_retyped(macro, users)} where user_id in ('1e3', '1.50') order by typed"
    ) == [
        [2, None],
        [1000, None],
    ]
    lossy = macro("cast_report", users, "user_id", "float").value
    assert (lossy["failed_count"], [each["value"] for each in lossy["respelled_values"]]) == (0, ["007", "1.50", "1e3"])


def test_pitfall_17_two_columns_side_by_side_drift_apart_unnoticed(macro, made):
    source = "(select 'Free' as user_type)"
    apart = made(f"select user_type, lower(user_type) as user_segment from {source}")
    [row] = macro("test_columns_equal", apart, "user_type", "user_segment").rows.dicts
    assert (row["user_type_value"], row["user_segment_value"]) == ("Free", "free")
    # one expression for both: an edit changes both
    for expression in (None, "lower(user_type)"):
        ours = macro("renamed_column", "user_type", "user_segment", expression=expression).text
        together = made(f"select {ours} from {source}")
        assert macro("test_columns_equal", together, "user_type", "user_segment").rows == []


def test_pitfall_17_the_day_by_which_the_old_column_goes_is_said(macro):
    said = []
    stubs = {"exceptions": SimpleNamespace(warn=said.append)}
    columns = macro("renamed_column", "user_type", "user_segment", remove_after="2024-02-01", stubs=stubs).text
    assert "which was to go after 2024-02-01" in said[0]
    assert columns.count("user_type") == 2, "nothing goes by itself"


def test_pitfall_19_an_outage_is_seen_in_the_view(macro, table):
    events = table({"day": [D(2024, 1, 1), D(2024, 1, 3)]})
    recipe = f"select day, count(*) from {events} where day > date '2023-12-31' group by day order by day"
    stubs = {"_today": "date '2024-01-04'"}
    ours = macro("monitoring_view_sql", events, "day", days=4, include_today=True, stubs=stubs).rows
    assert [row[1] for row in macro.query(recipe)] == [1, 1]
    assert [row[2] for row in ours] == [1, 0, 1, 0]


def test_pitfall_19_a_day_without_rows_has_a_row(macro, table):
    events = table({"day": [D(2024, 1, 1), D(2024, 1, 3)]})
    recipe = macro.query(f"select day, count(*) from {events} group by day order by day")
    ours = macro("partition_coverage", events, "day", period="day").rows
    assert [row[0] for row in recipe] == [D(2024, 1, 1), D(2024, 1, 3)]
    assert [(str(row[0])[:10], row[1]) for row in ours] == [("2024-01-01", 1), ("2024-01-02", 0), ("2024-01-03", 1)]


def test_pitfall_20_duplicates_neither_vanish_nor_cancel(macro, table):
    types = {"id": "int64", "amount": "int64"}
    one, two, three = (table({"id": [1] * times, "amount": [7] * times}, types) for times in (1, 2, 3))
    recipe = "select count(*) from ((select * from {0} except distinct select * from {1}) union all (select * from {1} except distinct select * from {0}))"
    if macro.target == "duckdb":
        recipe = recipe.replace("except distinct", "except")
        xor = "select bit_xor(hash(id, amount)) from {}"
    else:
        xor = "select bit_xor(farm_fingerprint(to_json_string(struct(id, amount)))) from {}"
    assert macro.query(recipe.format(one, two))[0][0] == 0, "{r} is {r, r}"
    assert macro.query(xor.format(one)) == macro.query(xor.format(three)), "r, xor r xor r"
    for key in (None, "id"):
        assert [macro("compare_rows", one, each, key=key).value["only_in_new"] for each in (one, two, three)] == [
            0,
            1,
            2,
        ]
    assert macro("compare_rows_sql", one, two).rows.dicts[0]["new_copies"] == 2
