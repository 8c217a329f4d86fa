"""A dbt package that is not ours, as its author has it: `garden`, which has `tools` installed. Tests of the plugin test its macros."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "garden/dbt_project.yml": """
name: garden
version: '1.0'
profile: garden
vars: {greeting: hello, garden: {season: spring}}
dispatch:
  - macro_namespace: tools
    search_order: [garden, tools]
""",
    "garden/packages.yml": "packages:\n  - local: ../tools\n",
    "garden/macros/greet.sql": """
{% macro greet(name) %}{{ var('greeting') }} {{ name }}{% endmacro %}

{% macro welcome(name) %}{{ greet(name) }}, {{ tools.greet(name) }}{% endmacro %}

{% macro say(text) %}
  {% do print(text) %}
  {% do log('logged ' ~ text, info=true) %}
  {% do log('whispered ' ~ text) %}
{% endmacro %}

{% macro require_positive(number) %}
  {% if number <= 0 %}{% do exceptions.raise_compiler_error("require_positive: " ~ number ~ " is not above 0") %}{% endif %}
  {{ return(number) }}
{% endmacro %}

{% macro surroundings() %}{{ return([env_var('GARDEN_PLACE', 'nowhere'), var('season', none), target.name, target.type]) }}{% endmacro %}
""",
    "garden/macros/writing.sql": """
{% macro warn_of(texts) %}
  {% for text in texts %}{{ exceptions.warn(text) }}{% endfor %}
  {{ return('warned') }}
{% endmacro %}

{% macro write_by(sql, commit=false, by='statement') %}
  {% if by == 'statement' %}
    {% call statement('x') %}{{ sql }}{% endcall %}
  {% elif by == 'alone' %}
    {% call statement('x', auto_begin=false) %}{{ sql }}{% endcall %}
  {% elif by == 'run_query' %}
    {% do run_query(sql) %}
  {% else %}
    {% do adapter.add_query(sql) %}
  {% endif %}
  {% if commit %}{% do adapter.commit() %}{% endif %}
{% endmacro %}
""",
    "garden/macros/wrong.sql": """
{% macro needs_a_variable() %}{{ env_var('NOPE') }}{% endmacro %}

{% macro divides(by=0) %}
  {{ 1 / by }}
{% endmacro %}

{% macro passes_on() %}
  {{ divides() }}
{% endmacro %}

{% macro loops(over=none) %}

  {% for each in over %}{{ each }}{% endfor %}
{% endmacro %}

{% macro nothing_has() %}{{ none.x.y }}{% endmacro %}

{% macro calls_itself() %}{{ calls_itself() }}{% endmacro %}

{% macro complains_like_a_database() %}{% do exceptions.raise_database_error('mine') %}{% endmacro %}
""",
    "garden/macros/divide.sql": """
{% macro divide(a, b) %}{{ return(adapter.dispatch('divide', 'garden')(a, b)) }}{% endmacro %}
{% macro default__divide(a, b) %}({{ a }}) / nullif({{ b }}, 0){% endmacro %}
{% macro bigquery__divide(a, b) %}safe_divide({{ a }}, {{ b }}){% endmacro %}
{# overrides the one of tools, by `dispatch` of dbt_project.yml #}
{% macro default__fenced(text) %}[{{ text }}]{% endmacro %}
""",
    "garden/macros/tables.sql": """
{% macro count_sql(relation) %}
select count(*) as plants
from {{ relation }}
{% endmacro %}

{% macro count(relation) %}{{ return(run_query(count_sql(relation))) }}{% endmacro %}

{% macro column_names(relation) %}{{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list) }}{% endmacro %}

{% macro is_there(name, schema) %}
  {{ return(adapter.get_relation(target.database, schema, name) is not none) }}
{% endmacro %}

