{#- An inclusive ISO day ('2013-01-31', or the date that YAML makes of it) as a Python date, or an error that says what is wrong.
    `what` names the value in the message: "var 'start_date'". -#}
{% macro _date(value, what) %}
  {%- set text = value | string -%}
  {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', text) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ text ~ "', which is no date. Write an ISO day: YYYY-MM-DD, for example 2024-01-31.") }}
  {%- endif -%}
  {%- set year, month, day = text[0:4] | int, text[5:7] | int, text[8:10] | int -%}
  {%- if year < 1 or year > 9998 or month < 1 or month > 12 -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ text ~ "', which is not in the calendar: years go from 0001 to 9998, months from 01 to 12.") }}
  {%- endif -%}
  {#- four days after the 28th lie in the next month, whatever the month -#}
  {%- set in_next_month = modules.datetime.date(year, month, 28) + modules.datetime.timedelta(days=4) -%}
  {%- set last_day = 32 - in_next_month.day -%}
  {%- if day < 1 or day > last_day -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ text ~ "', which is not in the calendar: that month has days 01 to " ~ last_day ~ ".") }}
  {%- endif -%}
  {{ return(modules.datetime.date(year, month, day)) }}
{% endmacro %}

{#- The first day of a month that is given as its number since year 0: 12 * year + month - 1. -#}
{% macro _first_of_month(month_number) %}
  {{ return(modules.datetime.date(month_number // 12, month_number % 12 + 1, 1)) }}
{% endmacro %}

{#- Two inclusive days as a dict of dates, the first not after the last. -#}
{% macro _date_range(start_date, end_date, what='') %}
  {%- set start = dbt_playbooks._date(start_date, what ~ 'start_date') -%}
  {%- set end = dbt_playbooks._date(end_date, what ~ 'end_date') -%}
  {%- if start > end -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ "start_date " ~ start ~ " is after end_date " ~ end ~ ". Both days are included; give the earlier one first.") }}
  {%- endif -%}
  {{ return({'start': start, 'end': end}) }}
{% endmacro %}
