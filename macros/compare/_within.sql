{#- A comparison of some partitions only; all of them when `values` is none. -#}
{% macro _within(comparison, partition, values) %}
  {%- if values is none -%}
    {{ return(comparison) }}
  {%- endif -%}
  {{ return(dbt_playbooks._narrowed(comparison, {
    'old': dbt_playbooks._partition_condition(partition, 'old', values), 'new': dbt_playbooks._partition_condition(partition, 'new', values)
  })) }}
{% endmacro %}

{#- A comparison of the rows from a day on, by what the tables are cut by. Rows without a date are in no day. -#}
{% macro _since(comparison, partition, since) %}
  {%- if since is none -%}
    {{ return(comparison) }}
  {%- endif -%}
  {%- set first = dbt_playbooks._date(since, 'since') -%}
  {%- if not partition or not partition.kinds -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: since " ~ since ~ " needs the column of dates that it counts by, and "
      ~ ("`by` (" ~ partition.label ~ ") is none" if partition else "`by` is not given") ~ ". Give by: a column of type date, datetime or timestamp of both tables; or write the condition yourself, in `where`.") }}
  {%- endif -%}
  {%- set conditions = {} -%}
  {%- for side in ['old', 'new'] -%}
    {%- set literal = dbt_playbooks._date_literal(first, partition.kinds[side], partition.timezone) -%}
    {%- do conditions.update({side: dbt_playbooks._quote(partition.names[side]) ~ ' >= ' ~ literal}) -%}
  {%- endfor -%}
  {{ return(dbt_playbooks._narrowed(comparison, conditions)) }}
{% endmacro %}

{#- A comparison of the rows that meet one more condition a side. -#}
{% macro _narrowed(comparison, conditions) %}
  {%- set where, narrowed = {}, {} -%}
  {%- for side, condition in conditions.items() -%}
    {%- set before = comparison.where[side] -%}
    {%- do where.update({side: condition ~ '\n  and ' ~ dbt_playbooks._enclosed(before) if before else condition}) -%}
  {%- endfor -%}
  {%- do narrowed.update(comparison) -%}
  {%- do narrowed.update(where=where) -%}
  {{ return(narrowed) }}
{% endmacro %}
