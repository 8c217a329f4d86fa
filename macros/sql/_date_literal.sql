{#- The midnight that begins `day` as a literal of the column's type, so that the warehouse prunes by it.
    `timezone` says where that midnight is; it counts for instants only (TIMESTAMP on BigQuery, both TIMESTAMPs on DuckDB, UTC inside). -#}
{% macro _date_literal(day, data_type, timezone='UTC') %}
  {{ return(adapter.dispatch('_date_literal', 'dbt_playbooks')(day=day, kind=dbt_playbooks._date_kind(data_type), timezone=timezone)) }}
{% endmacro %}

{% macro duckdb___date_literal(day, kind, timezone) %}
  {%- if kind in ('text', 'integer') -%}
    {{ return(dbt_playbooks._key_literal(day, kind)) }}
  {%- elif kind == 'date' -%}
    {{ return("date '" ~ day ~ "'") }}
  {%- elif kind == 'datetime' -%}
    {{ return("timestamp '" ~ day ~ " 00:00:00'") }}
  {%- elif kind == 'timestamp' -%}
    {{ return("timestamp '" ~ dbt_playbooks._utc_midnight(day, timezone) ~ "'") }}
  {%- endif -%}
  {{ return("timestamptz '" ~ dbt_playbooks._utc_midnight(day, timezone) ~ "+00'") }}
{% endmacro %}

{% macro bigquery___date_literal(day, kind, timezone) %}
  {%- if kind in ('text', 'integer') -%}
    {{ return(dbt_playbooks._key_literal(day, kind)) }}
  {%- elif kind == 'date' -%}
    {{ return("date '" ~ day ~ "'") }}
  {%- elif kind == 'datetime' -%}
    {{ return("datetime '" ~ day ~ " 00:00:00'") }}
  {%- endif -%}
  {{ return("timestamp '" ~ dbt_playbooks._utc_midnight(day, timezone) ~ "+00:00'") }}
{% endmacro %}

{#- A day as a text, which sorts as days do ('2024-01-15 10:00:00' lies between it and the next), or as a number: 20240115. -#}
{% macro _key_literal(day, kind) %}
  {{ return("'" ~ day ~ "'" if kind == 'text' else day | string | replace('-', '') | int) }}
{% endmacro %}

{#- When, in UTC, `day` begins in `timezone`: '2024-01-01 05:00:00' for New York. -#}
{% macro _utc_midnight(day, timezone) %}
  {%- if timezone == 'UTC' -%}
    {{ return(day ~ ' 00:00:00') }}
  {%- endif -%}
  {%- do dbt_playbooks._timezone(timezone) -%}
  {%- set zone = modules.pytz.timezone(timezone) -%}
  {%- set midnight = modules.pytz.utc.localize(modules.datetime.datetime(day.year, day.month, day.day)) -%}
  {#- clocks may change at midnight, so that it comes twice or never: of the instants that it would be by the clock of the day before and by
      that of the day after, the first that lies in the day -#}
  {%- set candidates, in_the_day = [], [] -%}
  {%- for days in (-1, 1) -%}
    {%- set nearby = midnight + modules.datetime.timedelta(days=days) -%}
    {%- set offset = nearby.astimezone(zone).strftime('%z') -%}
    {%- set minutes = (offset[1:3] | int * 60 + offset[3:5] | int) * (-1 if offset[0] == '-' else 1) -%}
    {%- set instant = midnight - modules.datetime.timedelta(minutes=minutes) -%}
    {%- do candidates.append(instant.strftime('%Y-%m-%d %H:%M:%S')) -%}
    {%- if instant.astimezone(zone).strftime('%Y-%m-%d') == midnight.strftime('%Y-%m-%d') -%}
      {%- do in_the_day.append(candidates[-1]) -%}
    {%- endif -%}
  {%- endfor -%}
  {#- Samoa left out 2011-12-30 as a whole: such a day begins, and ends, where the next one does -#}
  {{ return(in_the_day | sort | first if in_the_day else candidates[0]) }}
{% endmacro %}
