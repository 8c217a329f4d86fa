{#- Arguments that are no text: an error says what was given, what is allowed and what to type. `what` is the argument's name. -#}
{% macro _whole_number(value, what, most, least=1) %}
  {%- if value is not integer or value < least or value > most -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ value ~ "', which is no whole number from " ~ least ~ " to " ~ most ~ ". Write a plain number, for example " ~ what ~ ": 7.") }}
  {%- endif -%}
  {{ return(value) }}
{% endmacro %}

{#- A share: 0.05 is five percent. -#}
{% macro _rate(value, what) %}
  {%- if value is not number or value is boolean or value < 0 or value > 1 -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ value ~ "', which is no number from 0 to 1. Five percent is " ~ what ~ ": 0.05.") }}
  {%- endif -%}
  {{ return(value) }}
{% endmacro %}

{#- Fusion has no list of the time zones: there the warehouse names an unknown one. -#}
{% macro _timezone(timezone) %}
  {%- set known = modules.pytz.all_timezones -%}
  {%- if known and timezone not in known -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: '" ~ timezone ~ "' is no time zone that is known. Use a name of the tz database, for example 'Europe/Berlin'."
      ~ dbt_playbooks._did_you_mean(timezone, known)) }}
  {%- endif -%}
  {{ return(timezone) }}
{% endmacro %}

{#- Letters, digits and underscores only. -#}
{% macro _is_plain_name(text) %}
  {%- for character in text | lower if character not in 'abcdefghijklmnopqrstuvwxyz0123456789_' -%}
    {{ return(false) }}
  {%- endfor -%}
  {{ return(text != '') }}
{% endmacro %}
