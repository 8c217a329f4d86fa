"""What backups and restores say to BigQuery: every statement is analyzed; its API's answers are objects of Google's own client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError
from macros.reference import evaluated

pytestmark = pytest.mark.targets("bigquery")

CLOCK = dt.datetime(2024, 1, 31, 12, tzinfo=dt.timezone.utc)
COLUMNS = {
    "id": "int64", "day": "date", "price": "numeric", "tags": "array<struct<name string, at timestamp>>", "place": "geography", "extra": "json",
}  # fmt: skip
PLACE = "test-project.dbt_test"
SNAPSHOT = [f"{PLACE}.orders_backup_a", f"{PLACE}.orders", "snapshot", "2024-01-30 09:00:00.123000+00:00", None]
FROM = {"from_backup": "orders_backup_a"}
AS_OF = {"as_of": "2024-01-31T10:30:00Z"}


def api(**more: Any) -> Any:
    """A table as Google's client has it, from what the API answers."""
    from google.cloud.bigquery import Table

    reference = {"projectId": "test-project", "datasetId": "dbt_test", "tableId": "orders"}
    return Table.from_api_repr({"tableReference": reference, "type": "TABLE", "numRows": "5", "numBytes": "80", **more})


STREAMED = {"streamingBuffer": {"estimatedRows": "7", "estimatedBytes": "99", "oldestEntryTime": "1706695200000"}}
FILTERED = {"timePartitioning": {"type": "DAY", "field": "day"}, "requirePartitionFilter": True}
INGESTED = {"timePartitioning": {"type": "HOUR"}}


class Warehouse:
    """What BigQuery answers: tables by name to its API, and rows to queries by a part of their text."""

    def __init__(
        self, past: Sequence[Any], tables: dict[str, Any], answers: dict[str, Any], there: Sequence[str] = ()
    ) -> None:
        self.past = past
        self.there = list(there)
        self.tables = {"orders": api(), "orders_backup_a": api(type="SNAPSHOT"), **tables}
        usual = {"as made": [SNAPSHOT], "select count(*)": [[5]], "group by 1": []}
        self.answers = {**answers, **{part: rows for part, rows in usual.items() if part not in answers}}
        self.asked: list[str] = []

    @property
    def stubs(self) -> dict[str, Any]:
        return {
            "_clock": CLOCK,
            "_tables_in": self.there,
            "run_query": self.run_query,
            "adapter.get_bq_table": lambda relation: self.tables.get(relation.identifier),
            "dbt.get_column_schema_from_query": self.columns,
        }

    def run_query(self, sql: str) -> Any:
        self.asked.append(sql)
        found = next(rows for part, rows in self.answers.items() if part in sql)
        return SimpleNamespace(rows=[dict(enumerate(row)) for row in found])

    def columns(self, sql: str) -> Sequence[Any]:
        self.asked.append(sql)
        return self.past


Call = Callable[..., Any]


@pytest.fixture
def call(macro, table) -> Call:
    """Calls a macro with BigQuery's answers, and has GoogleSQL analyze every query that it asks."""
    tables = [
        table(types={**COLUMNS, "_PARTITIONTIME": "timestamp"}, name=name) for name in ("orders", "orders_backup_a")
    ]
    there = macro._target.session._adapter.get_columns_in_relation(tables[0])
    # BigQuery tells names of columns as they were written, and compares them without their case
    past = [SimpleNamespace(name=each.name.title(), data_type=each.data_type) for each in there if each.name != "extra"]

    def run(
        name: str, *words: Any, tables: Any = None, answers: Any = None, there: Sequence[str] = (), **named: Any
    ) -> Any:
        warehouse = Warehouse(past, tables or {}, answers or {}, there)
        result = macro(name, *words, **{**named, "stubs": {**warehouse.stubs, **named.get("stubs", {})}})
        kinds = [each.kind for each in macro.analyze(";\n".join(warehouse.asked))] if warehouse.asked else []
        assert set(kinds) <= {"ResolvedQueryStmt"}
        run.asked = warehouse.asked
        return result

    return run


def kinds(macro: Any, statements: list[str]) -> list[str]:
    return [each.kind.removeprefix("Resolved").removesuffix("Stmt") for each in macro.analyze(";\n".join(statements))]


