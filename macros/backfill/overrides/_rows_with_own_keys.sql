{#- BigQuery: the rows to load, failing in the same statement for a key that is there twice, or that rows of the target outside of
    the window have too. Without a `target_relation` there is no table yet. What a MERGE's predicates leave out does not meet. -#}
{% macro _rows_with_own_keys_sql(window, rows, keys, target_relation=none, predicates=none) %}
  {%- set twice, shared = dbt_playbooks._twice_texts(window, keys), dbt_playbooks._shared_key_texts(window, keys) -%}
  {%- set source_key = dbt_playbooks._json_key('DBT_INTERNAL_SOURCE', keys) -%}
  {%- set target_key = dbt_playbooks._json_key('DBT_INTERNAL_DEST', keys) -%}
  {%- set day = dbt_playbooks._quote(window.column) -%}
  {%- set bounds = dbt_playbooks._in_backfill_window(window).split(' and ') -%}
  {%- set more = [predicates] if predicates is string else predicates | default([], true) | list -%}
  {%- set conditions = ['dbt_playbooks_key = ' ~ target_key] + more -%}
  {%- set picked = dbt_playbooks._picked_for_keys(keys, window.column, predicates) -%}
  {%- set sql -%}
(
select DBT_INTERNAL_SOURCE.* except (dbt_playbooks_key, dbt_playbooks_key_rows)
from (
  select
    DBT_INTERNAL_SOURCE.*,
    {{ source_key }} as dbt_playbooks_key,
    count(*) over (partition by {{ source_key }}) as dbt_playbooks_key_rows
  from {{ rows }} as DBT_INTERNAL_SOURCE
) as DBT_INTERNAL_SOURCE
{%- if target_relation is not none %}
left join (
  select {{ picked }}
  from {{ target_relation }}
  where not ({{ bounds[0] }}) or not ({{ bounds[1] }}) or {{ day }} is null
) as DBT_INTERNAL_DEST
  on ({{ conditions | join(') and (') }})
{%- endif %}
where if(
  dbt_playbooks_key is null or dbt_playbooks_key_rows = 1, true,
  error(concat({{ dbt_playbooks._string_literal(twice[0]) }}, dbt_playbooks_key, {{ dbt_playbooks._string_literal(twice[1]) }}))
)
{%- if target_relation is not none %}
and if(
  {{ target_key }} is null, true,
  error(concat({{ dbt_playbooks._string_literal(shared[0]) }}, dbt_playbooks_key, {{ dbt_playbooks._string_literal(shared[1]) }}))
)
{%- endif %}
)
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- A key as one text, NULL when a part of it is. -#}
{% macro _json_key(table, keys) %}
  {%- set texts, nulls = [], [] -%}
  {%- for key in keys -%}
    {%- do texts.append('to_json_string(' ~ table ~ '.' ~ key ~ ')') -%}
    {%- do nulls.append(table ~ '.' ~ key ~ ' is null') -%}
  {%- endfor -%}
  {%- set text = texts[0] if texts | length == 1 else 'concat(' ~ texts | join(", ', ', ") ~ ')' -%}
  {{ return('if(' ~ nulls | join(' or ') ~ ', null, ' ~ text ~ ')') }}
{% endmacro %}

{#- The columns that this reads of the target: predicates may name any. -#}
{% macro _picked_for_keys(keys, column, predicates) %}
  {{ return('*' if predicates else (keys if column in keys else keys + [dbt_playbooks._quote(column)]) | join(', ')) }}
{% endmacro %}

{#- What that reads of the target, as a query of its own, to tell its bytes before. -#}
{% macro _keys_read_sql(relation, keys, column, predicates=none) %}
  {{ return('select ' ~ dbt_playbooks._picked_for_keys(keys, column, predicates) ~ '\nfrom ' ~ relation) }}
{% endmacro %}
