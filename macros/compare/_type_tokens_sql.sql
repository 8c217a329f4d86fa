{#- Each type of `listed` as its words, quoted names and texts, commas and brackets, one a row: 'token' and 'token_number'. Nothing is left out. -#}
{% macro _type_tokens_sql() %}
  {{ return(adapter.dispatch('_type_tokens_sql', 'dbt_playbooks')(
    pattern=dbt_playbooks._pattern('\\x22(?:[^\\x22]|\\x22\\x22)*\\x22|\\x27(?:[^\\x27]|\\x27\\x27)*\\x27|\\x60[^\\x60]*\\x60|[(),<>]|[^(),<>\\x22\\x27\\x60]+|.')
  )) }}
{% endmacro %}

{% macro duckdb___type_tokens_sql(pattern) %}
  {%- set tokens = 'regexp_extract_all(data_type, ' ~ pattern ~ ')' -%}
  {{ return('select\n    *,\n    unnest(' ~ tokens ~ ') as token,\n    generate_subscripts(' ~ tokens ~ ', 1) as token_number\n  from listed') }}
{% endmacro %}

{% macro bigquery___type_tokens_sql(pattern) %}
  {{ return('select\n    listed.*,\n    token,\n    token_offset as token_number\n  from listed\n  cross join unnest(regexp_extract_all(listed.data_type, ' ~ pattern ~ ')) as token with offset as token_offset') }}
{% endmacro %}
