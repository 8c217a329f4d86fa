"""Whatever brings a column of a call along a second time is found by the columns that come out: DuckDB would call one of them user_type_1."""

from __future__ import annotations

import command
import pytest
from shop import Shop

from .test_schema_evolution_as_a_user import walk

SOURCES = "sources:\n  - name: raw\n    tables: [{name: users}, {name: kinds}, {name: wide}, {name: nested}]\n"
TABLES = """
create table raw.users as select 1 as id, 'a' as user_type;
create table raw.kinds as select 'a' as kind, 1 as rank;
create table raw.wide as select 1 as id, 'a' as user_type, 'b' as user_type_1;
create table raw.nested as select 1 as id, {'user_type': 'a', 'x': 1} as s, 'b' as user_type
"""
MACROS = """
{% macro own_rename() %}{{ return(dbt_playbooks.renamed_column('user_type', 'user_segment')) }}{% endmacro %}
{% macro own_columns() %}
  {%- set names = [] -%}
  {%- for column in adapter.get_columns_in_relation(source('raw', 'users')) -%}{%- do names.append(column.name) -%}{%- endfor -%}
  {{- return(names | join(', ')) -}}
{% endmacro %}
"""
CALLS = {
    "RENAMED": "{{ dbt_playbooks.renamed_column('user_type', 'user_segment') }}",
    "OVERDUE": "{{ dbt_playbooks.renamed_column('user_type', 'user_segment', remove_after='2024-01-01') }}",
    "RETYPED": "{{ dbt_playbooks.retyped_column('user_type', 'integer') }}",
    "ALONE": "{{ dbt_playbooks.retyped_column('user_type', 'integer', phase='new', typed_name='user_type') }}",
    "EMPTIED": "{{ dbt_playbooks.deprecated_column('user_type', 'varchar', '9998-12-31') }}",
    "ADDED": "{{ dbt_playbooks.added_column('user_type', 'user_type', 'none') }}",
    **{name.upper(): f"{{{{ source('raw', '{name}') }}}}" for name in ("users", "kinds", "wide", "nested")},
}
TWICE = [
    *(f"select u.*, {call} from USERS as u" for call in ("RENAMED", "RETYPED", "ALONE", "EMPTIED", "ADDED")),
    "select columns('.*'), RENAMED from USERS",
    "select columns(*), RENAMED from USERS",
    "select columns(u.*), RENAMED from USERS as u",
    "select * exclude (id), RENAMED from USERS",
    "select * replace (2 as id), RENAMED from USERS",
    "select s.*, RENAMED from NESTED",
    "select {{ own_columns() }}, RENAMED from USERS",
    "select *, {{ own_rename() }} from USERS",
    "from USERS as u select u.*, RENAMED",
    "select u.*, RENAMED from USERS as u union all select 1, 'x', 'y', 'z'",
    "with a as (select u.*, RENAMED from USERS as u) select * from a",
    "select * from (select u.*, RENAMED from USERS as u)",
    "with a as (select id, RENAMED from USERS) select a.*, u.* from a join USERS as u on a.id = u.id",
    "select /* all of it */ *, RENAMED from USERS",
]
ONCE = [
    "select k.*, RENAMED from USERS as u join KINDS as k on true",
    "select * exclude (user_type), RENAMED from USERS",
    "select * exclude (user_type), RENAMED from WIDE",
    "select u.* exclude (user_type), user_type || 'x' as user_type_1, RENAMED from USERS as u",
    "select columns('id'), RENAMED, count(*) over () as n from USERS -- done",
    "select {{ own_rename() }} from USERS",
    "with a as (select * from USERS) select a.* exclude (user_type), RENAMED from a",
    "select u.* exclude (user_type), OVERDUE from USERS as u",
    "{{ config(pre_hook='create or replace macro made() as 1') }} select u.* exclude (user_type), made() as m, RENAMED from USERS as u",
    "select t.* exclude (user_type), RENAMED from {{ ref('passing') }} as t",
]


def model(sql: str) -> str:
    for name, call in CALLS.items():
        sql = sql.replace(name, call)
    return sql


@pytest.fixture
def users(shop: Shop) -> Shop:
    shop.write("models/raw.yml", SOURCES)
    shop.write("macros/own.sql", MACROS)
    shop.write(
        "models/passing.sql", "{{ config(materialized='ephemeral') }} select * from {{ source('raw', 'users') }}"
    )
    shop.sql(TABLES)
    return shop


def test_a_column_that_comes_twice_is_refused_and_all_else_is_built(users):
    files = {f"models/twice_{number}.sql": model(sql) for number, sql in enumerate(TWICE)}
    files |= {f"models/once_{number}.sql": model(sql) for number, sql in enumerate(ONCE)}
    compiled, (error, nodes, warned), (once_more, again, _) = walk(
        users, (files, ["compile"]), ({}, ["run"]), ({}, ["run", "--select", "once_0"])
    )
    assert (compiled[0], error, once_more) == ("", "", "")
    assert [sql for number, sql in enumerate(TWICE) if nodes[f"twice_{number}"] != "error"] == []
    assert [sql for number, sql in enumerate(ONCE) if nodes[f"once_{number}"] != "success"] == []
    assert len([text for text in warned if "was to go after 2024-01-01" in text]) == 1, (
        "the code is read twice, and it warns once"
    )
    assert again == {"once_0": "success"}


def test_what_is_wrong_is_said_and_what_to_write(users):
    users.write("models/twice.sql", model("select u.*, RENAMED from USERS as u"))
    said = command.dbt(users.folder, "run", "--select", "twice")
    assert said.code == 1
    assert (
        "dbt_playbooks.renamed_column: model 'twice' selects a column 'user_type' beside the call for 'user_type', which makes one of that name too:"
        " DuckDB would call one of them user_type_1. It comes with a star (u.*, columns(...)) or from a macro that lists columns: leave it out there,"
        " as in u.* exclude (user_type)." in said.out
    )


UNIT_TEST = """
unit_tests:
  - name: both_names
    model: users
    given: [{input: "source('raw', 'users')", rows: [{id: 1, user_type: a}]}]
    expect: {rows: [{id: 1, user_type: a, user_segment: a}]}
"""


def test_unit_tests_of_such_a_model_run(users):
    users.write("models/users.sql", model("select u.* exclude (user_type), RENAMED from USERS as u"))
    users.write("models/users.yml", UNIT_TEST)
    [(error, nodes, _)] = walk(users, ({}, ["build"]))
    assert (error, nodes["users"], nodes["both_names"]) == ("", "success", "pass")
