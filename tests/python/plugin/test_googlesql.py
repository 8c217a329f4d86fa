"""GoogleSQL's analyzer: what it refuses, where it says that is, and what it does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from dbt_playbooks.pytest_plugin.columns import as_columns
from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError
from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL, Statement

pytest.importorskip("zetasql", reason="GoogleSQL's analyzer is not installed: pip install 'dbt-playbooks[googlesql]'")

TABLES = {
    ("p", "d", "t"): {
        "id": "int64", "name": "string", "day": "date", "ts": "timestamp", "amount": "numeric", "tags": "array<string>",
        "address": "struct<street string, zip int64>", "items": "array<struct<sku string, qty int64>>", "j": "json",
        "_PARTITIONTIME": "timestamp",
    },
    ("p", "d", "u"): {"id": "int64", "name": "string"},
    ("p", "d", "events_2024"): {"id": "int64"},
}  # fmt: skip


@pytest.fixture(scope="module")
def googlesql() -> GoogleSQL:
    return GoogleSQL("p")


class Analyzer:
    def __init__(self, googlesql: GoogleSQL) -> None:
        self._googlesql = googlesql
        self.tables: Mapping[tuple[str, ...], Any] = {path: as_columns(each) for path, each in TABLES.items()}

    def __call__(self, sql: str) -> list[Statement]:
        return self._googlesql.analyze(sql, self.tables)

    def refusal(self, sql: str) -> str:
        with pytest.raises(SqlError) as raised:
            self(sql)
        return str(raised.value)


@pytest.fixture
def analyze(googlesql: GoogleSQL) -> Analyzer:
    return Analyzer(googlesql)


ACCEPTED = [
    # conditions and loops
    "declare x int64 default 0; while x < 3 do set x = x + 1; end while; select x",
    "declare x int64 default 0; loop set x = x + 1; if x > 3 then leave; end if; iterate; end loop",
    "declare x int64 default 0; repeat set x = x + 1; until x > 3 end repeat",
    "declare x int64; if x = 1 then select 1; elseif x = 2 then select 2; else select 3; end if",
    "declare x int64; case x when 1 then select 1; else select 3; end case",
    "declare x int64; case when x = 1 then select 1; when x is null then select 2; end case",
    "for r in (select id, name from p.d.t) do select r.id + 1, upper(r.name); end for",
    "begin select 1; exception when error then select @@error.message, @@error.stack_trace[0].line; raise; end",
    "outside: loop break outside; end loop",
    # variables
    "declare x, y int64; set (x, y) = (1, 2); set (X, Y) = (select as struct 1, 2)",
    "declare d default date '2024-01-01'; select id from p.d.t where day = d",
    "declare d date; set d = '2024-01-01'",
    "declare ids array<int64> default [1]; select id from p.d.t where id in unnest(ids)",
    "declare x string(10) default 'a'; declare y numeric(10, 2); select x, y",
    "begin declare x int64; select x; end; begin declare x string; select x || 'a'; end",
    "set @@time_zone = 'UTC'; set @@query_label = 'a:b'",
    # tables that the script makes
    "create temp table made as select id as other from p.d.t; select other from made; select other from _SESSION.made",
    "create temp table made (a int64, b string not null); insert into made values (1, 'x'); drop table made",
    "create or replace table `p.d.made` partition by day as select day from p.d.t; select day from `p`.`d`.`made`",
    "create table p.d.made like p.d.u; select name from p.d.made",
    "create table p.d.made clone p.d.u for system_time as of timestamp '2024-01-01'; select name from p.d.made",
    "create table p.d.made copy p.d.u; select name from p.d.made",
    "create snapshot table p.d.made clone p.d.u; select name from p.d.made",
    "create view p.d.made(a) as select id from p.d.u; select a from p.d.made",
    "create table p.d.made (ts timestamp) partition by timestamp_trunc(_PARTITIONTIME, hour); select _PARTITIONTIME from p.d.made",
    "create table p.d.made (id int64) partition by _PARTITIONDATE; select _PARTITIONDATE, id from p.d.made",
    "alter table p.d.u add column z int64; alter table p.d.u drop column name; select z from p.d.u",
    "alter table p.d.u rename column id to k; alter table p.d.u rename to v; select k from p.d.v",
    "alter table p.d.u alter column id set data type numeric; select numeric '1' = id from p.d.u",
    "if true then drop table p.d.u; end if; select id from p.d.u",
    "if true then create temp table made as select 1 as a; end if; select a from made",
    # functions and procedures that the script makes
    "create temp function f(x int64) returns int64 as (x + 1); select f(id) from p.d.u",
    "create temp function f(x any type) as (x + 1); select f(1) + f(1.5)",
    "create temp function f(x string) returns array<struct<a int64>> language js as 'return []'; select r.a from unnest(f('a')) as r",
    "create table function p.d.f(x int64) as select id from p.d.u where id = x; select id from p.d.f(1)",
    "create procedure p.d.f(x int64, out y string) begin set y = cast(x as string); end; begin declare r string; call p.d.f(1, r); end",
    # dynamic SQL
    "declare x int64; execute immediate 'select 1' into x",
    "declare x int64; execute immediate 'select ? + 1' into x using 5",
    "declare x int64; execute immediate 'select @a + 1' into x using 5 as a",
    "execute immediate 'create temp table made as select 1 as a'; select a from made",
    # transactions
    "begin transaction; insert into p.d.u values (1, 'a'); commit transaction",
    "begin; delete from p.d.u where true; rollback",
    # names
    "select t.id from `p.d.t` as t, `p.d`.u as a, p.`d.u` as b, d.u as c, `d.u` as e",
    "select id, _TABLE_SUFFIX from `p.d.events_*` where _TABLE_SUFFIX = '2024'",
    "select _PARTITIONTIME, * from `p.d.t` where _PARTITIONTIME >= '2024-01-01'",
    # statements of BigQuery alone
    "merge p.d.u t using (select 1 as id, 'a' as name) s on t.id = s.id when not matched then insert row when not matched by source then delete",
    "select id from p.d.u qualify row_number() over (partition by id order by name) = 1",
    "assert (select count(*) from p.d.u) > 0 as 'empty'",
    "from p.d.u |> where id > 1 |> aggregate count(*) as n group by name",
    "create view p.d.v(a options(description='x')) as select id from p.d.u",
    "create external table p.d.e (x int64) with partition columns (d date) options(format='PARQUET', uris=['gs://a/*']); select x, d from p.d.e",
    "create reservation `p.region-us.r` options(slot_capacity = 100)",
    "select cast(1 as bigint), cast(id as decimal), collate(name, 'und:ci') from p.d.u",
    "select range(day, day), items[0].sku, address.zip, j.a.b from p.d.t",
]  # fmt: skip


@pytest.mark.parametrize("sql", ACCEPTED)
def test_what_bigquery_takes_is_accepted_and_checked(analyze: Analyzer, sql: str) -> None:
    assert [each.unsupported for each in analyze(sql) if each.unsupported] == []


REFUSED = [
    ("select nope from p.d.u", "line 1, column 8: Unrecognized name: nope"),
    ("select safe_cast(day as int64) from p.d.t", "Invalid cast from DATE to INT64"),
    ("select if(1, 2, 3)", "Unable to coerce type INT64 to expected type BOOL"),
    ("select address.nope from p.d.t", "Field name nope does not exist in STRUCT<street STRING, zip INT64>"),
    ("select nosuch(1)", "Function not found: nosuch"),
    ("select net.hostt('x')", "Function not found: net.hostt"),
    ("select ml.nosuch(1)", "Function not found: ml.nosuch"),
    ("select * from nosuch(1)", "Table-valued function not found: nosuch"),
    ("select * from upper('a')", "Table-valued function not found: upper"),
    ("select ml.predict(1)", "Function not found: ml.predict"),
    ("select safe.cast(1)", "Function not found: `cast`"),
    ("call nosuch(1)", "Procedure not found: nosuch"),
    ("call bq.nosuch(1)", "Procedure not found: bq.nosuch"),
    ("select * from p.d.INFORMATION_SCHEMA.PARTITIONZ", "Table not found: p.d.INFORMATION_SCHEMA.PARTITIONZ"),
    ("select nope from p.d.INFORMATION_SCHEMA.COLUMNS", "Unrecognized name: nope"),
    ("select ordinal_position + table_name from `p`.`d`.information_schema.COLUMNS", "No matching signature for operator +"),
    ("select nope from `p.d.INFORMATION_SCHEMA.TABLES`", "Unrecognized name: nope"),
    ("select total_rows || table_name from p.d.INFORMATION_SCHEMA.PARTITIONS where nope", "Unrecognized name: nope"),
    ("select total_slot_ms[0] from `region-us`.INFORMATION_SCHEMA.JOBS_BY_PROJECT", "not supported on values of type INT64"),
    ("select INFORMATION_SCHEMA_x from p.d.u", "Unrecognized name: INFORMATION_SCHEMA_x"),
    ("select 1 from p.d.nope where 'INFORMATION_SCHEMA' = 'x'", "Table not found: p.d.nope"),
    ("select * from `p.d.nope_*`", "Table not found: `p.d.nope_*`"),
    ("select * from p.d.u limit all", "LIMIT ALL is not supported"),
    ("select upper(name order by id) from p.d.u", "ORDER BY in arguments is not supported on scalar functions"),
    ("select upper(name) over () from p.d.u", "Function UPPER does not support an OVER clause"),
    ("select timestamp_add(ts, interval 1 month) from p.d.t", "TIMESTAMP_ADD does not support the MONTH date part"),
    ("insert into p.d.u values (1, 'a') then return id", "THEN RETURN is not supported"),
    ("show tables", "Statement not supported: ShowStatement"),
    ("explain select 1", "Statement not supported: ExplainStatement"),
    ("rename table a to b", "Statement not supported: RenameStatement"),
    ("delete from p.d.u", "DELETE must have a WHERE clause"),
    ("insert into p.d.u values (1)", "Inserted row has wrong column count; Has 1, expected 2"),
    ("create table p.d.v as select 1", "columns must be named"),
    ("merge p.d.u t using p.d.t s on false when not matched then insert row", "wrong column count; Has 9, expected 2"),
    # scripts
    ("declare x int64; set x = 'a'", "line 1, column 26: a value of type STRING cannot be coerced to INT64"),
    ("declare x int64 default 'a'", "a value of type STRING cannot be coerced to INT64"),
    ("declare x, y int64; set (x, y) = (1, 'a')", "cannot be coerced to STRUCT<INT64, INT64>"),
    ("set x = 1", "line 1, column 5: Undeclared variable: x"),
    ("declare x int64; declare X string", "line 1, column 26: Variable 'X' is already declared"),
    ("select 1; declare x int64", "DECLARE is only allowed at the start of a script or of a BEGIN block"),
    ("declare x int64; if x then select 1; end if", "a value of type INT64 cannot be coerced to BOOL"),
    ("if true then select 1; elseif 'a' = 1 then select 1; end if", "line 1, column 31: No matching signature for operator ="),
    ("while 1 do select 1; end while", "a value of type INT64 cannot be coerced to BOOL"),
    ("while true do select nope; end while", "line 1, column 22: Unrecognized name: nope"),
    ("loop select nope; end loop", "Unrecognized name: nope"),
    ("repeat select 1; until 'a' end repeat", "line 1, column 24: a value of type STRING cannot be coerced to BOOL"),
    ("declare x int64; case x when 'a' then select 1; end case", "line 1, column 30: No matching signature for operator ="),
    ("case 1 when 1 then select 1; else select nope; end case", "Unrecognized name: nope"),
    ("for r in (select id from p.d.u) do select r.nope; end for", "Field name nope does not exist in STRUCT<id INT64>"),
    ("for r in (select nope from p.d.u) do select r; end for", "line 1, column 18: Unrecognized name: nope"),
    ("begin select 1; exception when error then select nope; end", "line 1, column 50: Unrecognized name: nope"),
    ("raise using message = 1", "a value of type INT64 cannot be coerced to STRING"),
    ("begin declare x int64; end; select x", "line 1, column 36: Unrecognized name: x"),
    ("create temp table made as select 1 as a; select nope from made", "Unrecognized name: nope"),
    ("drop table p.d.u; select id from p.d.u", "line 1, column 34: Table not found: p.d.u"),
    ("alter table p.d.u rename to v; select id from p.d.u", "Table not found: p.d.u"),
    ("alter table p.d.u drop column name; select name from p.d.u", "Unrecognized name: name"),
    ("create temp function f(x int64) as (x); select f('a')", "No matching signature for function F\n"),
    ("create procedure p.d.f(x int64) begin select x; select nope; end", "line 1, column 56: Unrecognized name: nope"),
    ("begin transaction; insert into p.d.u values ('a', 'a'); commit", "Value has type STRING which cannot be inserted into column id"),
    ("if true then select 1", "Syntax error"),
    # dynamic SQL
    ("execute immediate 'select nope'", "line 1, column 8 of the EXECUTE IMMEDIATE at 1:19: Unrecognized name: nope"),
    ("select 1;\n  execute immediate '''select 1\nfrom p.d.nope'''", "line 2, column 6 of the EXECUTE IMMEDIATE at 2:21: Table not found"),
    ("declare x int64; execute immediate 'select \"a\"' into x", "a value of type STRING cannot be coerced to INT64"),
    ("declare x int64; execute immediate 'select 1, 2' into x", "unexpected number of output columns, expected 1, but had 2"),
    ("execute immediate 'select @b' using 1 as a", "Query parameter 'b' not found"),
    ("execute immediate 'select 1' into x", "Undeclared variable: x"),
    ("execute immediate 5", "Dynamic SQL should return type STRING"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "said"), REFUSED)
def test_what_bigquery_refuses_is_an_error_and_never_unsupported(analyze: Analyzer, sql: str, said: str) -> None:
    assert said in analyze.refusal(sql)


UNKNOWN = [
    (
        "select s.name from `p.region-us`.INFORMATION_SCHEMA.JOBS, unnest(job_stages) as s",
        "Values referenced in UNNEST must be arrays",
    ),
    (
        "select search_statistics.nope + 1 from `p.region-us`.INFORMATION_SCHEMA.JOBS",
        "No matching signature for operator +",
    ),
    ("select max_by(name, id) from p.d.u", "Function not found: max_by"),
    ("select bqutil.fn.int(1)", "Function not found: bqutil.fn.int"),
    ("select * from d.f(1)", "Table-valued function not found: d.f"),
    ("select * from p.d.f(table p.d.u)", "Table-valued function not found: p.d.f"),
    ("create temp function f(x any type) as (d.g(x)); select f(1)", "Function not found: d.g"),
    ("select safe.d.f(1)", "Function not found: d.f"),
    ("select * from ml.predict(model p.d.m, table p.d.u)", "Table-valued function not found: ml.predict"),
    ("select * from vector_search(table p.d.u, 'x', table p.d.u)", "Table-valued function not found: vector_search"),
    ("call p.d.elsewhere(1)", "Procedure not found: p.d.elsewhere"),
    ("call bq.refresh_materialized_view('p.d.v')", "Procedure not found: bq.refresh_materialized_view"),
    ("declare s string; execute immediate s", "what EXECUTE IMMEDIATE runs is not a literal"),
    ("load data into p.d.loaded (x int64) from files (format='CSV', uris=['gs://a/b'])", "Table not found: p.d.loaded"),
]


@pytest.mark.parametrize(("sql", "said"), UNKNOWN)
def test_what_the_analyzer_lacks_is_unsupported_and_no_error(analyze: Analyzer, sql: str, said: str) -> None:
    [found] = [each.unsupported for each in analyze(sql) if each.unsupported]
    assert said in found


def test_statements_around_one_that_is_not_known_are_checked(analyze: Analyzer) -> None:
    known, unknown, _ = analyze("select id from p.d.u; call p.d.elsewhere(); select 1 as one")
    assert known.columns == {"id": "int64"}
    assert unknown.sql == "call p.d.elsewhere()"
    assert "Unrecognized name: nope" in analyze.refusal("call p.d.elsewhere(); select nope from p.d.u")


VAGUE = [
    "for r in (select * from ml.predict(model p.d.m, table p.d.u)) do select r.label, r.nope + 1; end for; select id from p.d.u",
    "declare m default (select max_by(name, id) from p.d.u); select m + 1; set m = 'a'; select id from p.d.u",
]


@pytest.mark.parametrize("sql", VAGUE)
def test_what_is_not_wholly_known_makes_no_error_of_what_uses_it(analyze: Analyzer, sql: str) -> None:
    assert [each.unsupported for each in analyze(sql)][-1] is None
    assert "Unrecognized name: nope" in analyze.refusal(sql.replace("select id", "select nope"))


def test_a_table_that_unseen_sql_may_have_made_is_not_said_to_be_missing(analyze: Analyzer) -> None:
    *_, last = analyze("declare s string; execute immediate s; select x from p.d.perhaps")
    assert "Table not found: p.d.perhaps" in str(last.unsupported)
    *_, last = analyze("create external table p.d.e options(format='CSV', uris=['gs://a/b']); select x from p.d.e")
    assert "Table not found: p.d.e" in str(last.unsupported)


PLACES = [
    ("select\n  id,\n  nope\nfrom p.d.u", 3, 3),
    ("select 'größer', nope", 1, 18),
    ("select '日本', nope", 1, 14),
    ("select '😀😀', nope", 1, 14),
    ("\tselect\n\t\tid,\tnope from p.d.u", 2, 7),
    ("select 1; select 'ä';\n\tselect '\t', nope", 2, 14),
    ("-- größer\ndeclare x int64;\nif x = 1 then\n\tset x = nope;\nend if", 4, 10),
    ("select 1;\r\nselect nope", 2, 8),
    ("declare x int64 default (\n  select nope from p.d.u\n)", 2, 10),
    ("select 1 +", 1, 11),
    ("\n\n  selec 1", 3, 3),
]


@pytest.mark.parametrize(("sql", "line", "column"), PLACES)
def test_the_place_is_counted_in_characters_of_the_whole_script(
    analyze: Analyzer, sql: str, line: int, column: int
) -> None:
    assert f"GoogleSQL refuses it, line {line}, column {column}: " in analyze.refusal(sql)


def test_the_message_shows_the_statement_with_a_mark_below_the_place(analyze: Analyzer) -> None:
    said = analyze.refusal("select id\nfrom p.d.u;\n\n\tselect '日', nope\n\tfrom p.d.u")
    assert said.split("\n") == [
        "GoogleSQL refuses it, line 4, column 14: Unrecognized name: nope; Did you mean name?",
        "  1 | select id",
        "  2 | from p.d.u;",
        "  3 |",
        "  4 | \tselect '日', nope",
        "    | \t             ^",
        "  5 | \tfrom p.d.u",
    ]


def test_a_mismatch_of_types_says_which_argument(analyze: Analyzer) -> None:
    said = analyze.refusal("select parse_date('%Y', 5)")
    assert "line 1, column 8: No matching signature for function PARSE_DATE\n" in said
    assert "Argument 2: Unable to coerce type INT64 to expected type STRING" in said


def columns_of(statements: Sequence[Statement]) -> Mapping[str, str]:
    return statements[-1].columns


def test_columns_have_bigquerys_names_of_their_types(analyze: Analyzer) -> None:
    assert columns_of(analyze("select * from p.d.t")) == {
        name: each for name, each in TABLES["p", "d", "t"].items() if name != "_PARTITIONTIME"
    }
    sql = "select 1.5 as f, range(day, day) as r, interval 1 day as i, (1, 'a') as s, st_geogpoint(1, 2) as g, time(ts) as c from p.d.t"
    assert columns_of(analyze(sql)) == {
        "f": "float64", "r": "range<date>", "i": "interval", "s": "struct<int64, string>", "g": "geography", "c": "time",
    }  # fmt: skip


def test_each_statement_of_a_script_is_there_once(analyze: Analyzer) -> None:
    found = analyze(
        "declare x int64 default 1; while x < 3 do set x = x + 1; end while; delete from p.d.u where id = x"
    )
    assert [each.kind for each in found][-1] == "ResolvedDeleteStmt"
    assert sum(each.sql == "select (x + 1)" for each in found) == 1


def test_a_type_that_bigquery_lacks_is_said_to_be_unknown(analyze: Analyzer) -> None:
    analyze.tables = {("p", "d", "t"): as_columns({"m": "map(varchar, integer)"})}
    with pytest.raises(HarnessError, match="GoogleSQL does not know the type 'MAP<STRING, INT64>'"):
        analyze("select 1")


def test_many_catalogues_do_not_confuse_each_other(analyze: Analyzer) -> None:
    for number in range(70):
        analyze.tables = {("p", "d", "t"): as_columns({f"column_{number}": "int64"})}
        assert columns_of(analyze("select * from p.d.t")) == {f"column_{number}": "int64"}
    analyze.tables = {("p", "d", "t"): as_columns({"column_0": "string"})}
    assert columns_of(analyze("select * from p.d.t")) == {"column_0": "string"}
