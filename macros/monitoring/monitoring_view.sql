{#- The body of a model; as an operation it prints the query, to copy. -#}
{% macro monitoring_view(table, date_column, key=none, columns=none, metrics=none, condition=none, days=7, timezone='UTC', include_today=true,
                         where=none, data_type=none) %}
  {%- if not execute -%}
    {{ return('') }}
  {%- endif -%}
  {%- set sql = dbt_playbooks.monitoring_view_sql(
    table=table, date_column=date_column, key=key, columns=columns, metrics=metrics, condition=condition, days=days, timezone=timezone,
    include_today=include_today, where=where, data_type=data_type
  ) -%}
  {%- if flags.WHICH == 'run-operation' -%}
    {%- do print(sql) -%}
  {%- endif -%}
  {{ return(sql) }}
{% endmacro %}

{% macro monitoring_view_sql(table, date_column, key=none, columns=none, metrics=none, condition=none, days=7, timezone='UTC', include_today=true,
                             where=none, data_type=none) %}
  {%- set daily = dbt_playbooks._health(
    table, date_column, key, columns, metrics, condition, days, timezone, include_today, where, data_type
  ).daily -%}
  {{ return('with ' ~ daily.ctes ~ '\n\n' ~ daily.select ~ '\norder by 1' if daily else '') }}
{% endmacro %}

{#- The query in its parts (none at parse time), with what `_measures` says of its columns, and the kind of the date. -#}
{% macro _health(table, date_column, key=none, columns=none, metrics=none, condition=none, days=7, timezone='UTC', include_today=true,
                 where=none, data_type=none, suffix='') %}
  {%- do dbt_playbooks._whole_number(days, 'days', 3660) -%}
  {%- do dbt_playbooks._timezone(timezone) -%}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- if not execute -%}
    {{ return({'daily': none, 'kind': 'date', 'null_rates': [], 'ranges': [], 'has_key': false}) }}
  {%- endif -%}
  {%- set known = dbt_playbooks._columns_of(relation) -%}
  {%- set kind = dbt_playbooks._kind_of(relation, date_column, data_type) -%}
  {%- set measures = dbt_playbooks._measures(relation, known, date_column, key, columns, metrics, condition) -%}
  {%- set daily = dbt_playbooks._daily_sql(
    relation, date_column, kind, measures.all, days, timezone, 1 if include_today else 0, where, suffix
  ) -%}
  {{ return({'daily': daily, 'kind': kind, 'null_rates': measures.null_rates, 'ranges': measures.ranges, 'has_key': measures.has_key}) }}
{% endmacro %}
