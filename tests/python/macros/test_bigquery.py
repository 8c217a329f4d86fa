"""What the macros say to BigQuery, analyzed by GoogleSQL's analyzer. Nothing here runs."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from dbt_playbooks.pytest_plugin.errors import SqlError
from macros.test_backfill_filter import JANUARY, condition

pytestmark = pytest.mark.targets("bigquery")

KINDS = ["date", "datetime", "timestamp"]
COLUMNS = {"id": "int64", "order": "string", "amount": "numeric", "updated_at": "datetime"}
INGESTED = {**COLUMNS, "_PARTITIONTIME": "timestamp"}
RANGE = {"start_date": "2024-01-01", "end_date": "2024-01-31"}
UGLY = [
    "it's",
    'say "hi"',
    "back\\slash",
    "\\'",
    "two\nlines\r\n",
    "\ttab",
    "ünïcödé 🙂",
    "`tick`",
    "",
    "'''",
    '"""',
    "\\",
    "--",
    "/*",
    "{{ x }}",
    "$1 %s ?",
    "a\0b",
]


@pytest.fixture
def by(table):
    """Tables by the type of their date: date, datetime, timestamp, and ingestion for BigQuery's own."""
    tables = {kind: table(types={**COLUMNS, "day": kind}, name=f"by_{kind}") for kind in KINDS}
    return {**tables, "ingestion": table(types=INGESTED, name="by_ingestion")}


@pytest.fixture
def analyzed(macro):
    """Analyzes statements in a dataset that holds the state of backfills; the last statement."""
    state = ";\n".join(macro("create_backfill_state_sql").value)
    return lambda sql: macro.analyze(f"{state};\n{sql}")[-1]


def test_the_analyzer_refuses_what_bigquery_would(macro, by):
    macro.analyze(f"select day from {by['date']}")
    for wrong in (
        f"select dya from {by['date']}",
        f"select day from {by['date']} where day >= timestamp '2024-01-01'",
        "select 1 from",
    ):
        with pytest.raises(SqlError, match=r"dya|No matching signature|Syntax error"):
            macro.analyze(wrong)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("timezone", ["UTC", "America/New_York"])
def test_a_window_is_of_the_columns_type(macro, by, kind, timezone):
    where = condition(macro, window=JANUARY, data_type=kind, timezone=timezone)
    macro.analyze(f"select * from {by[kind]} where {where}")
    other = "date" if kind == "timestamp" else "timestamp"
    with pytest.raises(SqlError, match="No matching signature"):
        macro.analyze(f"select * from {by[other]} where {where}")


def test_a_window_in_a_time_zone_begins_at_its_midnight(macro):
    where = condition(macro, window=JANUARY, data_type="timestamp", timezone="America/New_York")
    assert where == "`day` >= timestamp '2024-01-01 05:00:00+00:00' and `day` < timestamp '2024-02-01 05:00:00+00:00'"


def test_ingestion_time_and_reserved_words_can_be_the_date(macro, by):
    where = condition(macro, "_PARTITIONTIME", window=JANUARY, data_type="timestamp")
    macro.analyze(f"select * from {by['ingestion']} where {where}")
    assert condition(macro, "order", window=JANUARY).startswith("`order` >= ")


@pytest.mark.parametrize("text", UGLY)
def test_any_text_survives_as_a_literal(macro, analyzed, text):
    literal = macro("_string_literal", text=text).text
    assert "\n" not in literal
    [statement] = macro.analyze(f"select {literal} as text")
    assert statement.resolved.query.expr_list[0].expr.value.value.string_value == text
    record = {"model": "m", **RANGE, "attempt": 1, "status": "failed", "invocation_id": text}
    analyzed(macro("record_chunk_sql", backfill_id=text, error=text * 500, **record).text)


def test_the_state_of_a_backfill(macro, analyzed):
    run = {"backfill_id": "b", "invocation_id": "i", "host": "h'", "process_id": 1, "chunks": 12, **RANGE}
    assert analyzed(macro("record_run_sql", run=run, event="claim").text).kind == "ResolvedInsertStmt"
    chunk = {"backfill_id": "b", "model": "m", **RANGE, "attempt": 1, "status": "completed", "invocation_id": "i"}
    for figures in ({"rows": 1, "bytes": 2, "seconds": 0.5}, {}):
        assert analyzed(macro("record_chunk_sql", **figures, **chunk).text).kind == "ResolvedInsertStmt"
    assert analyzed(macro("backfill_runs_sql", backfill_id="it's").text).columns["seconds_ago"] == "int64"


@pytest.mark.parametrize("backfill_id", [None, "it's"])
def test_the_progress_of_backfills(macro, analyzed, backfill_id):
    assert analyzed(macro("backfill_progress_sql", backfill_id=backfill_id).text).columns == {
        "backfill_id": "string", "model": "string", "status": "string", "chunks": "int64", "rows_processed": "int64",
        "share": "float64", "share_done": "float64", "seconds_left": "float64",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "window",
    [{}, RANGE, {"start_date": "2024-01-01"}, {"end_date": "2024-01-31"}],
    ids=["open", "closed", "from", "to"],
)
class TestDays:
    def test_missing_dates(self, macro, by, kind, window):
        sql = macro(
            "missing_dates_sql", by[kind], "day", timezone="Asia/Tokyo", where="`order` = 'x'",
            exclude_weekends=True, exclude_dates=["2024-01-02"], **window,
        )  # fmt: skip
        assert sql.columns == {"missing_date": "date"}

    @pytest.mark.parametrize("period", ["day", "week", "month", "quarter", "year"])
    def test_partition_coverage(self, macro, by, kind, window, period):
        sql = macro("partition_coverage_sql", by[kind], "day", period=period, **window)
        assert sql.columns == {
            "period_start": "date", "row_count": "int64", "first_date": "date", "last_date": "date", "days_with_rows": "int64", "days_expected": "int64",
        }  # fmt: skip

    def test_affected_partitions(self, macro, by, kind, window):
        sql = macro("affected_partitions_sql", by[kind], "day", condition="amount < 0 or id = 1", **window)
        assert sql.columns == {
            "partition_date": "date",
            "bad_rows": "int64",
            "total_rows": "int64",
            "bad_rate": "float64",
        }


