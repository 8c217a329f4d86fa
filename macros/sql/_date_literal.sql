{#- The midnight that begins `day` as a literal of the column's type, so that the warehouse prunes by it.
    `timezone` says where that midnight is; it counts for instants only (TIMESTAMP on BigQuery, both TIMESTAMPs on DuckDB, UTC inside). -#}
{% macro _date_literal(day, data_type, timezone='UTC') %}
  {{ return(adapter.dispatch('_date_literal', 'dbt_playbooks')(day=day, kind=dbt_playbooks._date_kind(data_type), timezone=timezone)) }}
{% endmacro %}

{% macro duckdb___date_literal(day, kind, timezone) %}
  {%- if kind == 'date' -%}
    {{ return("date '" ~ day ~ "'") }}
  {%- elif kind == 'datetime' -%}
    {{ return("timestamp '" ~ day ~ " 00:00:00'") }}
  {%- elif kind == 'timestamp' -%}
    {{ return("timestamp '" ~ dbt_playbooks._utc_midnight(day, timezone) ~ "'") }}
  {%- endif -%}
  {{ return("timestamptz '" ~ dbt_playbooks._utc_midnight(day, timezone) ~ "+00'") }}
{% endmacro %}

{% macro bigquery___date_literal(day, kind, timezone) %}
  {%- if kind == 'date' -%}
    {{ return("date '" ~ day ~ "'") }}
  {%- elif kind == 'datetime' -%}
    {{ return("datetime '" ~ day ~ " 00:00:00'") }}
  {%- endif -%}
  {{ return("timestamp '" ~ dbt_playbooks._utc_midnight(day, timezone) ~ "+00:00'") }}
{% endmacro %}

{#- 'date', 'datetime' (no zone), 'timestamp' (an instant) or 'timestamptz' (DuckDB's TIMESTAMP WITH TIME ZONE) for a type as users
    or information schemas spell it. -#}
{% macro _date_kind(data_type) %}
  {%- set spelled = data_type | string | trim | lower -%}
  {%- set kinds = {
    'date': 'date', 'datetime': 'datetime', 'timestamp without time zone': 'timestamp',
    'timestamp': 'timestamp', 'timestamp_s': 'timestamp', 'timestamp_ms': 'timestamp', 'timestamp_ns': 'timestamp',
    'timestamptz': 'timestamptz', 'timestamp with time zone': 'timestamptz'
  } -%}
  {%- if spelled not in kinds -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: '" ~ data_type ~ "' is no type that a date window can be cut in. Allowed: date, datetime, timestamp, timestamptz. For a column of another type give an expression, for example 'cast(day_text as date)'.") }}
  {%- endif -%}
  {{ return(kinds[spelled]) }}
{% endmacro %}

{#- When, in UTC, `day` begins in `timezone`: '2024-01-01 05:00:00' for New York. -#}
{% macro _utc_midnight(day, timezone) %}
  {%- if timezone == 'UTC' -%}
    {{ return(day ~ ' 00:00:00') }}
  {%- endif -%}
  {#- Fusion has no such list, and names an unknown zone itself -#}
  {%- if modules.pytz.all_timezones and timezone not in modules.pytz.all_timezones -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: '" ~ timezone ~ "' is no time zone that is known. Use a name of the tz database, for example 'Europe/Berlin'.") }}
  {%- endif -%}
  {%- set midnight = modules.datetime.datetime(day.year, day.month, day.day) -%}
  {%- set zone = modules.pytz.timezone(timezone) -%}
  {%- set utc = modules.pytz.utc -%}
  {%- set instant = zone.localize(midnight).astimezone(utc) -%}
  {#- where clocks go back over midnight it comes twice, and the day begins with the first: an hour or less before -#}
  {%- set first = zone.localize(midnight, is_dst=true).astimezone(utc) -%}
  {%- set instant = first if first.astimezone(zone).strftime('%Y-%m-%d') == day | string else instant -%}
  {{ return(instant.strftime('%Y-%m-%d %H:%M:%S')) }}
{% endmacro %}