# --- backups -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        (
            {},
            "CreateSnapshotTable",
            "create snapshot table `test-project`.`dbt_test`.`orders_backup_b`\nclone `test-project`.`dbt_test`.`orders`",
        ),
        (
            {"expires_days": 7},
            "CreateSnapshotTable",
            "options (expiration_timestamp = timestamp '2024-02-07 12:00:00.000000+00:00')",
        ),
        ({"kind": "clone"}, "CreateTable", "create table `test-project`.`dbt_test`.`orders_backup_b`\nclone"),
    ],
)
def test_a_backup_is_a_snapshot_or_a_clone(macro, call, options, kind, text):
    [sql] = call("backup_table_sql", "orders", suffix="b", **options).value
    assert text in sql
    assert kinds(macro, [sql]) == [kind]


def test_the_plan_of_a_backup_says_when_it_goes_and_what_it_needs(call):
    plan = call("backup_table", "orders", dry_run=True).printed
    assert "It stays until you drop it, or until the default expiry of its dataset" in plan
    assert "It needs bigquery.tables.createSnapshot and bigquery.tables.getData on the table" in plan
    assert "deleteSnapshot" not in plan
    expiring = call("backup_table", "orders", dry_run=True, expires_days=7).printed
    assert "BigQuery drops it at 2024-02-07 12:00 UTC." in expiring
    assert "for the expiry also bigquery.tables.deleteSnapshot: roles/bigquery.dataOwner" in expiring
    clone = call("backup_table", "orders", dry_run=True, expires_days=7, kind="clone").printed
    assert "for the expiry also bigquery.tables.delete." in clone


def test_rows_in_the_streaming_buffer_are_not_left_out_unasked(call):
    streamed = {"orders": api(**STREAMED)}
    said = r"About 7 rows of \S+orders` are still in its streaming buffer, the oldest since 2024-01-31 10:00:00\+00:00. A backup would miss them"
    with pytest.raises(MacroError, match=said):
        call("backup_table", "orders", dry_run=True, tables=streamed)
    assert "About 7 rows" in call("backup_table", "orders", dry_run=True, skip_streamed=True, tables=streamed).printed
    with pytest.raises(MacroError, match=r"They can't be changed, and a backup would miss them. Stop the stream"):
        call("restore_table", "orders", **FROM, tables=streamed)
    days = {"date_column": "day", "dates": ["2024-01-01"]}
    plan = call("restore_partitions", "orders", **days, **FROM, tables=streamed).printed
    assert "BigQuery refuses the MERGE if days that are restored hold any" in plan


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("VIEW", "is a view, and a table is needed: one that holds rows of its own. Name the table that it reads."),
        ("MATERIALIZED_VIEW", "is a materialized view, and a table is needed"),
        (
            "EXTERNAL",
            "is an external table, and a table is needed: one that holds rows of its own. Load its rows into a table first.",
        ),
        (
            "SNAPSHOT",
            "is a snapshot, and a table is needed: one that holds rows of its own. Name the table that it was made of.",
        ),
    ],
)
def test_what_is_no_table_is_refused_by_what_it_is(macro, call, kind, said):
    for name, more in (("backup_table", {}), ("restore_table", FROM)):
        with macro.raises(said):
            call(name, "orders", **more, tables={"orders": api(type=kind)})


