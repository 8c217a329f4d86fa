{#- A note that replacing all rows of a table with keys takes long, in a list; an empty list where it does not. -#}
{% macro _price_of_keys(origin) %}
  {{ return(adapter.dispatch('_price_of_keys', 'dbt_playbooks')(origin=origin)) }}
{% endmacro %}

{#- To delete a row DuckDB takes its keys out of their indexes, one by one, from what is compressed on disk: that is slow beyond the 122,880
    rows of a row group. -#}
{% macro duckdb___price_of_keys(origin) %}
  {%- set relation = origin.relation -%}
  {%- set keys = [] -%}
  {%- for row in dbt_playbooks._query(
    "select constraint_text from duckdb_constraints() where constraint_type in ('PRIMARY KEY', 'UNIQUE') and "
      ~ dbt_playbooks._in_catalogue(relation)
    ~ ' union all select index_name from duckdb_indexes() where is_unique and ' ~ dbt_playbooks._in_catalogue(relation) ~ ' order by 1'
  ) -%}
    {%- do keys.append(row[0]) -%}
  {%- endfor -%}
  {%- set rows = dbt_playbooks._rows_of(relation, none) if keys else 0 -%}
  {{ return([] if rows <= 122880 else [
    'This takes long: DuckDB deletes rows with keys (' ~ keys | join(', ') ~ ') far more slowly than it loads them, and there are ' ~ rows
    ~ '. 300,000 rows with a PRIMARY KEY and a UNIQUE text took 15 to 30 s on a machine that loaded them in 1 s. It is quicker, if '
    ~ 'nobody needs the table meanwhile, to back it up, drop it, and run this again: then it is made again, as '
    ~ origin.label ~ ' has it.'
  ]) }}
{% endmacro %}

{#- It has no indexes of keys. -#}
{% macro bigquery___price_of_keys(origin) %}
  {{ return([]) }}
{% endmacro %}
