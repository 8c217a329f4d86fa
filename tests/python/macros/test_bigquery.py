"""What the macros say to BigQuery, analyzed by GoogleSQL's analyzer. Nothing here was run on BigQuery."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from macros.googlesql import GoogleSQL, require_googlesql
from macros.harness import Macros
from macros.test_backfill_filter import JANUARY, condition

KINDS = ["date", "datetime", "timestamp"]
COLUMNS = {"id": "int64", "order": "string", "amount": "numeric", "updated_at": "datetime"}
TABLES = {
    **{f"by_{kind}": {**COLUMNS, "day": kind} for kind in KINDS},
    # the analyzer knows no pseudo columns, so a table declares one
    "by_ingestion": {**COLUMNS, "_PARTITIONTIME": "timestamp"},
    "backfill_log": {
        "backfill_id": "string", "model": "string", "date_processed": "date", "chunk_end": "date", "attempt": "int64", "status": "string",
        "rows_processed": "int64", "bytes_processed": "int64", "duration_seconds": "double", "error_message": "string",
        "invocation_id": "string", "processed_at": "timestamp",
    },
    "backfill_runs": {
        "backfill_id": "string", "invocation_id": "string", "event": "string", "shard": "string", "host": "string", "process_id": "int64",
        "process_started_at": "string", "started_by": "string", "model": "string", "start_date": "date", "end_date": "date",
        "chunk": "string", "chunks": "int64", "relations": "string", "vars_digest": "string", "code_digest": "string", "recorded_at": "timestamp",
    },
}  # fmt: skip
TABLES["backfill_checkpoints"] = TABLES["backfill_log"]
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


@pytest.fixture(scope="module")
def googlesql() -> GoogleSQL:
    require_googlesql()
    return GoogleSQL(TABLES)


@pytest.fixture(autouse=True)
def catalogue(bigquery: Macros, monkeypatch: pytest.MonkeyPatch) -> None:
    """BigQuery's catalogue, without BigQuery."""

    def columns(relation):
        names = {"double": "float64"}
        return [
            bigquery.adapter.Column(name, names.get(data_type, data_type).upper())
            for name, data_type in TABLES[relation.identifier].items()
            if not name.startswith("_")
        ]

    monkeypatch.setattr(bigquery.adapter, "get_columns_in_relation", columns, raising=False)


def test_the_analyzer_refuses_what_bigquery_would(googlesql):
    googlesql.analyze("select day from `p`.`d`.`by_date`")
    for wrong in (
        "select dya from `p`.`d`.`by_date`",
        "select day from `p`.`d`.`by_date` where day >= timestamp '2024-01-01'",
        "select 1 from",
    ):
        with pytest.raises(Exception, match=r"dya|No matching signature|Syntax error"):
            googlesql.analyze(wrong)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("timezone", ["UTC", "America/New_York"])
def test_a_window_is_of_the_columns_type(bigquery, googlesql, kind, timezone):
    where = condition(bigquery, window=JANUARY, data_type=kind, timezone=timezone)
    googlesql.analyze(f"select * from `p`.`d`.`by_{kind}` where {where}")
    other = "date" if kind == "timestamp" else "timestamp"
    with pytest.raises(Exception, match="No matching signature"):
        googlesql.analyze(f"select * from `p`.`d`.`by_{other}` where {where}")


def test_a_window_in_a_time_zone_begins_at_its_midnight(bigquery):
    where = condition(bigquery, window=JANUARY, data_type="timestamp", timezone="America/New_York")
    assert where == "`day` >= timestamp '2024-01-01 05:00:00+00:00' and `day` < timestamp '2024-02-01 05:00:00+00:00'"


def test_ingestion_time_and_reserved_words_can_be_the_date(bigquery, googlesql):
    where = condition(bigquery, "_PARTITIONTIME", window=JANUARY, data_type="timestamp")
    googlesql.analyze(f"select * from `p`.`d`.`by_ingestion` where {where}")
    assert condition(bigquery, "order", window=JANUARY).startswith("`order` >= ")


@pytest.mark.parametrize("text", UGLY)
def test_any_text_survives_as_a_literal(bigquery, googlesql, text):
    literal = bigquery("_string_literal", text=text)
    assert "\n" not in literal
    resolved = googlesql.analyze(f"select {literal} as text")
    assert resolved.query.expr_list[0].expr.value.value.string_value == text
    record = {"model": "m", **RANGE, "attempt": 1, "status": "failed", "invocation_id": text}
    googlesql.analyze(bigquery("record_chunk_sql", backfill_id=text, error=text * 500, **record))


