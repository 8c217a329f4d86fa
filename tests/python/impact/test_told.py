"""Readers that no query shows plainly are listed, or said not to be told: by what Jinja asks and names, by constraints, below what is in doubt."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from shop import Shop

BASE = "select 1 as id, 'a' as status, 10 as amount, {'x': 1, 'kind': 'k'} as s"
UNREAD = {
    # Jinja asks, or would if the table were there
    "in_argument": "{% set found = values_of(ref('base'), 'status') %}select id from {{ ref('base') }}",
    "left_out": "select {{ all_but(ref('base'), ['status', 's']) }} from {{ ref('base') }}",
    "in_macro": "select id from {{ ref('base') }} {{ only_in_prod() }}",
    "not_taken": "select id from {{ ref('base') }} {% if target.name == 'prod' %} where status = 'a' {% endif %}",
    "asks_what_is_lost": "-- depends_on: {{ ref('base') }}\n{% if execute %}{% set lost = 'where ((select 1), st' ~ 'atus) = (1, id::text)' %}"
    "{% do run_query('select id from ' ~ ref('base') ~ ' ' ~ lost) %}{% endif %}select 1 as one",
    "in_hook": "{{ config(post_hook='delete from {{ this }} where id in (select id from {{ ref(\"base\") }} where status is null)') }}"
    "select id from {{ ref('base') }}",
    # the warehouse names it
    "by_its_expression": "select \"max(status)\" as top from {{ ref('unnamed') }}",
    "by_field": "select kind from {{ ref('opened') }}",
    # a table without its schema
    "by_bare_name": "select id, status from base",
    "above_a_union": "select * from {{ source('raw', 'nowhere') }} union all select amount, status from {{ ref('base') }}",
    "python_one": "def model(dbt, session):\n    return dbt.ref('base')\n",
}
READ = {
    "asked": "-- depends_on: {{ ref('base') }}\n{% if execute %}{% do run_query('select max(status) from ' ~ ref('base')) %}{% endif %}select 1 as one",
    "with_key": "select id, status as base_status from {{ ref('base') }}",
    "sure_too": "select p.id from {{ ref('python_one') }} as p join {{ ref('base') }} as b on b.status = p.id",
    "below_both": "select id from {{ ref('sure_too') }}",
    "unnamed": "select max(status) from {{ ref('base') }}",
    "opened": "select unnest(s) from {{ ref('base') }}",
    "united": "select * from {{ ref('base') }} union all select * from {{ ref('other') }}",
}
# they name no column `status` of `base`
OTHERS = {
    "spine": "select date '2024-01-01' as day, 2024 as fiscal",
    "other": "select 2 as id, 'b' as status, 20 as amount, {'x': 2, 'kind': 'l'} as s",
    "config_only": "{{ config(tags=['status'], meta={'status': 'fine'}) }}select id from {{ ref('base') }}",
    "commented": "{# status #}select id -- status\nfrom {{ ref('base') }}",
    "quiet": "select {% for column in ['id', 'amount'] %}{{ column }}{{ ', ' if not loop.last }}{% endfor %} from {{ ref('base') }}",
}
MACROS = """
{% macro values_of(relation, column) %}{{ return([]) }}{% endmacro %}
{% macro all_but(relation, without) %}{% set kept = [] %}
{% for name in ['id', 'amount'] if name not in without %}{% do kept.append(name) %}{% endfor %}{{ return(kept | join(', ')) }}{% endmacro %}
{% macro only_in_prod() %}{% if target.name == 'prod' %}where status is not null{% endif %}{% endmacro %}
"""
YAML = """
models:
  - name: with_key
    config: {contract: {enforced: true}}
    constraints:
      - {type: foreign_key, columns: [base_status], to: ref('base'), to_columns: [status]}
      - {type: check, expression: "id > 0"}
    columns:
      - {name: id, data_type: integer}
      - {name: base_status, data_type: varchar}
  - name: spine
    time_spine: {standard_granularity_column: day, custom_granularities: [{name: fiscal_year, column_name: fiscal}]}
    columns: [{name: day, granularity: day}, {name: fiscal}]