CATALOGUE = {
    # [table_type, base_table_name, snapshot_time_ms]
    "orders": ["BASE TABLE", None, None],
    "orders_backup_a": ["SNAPSHOT", "orders", "2024-01-30 09:00:00.123+00"],
    "kept": ["SNAPSHOT", "orders", "2024-01-29 09:00:00+00"],
    "orders_backup_b": ["CLONE", "orders", "2024-01-28 09:00:00+00"],
    "orders_copy": ["CLONE", "orders", "2024-01-27 09:00:00+00"],
    "orders_backup_c": ["BASE TABLE", None, None],
    "lines_backup_a": ["SNAPSHOT", "lines", "2024-01-31 09:00:00+00"],
}


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        (["orders"], ["orders_backup_a", "kept", "orders_backup_b"]),
        ([], ["lines_backup_a", "orders_backup_a", "kept", "orders_backup_b"]),
    ],
)
def test_a_snapshot_is_a_backup_and_so_is_a_clone_with_such_a_name(call, googlesql, asked, listed):
    sql = call("list_backups_sql", *asked).value
    tables, options = [], []
    for name, (kind, base, made_at) in CATALOGUE.items():
        of = {"": name, "base_": base}
        parts = {"catalog": "'test-project'", "schema": "'dbt_test'"}
        columns = [
            f"{parts.get(part, repr(table)) if table else 'string(null)'} as {side}table_{part}"
            for side, table in of.items()
            for part in ("catalog", "schema", "name")
        ]
        moment = f"timestamp '{made_at}'" if made_at else "timestamp(null)"
        tables.append(f"select {', '.join(columns)}, {kind!r} as table_type, {moment} as snapshot_time_ms")
        options.append(f"select {name!r} as table_name, 'description' as option_name, '\"it\"' as option_value")
        if kind == "SNAPSHOT":
            options.append(f"select {name!r}, 'expiration_timestamp', 'TIMESTAMP \"2024-03-01T00:00:00.000Z\"'")
    for view, rows in {"TABLES": tables, "TABLE_OPTIONS": options}.items():
        there = f"`test-project.dbt_test.INFORMATION_SCHEMA.{view}`"
        assert there in sql
        sql = sql.replace(there, f"({' union all '.join(rows)})")
    found = evaluated(
        googlesql,
        f"select backup_name, base_table, kind, cast(made_at as string), cast(expires_at as string) from ({sql}) order by made_at desc",
    )
    assert [row[0] for row in found] == [f"{PLACE}.{name}" for name in listed]
    rows = {row[0].removeprefix(f"{PLACE}."): row[1:] for row in found}
    until = "2024-03-01 00:00:00+00"
    assert rows["orders_backup_a"] == [f"{PLACE}.orders", "snapshot", "2024-01-30 09:00:00.123+00", until]
    assert rows["orders_backup_b"] == [f"{PLACE}.orders", "clone", "2024-01-28 09:00:00+00", None]


def test_a_table_that_a_cutover_renamed_is_a_backup_by_its_label_and_its_name(macro, call):
    def renamed(base, **more):
        value = macro("_renamed_value", SimpleNamespace(identifier=base), stubs={"_clock": CLOCK}).value
        return api(**{"labels": {"team": "sales", "dbt_playbooks_renamed": value}, **more})

    tables = {
        "orders_backup_b": renamed("orders"), "orders_backup_c": api(), "orders_backup_d": renamed("lines"), "orders": renamed("orders"),
        "lines_backup_of_orders": renamed("lines"), "orders_backup_e": renamed("orders", type="SNAPSHOT"), "old_orders": renamed("orders"),
        "orders_backup_f": renamed("orders", cloneDefinition={"cloneTime": "2024-01-31T00:00:00Z"}), "a_backup_b_backup_c": renamed("a"),
    }  # fmt: skip
    asked = {"tables": tables, "there": [*tables, "orders_backup_a"]}
    kind = ["table before a cutover", CLOCK, None, 5, 80]
    ours = [f"{PLACE}.orders_backup_b", f"{PLACE}.orders", *kind]
    snapshot = [*SNAPSHOT[:3], dt.datetime(2024, 1, 30, 9, tzinfo=dt.timezone.utc), None]
    undated = [*SNAPSHOT[:2], "clone", None, None]
    found = call("list_backups", "orders", answers={"as made": [snapshot, undated]}, **asked).value
    assert found == [ours, [*snapshot, 5, 80], [*undated, 5, 80]]
    found = call("list_backups", answers={"as made": []}, **asked).value
    assert found == [
        ours,
        [f"{PLACE}.lines_backup_of_orders", f"{PLACE}.lines", *kind],
        [f"{PLACE}.a_backup_b_backup_c", f"{PLACE}.a", *kind],
    ]
    plan = call("drop_backup", "orders_backup_b", answers={"as made": []}, **asked).printed
    assert "drop table `test-project`.`dbt_test`.`orders_backup_b`;" in plan
    assert "is a table before a cutover of" in plan
    assert "bigquery.tables.delete:" in plan
    with macro.raises("is a table and no backup"):
        call("drop_backup", "orders_backup_d", answers={"as made": []}, **asked)


def test_a_list_has_rows_and_bytes_from_the_api(call):
    listed = call("list_backups", "orders")
    assert listed.value == [[*SNAPSHOT, 5, 80]]


