"""Columns that change in a model: what each call renders in each phase, what is refused, and the warning past its day."""

from __future__ import annotations

import datetime as dt
import shlex
from types import SimpleNamespace
from typing import Any

import pytest

from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import SUFFIXES, Change
from dbt_playbooks.migrations.readers import going
from dbt_playbooks.pytest_plugin.errors import MacroError

RENAME = {"old_name": "user_type", "new_name": "user_segment"}
RETYPE = {"column": "user_id", "to": "integer"}
FUTURE, PAST = "9998-12-31", "2024-02-01"


def plain(text: str) -> str:
    """On one line, with DuckDB's quotes."""
    return " ".join(text.replace("`", '"').split())


@pytest.fixture
def warned(macro: Any) -> Any:
    """Calls a macro in a model and returns what it warned of."""

    def call(called: str, model: Any = None, **arguments: Any) -> list[str]:
        said: list[str] = []

        def refuse(message: str) -> None:
            raise AssertionError(message)

        stubs = {
            "exceptions": SimpleNamespace(warn=lambda message: said.append(message) or "", raise_compiler_error=refuse)
        }
        macro(called, arguments=arguments, stubs={**stubs, **({} if model is None else {"model": model})})
        return said

    return call


@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize(
    ("more", "rendered"),
    [
        ({}, '"user_type", "user_type" as "user_segment"'),
        ({"phase": "new"}, '"user_type" as "user_segment"'),
        ({"expression": "lower(u.kind)"}, 'lower(u.kind) as "user_type", lower(u.kind) as "user_segment"'),
        ({"phase": "new", "expression": "u.user_segment"}, 'u.user_segment as "user_segment"'),
        ({"remove_after": FUTURE}, '"user_type", "user_type" as "user_segment"'),
        ({"remove_after": PAST, "phase": "new"}, '"user_type" as "user_segment"'),
    ],
)
def test_a_rename_has_both_names_of_one_expression_and_then_the_new_one(macro, warned, more, rendered):
    assert plain(macro("renamed_column", **RENAME, **more).text) == rendered
    assert warned("renamed_column", **RENAME, **more) == []


@pytest.mark.targets("duckdb", "bigquery")
def test_names_that_need_quotes_are_quoted(macro):
    text = macro("renamed_column", "Order", "order date", phase="both").text
    assert plain(text) == '"Order", "Order" as "order date"'
    assert plain(macro("renamed_column", '"Order"', "`date`").text) == '"Order", "Order" as "date"'


@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize(
    ("name", "arguments", "column", "way_out"),
    [
        ("renamed_column", RENAME, "user_type", "set phase='new' in its call, which leaves 'user_segment' alone"),
        ("retyped_column", RETYPE, "user_id", "set phase='new' in its call, which leaves 'user_id_int' alone"),
        ("deprecated_column", {"name": "referrer", "data_type": "string"}, "referrer", "remove its call"),
    ],
)
def test_past_its_last_day_a_column_is_warned_of_and_stays(macro, warned, name, arguments, column, way_out):
    model = {"name": "users", "original_file_path": "models/marts/users.sql"}
    [said] = warned(name, model=model, **arguments, remove_after=PAST)
    assert said == (
        f"dbt_playbooks.{name}: model 'users' (models/marts/users.sql) still has the column '{column}', which was to go after 2024-02-01."
        f" Who reads it: `dbt-playbooks impact users --column {column}`. When nobody does, {way_out};"
        " else give them time by a later remove_after. `dbt-playbooks migrations` lists all changes in flight."
    )
    [said] = warned(name, model={}, **arguments, remove_after=dt.date(2024, 2, 1))
    assert f"a model still has the column '{column}'" in said, "where no model calls"
    past, future = ({**arguments, "remove_after": day} for day in (PAST, FUTURE))
    with macro.warns(f"still has the column '{column}', which was to go after 2024-02-01"):
        stays = macro(name, arguments=past).text
    assert stays == macro(name, arguments=future).text


