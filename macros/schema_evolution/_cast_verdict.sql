{#- What became of a value that was cast: 'fine' when it comes back as it was, 'respelled' when it is the same value, written otherwise ('007' as an integer, '1.50' as a
    number), 'lossy' when it is another one ('10.005' with two digits after the point). The branches of a CASE; `typed` is the cast value, which is not NULL. -#}
{% macro _cast_verdict(value, typed, rule) %}
  {%- set comes_back, is_same = dbt_playbooks._comes_back(value, typed, rule), dbt_playbooks._is_same_value(value, typed, rule) -%}
  {{ return('when ' ~ comes_back ~ " then 'fine'\n      when " ~ is_same ~ " then 'respelled'\n      else 'lossy'") }}
{% endmacro %}

{% macro _comes_back(value, typed, rule) %}
  {%- if rule.kind == 'string' -%}
    {{ return('true') }}
  {%- elif rule.family == 'text' -%}
    {%- set exact = dbt_playbooks._matches(value, rule.exact) -%}
    {{ return('(' ~ exact ~ ' and ' ~ dbt_playbooks._keeps_digits(value, typed) ~ ')' if rule.kind == 'float' else exact) }}
  {%- endif -%}
  {{ return(dbt_playbooks._is_same_value(value, typed, rule)) }}
{% endmacro %}

{#- Of a text that the rule takes, whether nothing but its spelling is lost: no digit, and no time of day. -#}
{% macro _is_same_value(value, typed, rule) %}
  {%- if rule.family == 'text' and rule.kind == 'float' -%}
    {{ return(dbt_playbooks._keeps_digits(value, typed)) }}
  {%- elif rule.family == 'text' and rule.kind in ('numeric', 'bignumeric') -%}
    {%- set scale = rule.scale if rule.kind == 'numeric' else 38 -%}
    {#- with a negative exponent more places may be lost than are written -#}
    {{ return('not ' ~ dbt_playbooks._matches(value, '[.][0-9]{' ~ scale ~ '}[0-9]*[1-9]|[eE]-')) }}
  {%- elif rule.family == 'text' -%}
    {{ return('true') }}
  {%- elif rule.kind == 'date' and rule.family == 'timestamp' -%}
    {{ return(value ~ ' = ' ~ dbt_playbooks._day_start(typed, dbt_playbooks._date_kind(rule.data_type))) }}
  {%- elif rule.data_type == 'timestamp_ns' -%}
    {{ return(value ~ ' = cast(' ~ typed ~ ' as timestamp_ns)') }}
  {%- elif rule.family in ('date', 'timestamp') or rule.family == rule.kind or rule.kind == 'string' -%}
    {{ return('true') }}
  {%- endif -%}
  {{ return('coalesce(' ~ value ~ ' = ' ~ adapter.dispatch('_cast_back', 'dbt_playbooks')(typed=typed, data_type=rule.data_type) ~ ', false)') }}
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