@pytest.mark.parametrize(
    ("kind", "sql", "needs"),
    [
        ("snapshot", "drop snapshot table", "deleteSnapshot: roles/bigquery.dataOwner"),
        ("clone", "drop table", "bigquery.tables.delete:"),
        ("table before a cutover", "drop table", "bigquery.tables.delete:"),
    ],
)
def test_a_snapshot_and_a_clone_are_dropped_each_in_its_way(macro, call, kind, sql, needs):
    row = {"as made": [[*SNAPSHOT[:2], kind, *SNAPSHOT[3:]]]}
    plan = call("drop_backup", "orders_backup_a", answers=row).printed
    assert f"{sql} `test-project`.`dbt_test`.`orders_backup_a`;" in plan
    assert needs in plan
    name = "test-project:dbt_test.orders_backup_a"
    back = f"7 days by default: bq cp {name}@{int(CLOCK.timestamp() * 1000)} {name}\n"
    assert back in plan
    asked = []
    clock = {"_clock": lambda: asked.append("clock") or CLOCK, "_change": lambda _: asked.append("drop")}
    assert back.strip() in call("drop_backup", "orders_backup_a", answers=row, dry_run=False, stubs=clock).printed
    assert asked == ["clock", "drop"], "afterwards there is nothing to be copied"
    [statement] = call("drop_backup_sql", "orders_backup_a", answers=row).value
    assert kinds(macro, [statement]) == ["DropSnapshotTable" if kind == "snapshot" else "Drop"]


# --- restores from a backup ----------------------------------------------------------------------------------------------


def test_a_table_is_restored_by_one_merge_after_a_snapshot_of_the_present(macro, call):
    statements = call("restore_table_sql", "orders", **FROM).value
    assert kinds(macro, statements) == ["CreateSnapshotTable", "Merge"]
    assert "when not matched by source and true then" in statements[1]
    plan = call("restore_table", "orders", **FROM)
    assert plan.value == [[5, 5]]
    assert "the backup test-project.dbt_test.orders_backup_a of 2024-01-30 09:00:00 UTC has 5" in plan.printed
    assert (
        "partitioning, clustering, options, descriptions, policy tags, row access policies and grants stays"
        in plan.printed
    )
    assert (
        "bigquery.tables.updateData: roles/bigquery.dataEditor. If it has row access policies, one must show you all rows"
        in plan.printed
    )


def test_a_table_that_asks_for_a_partition_filter_gets_one_on_both_sides(macro, call):
    tables = {"orders": api(**FILTERED), "orders_backup_a": api(**FILTERED, type="SNAPSHOT")}
    _, merge = call("restore_table_sql", "orders", **FROM, tables=tables).value
    assert "  where (`day` is null or `day` is not null)\n" in merge
    assert "when not matched by source and (target.`day` is null or target.`day` is not null) then" in merge
    assert kinds(macro, [merge]) == ["Merge"]
    call("restore_table", "orders", **FROM, tables=tables)
    counts = [sql for sql in call.asked if sql.startswith("select count(*)")]
    assert len(counts) == 2
    assert all("where (`day` is null or `day` is not null)" in sql for sql in counts)


def test_ingestion_times_go_along(macro, call):
    tables = {"orders": api(**INGESTED), "orders_backup_a": api(**INGESTED, type="SNAPSHOT")}
    days = {"date_column": "_PARTITIONTIME", "dates": ["2024-01-15"]}
    for statements in (
        call("restore_table_sql", "orders", **FROM, tables=tables).value,
        call("restore_partitions_sql", "orders", **days, **FROM, tables=tables).value,
    ):
        assert kinds(macro, statements) == ["CreateSnapshotTable", "Merge"]
        assert "select `_PARTITIONTIME` as `ingestion_time_of_row`, `id`" in statements[1]
        assert "insert (`_PARTITIONTIME`, `id`" in statements[1]
    assert "target.`_PARTITIONTIME` >= timestamp '2024-01-15 00:00:00+00:00'" in statements[1]


def test_a_table_that_asks_for_a_filter_on_another_column_gets_it_for_some_days(macro, call):
    by_id = {"rangePartitioning": {"field": "id", "range": {"start": "0", "end": "9", "interval": "1"}}}
    tables = {"orders": api(**by_id, requirePartitionFilter=True)}
    days = {"date_column": "day", "dates": ["2024-01-15"]}
    statements = call("restore_partitions_sql", "orders", **days, **FROM, tables=tables).value
    assert kinds(macro, statements) == ["CreateSnapshotTable", "Merge"]
    assert ") and (target.`id` is null or target.`id` is not null)" in " ".join(statements[1].split())
    call("restore_partitions", "orders", **days, **FROM, tables=tables)
    [now, *_] = [sql for sql in call.asked if "group by 1" in sql and "orders_backup_a" not in sql]
    assert "(`id` is null or `id` is not null)" in now


def test_partitions_that_expire_are_said_to_go_again(call):
    expiring = {"timePartitioning": {"type": "DAY", "field": "day", "expirationMs": "2592000000"}}
    plan = call("restore_table", "orders", **FROM, tables={"orders": api(**expiring)}).printed
    assert "Its partitions expire after 30 days: rows of older days go again at once." in plan


