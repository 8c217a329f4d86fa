"""Where the emulator is not BigQuery. The one list: a test that meets an entry is marked with its name, and docs print it.

    @pytest.mark.emulator_differs("safe_cast_rounds")

Each entry has a test of its own, which fails when the emulator changes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """What differs, what it breaks, a statement that shows it, and what the emulator answers where BigQuery answers otherwise.

    `emulator` and `bigquery` are the first value of the first row as text; "error" when the statement is refused, "no rows" when it is
    accepted and returns none. `{dataset}` in a statement stands for a dataset with the table `events` (id INT64: 1, 2; name STRING: a, b).
    """

    what: str
    breaks: str
    shown_by: str
    emulator: str
    bigquery: str
    before: tuple[str, ...] = ()
    """Statements that run first."""


_MERGE = (
    "merge into {dataset}.events as t using (select 1 as id, 'x' as name union all select 1, 'y') as s on t.id = s.id "
)

DIFFERENCES = {
    # values
    "safe_cast_rounds": Difference(
        "`safe_cast('1.5' as int64)` is 2", "tests of failed casts", "select safe_cast('1.5' as int64)", "2", "NULL"
    ),
    "safe_cast_is_lenient": Difference(
        "casts of text read more than BigQuery's: `'1e3'` as INT64, `'t'`, `'1'` and `'yes'` as BOOL",
        "tests of failed casts",
        "select safe_cast('1e3' as int64)",
        "1000",
        "NULL",
    ),
    "half_to_even": Difference("`cast(2.5 as int64)` is 2", "tests of rounding", "select cast(2.5 as int64)", "2", "3"),
    "numeric_has_three_digits": Difference(
        "NUMERIC keeps 3 digits after the point and 15 before it (BigQuery 9 and 29), BIGNUMERIC in a table 5: a cast, a table, all but a literal",
        "sums and comparisons of NUMERIC",
        "select cast('0.123456789' as numeric)",
        "0.123",
        "0.123456789",
    ),
    "sums_do_not_overflow": Difference(
        "`sum` of INT64 goes on past 2^63",
        "tests of overflow",
        "select sum(x) from unnest([9223372036854775807, 1]) as x",
        "9223372036854775808",
        "error",
    ),
    "diff_counts_boundaries": Difference(
        "`timestamp_diff` counts the midnights or full hours between two instants, BigQuery whole days and hours",
        "ages and delays in days or hours",
        "select timestamp_diff(timestamp '2024-01-02 01:00:00', timestamp '2024-01-01 23:00:00', day)",
        "1",
        "0",
    ),
    "json_of_timestamps": Difference(
        "`to_json_string` writes TIMESTAMP, DATETIME, BYTES, NUMERIC, NaN and large INT64 otherwise",
        "checksums of rows that were made elsewhere",
        "select to_json_string(timestamp '2024-01-01')",
        '"2024-01-01 00:00:00+00"',
        '"2024-01-01T00:00:00Z"',
    ),
    "json_of_null": Difference(
        "`to_json_string(NULL)` is NULL",
        "checksums of columns with NULLs",
        "select to_json_string(cast(null as string))",
        "NULL",
        "null",
    ),
    "text_of_floats": Difference(
        "`cast(1.0 as string)` is `1.0`", "keys made of numbers", "select cast(1.0 as string)", "1.0", "1"
    ),
    "text_of_numeric": Difference(
        "NUMERIC as STRING has all its zeros",
        "keys made of numbers",
        "select cast(numeric '1.50' as string)",
        "1.500000000",
        "1.5",
    ),
    "nan_equals_nan": Difference(
        "NaN equals NaN",
        "comparisons of FLOAT64",
        "select if(cast('nan' as float64) = cast('nan' as float64), 'equal', 'different')",
        "equal",
        "different",
    ),
    "offset_out_of_bounds": Difference(
        "`array[offset(n)]` past the end is NULL", "tests of short arrays", "select [1][offset(5)]", "NULL", "error"
    ),
    "substr_from_zero": Difference(
        "`substr(text, 0, n)` begins before the text", "cut texts", "select substr('abc', 0, 1)", "", "a"
    ),
    "doubled_quote": Difference(
        "`'it''s'` is read as two texts side by side",
        "tests that a text is escaped",
        "select 'it''s'",
        "its",
        "error",
    ),
    "codes_stay_as_written": Difference(
        "`'\\x41'` and `'\\u0041'` are not the character A, but the text as it is written",
        "texts with control characters",
        "select '\\x41'",
        "\\x41",
        "A",
    ),
    "date_trunc_is_a_datetime": Difference(
        "`date_trunc` of a DATE that is a column is a DATETIME",
        "tests of periods",
        "select date_trunc(day, month) from (select date '2024-01-31' as day)",
        "2024-01-01 00:00:00",
        "2024-01-01",
    ),
    "isoweek_is_missing": Difference(
        "`date_trunc` to ISOWEEK is refused, and to WEEK(MONDAY) goes to the Sunday before",
        "tests of weeks",
        "select date_trunc(date '2024-01-31', isoweek)",
        "error",
        "2024-01-29",
    ),
    # functions and statements that are missing
    "distinct_ignore_nulls": Difference(
        "`array_agg(distinct ... ignore nulls)` is refused",
        "dbt's dynamic insert_overwrite, and microbatch",
        "select array_length(array_agg(distinct x ignore nulls)) from unnest([1, null]) as x",
        "error",
        "1",
    ),
    "format_t_is_missing": Difference(
        "`format('%t', ...)` is refused",
        "values written as text",
        "select format('%t', date '2024-01-03')",
        "error",
        "2024-01-03",
    ),
    "extract_ignores_groups": Difference(
        "`regexp_extract` gives all that a pattern matched, not its group, where Python's `re` does not know the pattern",
        "texts that are cut out by a pattern with `\\pL`",
        "select regexp_extract('ab', r'\\pL(b)')",
        "ab",
        "b",
    ),
    "assert_is_missing": Difference(
        "ASSERT is refused", "scripts that assert", "assert (select 1) = 1 as 'x'", "error", "no rows"
    ),
    "copy_is_missing": Difference(
        "CREATE TABLE ... COPY is refused",
        "cut-overs by copy",
        "create table {dataset}.copied copy {dataset}.events",
        "error",
        "no rows",
    ),
    "clone_of_the_past_is_missing": Difference(
        "CREATE TABLE ... CLONE ... FOR SYSTEM_TIME AS OF is refused",
        "restoring a table as it was",
        "create table {dataset}.cloned clone {dataset}.events for system_time as of current_timestamp()",
        "error",
        "no rows",
    ),
    "snapshots_take_no_options": Difference(
        "CREATE SNAPSHOT TABLE and CREATE TABLE ... CLONE with OPTIONS or IF NOT EXISTS are refused",
        "backups that expire",
        "create snapshot table {dataset}.kept clone {dataset}.events options (friendly_name = 'kept')",
        "error",
        "no rows",
    ),
    "snapshot_time_is_a_number": Difference(
        "INFORMATION_SCHEMA.TABLES has `snapshot_time_ms` as a number, of a clone none, and calls a clone a BASE TABLE",
        "when a backup was made",
        "select count(*) from {dataset}.INFORMATION_SCHEMA.TABLES where snapshot_time_ms > 0",
        "1",
        "error",
        before=("create snapshot table {dataset}.kept clone {dataset}.events",),
    ),
    "renamed_table_is_unknown": Difference(
        "a renamed table cannot be cloned",
        "cut-overs by rename, with a backup after it",
        "create table {dataset}.cloned clone {dataset}.renamed",
        "error",
        "no rows",
        before=("alter table {dataset}.events rename to renamed",),
    ),
    "labels_are_refused": Difference(
        "ALTER TABLE ... SET OPTIONS is refused when it sets labels, and does nothing otherwise",
        "what reads the labels, the description or the expiration of a table",
        "alter table {dataset}.events set options (labels = [('team', 'sales')])",
        "error",
        "no rows",
    ),
    "insert_row_is_missing": Difference(
        "INSERT ROW of a MERGE is refused",
        "merges that do not name columns",
        "merge into {dataset}.events as t using (select 3 as id, 'c' as name) as s on false when not matched then insert row",
        "error",
        "no rows",
    ),
    "system_variables_are_missing": Difference(
        "@@project_id, @@error.message and the other system variables are refused",
        "exception handlers that say what happened",
        "begin select error('x'); exception when error then select @@error.message; end",
        "error",
        "x",
    ),
    "ingestion_time_is_missing": Difference(
        "_PARTITIONTIME cannot be written",
        "tables partitioned by the time of ingestion",
        "insert into {dataset}.ingested (_PARTITIONTIME, id) values (timestamp '2024-01-01', 1)",
        "error",
        "no rows",
        before=("create table {dataset}.ingested (id int64) partition by _PARTITIONDATE",),
    ),
    "jobs_are_missing": Difference(
        "INFORMATION_SCHEMA.JOBS is missing",
        "who queried a table",
        "select count(*) from `region-us`.INFORMATION_SCHEMA.JOBS",
        "error",
        "a count",
    ),
    "storage_is_missing": Difference(
        "INFORMATION_SCHEMA.TABLE_STORAGE is missing",
        "sizes of tables",
        "select count(*) from `region-us`.INFORMATION_SCHEMA.TABLE_STORAGE",
        "error",
        "a count",
    ),
    "ddl_is_missing": Difference(
        "INFORMATION_SCHEMA.TABLES has no `ddl`",
        "copies of a table's definition",
        "select count(ddl) from {dataset}.INFORMATION_SCHEMA.TABLES",
        "error",
        "1",
    ),
    "columns_are_stale": Difference(
        "INFORMATION_SCHEMA.COLUMNS does not see ALTER TABLE",
        "what reads the columns of a changed table",
        "select string_agg(column_name order by column_name) from {dataset}.INFORMATION_SCHEMA.COLUMNS where table_name = 'events'",
        "id,name",
        "id,other",
        before=("alter table {dataset}.events rename column name to other",),
    ),
    # what BigQuery refuses
    "merge_matches_twice": Difference(
        "MERGE takes several source rows for one target row",
        "tests that a merge's key is unique",
        _MERGE + "when matched then update set name = s.name",
        "no rows",
        "error",
    ),
    "dml_without_where": Difference(
        "UPDATE and DELETE need no WHERE",
        "statements that change a whole table",
        "update {dataset}.events set name = 'x'",
        "no rows",
        "error",
    ),
    "types_change_at_will": Difference(
        "ALTER COLUMN SET DATA TYPE takes every type",
        "schema changes that BigQuery refuses",
        "alter table {dataset}.events alter column id set data type string",
        "no rows",
        "error",
    ),
    "lengths_are_not_enforced": Difference(
        "STRING(n) takes longer texts",
        "tests of texts that do not fit",
        "insert into {dataset}.short values ('abc')",
        "no rows",
        "error",
        before=("create table {dataset}.short (text string(2))",),
    ),
    "partition_filter_is_not_required": Difference(
        "require_partition_filter is ignored",
        "queries without the filter",
        "select count(*) from {dataset}.partitioned",
        "0",
        "error",
        before=("create table {dataset}.partitioned (d date) partition by d options(require_partition_filter = true)",),
    ),
    "partition_time_is_everywhere": Difference(
        "every table has _PARTITIONTIME",
        "queries of tables that are not partitioned by the time of ingestion",
        "select count(_PARTITIONTIME) from {dataset}.events",
        "2",
        "error",
    ),
    "names_ignore_case": Difference(
        "names of tables ignore case",
        "a name in the wrong case",
        "select count(*) from {dataset}.EVENTS",
        "2",
        "error",
    ),
}

NEVER_RIGHT = {
    "added columns": "a column that ALTER TABLE added is in no schema, so no macro that asks for columns sees it, and one that dbt adds for "
    "`on_schema_change` is not there: make the table with it",
    "bytes": "a dry run and a job say 0 bytes, and maximum_bytes_billed is ignored: no figure of cost is asserted there",
    "speed": "it is DuckDB behind a REST server: no time says anything of BigQuery",
    "pruning": "no partition is pruned: what a query would scan goes unseen",
}
"""What no single query shows."""
