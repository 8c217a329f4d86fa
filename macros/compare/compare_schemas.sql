{#- What differs between the columns of two tables, and on BigQuery in how they are laid out; no row when nothing does. `fail: true` makes a difference
    an error. -#}
{% macro compare_schemas(old_table, new_table, rename={}, fail=false) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {%- set rows = dbt_playbooks._query(dbt_playbooks.compare_schemas_sql(old, new, rename)) -%}
  {%- set sides = old ~ " (old) and " ~ new ~ " (new)" -%}
  {%- if not rows -%}
    {%- do print(sides ~ " have the same schema") -%}
  {%- else -%}
    {%- do dbt_playbooks._print_table(['column', 'difference', 'old', 'new'], rows, title='the schemas of ' ~ sides ~ ' differ:') -%}
  {%- endif -%}
  {%- if fail and rows -%}
    {%- set first = rows[0] -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.compare_schemas: the schemas of " ~ sides ~ " differ in " ~ rows | length ~ " places, the first: "
      ~ (first[0] or 'the table') ~ " (" ~ first[1] ~ ").") }}
  {%- endif -%}
  {{ return(rows) }}
{% endmacro %}

{#- `column_name` (a path; NULL for what is the table's), `difference`, `old_value` and `new_value`, in the order of the columns. -#}
{% macro compare_schemas_sql(old_table, new_table, rename={}) %}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {%- do dbt_playbooks._check_rename(rename, old, new) -%}
  {{ return(dbt_playbooks._compare_schemas_sql(old, new, rename)) }}
{% endmacro %}

{% macro _check_rename(rename, old, new) %}
  {%- if rename and execute -%}
    {%- set in_old, in_new = dbt_playbooks._columns_of(old), dbt_playbooks._columns_of(new) -%}
    {%- do dbt_playbooks._checked_rename(rename, in_old, in_new, old, new) -%}
  {%- endif -%}
{% endmacro %}