sources: [{name: raw, schema: main, tables: [{name: nowhere}]}]
"""


@pytest.fixture
def shop(project: Callable[..., Shop]) -> Shop:
    sql = {name: text for name, text in {**UNREAD, **READ, **OTHERS}.items() if name != "python_one"}
    shop = project(
        {"base": BASE, **sql},
        **{"macros/own.sql": MACROS, "models/all.yml": YAML, "models/python_one.py": UNREAD["python_one"]},
    )
    # so that Jinja can ask it
    shop.sql(f"create table main.base as {BASE}")
    return shop


def test_each_reader_is_listed_or_not_told(shop: Shop) -> None:
    told = shop.playbooks("impact", "base", "--column", "status", "--json")
    assert told.code == 0, told.err
    found = json.loads(told.out)
    affected = {each["name"]: each for each in found["affected"]}
    unread = {each["name"]: each["reason"] for each in found["unread"]}
    possible = {each["name"] for each in found["possible"]}
    names = {*affected, *unread, *possible}
    assert {*UNREAD, *READ} - {"opened", "by_field"} <= names
    assert not names & set(OTHERS)
    jinja = "its Jinja names 'status' in an argument, or in a branch that was not taken"
    for name in ("in_argument", "left_out", "in_macro", "not_taken"):
        assert unread[name] == jinja
    assert unread["by_bare_name"] == "it reads 'base' without the whole name, which may be another table"
    assert unread["above_a_union"] == "a union by position, of tables whose columns are not all known"
    lost = "its Jinja asks the warehouse what can't be read: sqlglot loses 'status' when it parses its SQL"
    assert unread["asks_what_is_lost"] == lost
    assert unread["in_hook"] == "a hook of it names 'status'"
    assert affected["asked"]["uses"] == ["reads"]
    assert affected["with_key"]["uses"] == ["passes on", "configures"]
    assert affected["united"]["uses"] == ["passes on", "unites"]
    assert unread["by_its_expression"].startswith(
        "it names 'max(status)', which may be what the warehouse calls a column"
    )
    assert "sure_too" in affected
    assert "below_both" in possible, (
        "what lies below a Python model may use anything of it, whatever it surely uses besides"
    )
    own = json.loads(shop.playbooks("impact", "in_hook", "--column", "id", "--json").out)
    assert [(each["name"], each["reason"]) for each in own["unread"]] == [("in_hook", "a hook of it names 'id'")]
    # the fields of a struct are columns of the model that opens it
    opened = json.loads(shop.playbooks("impact", "base", "--column", "s", "--json").out)
    assert {"opened", "by_field"} <= {each["name"] for each in opened["affected"]}
    # its own configuration
    for column in ("day", "fiscal"):
        spine = json.loads(shop.playbooks("impact", "spine", "--column", column, "--json").out)
        assert [(each["name"], each["uses"]) for each in spine["affected"]] == [("spine", ["configures"])]
    keyed = json.loads(shop.playbooks("impact", "with_key", "--column", "id", "--json").out)
    assert [(each["name"], each["uses"]) for each in keyed["affected"]] == [("with_key", ["configures"])]


def test_a_column_that_only_the_warehouse_knows_is_asked_for(project: Callable[..., Shop]) -> None:
    tables = "sources: [{name: raw, schema: main, tables: [{name: ev, columns: [{name: id}, {name: kinds}]}]}]"
    shop = project({"stg": "select id from {{ source('raw', 'ev') }}"}, **{"models/sources.yml": tables})
    said = shop.playbooks("impact", "raw.ev", "--column", "kind")
    assert said.code == 2, "nothing says that there is one, and another name comes near"
    assert "Did you mean: kinds" in said.err
    shop.sql("create table main.ev (id integer, kind varchar)")
    said = shop.playbooks("impact", "raw.ev", "--column", "kind")
    assert (said.code, said.out) == (0, "nothing uses raw.ev.kind.\n")
    assert "is not known" not in said.err
    assert shop.playbooks("impact", "raw.ev", "--column", "kinds").code == 0, "YAML names it"
    said = shop.playbooks("impact", "raw.ev", "--column", "kindness")
    assert said.code == 2
    assert "source 'raw.ev' has no column 'kindness'.\nDid you mean: kind" in said.err


def test_sources_say_what_their_freshness_reads(project: Callable[..., Shop]) -> None:
    tables = """
sources:
  - name: raw
    schema: main
    tables:
      - name: ev
        config:
          loaded_at_field: "cast(seen as timestamp)"
          freshness: {warn_after: {count: 1, period: day}, filter: "status <> 'test'"}
      - name: asked
        config:
          loaded_at_query: "select max(moment) from {{ this }}"
          freshness: {warn_after: {count: 1, period: day}}
"""
    shop = project({"stg": "select id from {{ source('raw', 'ev') }}"}, **{"models/sources.yml": tables})
    for table, column in (("ev", "seen"), ("ev", "status"), ("asked", "moment")):
        found = json.loads(shop.playbooks("impact", f"raw.{table}", "--column", column, "--json").out)
        assert [(each["name"], each["uses"]) for each in found["affected"]] == [(f"raw.{table}", ["configures"])], (
            column
        )