{% macro archive(relation, schema, dry_run=false) %}
  {% set statements = ['create schema if not exists ' ~ schema, 'create table ' ~ schema ~ '.archived as select * from ' ~ relation] %}
  {% for statement in statements %}
    {% if dry_run %}{% do print(statement) %}{% else %}{% do run_query(statement) %}{% endif %}
  {% endfor %}
{% endmacro %}
""",
    "garden/models/sources.yml": "sources:\n  - name: raw\n    schema: raw\n    tables: [{name: plantings}]\n",
    "garden/models/plants.sql": """
{{ config(materialized='incremental', unique_key='id') }}
select id, name
from {{ source('raw', 'plantings') }}
where season = '{{ var("season") }}'
{% if is_incremental() %}and id > (select max(id) from {{ this }}){% endif %}
""",
    "garden/models/beds.sql": "select bed, count(*) as plants from {{ ref('plants') }} join {{ ref('colours') }} using (id) group by bed",
    "garden/models/ledger.sql": "{{ config(materialized='ledger', author='Ann') }}\nselect id, name from {{ ref('plants') }}",
    "garden/models/marts.sql": """
{{ config(schema='marts', alias='mart', materialized='table', post_hook="insert into {{ this }} select 2") }}
select 1 as id
""",
    "garden/models/passing.sql": "{{ config(materialized='ephemeral') }}select 1 as id",
    "garden/snapshots/history.sql": """
{% snapshot history %}{{ config(unique_key='id', strategy='check', check_cols=['name'], target_schema='history') }}
select * from {{ source('raw', 'plantings') }}
{% endsnapshot %}
""",
    "garden/seeds/colours.csv": "id,bed\n1,red\n",
    "garden/seeds/kinds.csv": """
whole,point,zeros,part,ok,day,moment,iso,words,mixed,nothing,nulls,percent
1,7.000,007,1.50,true,2024-01-31,2024-01-31 10:20:30,2024-01-31T10:20:30Z,"a, b",1,,null,5%
-2,8,010,,False,,,,,x,,2,$1
""",
    "garden/seeds/catalogue.csv": "id;Plant Name;code;price;since;rare;note\n1;rose, red;007;1.50;2024-01-31;true;\n2;oak;010;2;;false;old\n",
    "garden/seeds/seeds.yml": """
seeds:
  - name: catalogue
    config:
      delimiter: ';'
      quote_columns: true
      alias: plants_for_sale
      schema: shop
      column_types:
        code: "{{ 'string' if target.type == 'bigquery' else 'varchar(10)' }}"
        price: "{{ 'numeric' if target.type == 'bigquery' else 'decimal(9, 2)' }}"
""",
    "garden/dbt_packages/tools/dbt_project.yml": "name: tools\nversion: '1.0'\n",
    "garden/dbt_packages/tools/macros/tools.sql": """
{% macro greet(name) %}tools greet {{ name }}{% endmacro %}
{% macro fenced(text) %}{{ return(adapter.dispatch('fenced', 'tools')(text)) }}{% endmacro %}
{% macro default__fenced(text) %}<{{ text }}>{% endmacro %}
{# a table with a line of who made it, by statements of every kind #}
{% materialization ledger, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks) }}
  {% do exceptions.warn('ledger of ' ~ model.name) %}
  {% call statement('main') %}
    create or replace table {{ target_relation }} as select *, cast(null as {{ dbt.type_string() }}) as author from ({{ sql }}){% endcall %}
  {% do run_query("update " ~ target_relation ~ " set author = '" ~ config.require('author') ~ "' where true") %}
  {% if config.get('mistake') %}{% do run_query("update " ~ target_relation ~ " set nope = 1 where true") %}{% endif %}
  {% if config.get('asks') %}{% do print(run_query("select count(*) from " ~ target_relation).rows[0][0]) %}{% endif %}
  {{ run_hooks(post_hooks) }}
  {% if target.type == 'duckdb' %}{% do adapter.commit() %}{% endif %}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
{% materialization forgetful, default %}
  {% call statement('main') %}create or replace table {{ this }} as {{ sql }}{% endcall %}
  {{ return({'relations': [this]}) }}
{% endmaterialization %}
{% materialization wordless, default %}{{ return({'relations': [this]}) }}{% endmaterialization %}
{% macro shout(text) %}{{ text | upper }}{% endmacro %}
""",
}


def write_garden(folder: Path) -> Path:
    """Writes the package; returns the folder of its dbt_project.yml."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    return folder / "garden"
