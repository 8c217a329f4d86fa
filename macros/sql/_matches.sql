{#- Whether a regular expression is found in a text. Both adapters have RE2's. -#}
{% macro _matches(text, pattern) %}
  {{ return(adapter.dispatch('_matches', 'dbt_playbooks')(text=text, pattern=dbt_playbooks._pattern(pattern))) }}
{% endmacro %}

{% macro duckdb___matches(text, pattern) %}
  {{ return('regexp_matches(' ~ text ~ ', ' ~ pattern ~ ')') }}
{% endmacro %}

{% macro bigquery___matches(text, pattern) %}
  {{ return('regexp_contains(' ~ text ~ ', ' ~ pattern ~ ')') }}
{% endmacro %}

{#- The text without all that a regular expression finds. -#}
{% macro _without(text, pattern) %}
  {{ return(adapter.dispatch('_without', 'dbt_playbooks')(text=text, pattern=dbt_playbooks._pattern(pattern))) }}
{% endmacro %}

{% macro duckdb___without(text, pattern) %}
  {{ return('regexp_replace(' ~ text ~ ', ' ~ pattern ~ ", '', 'g')") }}
{% endmacro %}

{% macro bigquery___without(text, pattern) %}
  {{ return('regexp_replace(' ~ text ~ ', ' ~ pattern ~ ", '')") }}
{% endmacro %}

{#- A value of another type, NULL where the adapter's own cast fails: what it reads is not the same everywhere (see `_cast_value`). -#}
{% macro _try_cast(value, data_type) %}
  {{ return(adapter.dispatch('_try_cast', 'dbt_playbooks')(value=value, data_type=data_type)) }}
{% endmacro %}

{% macro duckdb___try_cast(value, data_type) %}
  {{ return('try_cast(' ~ value ~ ' as ' ~ data_type ~ ')') }}
{% endmacro %}

{% macro bigquery___try_cast(value, data_type) %}
  {{ return('safe_cast(' ~ value ~ ' as ' ~ data_type ~ ')') }}
{% endmacro %}