def test_the_state_of_a_backfill(bigquery, googlesql):
    for statement in bigquery("create_backfill_state_sql"):
        googlesql.analyze(statement)
    run = {"backfill_id": "b", "invocation_id": "i", "host": "h'", "process_id": 1, "chunks": 12, **RANGE}
    googlesql.analyze(bigquery("record_run_sql", run=run, event="claim"))
    chunk = {"backfill_id": "b", "model": "m", **RANGE, "attempt": 1, "status": "completed", "invocation_id": "i"}
    googlesql.analyze(bigquery("record_chunk_sql", rows=1, bytes=2, seconds=0.5, **chunk))
    googlesql.analyze(bigquery("record_chunk_sql", **chunk))
    assert googlesql.columns(bigquery("backfill_runs_sql", backfill_id="it's"))["seconds_ago"] == "int64"


@pytest.mark.parametrize("backfill_id", [None, "it's"])
def test_the_progress_of_backfills(bigquery, googlesql, backfill_id):
    assert googlesql.columns(bigquery("backfill_progress_sql", backfill_id=backfill_id)) == {
        "backfill_id": "string", "model": "string", "status": "string", "chunks": "int64", "rows_processed": "int64",
        "share": "double", "share_done": "double", "seconds_left": "double",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "window",
    [{}, RANGE, {"start_date": "2024-01-01"}, {"end_date": "2024-01-31"}],
    ids=["open", "closed", "from", "to"],
)
class TestDays:
    def test_missing_dates(self, bigquery, googlesql, kind, window):
        sql = bigquery(
            "missing_dates_sql", table=bigquery.relation(f"by_{kind}"), date_column="day", timezone="Asia/Tokyo", where="`order` = 'x'",
            exclude_weekends=True, exclude_dates=["2024-01-02"], **window,
        )  # fmt: skip
        assert googlesql.columns(sql) == {"missing_date": "date"}

    @pytest.mark.parametrize("period", ["day", "week", "month", "quarter", "year"])
    def test_partition_coverage(self, bigquery, googlesql, kind, window, period):
        sql = bigquery(
            "partition_coverage_sql", table=bigquery.relation(f"by_{kind}"), date_column="day", period=period, **window
        )
        assert googlesql.columns(sql) == {
            "period_start": "date", "row_count": "int64", "first_date": "date", "last_date": "date", "days_with_rows": "int64", "days_expected": "int64",
        }  # fmt: skip

    def test_affected_partitions(self, bigquery, googlesql, kind, window):
        sql = bigquery(
            "affected_partitions_sql",
            table=bigquery.relation(f"by_{kind}"),
            date_column="day",
            condition="amount < 0 or id = 1",
            **window,
        )
        assert googlesql.columns(sql) == {
            "partition_date": "date",
            "bad_rows": "int64",
            "total_rows": "int64",
            "bad_rate": "double",
        }


@pytest.mark.parametrize("kind", KINDS)
def test_counts_of_rows(bigquery, googlesql, kind):
    table = bigquery.relation(f"by_{kind}")
    assert googlesql.columns(bigquery("row_counts_by_day_sql", table=table, date_column="day", **RANGE)) == {
        "day": "date",
        "row_count": "int64",
    }
    assert googlesql.columns(bigquery("window_row_count_sql", table=table, date_column="day", **RANGE)) == {
        "row_count": "int64"
    }


def test_ingestion_time_partitions_are_found_counted_and_deleted(bigquery, googlesql):
    table = {"table": bigquery.relation("by_ingestion"), "date_column": "_PARTITIONTIME"}
    googlesql.analyze(bigquery("affected_partitions_sql", **table, condition="amount < 0", **RANGE))
    googlesql.analyze(bigquery("missing_dates_sql", **table))
    backup, delete = bigquery("delete_partitions_sql", **table, dates=["2024-01-15", "2024-01-16", "2024-02-01"])
    googlesql.analyze(backup)
    googlesql.analyze(delete)
    assert delete.endswith(
        "where ((`_PARTITIONTIME` >= timestamp '2024-01-15 00:00:00+00:00' and `_PARTITIONTIME` < timestamp '2024-01-17 00:00:00+00:00')\n"
        "  or (`_PARTITIONTIME` >= timestamp '2024-02-01 00:00:00+00:00' and `_PARTITIONTIME` < timestamp '2024-02-02 00:00:00+00:00'))"
    )


