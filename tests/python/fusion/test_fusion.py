"""The dbt package on dbt Fusion with DuckDB: it parses, runs, prints and cuts windows as on dbt Core."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from shop import DELETE_INSERT, FILTERED, ROOT, Shop

OWN = ROOT / ".venv-fusion"
WINDOW = '{"start_date": "2024-01-30", "end_date": "2024-02-01"}'

# Each chunk size with the chunks of 2024-01-30 to 2024-03-02.
CHUNKS = {
    "week": "01-30/02-04 02-05/02-11 02-12/02-18 02-19/02-25 02-26/03-02",
    "20 days": "01-30/02-18 02-19/03-02",
    "month": "01-30/01-31 02-01/02-29 03-01/03-02",
    "2 months": "01-30/02-29 03-01/03-02",
    "quarter": "01-30/03-02",
    "year": "01-30/03-02",
}
PROBE = """
{% macro chunks_of(size) %}
  {%- for chunk in dbt_playbooks.backfill_chunks('2024-01-30', '2024-03-02', size) -%}
    {%- do print('chunk ' ~ chunk.start_date ~ '/' ~ chunk.end_date) -%}
  {%- endfor -%}
{% endmacro %}
{% macro literals() %}
  {%- set day = modules.datetime.date(2024, 3, 31) -%}
  {%- do print('literal ' ~ dbt_playbooks._date_literal(day, 'date')) -%}
  {%- do print('literal ' ~ dbt_playbooks._date_literal(day, 'timestamp', 'America/New_York')) -%}
  {%- do print('literal ' ~ dbt_playbooks._string_literal("it's \\\\ größer")) -%}
{% endmacro %}
"""
TESTED = """
models:
  - name: events
    columns:
      - name: event_date
        data_tests:
          - dbt_playbooks.no_missing_dates:
              arguments: {start_date: 2024-01-01, end_date: 2024-03-31}
"""


def fusion() -> Path | None:
    """Fusion's executable: what the environment variable DBT_FUSION names, or what scripts/fusion installed."""
    named = os.environ.get("DBT_FUSION")
    if named:
        return Path(named)
    return OWN / "bin" / "dbt" if (OWN / "stamp").exists() else None


pytestmark = pytest.mark.skipif(
    fusion() is None,
    reason="dbt Fusion is not here. scripts/fusion installs it in .venv-fusion and runs these tests;"
    " or set DBT_FUSION to its executable and ADBC_DRIVER_PATH to the folder of DuckDB's ADBC driver.",
)


@dataclass(frozen=True)
class Answer:
    code: int
    text: str

    def lines(self, beginning: str) -> list[str]:
        """The rest of each line that begins so."""
        return [line.removeprefix(beginning) for line in self.text.splitlines() if line.startswith(beginning)]


Dbt = Callable[..., Answer]


