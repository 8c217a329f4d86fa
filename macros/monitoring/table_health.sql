{#- The health of every table that the project says to watch. -#}
{% macro table_health() %}
  {%- set watched = dbt_playbooks._watched_tables() -%}
  {%- set rows = dbt_playbooks._query(dbt_playbooks.table_health_sql()) if watched else [] -%}
  {%- if watched -%}
    {%- do dbt_playbooks._print_table(dbt_playbooks._table_health_columns().keys() | list, rows, title='The health of ' ~ watched | length ~ (' table' if watched | length == 1 else ' tables')) -%}
  {%- elif execute -%}
    {%- do print("No table is watched. Say which: config: {meta: {dbt_playbooks_health: {date_column: event_at}}} on a model, seed, snapshot or source, or the var dbt_playbooks_health: {orders: {date_column: ordered_at}}.") -%}
  {%- endif -%}
  {{ return(rows) }}
{% endmacro %}

{% macro table_health_sql() %}
  {%- if not execute -%}
    {{ return('') }}
  {%- endif -%}
  {%- set ctes, parts = [], [] -%}
  {%- for name, settings in dbt_playbooks._watched_tables().items() -%}
    {%- do parts.append(dbt_playbooks._one_table_health_sql(name, settings, '_' ~ loop.index, ctes)) -%}
  {%- endfor -%}
  {%- if not parts -%}
    {{ return(dbt_playbooks._no_health_sql(none, none, where=' from (select 1 as one) as nothing where 1 = 0')) }}
  {%- endif -%}
  {{ return(('with ' ~ ctes | join(',\n\n') ~ '\n\n' if ctes else '') ~ parts | join('\nunion all\n') ~ '\norder by 1, 2') }}
{% endmacro %}

{#- Its select; its CTEs are put into `ctes`. -#}
{% macro _one_table_health_sql(name, settings, suffix, ctes) %}
  {%- set place = dbt_playbooks._place(name) -%}
  {#- a model that is not built yet must not fail the others; a name that nothing has is an error of `_relation` -#}
  {%- if place.node and not dbt_playbooks._is_there(place) -%}
    {{ return(dbt_playbooks._no_health_sql(name, 'there is no such table yet')) }}
  {%- endif -%}
  {%- set health = dbt_playbooks._health(name, suffix=suffix, **settings) -%}
  {%- do ctes.append(dbt_playbooks._daily_ctes(health.daily, suffix)) -%}
  {%- set timezone = settings.get('timezone', 'UTC') -%}
  {%- set rates = [] -%}
  {%- for column, rate in health.null_rates -%}
    {%- do rates.append(rate) -%}
  {%- endfor -%}
  {%- set days = settings.get('days', 7) -%}
  {%- set empty = 'no rows in the last ' ~ (days ~ ' days' if days > 1 else 'day') -%}
  {%- set shown = {
    'table_name': dbt_playbooks._string_literal(name), 'day': 'day', 'is_partial': 'is_partial', 'row_count': 'row_count',
    'distinct_keys': 'distinct_keys' if health.has_key else none,
    'anomalies': 'anomalies' if settings.get('condition') else none,
    'anomaly_rate': 'anomaly_rate' if settings.get('condition') else none,
    'worst_null_rate': 'greatest(' ~ rates | join(', ') ~ ')' if rates else none,
    'null_rates': dbt_playbooks._json_sql(health.null_rates) if rates else none,
    'metrics': dbt_playbooks._json_sql(health.ranges) if health.ranges else none,
    'first_at': dbt_playbooks._instant('first_at', health.kind, timezone), 'last_at': dbt_playbooks._instant('last_at', health.kind, timezone),
    'problem': "case when sum(row_count) over () = 0 then " ~ dbt_playbooks._string_literal(empty)
      ~ " when row_count = 0 and not is_partial then 'no rows on this day' end"
  } -%}
  {{ return('select\n  ' ~ dbt_playbooks._health_columns(shown) ~ '\nfrom daily' ~ suffix) }}
{% endmacro %}