def test_a_column_that_takes_no_null_and_came_later_is_refused(macro, call, table):
    table(types={**COLUMNS, "late": "string"}, name="orders")
    fields = [{"name": "late", "type": "STRING", "mode": "REQUIRED"}]
    with macro.raises("column late of `test-project`.`dbt_test`.`orders` takes no NULL and has no default"):
        call("restore_table", "orders", **FROM, tables={"orders": api(schema={"fields": fields})})


def test_a_retyped_column_is_looked_at_and_cast(macro, call, table):
    table(types={**COLUMNS, "price": "string"}, name="orders")
    plan = call(
        "restore_table", "orders", **FROM, answers={"safe_cast(safe_cast(`price` as STRING) as NUMERIC)": [[0]]}
    )
    assert "Column price was NUMERIC and is STRING: each value is cast" in plan.printed
    merge = plan.printed.partition("merge into")[2].partition(";\n")[0]
    assert "cast(`price` as STRING) as `price`" in merge
    assert kinds(macro, [f"merge into{merge}"]) == ["Merge"]
    with macro.raises("and 3 values would not come back"):
        call("restore_table", "orders", **FROM, answers={"safe_cast(safe_cast(`price` as STRING) as NUMERIC)": [[3]]})
    table(types={**COLUMNS, "price": "json"}, name="orders")
    with macro.raises("column price is NUMERIC in the backup"):
        call("restore_table", "orders", **FROM)


def test_a_table_that_is_gone_is_cloned_from_its_backup_and_what_is_lost_is_said(macro, call):
    gone = {"orders": None}
    [statement] = call("restore_table_sql", "orders", **FROM, tables=gone).value
    assert kinds(macro, ["drop table dbt_test.orders", statement]) == ["Drop", "CreateTable"]
    plan = call("restore_table", "orders", **FROM, tables=gone).printed
    assert "Grants on the table went with it" in plan
    assert "bigquery.tables.restoreSnapshot" in plan


# --- the past ------------------------------------------------------------------------------------------------------------


def test_the_past_becomes_a_snapshot_from_which_the_rows_are_taken(macro, call):
    statements = call("restore_table_sql", "orders", **AS_OF).value
    assert kinds(macro, statements) == ["CreateSnapshotTable", "CreateSnapshotTable", "Merge"]
    assert statements[0] == (
        "create snapshot table if not exists `test-project`.`dbt_test`.`orders_backup_as_of_20240131_103000_000000`\n"
        "clone `test-project`.`dbt_test`.`orders`\nfor system_time as of timestamp '2024-01-31 10:30:00.000000+00:00'"
    )
    assert "from `test-project`.`dbt_test`.`orders_backup_as_of_20240131_103000_000000`" in statements[2]
    assert "`extra`" not in statements[2], "a column that the past has not"
    plan = call("restore_table", "orders", **AS_OF).printed
    assert "the table as of 2024-01-31 10:30:00 UTC has 5." in plan
    assert "Column extra came later" in plan
    assert (
        "orders_backup_as_of_20240131_103000_000000 stays, too. To drop it: dbt run-operation dbt_playbooks.drop_backup"
        in plan
    )
    assert any("for system_time as of timestamp '2024-01-31 10:30:00" in sql for sql in call.asked if "count(*)" in sql)


