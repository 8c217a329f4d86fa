"""Where the emulator is not BigQuery: statements, the catalogue, and what BigQuery refuses."""

from __future__ import annotations

from dbt_playbooks.pytest_plugin.differences.difference import Difference

_MERGE = (
    "merge into {dataset}.events as t using (select 1 as id, 'x' as name union all select 1, 'y') as s on t.id = s.id "
)

STATEMENTS = {
    # missing
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
    "parameters_have_no_names": Difference(
        "EXECUTE IMMEDIATE ... USING takes no names, only `?`",
        "dynamic SQL with parameters",
        "execute immediate 'select @a + 1' using 5 as a",
        "error",
        "6",
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
