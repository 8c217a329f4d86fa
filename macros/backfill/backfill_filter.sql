{% macro backfill_filter(date_column, data_type='date', lookback_days=0, timezone='UTC', target_column=none) %}
  {%- set start_date, end_date = var('start_date', none), var('end_date', none) -%}
  {%- if (start_date is none) != (end_date is none) -%}
    {%- set given, missing = ('end_date', 'start_date') if start_date is none else ('start_date', 'end_date') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.backfill_filter: var '" ~ given ~ "' is given and var '" ~ missing ~ "' is not. A window needs both: --vars '{start_date: 2024-01-01, end_date: 2024-01-31}'. Both days are included.") }}
  {%- endif -%}

  {%- set column = dbt_playbooks._quote(date_column) -%}
  {%- if start_date is not none -%}
    {{ return(dbt_playbooks._window_predicate(column, data_type, start_date, end_date, timezone)) }}
  {%- endif -%}
  {%- if not execute or not is_incremental() -%}
    {{ return('true') }}
  {%- endif -%}

  {%- set newest = dbt_playbooks._newest_day(this, target_column or config.get('event_time') or date_column, timezone) -%}
  {%- if newest is none -%}
    {{ return('true') }}
  {%- endif -%}
  {%- set since = newest - modules.datetime.timedelta(days=lookback_days) -%}
  {{ return(column ~ ' >= ' ~ dbt_playbooks._date_literal(since, data_type, timezone)) }}
{% endmacro %}
