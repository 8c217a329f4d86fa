{#- Whether a value that was cast lost something on the way: a text does not come back as it was ('007' as an integer is 7), a number or a time is another.
    `typed` is the cast value, which is not NULL. -#}
{% macro _is_lossy(value, typed, rule) %}
  {%- if rule.kind == 'string' -%}
    {{ return('false') }}
  {%- elif rule.family == 'text' -%}
    {%- set exact = dbt_playbooks._matches(value, rule.exact) -%}
    {{ return('not (' ~ exact ~ ' and ' ~ dbt_playbooks._keeps_digits(value, typed) ~ ')' if rule.kind == 'float' else 'not ' ~ exact) }}
  {%- elif rule.kind == 'date' and rule.family == 'timestamp' -%}
    {{ return(value ~ ' <> ' ~ dbt_playbooks._day_start(typed, dbt_playbooks._date_kind(rule.data_type))) }}
  {%- elif rule.family in ('date', 'timestamp') or rule.family == rule.kind -%}
    {{ return('false') }}
  {%- endif -%}
  {{ return('coalesce(' ~ value ~ ' <> ' ~ adapter.dispatch('_cast_back', 'dbt_playbooks')(typed=typed, data_type=rule.data_type) ~ ', true)') }}
{% endmacro %}

{% macro duckdb___cast_back(typed, data_type) %}
  {{ return(dbt_playbooks._try_cast(typed, data_type)) }}
{% endmacro %}

{#- BigQuery casts to no size. -#}
{% macro bigquery___cast_back(typed, data_type) %}
  {{ return(dbt_playbooks._try_cast(typed, data_type.split('(')[0])) }}
{% endmacro %}

{#- Whether a float has all digits of the text that it was made of: written with 15, 16 or 17 digits it has the same ones. -#}
{% macro _keeps_digits(text, number) %}
  {%- set written = [] -%}
  {%- for digits in adapter.dispatch('_with_digits', 'dbt_playbooks')(number=number) -%}
    {%- do written.append(dbt_playbooks._significant_digits(digits)) -%}
  {%- endfor -%}
  {{ return(dbt_playbooks._significant_digits(text) ~ ' in (' ~ written | join(', ') ~ ')') }}
{% endmacro %}

{#- The digits of a number in text, without the zeros at both ends; nothing of NaN and infinity. -#}
{% macro _significant_digits(text) %}
  {{ return("trim(" ~ dbt_playbooks._without(text, '[eE][+-]?[0-9]+$|[^0-9]') ~ ", '0')") }}
{% endmacro %}

{% macro duckdb___with_digits(number) %}
  {{ return(["printf('%.14e', " ~ number ~ ')', "printf('%.15e', " ~ number ~ ')', "printf('%.16e', " ~ number ~ ')']) }}
{% endmacro %}

{% macro bigquery___with_digits(number) %}
  {{ return(["format('%.14e', " ~ number ~ ')', "format('%.15e', " ~ number ~ ')', "format('%.16e', " ~ number ~ ')']) }}
{% endmacro %}