@pytest.mark.parametrize(
    ("table", "column"), [("by_date", "day"), ("by_datetime", "day"), ("by_ingestion", "_PARTITIONTIME")]
)
def test_a_deletion_and_its_way_back(bigquery, googlesql, table, column):
    relation = bigquery.relation(table)
    backup, delete = bigquery("delete_partitions_sql", table=relation, date_column=column, **RANGE, where="id > 0")
    assert type(googlesql.analyze(backup)).__name__ == "ResolvedCreateSnapshotTableStmt"
    assert type(googlesql.analyze(delete)).__name__ == "ResolvedDeleteStmt"
    where = delete.split("where ", 1)[1]
    back = bigquery("_restore_sql", relation=relation, backup=relation, condition=where, date_column=column)
    assert type(googlesql.analyze(back)).__name__ == "ResolvedInsertStmt"
    assert ("_PARTITIONTIME, `id`" in back) == (column == "_PARTITIONTIME")


MERGES = [(kind, kind, "id") for kind in KINDS] + [
    (source, target, ["id", "day"]) for source in KINDS for target in KINDS
]


@pytest.mark.parametrize(("source", "target", "key"), MERGES)
def test_a_merge(bigquery, googlesql, source, target, key):
    sql = bigquery(
        "merge_backfill_sql", source_table=bigquery.relation(f"by_{source}"), target_table=bigquery.relation(f"by_{target}"), key=key,
        date_column="day", **RANGE, update_columns=["order", "amount"], updated_at_column="updated_at",
    )  # fmt: skip
    if source == target:
        assert type(googlesql.analyze(sql)).__name__ == "ResolvedMergeStmt"
    on = sql.split("\non ")[1].split("\nwhen ")[0]
    assert " or " not in on, "an outer join of BigQuery takes equalities only"
    assert ("target.`day` >= " in on) == (key != "id"), "the target is pruned where the date is part of the key"


@pytest.mark.parametrize("kind", [*KINDS, "ingestion"])
def test_a_script_statement_by_statement(bigquery, googlesql, kind):
    column = "_PARTITIONTIME" if kind == "ingestion" else "day"
    table = bigquery.relation(f"by_{kind}")
    script = bigquery(
        "backfill_script_sql", source_table=table, target_table=table, date_column=column, **RANGE, chunk="week"
    )
    statements = [statement for statement in script.split(";\n") if statement.strip()]
    kinds = [type(googlesql.analyze(statement)).__name__ for statement in statements]
    assert kinds == ["ResolvedMergeStmt", "ResolvedQueryStmt"] * 5
    assert re.search(r"^on false\nwhen not matched by source and target\.`\w+` >= ", script, flags=re.MULTILINE)


class Asked(list):
    """Stands for `run_query`: keeps what is asked, and answers each query with one row."""

    def __init__(self, row: list) -> None:
        super().__init__()
        self.row = row

    def __call__(self, sql: str) -> SimpleNamespace:
        self.append(sql)
        return SimpleNamespace(rows=[dict(enumerate(self.row))] if self.row else [])


@pytest.mark.parametrize("kind", KINDS)
def test_the_newest_day_of_a_target_is_asked_for_and_written_as_a_literal(bigquery, googlesql, kind):
    asked = Asked(["2024-01-15"])
    stubs = {"is_incremental": lambda: True, "this": bigquery.relation(f"by_{kind}"), "config": {}, "run_query": asked}
    where = bigquery("backfill_filter", stubs=stubs, date_column="day", data_type=kind, lookback_days=3)
    assert where.startswith(f"`day` >= {kind} '2024-01-12")
    googlesql.analyze(f"select * from `p`.`d`.`by_{kind}` where {where}")
    assert [list(googlesql.columns(sql).values()) for sql in asked] == [["string"]]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_plans_ask(bigquery, googlesql, kind):
    asked = Asked([])
    stubs = {"run_query": asked, "print": lambda _: ""}
    relation = bigquery.relation(f"by_{kind}")
    bigquery("delete_partitions", stubs=stubs, table=relation, date_column="day", dates=["2024-01-01"])
    bigquery("_refuse_duplicate_keys", stubs=stubs, source=relation, key=["id", "order"], window="where id > 0")
    assert len(asked) == 2
    for sql in asked:
        googlesql.analyze(sql)