@pytest.mark.parametrize("kind", KINDS)
def test_counts_of_rows(macro, by, kind):
    assert macro("row_counts_by_day_sql", by[kind], "day", **RANGE).columns == {"day": "date", "row_count": "int64"}
    assert macro("window_row_count_sql", by[kind], "day", **RANGE).columns == {"row_count": "int64"}


def test_ingestion_time_partitions_are_found_counted_and_deleted(macro, by):
    ingested = (by["ingestion"], "_PARTITIONTIME")
    macro.run("affected_partitions_sql", *ingested, condition="amount < 0", **RANGE)
    macro.run("missing_dates_sql", *ingested)
    days = ["2024-01-15", "2024-01-16", "2024-02-01"]
    backup, delete = macro("delete_partitions_sql", *ingested, dates=days).value
    macro.analyze(backup)
    macro.analyze(delete)
    assert delete.endswith(
        "where (\n  (`_PARTITIONTIME` >= timestamp '2024-01-15 00:00:00+00:00' and `_PARTITIONTIME` < timestamp '2024-01-17 00:00:00+00:00')\n"
        "  or (`_PARTITIONTIME` >= timestamp '2024-02-01 00:00:00+00:00' and `_PARTITIONTIME` < timestamp '2024-02-02 00:00:00+00:00')\n)"
    )


@pytest.mark.parametrize(("kind", "column"), [("date", "day"), ("datetime", "day"), ("ingestion", "_PARTITIONTIME")])
def test_a_deletion_and_its_way_back(macro, by, kind, column):
    backup, delete = macro("delete_partitions_sql", by[kind], column, **RANGE, where="id > 0").value
    assert [each.kind for each in macro.analyze(backup)] == ["ResolvedCreateSnapshotTableStmt"]
    assert [each.kind for each in macro.analyze(delete)] == ["ResolvedDeleteStmt"]
    where = delete.split("where ", 1)[1]
    back = macro("_restore_sql", relation=by[kind], backup=by[kind], condition=where, date_column=column)
    assert [each.kind for each in back.analyzed] == ["ResolvedInsertStmt"]
    assert ("_PARTITIONTIME, `id`" in back.text) == (column == "_PARTITIONTIME")


MERGES = [(kind, kind, "id") for kind in KINDS] + [
    (source, target, ["id", "day"]) for source in KINDS for target in KINDS
]


@pytest.mark.parametrize(("source", "target", "key"), MERGES)
def test_a_merge(macro, by, source, target, key):
    sql = macro(
        "merge_backfill_sql", source_table=by[source], target_table=by[target], key=key,
        date_column="day", **RANGE, update_columns=["order", "amount"], updated_at_column="updated_at",
    )  # fmt: skip
    if source == target:
        assert [each.kind for each in sql.analyzed] == ["ResolvedMergeStmt"]
    on = sql.text.split("\non ")[1].split("\nwhen ")[0]
    assert " or " not in on, "an outer join of BigQuery takes equalities only"
    assert ("target.`day` >= " in on) == (key != "id"), "the target is pruned where the date is part of the key"


@pytest.mark.parametrize("kind", [*KINDS, "ingestion"])
def test_a_script_statement_by_statement(macro, by, kind):
    column = "_PARTITIONTIME" if kind == "ingestion" else "day"
    script = macro("backfill_script_sql", by[kind], by[kind], column, **RANGE, chunk="week")
    assert [each.kind for each in script.analyzed] == ["ResolvedMergeStmt", "ResolvedQueryStmt"] * 5
    assert re.search(r"^on false\nwhen not matched by source and target\.`\w+` >= ", script.text, flags=re.MULTILINE)


class Asked(list):
    """Stands for `run_query`: keeps what is asked, and answers each query with one row."""

    def __init__(self, row: list) -> None:
        super().__init__()
        self.row = row

    def __call__(self, sql: str) -> SimpleNamespace:
        self.append(sql)
        return SimpleNamespace(rows=[dict(enumerate(self.row))] if self.row else [])


@pytest.mark.parametrize("kind", KINDS)
def test_the_newest_day_of_a_target_is_asked_for_and_written_as_a_literal(macro, by, kind):
    asked = Asked(["2024-01-15", "2024-01-15", 0])
    stubs = {"is_incremental": lambda: True, "this": by[kind], "config": {}, "run_query": asked}
    where = macro("backfill_filter", "day", stubs=stubs, data_type=kind, lookback_days=3).text
    assert where.startswith(f"`day` >= {kind} '2024-01-12")
    macro.analyze(f"select * from {by[kind]} where {where}")
    [statement] = macro.analyze(*asked)
    assert list(statement.columns.values()) == ["string", "string", "int64"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_plans_ask(macro, by, kind):
    asked = Asked([])
    macro("delete_partitions", by[kind], "day", dates=["2024-01-01"], stubs={"run_query": asked})
    macro("_refuse_duplicate_keys", by[kind], ["id", "order"], "where id > 0", stubs={"run_query": asked})
    assert len(asked) == 2
    for sql in asked:
        assert [each.kind for each in macro.analyze(sql)] == ["ResolvedQueryStmt"]