@pytest.fixture
def dbt(shop: Shop) -> Dbt:
    """Runs Fusion in the shop, whose package it has installed as users do."""
    drivers = {"ADBC_DRIVER_PATH": os.environ.get("ADBC_DRIVER_PATH", str(OWN / "adbc"))}

    def run(*words: str) -> Answer:
        done = subprocess.run(
            [str(fusion()), "--no-send-anonymous-usage-stats", *words],
            cwd=shop.folder,
            env={**os.environ, **drivers, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return Answer(done.returncode, done.stdout)

    shop.model("events", DELETE_INSERT + FILTERED)
    shop.write("macros/probe.sql", PROBE)
    (shop.folder / "dbt_packages" / "dbt_playbooks").unlink()
    installed = run("deps")
    assert installed.code == 0, installed.text
    return run


def complaints(answer: Answer) -> list[str]:
    return [line for line in answer.text.splitlines() if line.startswith(("[warning]", "[error]"))]


def test_the_package_parses_without_a_warning(dbt: Dbt, shop: Shop) -> None:
    parsed = dbt("parse", "--show-all-deprecations")
    assert (parsed.code, complaints(parsed)) == (0, []), parsed.text
    assert "Finished 'parse' successfully" in parsed.text
    # and a warning would have been seen
    shop.write("models/unused.yml", "models:\n  - name: nobody\n")
    assert "nobody" in " ".join(complaints(dbt("parse", "--show-all-deprecations")))


def test_the_package_parses_without_a_warning_for_bigquery(dbt: Dbt, shop: Shop) -> None:
    profile = {"type": "bigquery", "method": "oauth-secrets", "token": "none", "project": "shop", "schema": "shop"}
    shop.write("profiles.yml", json.dumps({"shop": {"target": "dev", "outputs": {"dev": profile}}}))
    parsed = dbt("parse", "--show-all-deprecations")
    assert (parsed.code, complaints(parsed)) == (0, []), parsed.text


def test_a_window_is_replaced_and_without_one_a_run_takes_what_is_new(dbt: Dbt, shop: Shop) -> None:
    assert dbt("run").code == 0
    assert shop.difference("events") == []

    shop.sql("update raw.events set amount = amount + 100")
    ran = dbt("run", "--vars", WINDOW)
    assert ran.code == 0, ran.text
    assert shop.difference("events", "event_date between '2024-01-30' and '2024-02-01'") == []
    assert shop.sql("select count(*) from events where amount >= 100") == [(9,)]

    assert dbt("run").code == 0
    assert shop.sql("select min(event_date)::text from events where amount >= 100 and event_date > '2024-02-01'") == [
        ("2024-03-31",)
    ]


def test_one_var_of_a_window_alone_is_refused(dbt: Dbt) -> None:
    ran = dbt("run", "--vars", '{"start_date": "2024-01-30"}')
    assert ran.code == 1
    assert "dbt_playbooks.backfill_filter: var 'start_date' is given and var 'end_date' is not." in ran.text


@pytest.mark.parametrize("prefix", ["", "dbt_playbooks_"])
def test_a_window_is_what_the_command_line_says_and_never_the_project(dbt: Dbt, shop: Shop, prefix: str) -> None:
    shop.write(
        "dbt_project.yml",
        f"{(shop.folder / 'dbt_project.yml').read_text()}vars: {{start_date: '20240215', end_date: 2024-03-01}}\n",
    )
    ran = dbt("run", "--vars", json.dumps({f"{prefix}start_date": "2024-01-10", f"{prefix}end_date": "2024-01-12"}))
    assert ran.code == 0, ran.text
    assert shop.sql("select min(event_date)::text, max(event_date)::text from events") == [("2024-01-10", "2024-01-12")]
    ran = dbt("run")
    assert ran.code == 0, ran.text
    assert shop.difference("events", "event_date >= '2024-01-10'") == []
    assert shop.sql("select min(event_date)::text from events") == [("2024-01-10",)]


@pytest.mark.parametrize("key", ["integer", "text"])
def test_a_row_of_the_future_is_told_and_runs_go_on(dbt: Dbt, shop: Shop, key: str) -> None:
    day = {"integer": "cast(strftime(event_date, '%Y%m%d') as integer)", "text": "cast(event_date as varchar)"}[key]
    shop.sql(
        "insert into raw.events select 9000, date '2099-01-01', event_ts, note, amount from raw.events where id = 0"
    )
    shop.sql(f"create or replace table raw.events as select * replace ({day} as event_date) from raw.events")
    shop.model("events", DELETE_INSERT + FILTERED.replace("'event_date'", f"'event_date', data_type='{key}'"))
    assert dbt("run").code == 0
    shop.sql("delete from events where id = 0 or id = 900")
    ran = dbt("run")
    assert ran.code == 0, ran.text
    assert "has 1 row of the future by its column 'event_date', dated 2099-01-01." in " ".join(ran.text.split())
    # the newest day came again, and no other
    assert shop.difference("events", "id <> 0") == []
    assert shop.sql("select count(*) from events where id = 0") == [(0,)]


def test_a_range_runs_one_window_after_another(dbt: Dbt, shop: Shop) -> None:
    for line in dbt("run-operation", "chunks_of", "--args", '{"size": "20 days"}').lines("chunk "):
        start, end = line.split("/")
        assert dbt("run", "--vars", json.dumps({"start_date": start, "end_date": end})).code == 0
    inside = "event_date between '2024-01-30' and '2024-03-02'"
    assert shop.difference("events", inside) == []
    assert shop.sql(f"select count(*) from events where not ({inside})") == [(0,)]


@pytest.mark.parametrize("size", CHUNKS)
def test_chunks_are_the_ones_of_dbt_core(dbt: Dbt, size: str) -> None:
    printed = dbt("run-operation", "chunks_of", "--args", json.dumps({"size": size}))
    assert " ".join(printed.lines("chunk ")).replace("2024-", "") == CHUNKS[size], printed.text


def test_literals_are_the_ones_of_dbt_core(dbt: Dbt) -> None:
    printed = dbt("run-operation", "literals")
    assert printed.lines("literal ") == [
        "date '2024-03-31'",
        "timestamp '2024-03-31 04:00:00'",
        r"'it''s \ größer'",
    ], printed.text


def test_missing_dates_prints_a_table(dbt: Dbt, shop: Shop) -> None:
    assert dbt("run").code == 0
    shop.sql("delete from events where event_date in ('2024-01-15', '2024-02-29')")
    printed = dbt("run-operation", "missing_dates", "--args", '{"table": "events", "date_column": "event_date"}')
    assert printed.code == 0, printed.text
    assert "missing_date\n------------\n2024-01-15\n2024-02-29\n" in printed.text


def test_schemas_are_compared_by_the_same_query(dbt: Dbt, shop: Shop) -> None:
    shop.sql(
        "create table raw.was (id int, address struct(zip int)); create table raw.now (address struct(zip text), ids int)"
    )
    words = json.dumps({"old_table": "raw.was", "new_table": "raw.now", "rename": {"id": "ids"}, "fail": True})
    printed = dbt("run-operation", "compare_schemas", "--args", words)
    assert printed.code == 1, printed.text
    assert "address.zip  retyped     INTEGER   VARCHAR" in printed.text
    assert "address      moved       after id  at the front" in printed.text


def test_a_table_that_does_not_exist_names_near_misses(dbt: Dbt) -> None:
    assert dbt("run").code == 0
    printed = dbt("run-operation", "missing_dates", "--args", '{"table": "event", "date_column": "event_date"}')
    assert printed.code == 1
    assert "there is no table 'event'" in printed.text
    assert "Did you mean events" in printed.text


def test_days_are_deleted_in_order_and_each_once(dbt: Dbt, shop: Shop) -> None:
    assert dbt("run").code == 0
    days = ["2024-02-29", "2024-01-15", "2024-02-29"]
    words = {"table": "events", "date_column": "event_date", "dates": days}
    planned = dbt("run-operation", "delete_partitions", "--args", json.dumps(words))
    assert planned.code == 0, planned.text
    assert planned.text.index("2024-01-15     3\n2024-02-29     3\n") > 0
    assert shop.difference("events") == []
    ran = dbt("run-operation", "delete_partitions", "--args", json.dumps({**words, "dry_run": False}))
    assert ran.code == 0, ran.text
    assert shop.sql("select count(*) from events") == [(91 * 3 - 6,)]
    assert shop.difference("events", "event_date not in ('2024-01-15', '2024-02-29')") == []


def test_a_table_is_backed_up_spoilt_and_restored(dbt: Dbt, shop: Shop) -> None:
    assert dbt("run").code == 0

    def ask(name: str, **words: object) -> str:
        answer = dbt("run-operation", name, "--args", json.dumps(words))
        assert answer.code == 0, answer.text
        return answer.text

    made = ask("backup_table", table="events", suffix="a", expires_days=7)
    assert "events_backup_a is a backup of" in made
    assert "273 rows" in made
    shop.sql("delete from events where event_date < '2024-02-01'; update events set note = 'spoilt'")
    assert "events_backup_a" in ask("list_backups", table="events")
    plan = ask("restore_table", table="events", from_backup="events_backup_a")
    assert "has 180 rows" in plan
    assert "begin transaction" in plan
    restored = {"table": "events", "from_backup": "events_backup_a", "dry_run": False}
    days = ask("restore_partitions", **restored, date_column="event_date", dates=["2024-02-01", "2024-01-31"])
    assert "2024-01-31         0              3\n2024-02-01         3              3\n" in days
    assert shop.sql("select count(*) from events where note <> 'spoilt'") == [(6,)]
    ask("restore_table", **restored)
    assert shop.difference("events") == []
    shop.sql("drop table events")
    ask("restore_table", **restored)
    assert shop.difference("events") == []
    ask("drop_backup", backup="events_backup_a", dry_run=False)
    refused = dbt("run-operation", "restore_table", "--args", json.dumps(restored))
    assert refused.code == 1
    assert "there is no backup 'events_backup_a'" in refused.text


COMPARED = {"old_table": "events_backup", "new_table": "events", "by": "event_date"}


def test_two_tables_are_compared(dbt: Dbt, shop: Shop) -> None:
    assert dbt("run").code == 0
    shop.sql("create table events_backup as from events")
    shop.sql("update events set amount = amount + 1, note = note || chr(160) where event_date = '2024-02-29'")
    shop.sql("delete from events where event_date = '2024-01-15'")

    def ask(name: str, **more: object) -> Answer:
        return dbt("run-operation", name, "--args", json.dumps({**COMPARED, **more}))

    counted = ask("compare_row_counts")
    assert counted.code == 0, counted.text
    assert "event_date  old_rows  new_rows  difference  status\n" in counted.text
    assert "2024-01-15         3         0          -3  only in old\n" in counted.text
    rows = ask("compare_rows", key="id")
    assert rows.code == 0, rows.text
    assert "differ: 3 rows only in old, 0 only in new, 3 that differ" in rows.text
    assert "they differ in 2 of event_date: 2024-01-15, 2024-02-29" in rows.text
    assert [each.split()[:2] for each in rows.lines("amount  ")] == [["3", "98.88"]], rows.text
    assert "note of key 590 differs at character 7: the end of the text in old, U+00A0 in new" in rows.text, rows.text
    whole = ask("compare_rows", where="event_date <> '2024-01-15'", sample=1, fail=True)
    assert whole.code == 1
    assert "differ: 3 rows only in old, 3 only in new, 0 that differ" in whole.text
    sums = ask("compare_aggregates", metrics={"total": "sum(amount)"}, tolerance=3)
    assert (sums.code, "2024-01-15" in sums.text, "2024-02-29" in sums.text) == (0, True, False), sums.text


def test_a_comparison_that_cannot_be_is_refused_with_our_words(dbt: Dbt) -> None:
    assert dbt("run").code == 0
    asked = {"old_table": "events", "new_table": "events", "metrics": {"x": "abs(amount)"}}
    refused = dbt("run-operation", "compare_aggregates", "--args", json.dumps(asked))
    assert refused.code == 1
    assert "metric 'x' is no aggregate" in refused.text


def test_the_health_of_a_table_is_printed(dbt: Dbt, shop: Shop) -> None:
    assert dbt("run").code == 0
    shop.sql(
        "update events set event_date = cast(now() at time zone 'UTC' as date) - 1 where event_date = '2024-03-31'"
    )
    words = {"table": "events", "timestamp_column": "event_date", "columns": ["amount"], "days": 2}
    printed = dbt("run-operation", "health_check", "--args", json.dumps(words))
    assert printed.code == 0, printed.text
    assert "3 rows in the last 2 days of UTC" in printed.text, printed.text
    assert len(printed.lines("20")) == 2, printed.text


def test_the_generic_test_runs_once_and_fails_for_a_missing_day(dbt: Dbt, shop: Shop) -> None:
    shop.write("models/events.yml", TESTED)
    assert dbt("run").code == 0
    tested = dbt("test")
    assert tested.code == 0, tested.text
    assert "Summary: 1 total | 1 success" in tested.text
    shop.sql("delete from events where event_date = '2024-02-29'")
    assert dbt("test").code == 1


def test_a_new_table_is_validated_and_looked_into(dbt: Dbt, shop: Shop) -> None:
    assert dbt("run").code == 0
    shop.sql(
        "update events set note = null where id = 0; update events set id = 0 where id = 1; update events set id = null where id = 2"
    )
    sides = {"source_table": "raw.events", "table": "events", "key": "id", "date_column": "event_ts", "columns": "note"}
    validated = dbt(
        "run-operation", "validate_table", "--args", json.dumps({**sides, "max_null_rate": 0, "fail": True})
    )
    assert validated.code == 1
    assert (
        "(source): surplus rows of a key: 1 too many, dbt_playbooks.find_duplicates shows them; rows without a key: NULL in the key of 1;"
        " null rate of note: 1 of 273 rows, more than 0." in validated.text
    )
    found = dbt("run-operation", "find_duplicates", "--args", '{"table": "events", "key": "id"}')
    assert "1 duplicate keys, 1 surplus rows, 1 rows without a key, of 273 rows\nid  row_count\n" in found.text
    rates = dbt(
        "run-operation", "null_rates", "--args", '{"table": "events", "columns": ["id", "note"], "where": "amount = 2"}'
    )
    assert (
        "\nid                  91           1      0.011\nnote                91           0        0.0\n" in rates.text
    )


CHANGING = """
select
  id,
  {{ dbt_playbooks.renamed_column('note', 'remark', remove_after='2024-02-01') }},
  {{ dbt_playbooks.retyped_column('code', 'integer', trim=true, blank_as_null=true) }},
  {{ dbt_playbooks.retyped_column('told_on', 'timestamp', format='%d.%m.%Y %H:%M:%S.%f', phase='new') }},
  {{ dbt_playbooks.retyped_column('price', 'numeric(10, 2)', phase='new', typed_name='price') }},
  {{ dbt_playbooks.deprecated_column('gone', 'string', '9998-12-31') }},
  {{ dbt_playbooks.added_column('nullif(amount, 0)', 'amount_clean', 7, data_type='int') }}
from (
  select *, case id % 4 when 0 then ' 7 ' when 1 then '' when 2 then '1.5' end as code, '5.1.2024 9:00:00.5' as told_on, '1.5' as price
  from {{ source('raw', 'events') }}
)
"""
CHANGING_TESTS = """
models:
  - name: changing
    data_tests:
      - dbt_playbooks.columns_equal: {name: together, arguments: {a: note, b: remark}}
      - dbt_playbooks.columns_equal: {name: apart, arguments: {a: id, b: amount_clean}, config: {where: id < 20}}
    columns:
      - name: code
        data_tests:
          - dbt_playbooks.cast_failure_rate_below: {name: too_many, arguments: {to: integer, trim: true, blank_as_null: true}}
          - dbt_playbooks.cast_failure_rate_below: {name: few_enough, arguments: {to: integer, max_rate: 1, max_lossy_rate: 0.5}}
"""


def test_columns_that_change_are_built_warned_of_and_tested(dbt: Dbt, shop: Shop) -> None:
    shop.model("changing", CHANGING)
    shop.write("models/changing.yml", CHANGING_TESTS)
    built = dbt("build", "--select", "changing")
    assert (
        "dbt_playbooks.renamed_column: model 'changing' (models/changing.sql) still has the column 'note'" in built.text
    )
    assert shop.sql("select * exclude (note) from changing where id in (0, 1, 2, 10) order by id") == [
        (0, "it's 0", " 7 ", 7, None, dt.datetime(2024, 1, 5, 9, 0, 0, 500000), Decimal("1.50"), None, 7),
        (1, "it's 1", "", None, None, dt.datetime(2024, 1, 5, 9, 0, 0, 500000), Decimal("1.50"), None, 1),
        (2, "it's 2", "1.5", None, "1.5", dt.datetime(2024, 1, 5, 9, 0, 0, 500000), Decimal("1.50"), None, 2),
        (10, "it's 0", "1.5", None, "1.5", dt.datetime(2024, 1, 5, 9, 0, 0, 500000), Decimal("1.50"), None, 7),
    ]
    verdicts = {
        name: [line for line in built.text.splitlines() if name in line]
        for name in ("together", "apart", "too_many", "few_enough")
    }
    assert {name: any("Failed" in line for line in lines) for name, lines in verdicts.items()} == {
        "together": False, "apart": True, "too_many": True, "few_enough": False,
    }, built.text  # fmt: skip
    words = {"table": "changing", "column": "code", "to": "integer", "sample": 2}
    report = dbt("run-operation", "cast_report", "--args", json.dumps(words))
    assert report.code == 0, report.text
    assert (
        "273 rows, 45 of them NULL; of 228 values 228 failed (1.0), 0 lossy (0.0) and 0 respelled (0.0)\n"
        in report.text
    )


STORED = """
{{ config(materialized='incremental', on_schema_change='append_new_columns') }}
select id, COLUMNS from {{ source('raw', 'events') }} where id {% if is_incremental() %} > 20 {% else %} < 10 {% endif %}
"""


def test_what_an_incremental_model_has_stored_is_looked_at(dbt: Dbt, shop: Shop) -> None:
    def run(columns: str) -> Answer:
        shop.model("kept", STORED.replace("COLUMNS", columns))
        return dbt("run", "--select", "kept")

    assert run("note").code == 0
    assert run("{{ dbt_playbooks.renamed_column('note', 'remark') }}").code == 0
    early = run("{{ dbt_playbooks.renamed_column('note', 'remark', phase='new') }}")
    stored = shop.sql("select count(*) from kept where note is not null and remark is null")[0][0]
    assert f"phase is 'new', and in {stored} rows of" in early.text, early.text
    refused = run(
        "note, {{ dbt_playbooks.retyped_column('remark', 'integer', phase='new', typed_name='remark', expression='id') }}"
    )
    assert refused.code == 1
    assert "it makes 'remark' a column of type bigint, and" in refused.text, refused.text


def test_a_dropped_table_with_a_key_to_itself_comes_back_without_it(dbt: Dbt, shop: Shop) -> None:
    shop.sql(
        "create table parts (id integer primary key, part_of integer references parts (id)); insert into parts values (1, null)"
    )
    shop.sql("create index by_part on parts (part_of); comment on index by_part is 'of one part'")
    backed_up = dbt("run-operation", "backup_table", "--args", '{"table": "main.parts", "suffix": "a"}')
    assert backed_up.code == 0, backed_up.text
    shop.sql("drop table parts")
    words = json.dumps({"table": "main.parts", "from_backup": "main.parts_backup_a", "dry_run": False})
    restored = dbt("run-operation", "restore_table", "--args", words)
    assert restored.code == 0, restored.text
    assert 'Nor does what refers to itself: foreign key ("part_of") references parts ("id")' in restored.text
    assert shop.sql("select * from parts") == [(1, None)]
    assert shop.sql("select index_name, comment from duckdb_indexes()") == [("by_part", "of one part")]


def test_a_replacement_takes_a_tables_place_and_gives_it_back(dbt: Dbt, shop: Shop) -> None:
    shop.model("events_v2", "select 1 as id")
    shop.model("by_v2", "select * from {{ ref('events_v2') }}")
    shop.sql(
        "create table events as select 1 as id, 'it''s' as note; create unique index by_id on events (id); comment on table events is 'mine';"
        "create table events_v2 as select 1 as id, 'it''s' as note, date '2024-01-01' as day; create view noted as select note from events"
    )
    both = {"table": "events", "replacement": "events_v2"}
    refused = dbt("run-operation", "cutover", "--args", json.dumps({**both, "dry_run": False}))
    assert refused.code == 1
    assert "schema (day added: DATE). If that is what you want: accept: [schema]" in refused.text, refused.text
    words = json.dumps({**both, "key": "id", "accept": "schema", "dry_run": False})
    ran = dbt("run-operation", "cutover", "--args", words)
    assert ran.code == 0, ran.text
    assert 'views   fine      go on with the new table: "shop"."main"."noted"' in ran.text
    assert 'select * from "shop"."main"."noted" limit 0' in ran.text
    assert "- models/events_v2.sql: delete it" in ran.text, ran.text
    assert "- models/by_v2.sql: ref('events_v2') becomes ref('events')." in ran.text, ran.text
    assert shop.sql(
        "select day::text, comment from events, duckdb_tables() where schema_name = 'main' and table_name = 'events'"
    ) == [("2024-01-01", "mine")]
    assert shop.sql("select index_name, table_name from duckdb_indexes()") == [("by_id", "events")]
    back = dbt("run-operation", "cutover", "--args", json.dumps({**both, "undo": True, "dry_run": False}))
    assert back.code == 0, back.text
    assert shop.sql("select * from events") == [(1, "it's")]
    views = dbt("run-operation", "dependent_views", "--args", '{"table": "events"}')
    assert '"shop"."main"."noted"  view  -      events' in views.text, views.text