@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize("kind", ["incremental", "table", "view"])
def test_what_an_incremental_model_has_stored_is_warned_of(warned, kind):
    column = {"name": "referrer", "data_type": "string", "remove_after": FUTURE}
    found = warned("deprecated_column", model={"name": "users", "config": {"materialized": kind}}, **column)
    assert len(found) == (1 if kind == "incremental" else 0)
    for said in found:
        assert (
            "Each row that a run writes from now on, or writes again, loses the value of 'referrer' that is stored"
            in said
        )
        assert "dbt_playbooks.backup_table --args '{table: users}'" in said


def test_the_command_that_a_warning_names_can_be_typed_whatever_the_column(warned):
    [said] = warned("renamed_column", {"name": "users"}, old_name="Order's Date", new_name="day", remove_after=PAST)
    assert shlex.split(said.split("`")[1]) == ["dbt-playbooks", "impact", "users", "--column", "Order's Date"]


def test_the_last_day_belongs_to_the_column(warned):
    today = dt.datetime.now(dt.timezone.utc).date()
    days = [today - dt.timedelta(days=1), today, today + dt.timedelta(days=1)]
    assert [len(warned("renamed_column", **RENAME, remove_after=str(day))) for day in days] == [1, 0, 0]


def test_nothing_is_warned_of_when_dbt_only_parses(macro):
    quiet = macro(
        "renamed_column", **RENAME, remove_after=PAST, stubs={"execute": False, "exceptions": SimpleNamespace()}
    )
    assert plain(quiet.text) == '"user_type", "user_type" as "user_segment"'


