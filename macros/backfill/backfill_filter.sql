{% macro backfill_filter(date_column, data_type='date', lookback_days=0, timezone='UTC', target_column=none, future_rows=false,
                         days_before=0) %}
  {#- a var may have another meaning for a model that is only parsed: nothing is judged before this one is compiled -#}
  {%- if not execute -%}
    {{ return('true') }}
  {%- endif -%}
  {%- set column = dbt_playbooks._quote(date_column) -%}
  {%- set window = dbt_playbooks._asked_window() -%}
  {%- do dbt_playbooks._whole_number(days_before, 'days_before', 3650, least=0) -%}
  {%- set earlier = modules.datetime.timedelta(days=days_before) -%}
  {%- if window -%}
    {%- set start_date = window.start_date -%}
    {%- if days_before > 0 -%}
      {%- set start_date = (dbt_playbooks._date(start_date, 'start_date') - earlier) | string -%}
    {%- endif -%}
    {{ return(dbt_playbooks._window_predicate(column, data_type, start_date, window.end_date, timezone)) }}
  {%- endif -%}
  {%- if not is_incremental() -%}
    {{ return('true') }}
  {%- endif -%}

  {#- the model's own table has the column of `e.event_date` without the alias -#}
  {%- set own_column = date_column.split('.')[-1] if modules.re.fullmatch('[\\w.]+', date_column) else date_column -%}
  {%- set target_date = target_column or config.get('event_time') or own_column -%}
  {%- set newest = dbt_playbooks._newest_day(this, target_date, timezone, data_type) -%}
  {%- set since = none if newest.day is none else newest.day - modules.datetime.timedelta(days=lookback_days) - earlier -%}
  {%- if newest.later_rows and not future_rows -%}
    {%- do dbt_playbooks._warn_of_future_rows(this, target_date, newest, since) -%}
  {%- endif -%}
  {{ return('true' if since is none else column ~ ' >= ' ~ dbt_playbooks._date_literal(since, data_type, timezone)) }}
{% endmacro %}

{#- Tomorrow's rows are not counted: in another time zone it is tomorrow already. With dbt's --warn-error the warning ends the run:
    `future_rows` is the way out. -#}
{% macro _warn_of_future_rows(relation, column, newest, since) %}
  {%- set one = newest.later_rows | int == 1 -%}
  {%- set them = "it" if one else "them" -%}
  {%- do exceptions.warn("dbt_playbooks.backfill_filter: " ~ relation ~ " has " ~ newest.later_rows ~ (" row" if one else " rows")
    ~ " of the future by its column '" ~ column ~ "', " ~ ("dated " if one else "the newest dated ") ~ newest.latest ~ ". "
    ~ ("It does" if one else "They do") ~ " not count as the newest day, so this run takes "
    ~ ("everything" if since is none else "the rows from " ~ since ~ " on") ~ ". If " ~ ("it is" if one else "they are")
    ~ " wrong, correct " ~ them ~ " in the source and delete " ~ them ~ " in " ~ relation
    ~ ". If dates to come belong there, say so: backfill_filter(..., future_rows=true).") -%}
{% endmacro %}
