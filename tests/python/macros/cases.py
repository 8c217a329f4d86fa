"""How each public macro is called, and what comes of it: the same on every target. Two tables of events, and the state of one backfill."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

D = dt.date
Rows = Sequence[Sequence[Any]]

TYPES = {"id": "int64", "day": "date", "happened_at": "timestamp", "amount": "int64"}
TABLES = {
    "events": {
        "id": [1, 2, 3, 4],
        "day": ["2024-01-01", "2024-01-01", "2024-01-03", "2024-01-04"],
        "happened_at": ["2024-01-01 00:00:00", "2024-01-01 23:59:59.999", "2024-01-03 12:00:00", "2024-01-04 00:00:00"],
        "amount": [10, -1, 30, 5],
    },
    "archive": {
        "id": [1, 8, 9],
        "day": ["2024-01-01", "2024-02-01", "2024-01-02"],
        "happened_at": ["2024-01-01 00:00:00", "2024-02-01 00:00:00", "2024-01-02 00:00:00"],
        "amount": [7, 8, 9],
    },
}
RUN = {
    "backfill_id": "b", "invocation_id": "i", "model": "shop.orders", "chunks": 4,
    "start_date": "2024-01-01", "end_date": "2024-01-04", "chunk": "day",
}  # fmt: skip
CHUNK = {
    "backfill_id": "b", "model": "shop.orders", "start_date": "2024-01-01", "end_date": "2024-01-01", "attempt": 1,
    "status": "completed", "invocation_id": "i", "rows": 5, "seconds": 0.5,
}  # fmt: skip
FAILED = {**CHUNK, "start_date": "2024-01-02", "end_date": "2024-01-02", "status": "failed", "error": "it's broken"}
STATE = ("backfill_log", "backfill_runs", "backfill_checkpoints")
VIEW = "events_health"
BACKUP = "events_backup_a"


@dataclass(frozen=True)
class Case:
    """A call, and what is true of it on DuckDB and the emulator; on BigQuery its statements are analyzed."""

    arguments: Mapping[str, Any] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)
    stubs: Mapping[str, Any] = field(default_factory=dict)
    catalogue: Mapping[str, Any] = field(default_factory=dict)
    """Stubs for what is asked of the warehouse beside queries, on every target, and where SQL is only rendered."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """A target on which it is an error, and what that says."""
    rows: Rows | None = None
    """The rows that it returns, or those of the query that it returns."""
    columns: Sequence[str] = ()
    """The columns that `rows` holds; all when there are none."""
    value: Any = None
    """What it returns, when that is neither rows nor SQL."""
    printed: str = ""
    """A part of what it prints."""
    statements: bool = False
    """Whether it returns statements that are run for what they do."""
    after: tuple[str, Rows] | None = None
    """A query, and its rows when the macro, or what it returned, has run. `events` and so on are tables of the test."""
    inside: str = "{sql}"
    """A query around what it returns, when that is only a part of one."""
    state: bool = False
    """Whether a backfill has left its state: one chunk of four is completed."""
    backup: bool = False
    """Whether `events` has a backup, BACKUP, and has lost its first row since."""
    answers: Sequence[Rows] = ()
    """What its queries find, in order, where there is no database; `rows` when there is one query."""
    planned: bool = False
    """Whether it only plans where there is no database."""
    differs: str | None = None
    """The difference of the emulator that it meets."""


BACKED_UP = [["test-project.dbt_test.events_backup_a", "test-project.dbt_test.events", "snapshot", None, None]]
RESTORE = {"table": "events", "from_backup": BACKUP}
RESTORE_DAYS = {**RESTORE, "date_column": "day", "dates": ["2024-01-01", "2024-01-02"]}
RESTORED = ("select id from events order by id", [[1], [2], [3], [4]])
THERE = {"_type_of": "table"}

JANUARY = {"start_date": "2024-01-01", "end_date": "2024-01-31"}
BY_DAY = {"table": "events", "date_column": "day"}
BAD = {"table": "events", "date_column": "happened_at", "condition": "amount < 0"}
FILL = {"source_table": "events", "target_table": "archive", "date_column": "day"}
MERGE = {**FILL, "key": "id", **JANUARY}
SCRIPT = {**FILL, **JANUARY, "chunk": "month"}
# the clock stands still, at noon of the last day that has events
NOON = {"_today": "date '2024-01-04'", "_now": "timestamp '2024-01-04 12:00:00'"}
WATCH = {"table": "events", "date_column": "happened_at", "days": 4}
WATCHED = {
    "dbt_playbooks_health": {
        "events": {"date_column": "happened_at", "days": 1, "key": "id", "condition": "amount < 0"},
        "archive": {"date_column": "day", "days": 1},
    }
}
DELETE = {"table": "events", "date_column": "happened_at", "dates": ["2024-01-01", "2024-01-04"]}

FOUND_BAD = [[D(2024, 1, 1), 1, 2, 0.5]]
COVERED = [[D(2024, 1, 1), 4, D(2024, 1, 1), D(2024, 1, 4), 3, 4]]
MISSING = [[D(2024, 1, 2)]]
BY_DAYS = [[D(2024, 1, 1), 2], [D(2024, 1, 3), 1], [D(2024, 1, 4), 1]]
PROGRESS = [
    ["b", "shop.orders", "completed", 1, 5, 0.25, 0.25, 1.5],
    ["b", "shop.orders", "pending", 3, None, 0.75, 0.25, 1.5],
]
TABLE_HEALTH = [
    ["archive", D(2024, 1, 4), True, 0, None, None, None, None, None, None, None, None, "no rows in the last day"],
    [
        "events",
        D(2024, 1, 4),
        True,
        1,
        1,
        0,
        0.0,
        0.0,
        '{"id":0.0}',
        None,
        dt.datetime(2024, 1, 4),
        dt.datetime(2024, 1, 4),
        None,
    ],
]
BY_HEALTH = [[D(2024, 1, 1), False, 2], [D(2024, 1, 2), False, 0], [D(2024, 1, 3), False, 1], [D(2024, 1, 4), True, 1]]
HEALTH = ["day", "is_partial", "row_count"]
LEFT = ("select id from events order by id", [[3]])
MERGED = ("select id, amount from archive order by id", [[1, 10], [2, -1], [3, 30], [4, 5], [8, 8], [9, 9]])
FILLED = ("select id, amount from archive order by id", [[1, 10], [2, -1], [3, 30], [4, 5], [8, 8]])
RECORDED_RUN = (
    "select backfill_id, event, chunks from backfill_runs order by event",
    [["b", "claim", 4], ["b", "release", 4]],
)
RECORDED_CHUNK = (
    "select cast(date_processed as string), status, rows_processed, error_message from backfill_checkpoints order by 1",
    [["2024-01-01", "completed", 5, None], ["2024-01-02", "failed", 5, "it's broken"]],
)
NO_CHECKPOINTS = ("select count(*) from backfill_checkpoints", [[0]])

BOTH = {"old_table": "archive", "new_table": "events"}
COUNTED = [[3, 4, 1, "differs"]]
SUMMED = [[D(2024, 1, 1), 7, 9, "sum_amount", "differs"], [D(2024, 1, 2), 9, None, "sum_amount", "only in old"]]
SUMS = {**BOTH, "by": "day", "metrics": "sum(amount)", "where": "day < '2024-01-03'"}
ROWS = {**BOTH, "key": "id", "exclude_columns": "happened_at"}
VALIDATED = {"source_table": "archive", "table": "events", "key": "id", "date_column": "day", "columns": ["amount"]}
CHECKED = [
    ["rows", 3, 4, "problem", "differ by +1"],
    ["first date", D(2024, 1, 1), D(2024, 1, 1), "fine", None],
    ["last date", D(2024, 2, 1), D(2024, 1, 4), "problem", "differs"],
    ["rows without a date", 0, 0, "fine", None],
    ["distinct keys", None, 4, None, None],
    ["surplus rows of a key", None, 0, "fine", None],
    ["rows without a key", None, 0, "fine", None],
    ["null rate of amount", None, 0, None, "0 of 4 rows"],
]
VALIDATION = [3, D(2024, 1, 1), D(2024, 2, 1), 0, 4, D(2024, 1, 1), D(2024, 1, 4), 0, 4, 0, 0, 0]
ONE_DAY_TWICE = {
    "row_count": 4,
    "duplicate_keys": 1,
    "surplus_rows": 1,
    "rows_without_key": 0,
    "sample": [{"key": {"day": "2024-01-01"}, "row_count": 2}],
}
FEW_NULLS = [["amount", 4, 0, 0], ["id", 4, 0, 0]]
REPLACED = {"table": "archive", "replacement": "events", "backup": "archive_old"}
BOTH_ARE_THERE = {"_type_of": lambda relation: "table" if relation.identifier in TABLES else None}
REPLACEMENT_DIFFERS = [
    ["schema", "fine", "the same columns"],
    ["rows", "accepted", "2 only in the table, 3 only in the replacement, 1 that differ, of 3 and 4"],
    ["views", "fine", "none names it"],
]
ALL_EVENTS = ("select count(*) from archive", [[4]])
NO_LOG = {"duckdb": "DuckDB keeps no log of queries"}
RENAMED = [["id", "moved"], ["amount", "added"], ["id", "removed"]]
NOT_AT_MIDNIGHT = {"table": "events", "column": "happened_at", "to": "date"}
DIFFERING_IDS = [
    [1, "differs"],
    [2, "only in new"],
    [3, "only in new"],
    [4, "only in new"],
    [8, "only in old"],
    [9, "only in old"],
]

CASES = {
    "added_column": Case(
        {"expression": "nullif(amount, 5)", "name": "amount", "default": 0},
        inside="select {sql} from events order by id",
        rows=[[10], [-1], [30], [0]],
    ),
    "affected_partitions": Case(BAD, rows=FOUND_BAD, printed="partition_date  bad_rows"),
    "affected_partitions_sql": Case(BAD, rows=FOUND_BAD),
    "backfill_checkpoints_sql": Case(
        statements=True, state=True, after=("select count(*) from backfill_checkpoints", [[1]])
    ),
    "backfill_chunk_states_sql": Case(
        {"backfill_id": "b"}, state=True, rows=[["2024-01-01", "2024-01-01", "completed", 1, 5, None, 0.5, None, "i"]]
    ),
    "backfill_chunks": Case(
        {"start_date": "2024-01-30", "end_date": "2024-02-02", "chunk": "month"},
        value=[
            {"start_date": "2024-01-30", "end_date": "2024-01-31"},
            {"start_date": "2024-02-01", "end_date": "2024-02-02"},
        ],
    ),
    "backfill_filter": Case(
        {"date_column": "happened_at", "data_type": "timestamp"},
        vars={"start_date": "2024-01-01", "end_date": "2024-01-03"},
        inside="select id from events where {sql} order by id",
        rows=[[1], [2], [3]],
    ),
    "backfill_ids": Case(state=True, rows=[["b", "shop.orders"]]),
    "backfill_progress": Case(state=True, rows=PROGRESS, printed="seconds_left"),
    "backfill_progress_sql": Case({"backfill_id": "b"}, state=True, rows=PROGRESS),
    "backfill_runs_sql": Case(
        {"backfill_id": "b"}, state=True, columns=["invocation_id", "event", "chunks"], rows=[["i", "claim", 4]]
    ),
    "backfill_script": Case(SCRIPT, statements=True, printed="-- Step 1 of 1", after=FILLED),
    "backfill_script_sql": Case(SCRIPT, statements=True, after=FILLED),
    "backfill_state_exists": Case(state=True, value=True),
    "cast_report": Case(
        NOT_AT_MIDNIGHT,
        printed="4 rows, 0 of them NULL; of 4 values 0 failed (0.0), 2 lossy (0.5) and 0 respelled (0.0)",
        answers=[[[4, 4, 0, 2, 0, 0.0, 0.5, 0.0, "[]", "[]", "[]"]]],
    ),
    "cast_report_sql": Case(
        NOT_AT_MIDNIGHT,
        columns=["row_count", "non_null_count", "failed_count", "lossy_count", "lossy_rate"],
        rows=[[4, 4, 0, 2, 0.5]],
    ),
    "backup_table": Case(
        {"table": "events", "suffix": "b"},
        planned=True,
        printed="events_backup_b",
        answers=[[[4]]],
        after=("select count(*) from events_backup_b", [[4]]),
    ),
    "backup_table_sql": Case(
        {"table": "events", "suffix": "b"}, statements=True, after=("select count(*) from events_backup_b", [[4]])
    ),
    "compare_aggregates": Case(SUMS, rows=SUMMED, printed="old sum_amount"),
    "compare_aggregates_sql": Case(SUMS, rows=SUMMED),
    "compare_row_counts": Case(BOTH, rows=COUNTED, printed="old_rows"),
    "compare_row_counts_sql": Case(BOTH, rows=COUNTED),
    "compare_rows": Case(
        ROWS,
        printed="2 rows only in old, 3 only in new, 1 that differ",
        answers=[
            [[None, 3, 4, 3, 4, 1, True, 1]],
            [[1]],  # keys repeat
            [[1, 2, 3, 1, 0, 0, 0, 0, 0, None, 1, 0, "3.0", 0, "[]", "[]", "[]"]],
        ],
    ),
    "compare_rows_sql": Case(ROWS, columns=["id", "status"], rows=DIFFERING_IDS),
    "compare_schemas": Case(BOTH, rows=[], printed="have the same schema", differs="ddl_is_missing"),
    "compare_schemas_sql": Case(
        {**BOTH, "rename": {"amount": "id"}},
        columns=["column_name", "difference"],
        rows=RENAMED,
        differs="ddl_is_missing",
    ),
    "create_backfill_state": Case(after=NO_CHECKPOINTS),
    "create_backfill_state_sql": Case(statements=True, after=NO_CHECKPOINTS),
    "create_monitoring_view": Case(
        {**WATCH, "view": VIEW},
        stubs={**NOON, "_type_of": None},
        printed=VIEW,
        after=(f"select count(*), sum(row_count) from {VIEW}", [[4, 4]]),
    ),
    "create_monitoring_view_sql": Case(
        {**WATCH, "view": VIEW},
        stubs=NOON,
        statements=True,
        after=(f"select count(*), sum(row_count) from {VIEW}", [[4, 4]]),
    ),
    "cutover": Case(
        {**REPLACED, "key": "id", "accept": "rows", "dry_run": False},
        catalogue=BOTH_ARE_THERE,
        rows=REPLACEMENT_DIFFERS,
        printed="To go back: dbt run-operation dbt_playbooks.cutover",
        planned=True,
        after=ALL_EVENTS,
        answers=[
            [],
            [],
            [[None, 3, 4, 3, 4, 1, True, 1]],
            [[1]],  # keys repeat
            [[1, 2, 3, 1, 0, 0, 0, 0, 0, None, 0, 0, None, 1, 0, "3.0", 0, "[]", "[]", "[]"]],
            [],
        ],
        differs="ddl_is_missing",
    ),
    "cutover_sql": Case(
        REPLACED,
        catalogue={**BOTH_ARE_THERE, "_grants_of": {}},
        statements=True,
        after=ALL_EVENTS,
        differs="copy_is_missing",
    ),
    "delete_partitions": Case(
        {**DELETE, "dry_run": False},
        rows=[["2024-01-01", 2], ["2024-01-04", 1]],
        printed="To go back:",
        planned=True,
        after=LEFT,
    ),
    "delete_partitions_sql": Case(DELETE, statements=True, after=LEFT),
    "deprecated_column": Case(
        {"name": "note", "data_type": "string", "remove_after": "9998-12-31"},
        inside="select {sql} from events where id = 1",
        rows=[[None]],
    ),
    "drop_backup": Case(
        {"backup": BACKUP, "dry_run": False},
        backup=True,
        planned=True,
        printed="It is the only backup of that table.",
        answers=[BACKED_UP],
    ),
    "drop_backup_sql": Case({"backup": BACKUP}, statements=True, backup=True, answers=[BACKED_UP]),
    "dependent_views": Case(
        {"table": "events"}, rows=[], printed="no views name", answers=[[]], differs="ddl_is_missing"
    ),
    "dependent_views_sql": Case({"table": "events"}, rows=[], differs="ddl_is_missing"),
    "find_duplicates": Case(
        {"table": "events", "key": "day"},
        value=ONE_DAY_TWICE,
        printed="1 duplicate keys, 1 surplus rows, 0 rows without a key, of 4 rows",
        answers=[[[4, 1, 1, 0, '[{"key_1": "2024-01-01", "row_count": 2}]']]],
    ),
    "find_duplicates_sql": Case({"table": "events", "key": "day"}, rows=[[D(2024, 1, 1), 2]]),
    "health_check": Case(
        {"table": "events", "timestamp_column": "happened_at", "days": 2},
        stubs=NOON,
        rows=[
            [D(2024, 1, 3), False, 1, None, dt.datetime(2024, 1, 3, 12), 720],
            [D(2024, 1, 4), True, 1, None, dt.datetime(2024, 1, 4), 720],
        ],
        printed="720 minutes stale in happened_at; 2 rows in the last 2 days of UTC",
    ),
    "health_check_sql": Case(
        {"table": "events", "timestamp_column": "happened_at", "days": 2},
        stubs=NOON,
        columns=["row_count", "minutes_stale"],
        rows=[[1, 720], [1, 720]],
    ),
    "list_backups": Case({"table": "events"}, backup=True, printed=BACKUP, answers=[BACKED_UP]),
    "list_backups_sql": Case({"table": "events"}, backup=True, columns=["expires_at"], rows=[[None]]),
    "merge_backfill": Case(
        {**MERGE, "dry_run": False},
        rows=[[4, 4]],
        printed="each key once",
        planned=True,
        answers=[[], [[4]]],
        after=MERGED,
    ),
    "merge_backfill_sql": Case(MERGE, statements=True, after=MERGED),
    "missing_dates": Case(BY_DAY, rows=MISSING, printed="1 missing date in day"),
    "missing_dates_sql": Case(BY_DAY, rows=MISSING),
    "monitoring_view": Case(WATCH, stubs=NOON, columns=HEALTH, rows=BY_HEALTH),
    "monitoring_view_sql": Case(WATCH, stubs=NOON, columns=HEALTH, rows=BY_HEALTH),
    "null_rates": Case(
        {"table": "events", "columns": ["id", "amount"]}, rows=FEW_NULLS, printed="column_name  row_count  null_count"
    ),
    "null_rates_sql": Case({"table": "events", "columns": ["id", "amount"]}, rows=FEW_NULLS),
    "partition_coverage": Case(BY_DAY, rows=COVERED, printed="days_expected", differs="date_trunc_is_a_datetime"),
    "partition_coverage_sql": Case(BY_DAY, rows=COVERED, differs="date_trunc_is_a_datetime"),
    "recent_readers": Case(
        {"table": "events"},
        refused=NO_LOG,
        printed="bigquery.jobs.listAll",
        answers=[[["ann@shop.example", 3, D(2024, 1, 4), 1024, "job_1"]]],
        differs="jobs_are_missing",
    ),
    "recent_readers_sql": Case({"table": "events"}, refused=NO_LOG, statements=True, differs="jobs_are_missing"),
    "record_chunk": Case(FAILED, state=True, after=RECORDED_CHUNK),
    "record_chunk_sql": Case(FAILED, state=True, statements=True, after=RECORDED_CHUNK),
    "record_run": Case({"run": RUN, "event": "release"}, state=True, after=RECORDED_RUN),
    "record_run_sql": Case({"run": RUN, "event": "release"}, state=True, statements=True, after=RECORDED_RUN),
    "renamed_column": Case(
        {"old_name": "amount", "new_name": "total"},
        inside="select {sql} from events where id = 1",
        columns=["amount", "total"],
        rows=[[10, 10]],
    ),
    "retyped_column": Case(
        {"column": "amount", "to": "float", "data_type": "int64"},
        inside="select {sql} from events where id = 1",
        columns=["amount", "amount_float", "amount_cast_failures"],
        rows=[[10, 10.0, None]],
    ),
    "restore_partitions": Case(
        {**RESTORE_DAYS, "dry_run": False},
        backup=True,
        planned=True,
        stubs=THERE,
        rows=[["2024-01-01", 1, 2], ["2024-01-02", 0, 0]],
        answers=[BACKED_UP, [["2024-01-01", 1]], [["2024-01-01", 2]]],
        printed="To go back:",
        after=RESTORED,
    ),
    "restore_partitions_sql": Case(
        RESTORE_DAYS, statements=True, backup=True, stubs=THERE, answers=[BACKED_UP], after=RESTORED
    ),
    "restore_table": Case(
        {**RESTORE, "dry_run": False},
        backup=True,
        planned=True,
        stubs=THERE,
        rows=[[3, 4]],
        answers=[BACKED_UP, [[3]], [[4]]],
        printed="To go back:",
        after=RESTORED,
    ),
    "restore_table_sql": Case(RESTORE, statements=True, backup=True, stubs=THERE, answers=[BACKED_UP], after=RESTORED),
    "row_count": Case({"table": "events"}, rows=[[4]], printed="row_count"),
    "row_count_sql": Case({"table": "events"}, rows=[[4]]),
    "row_counts_by_day": Case({**BY_DAY, **JANUARY}, rows=BY_DAYS, printed="rows by day of day"),
    "row_counts_by_day_sql": Case({**BY_DAY, **JANUARY}, rows=BY_DAYS),
    "table_health": Case(vars=WATCHED, stubs=NOON, rows=TABLE_HEALTH, printed="The health of 2 tables"),
    "table_health_sql": Case(vars=WATCHED, stubs=NOON, rows=TABLE_HEALTH),
    "validate_table": Case(VALIDATED, rows=CHECKED, printed="2 of 8 checks found a problem", answers=[[VALIDATION]]),
    "validate_table_sql": Case(VALIDATED, rows=[VALIDATION]),
    "window_row_count": Case({**BY_DAY, **JANUARY}, rows=[[4]], printed="row_count"),
    "window_row_count_sql": Case({**BY_DAY, **JANUARY}, rows=[[4]]),
}

IN_TOKYO = {"timezone": "Asia/Tokyo", "data_type": "timestamp"}
OPTIONS = {
    "affected_partitions_sql": {**BAD, **JANUARY, **IN_TOKYO, "period": "week"},
    "backfill_progress_sql": {},
    "backup_table_sql": {"table": "events", "suffix": "b", "kind": "clone", "expires_days": 30},
    "backfill_script_sql": {**SCRIPT, "date_column": "happened_at", "chunk": "2 weeks", "columns": ["id", "happened_at"], **IN_TOKYO},
    "cast_report_sql": {
        "table": "archive", "column": "(substr('007', 1, id))", "to": "date", "data_type": "string", "format": "%d.%m.%Y", "trim": True,
        "blank_as_null": True, "sample": 3, "where": "amount > 0",
    },
    "compare_aggregates_sql": {
        **BOTH, "by": {"month": "extract(month from day)"}, "metrics": {"rows": "count(*)", "total": "sum(amount)"},
        "tolerance": {"total": {"absolute": 1, "relative": 0.01}}, "where": "amount > 0", "only_differences": False,
    },
    "compare_row_counts_sql": {**BOTH, "by": ["day", "abs(id)"], "where": "amount > 0"},
    "compare_rows_sql": {**BOTH, "columns": ["day", "amount"], "where": "amount > 0"},
    "compare_schemas_sql": BOTH,
    "create_monitoring_view_sql": {**WATCH, "view": "monitoring.events_health", "include_today": False},
    "delete_partitions_sql": {"table": "events", "date_column": "happened_at", **JANUARY, **IN_TOKYO, "where": "amount < 0"},
    "find_duplicates_sql": {"table": "events", "key": ["id", "abs(amount)"], "where": "amount > 0"},
    "health_check_sql": {
        "table": "events", "timestamp_column": "happened_at", "columns": ["id", "amount"], "days": 14, "where": "amount > 0", **IN_TOKYO,
    },
    "merge_backfill_sql": {
        **MERGE, "date_column": "happened_at", "key": ["id", "happened_at"], "update_columns": ["amount"], "updated_at_column": "day",
    },
    "missing_dates_sql": {
        "table": "events", "date_column": "happened_at", **JANUARY, **IN_TOKYO,
        "exclude_weekends": True, "exclude_dates": ["2024-01-02", "2024-01-15"], "where": "amount > 0",
    },
    "monitoring_view_sql": {
        **WATCH, "key": ["id", "day"], "columns": ["amount"], "metrics": ["amount"], "condition": "amount < 0", "where": "id > 0", **IN_TOKYO,
    },
    "null_rates_sql": {"table": "events", "by": {"month": "extract(month from day)"}, "where": "amount > 0"},
    "partition_coverage_sql": {
        "table": "events", "date_column": "happened_at", "end_date": "2024-01-31", **IN_TOKYO, "period": "week", "where": "amount > 0",
    },
    "restore_partitions_sql": {**RESTORE, "date_column": "happened_at", **JANUARY, **IN_TOKYO},
    "row_counts_by_day_sql": {"table": "events", "date_column": "happened_at", **JANUARY, **IN_TOKYO, "where": "amount > 0"},
    "validate_table_sql": {
        **VALIDATED, "key": ["id", "abs(amount)"], "date_column": "happened_at", "source_date_column": "day", "where": "amount > 0",
        "source_where": "id > 0", "timezone": "Asia/Tokyo",
    },
    "window_row_count_sql": {"table": "events", "date_column": "happened_at", **JANUARY, **IN_TOKYO},
}  # fmt: skip
"""Calls with every option, for what they render."""