@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("renamed_column", {**RENAME, "phase": "bth"},
          "phase is 'bth'. Allowed: 'both' (the old column and the new one, while readers move) and 'new' (the new one "
          "alone). Did you mean both?"),
        ("renamed_column", {**RENAME, "phase": None}, "phase is 'None'. Allowed: 'both'"),
        ("renamed_column", {"old_name": "a", "new_name": "a"}, "old_name and new_name are both 'a'. Give the name that it is to have as new_name."),
        ("renamed_column", {"old_name": "a", "new_name": "A"}, "are both 'A', as names are compared without their case."),
        ("renamed_column", {**RENAME, "old_name": "u.user_type"},
          "old_name is 'u.user_type', which is no name of a column. Write the name alone; where it comes from is the "
          "expression: old_name='user_type', expression='u.user_type'."),
        ("renamed_column", {**RENAME, "new_name": " "}, "new_name is ' ', which is no name of a column."),
        ("renamed_column", {**RENAME, "old_name": "lower(kind)"}, "old_name='kind', expression='lower(kind)'"),
        ("renamed_column", {**RENAME, "remove_after": "2024-02-30"},
          "remove_after of renamed_column for 'user_type' is '2024-02-30', which is not in the calendar"),
        ("renamed_column", {**RENAME, "remove_after": "1 March"}, "which is no date. Write an ISO day"),
        ("retyped_column", {**RETYPE, "phase": "old"}, "dbt_playbooks.retyped_column: phase is 'old'."),
        ("retyped_column", {**RETYPE, "to": "integr"},
          "to is 'integr', which is no type that is known here. Allowed: integer, int, int64, bigint, numeric,"),
        ("retyped_column", {**RETYPE, "to": "integr"}, "Did you mean integer, int"),
        ("retyped_column", {**RETYPE, "to": "varchar(10)"}, "and numeric(p, s), the only one that takes a size. Write varchar."),
        ("retyped_column", {**RETYPE, "to": "numeric(39, 2)"},
          "Allowed: numeric(p, s) with p from 1 to 38 digits in all, and s from 0 to p of them after the point."),
        ("retyped_column", {**RETYPE, "to": "numeric(5, 6)"}, "For example numeric(10, 2)."),
        ("retyped_column", {**RETYPE, "to": "numeric(5, x)"}, "For example numeric(10, 2)."),
        ("retyped_column", {**RETYPE, "typed_name": "USER_ID"},
          "column and typed_name are both 'USER_ID', as names are compared without their case. In phase 'both' they "
          "stand side by side"),
        ("retyped_column", {**RETYPE, "failures_name": "user_id_int"}, "typed_name and failures_name are both 'user_id_int'."),
        ("retyped_column", {**RETYPE, "column": ""}, "column is '', which is no name of a column."),
        ("retyped_column", {**RETYPE, "format": "%d/%m/%Y"},
          "format is '%d/%m/%Y', and to is 'integer'. A format is for a date, a datetime or a timestamp."),
        ("retyped_column", {**RETYPE, "to": "date", "data_type": "boolean"},
          "a value of type boolean can't be cast to 'date'. Allowed from boolean: integer, boolean, string."),
        ("retyped_column", {**RETYPE, "data_type": "json"},
          "a value of type json can't be cast to 'integer'. What can be cast is text, a number, a boolean, a date or a "
          "timestamp"),
        ("retyped_column", {**RETYPE, "data_type": "float64", "trim": True}, "trim is for texts, and what is cast is of type float64. Leave it out."),
        ("deprecated_column", {"name": "x", "data_type": "", "remove_after": FUTURE}, "data_type of 'x' is ''. Give the type that the column has"),
        ("deprecated_column", {"name": "x", "data_type": "integr", "remove_after": FUTURE},
          "data_type of 'x' is 'integr', which is no type that is known here. Allowed: integer, int, int64,"),
        ("deprecated_column", {"name": "x", "data_type": "JSONB", "remove_after": FUTURE},
          "as the warehouse calls it. Did you mean json?"),
        ("added_column", {"expression": "x", "name": "x", "default": 1, "data_type": " strng "},
          "data_type of 'x' is 'strng', which is no type that is known here."),
        ("deprecated_column", {"name": "x", "data_type": "int64", "remove_after": None},
          "remove_after of 'x' is not given. Say how long the column stays"),
        ("added_column", {"expression": "", "name": "x", "default": 1}, "expression of 'x' is ''. Give the new column of the source"),
        ("added_column", {"expression": "x", "name": "x", "default": None},
          "default of 'x' is 'None', which is no value. Allowed: a text, a number, true or false, a date, or SQL in "
          "parentheses."),
        ("added_column", {"expression": "x", "name": "x", "default": ["a"]}, "which is no value"),
        ("added_column", {"expression": "x", "name": None, "default": 1}, "name is 'None', which is no name of a column."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_to_write(macro, name, arguments, message):
    with macro.raises(message):
        macro(name, arguments=arguments)


@pytest.mark.parametrize(
    ("to", "written", "message"),
    [
        ("date", "%d/%m", "can't be read as a date: it has no year (%Y or %y)"),
        ("date", "%Y-%m", "it has no day (%d)"),
        ("date", "%Y-%m-%d %H", "a date has no %H: give to: datetime"),
        ("datetime", "%Y-%m-%d %z", "a datetime has no %z: give to: timestamp"),
        ("date", "%Y-%m-%d %y", "it has two elements for the year: %Y and %y"),
        ("date", "%Y-%m-%d %d", "'%d' is there twice"),
        ("timestamp", "%Y-%m-%d %I", "%I (hours from 1 to 12) and %p (AM or PM) need each other"),
        ("timestamp", "%Y-%m-%d %H:%M.%f", "%f does not follow %S. Write '%S.%f'."),
        ("date", "%Y-%m-%d %Q", "'%Q' is not known. Allowed: %Y, %y, %m, %b, %B, %d, %H, %I, %M, %S, %f, %p, %z, for example '%d/%m/%Y %H:%M:%S'."),
        ("date", "%Y'%m'%d", "there is ', which is not known. Between the elements letters, blanks and - / . , : ; _ ( ) are allowed"),
        ("date", "DD/MM/YYYY", "there is no year"),
        ("date", "%Y-%m-%d %%", "'%' is not known"),
    ],
)  # fmt: skip
def test_a_format_that_cannot_be_read_is_refused(macro, to, written, message):
    with pytest.raises(MacroError) as raised:
        macro("retyped_column", "day", to, format=written)
    assert message.replace("there is no year", "it has no year") in str(raised.value)


@pytest.mark.targets("duckdb")
def test_a_type_that_duckdb_lacks_is_refused_there(macro):
    with macro.raises("data_type of 'amount' is 'bigdecimal', which DuckDB does not have"):
        macro("deprecated_column", "amount", "bigdecimal", FUTURE)
    with macro.raises(
        "to is 'bignumeric', which DuckDB does not have: its numbers hold 38 digits. Give their sizes: numeric(38, 18)."
    ):
        macro("retyped_column", "amount", "bignumeric")


def in_model(macro: Any, sql: str) -> str:
    """The SQL of a model, compiled as dbt does it: macros find its code in `model`."""
    code = sql.replace("RENAMED", "{{ dbt_playbooks.renamed_column('user_type', 'user_segment', expression=none) }}")
    return plain(macro.compile(code, stubs={"model": {"name": "users", "raw_code": code}}).text)


@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize(
    "sql",
    [
        "select id, user_segment, RENAMED from t",
        "select id, t.User_Segment, RENAMED from t",
        'select RENAMED, lower(kind) as "user_segment" from t',
        "select distinct user_type, RENAMED from t",
        "with s as (select id, (select max(user_segment) from x) as y from t where a in ('x', 'y'))\nselect id, RENAMED, 1 as user_segment from s",
        "{{ config(materialized='table') }}\n-- it's one\nselect {# it's two #} a,b as user_segment,RENAMED\nfrom t",
        "select a is distinct from b as differs, user_type, RENAMED from t",
        "select x, user_segment, RENAMED",
    ],
)
def test_a_second_column_of_the_name_is_refused_when_the_model_compiles(macro, sql):
    with pytest.raises(
        MacroError,
        match=r"model 'users' selects a column 'user_(segment|type)' beside the call for 'user_type', which makes one",
    ):
        in_model(macro, sql)


@pytest.mark.parametrize("star", ["select *, RENAMED from t", "select\n  RENAMED,\n  *\nfrom (select 1) as t"])
def test_a_star_that_brings_the_old_column_along_is_refused(macro, star):
    with macro.raises(
        "model 'users' selects * beside the call for 'user_type', and * holds that column already. Leave it out there: * exclude (user_type) on DuckDB"
    ):
        in_model(macro, star)


@pytest.mark.parametrize(
    "sql",
    [
        "with s as (select * from t) select id, RENAMED from s",
        "with s as (select id, user_segment, user_type from t) select id, RENAMED from s",
        "select id, RENAMED from t where user_segment = 'x' and user_type = 'y' group by user_segment, user_type",
        "select * exclude (user_type), RENAMED from t",
        "select t.*, RENAMED from t join u",
        "select id, coalesce(user_segment, user_type) as kind, RENAMED from t",
        "select 1 + user_segment, RENAMED from t",
        "select 'a, user_segment, b' as x, \"my user_segment\" as y, RENAMED -- , user_segment\nfrom t",
        "select {% if var('x', false) %} user_segment, {% else %} RENAMED {% endif %} from t",
        "select /* user_segment, */ RENAMED from t",
        "select RENAMED from t union all select user_type, user_segment from u",
        "select id, user_segment_2, RENAMED from t",
        "select '--', user_segment as x, RENAMED from t",
    ],
)
def test_what_is_no_second_column_is_let_through(macro, sql):
    assert '"user_type", "user_type" as "user_segment"' in in_model(macro, sql)


@pytest.mark.parametrize(
    ("call", "column"),
    [
        ("retyped_column('user_id', 'integer')", "user_id_cast_failures"),
        ("retyped_column('user_id', 'integer', phase='new')", "user_id_int"),
        ("retyped_column(column='user_id', to='integer', typed_name='key')", "key"),
        ("deprecated_column(\"referrer\", 'string', '9998-12-31')", "referrer"),
        ("added_column('plan', 'plan_clean', 'none')", "plan_clean"),
    ],
)
def test_every_call_refuses_a_second_column_of_its_names(macro, call, column):
    def compiled(sql: str) -> str:
        code = sql.replace("CALL", "{{ dbt_playbooks." + call + " }}")
        return macro.compile(code, stubs={"model": {"name": "users", "raw_code": code}}).text

    with macro.raises(f"selects a column '{column}' beside the call for "):
        compiled(f"select id, a as {column}, CALL from t")
    assert column in compiled("select id, a as another, CALL from t")


def test_duckdb_makes_two_columns_of_one_name_and_says_nothing(macro, table):
    relation = table({"a": [1], "b": [2]})
    macro.query(f"create or replace table {relation.schema}.twice as select a as b, b from {relation}")
    assert dict(macro.query(f"select * from {relation.schema}.twice").columns).keys() == {"b", "b_1"}


DAY = {"partition_by": {"field": "Day", "data_type": "timestamp", "granularity": "day"}}
NEW = {"phase": "new"}
LAYOUTS = [
    ("renamed_column", {"old_name": "day", "new_name": "event_day", **NEW}, DAY, "partition_by", "take away"),
    ("renamed_column", {"old_name": "kind", "new_name": "type", **NEW}, {"cluster_by": ["id", "Kind"]}, "cluster_by", "take away"),
    ("retyped_column", {"column": "day", "to": "date", "data_type": "timestamp", **NEW}, DAY, "partition_by", "take away"),
    ("retyped_column", {"column": "day", "to": "date", "data_type": "timestamp", "typed_name": "day", **NEW}, DAY, "partition_by", "cast to another type"),
    ("retyped_column", {"column": "kind", "to": "integer", **NEW}, {"cluster_by": "kind"}, "cluster_by", "take away"),
    ("deprecated_column", {"name": "day", "data_type": "timestamp", "remove_after": FUTURE}, DAY, "partition_by", "empty"),
]  # fmt: skip


def laid_out(config: dict[str, Any]) -> dict[str, Any]:
    return {"model": {"name": "events", "config": {"materialized": "incremental", **config}}}


@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize(("name", "arguments", "config", "argument", "would"), LAYOUTS)
def test_a_column_that_the_table_is_laid_out_by_goes_only_by_a_replacement(
    macro, name, arguments, config, argument, would
):
    with pytest.raises(MacroError) as raised:
        macro(name, arguments=arguments, stubs=laid_out(config))
    said = str(raised.value)
    column = arguments.get("old_name") or arguments.get("column") or arguments.get("name")
    assert (
        f"dbt_playbooks.{name}: {argument} of model 'events' names the column '{column}', which this call would {would}."
        " BigQuery renames, retypes and drops no column that a table is partitioned or clustered by."
        " Let another table take its place" in said
    )
    assert "meta={'dbt_playbooks_replaces': 'events'}; backfill it, then run the operation cutover" in said


@pytest.mark.parametrize(
    ("name", "arguments", "config"),
    [
        ("renamed_column", LAYOUTS[0][1], {"partition_by": {"field": "event_day"}, "cluster_by": ["type"]}),
        ("renamed_column", {**LAYOUTS[0][1], "phase": "both"}, DAY),
        ("renamed_column", LAYOUTS[0][1], {**DAY, "materialized": "view"}),
        ("renamed_column", LAYOUTS[0][1], {"partition_by": None, "cluster_by": None}),
        ("retyped_column", LAYOUTS[3][1], {"partition_by": {"field": "day"}}),
        ("retyped_column", {**LAYOUTS[2][1], "phase": "both"}, DAY),
    ],
)
def test_a_config_that_names_what_the_model_has_is_fine(macro, name, arguments, config):
    assert plain(macro(name, arguments=arguments, stubs=laid_out(config)).text)


@pytest.mark.targets("bigquery")
def test_migrations_knows_the_names_that_a_retyped_column_gets(macro):
    words = macro("_kinds_of_words").value
    assert {macro("_cast_type", word).value["suffix"] for word in words} == set(SUFFIXES)
    retype = Change(
        "retype", Node("model.shop.a", "model", "a", "shop", "models/a.sql"), "both", "user_id", None, "models/a.sql", 1
    )
    made = plain(macro("retyped_column", **RETYPE).text)
    assert [name for name in going(retype) if f'"{name}"' not in made] == []
    assert going(retype)[1].endswith("_failures")