def test_days_of_the_past_are_counted_in_the_past(macro, call):
    days = {"date_column": "day", "dates": ["2024-01-15", "2024-01-16"]}
    answers = {
        "for system_time as of timestamp": [["2024-01-15", 3]],
        "group by 1": [["2024-01-15", 1], ["2024-01-16", 2]],
    }
    plan = call("restore_partitions", "orders", **days, **AS_OF, answers=answers)
    assert plan.value == [["2024-01-15", 1, 3], ["2024-01-16", 2, 0]]
    assert "so their rows go: 2024-01-16" in plan.printed
    statements = call("restore_partitions_sql", "orders", **days, **AS_OF).value
    assert kinds(macro, statements) == ["CreateSnapshotTable", "CreateSnapshotTable", "Merge"]
    assert "and target.`day` >= date '2024-01-15' and target.`day` < date '2024-01-17' then" in statements[2]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-01-31T10:30:00Z", "2024-01-31 10:30:00.000000"),
        ("2024-01-31 10:30", "2024-01-31 10:30:00.000000"),
        ("2024-01-31T10:30:00.25", "2024-01-31 10:30:00.250000"),
        ("2024-01-31T11:30:00+01:00", "2024-01-31 10:30:00.000000"),
        ("2024-01-30T21:30:00-1300", "2024-01-31 10:30:00.000000"),
        ("2024-01-31 10:30:00 UTC", "2024-01-31 10:30:00.000000"),
        ("2024-01-31 05:30:00-05", "2024-01-31 10:30:00.000000"),
        (dt.datetime(2024, 1, 31, 10, 30), "2024-01-31 10:30:00.000000"),
        (dt.datetime(2024, 1, 31, 11, 30, tzinfo=dt.timezone(dt.timedelta(hours=1))), "2024-01-31 10:30:00.000000"),
    ],
)  # fmt: skip
def test_a_time_may_be_written_in_many_ways(call, text, instant):
    [past, *_] = call("restore_table_sql", "orders", as_of=text).value
    assert f"for system_time as of timestamp '{instant}+00:00'" in past


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "2024-01-31", dt.date(2024, 1, 31), "2024-01-31T10", "2024-01-31T1:30:00", "2024-01-31T10:30:00+1", "2024-01-31T10:30:00.1234567",
        "31.01.2024 10:30", "2024-01-31T10:30:00:00", "2024-01-31T10:30:00'; drop table x; --", "2024-01-31x10:30:00",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_how_one_is_written(macro, call, text):
    with macro.raises("which is no date and time. Write an ISO timestamp: '2024-01-31T12:00:00Z', or with an offset"):
        call("restore_table", "orders", as_of=text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2024-02-30T10:00:00Z", "not in the calendar: that month has days 01 to 29"),
        ("2024-01-31T24:00:00Z", "and no clock shows that time: hours go from 00 to 23"),
        (
            "2024-01-31T12:00:01Z",
            "as_of is 2024-01-31 12:00:01 UTC, which is still to come: it is 2024-01-31 12:00:00 UTC now",
        ),
    ],
)
def test_a_time_that_never_was_is_refused(macro, call, text, said):
    with macro.raises(said):
        call("restore_table", "orders", as_of=text)


@pytest.mark.parametrize(
    ("text", "option", "said"),
    [
        ("2024-01-29T12:00:01Z", None, None),
        ("2024-01-29T11:00:00Z", [["48"]], "BigQuery keeps the last 48 hours (max_time_travel_hours of its dataset): nothing before 2024-01-29 12:00:00 UTC"),
        ("2024-01-27T12:00:00Z", [["96"]], None),
        ("2024-01-24T12:00:00Z", [], None),
        ("2024-01-24T11:59:59Z", [], "BigQuery keeps the last 168 hours"),
    ],
)  # fmt: skip
def test_a_past_that_is_older_than_the_window_is_refused_with_the_window(macro, call, text, option, said):
    answers = {} if option is None else {"max_time_travel_hours": option}
    if said is None:
        call("restore_table", "orders", as_of=text, answers=answers)
        window = [sql for sql in call.asked if "SCHEMATA_OPTIONS" in sql]
        assert len(window) == (option is not None), "the last two days are always kept"
        assert all("from `test-project.region-us.INFORMATION_SCHEMA.SCHEMATA_OPTIONS`" in sql for sql in window)
        return
    with macro.raises(said):
        call("restore_table", "orders", as_of=text, answers=answers)


def test_the_past_of_a_table_that_is_gone_points_to_the_copy_command(macro, call):
    with macro.raises("bq cp test-project:dbt_test.orders@1706697000000 test-project:dbt_test.orders"):
        call("restore_table", "orders", **AS_OF, tables={"orders": None})
    with macro.raises("bq cp test-project:dbt_test.orders@1706697000123 test-project:dbt_test.orders"):
        call("restore_table", "orders", as_of="2024-01-31T10:30:00.123999Z", tables={"orders": None})
    with macro.raises("bq cp 'test-project:dbt_test.it'\\''s@1706697000000' 'test-project:dbt_test.it'\\''s'"):
        call("restore_table", "dbt_test.it's", **AS_OF, tables={"it's": None})


def test_a_name_that_the_past_would_take_is_not_read_by_mistake(macro, call):
    past = "orders_backup_as_of_20240131_103000_000000"
    call("restore_table", "orders", **AS_OF, tables={past: api(type="SNAPSHOT")})
    with macro.raises(f"{past}`, and that name is taken by something else"):
        call("restore_table", "orders", **AS_OF, tables={past: api()})
