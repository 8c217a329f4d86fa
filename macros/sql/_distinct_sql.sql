{#- What names a row: of each part of a key (a column or a list of them; an expression holds a parenthesis) its 'label', its 'column' as SQL, and an
    'expression' that rows can be grouped by. `what` says whose key it is. -#}
{% macro _key_parts(key, known, relation, what='the key') %}
  {%- set parts = [] -%}
  {%- for each in dbt_playbooks._list(key) -%}
    {%- if '(' in each | string and each | lower not in known -%}
      {%- do parts.append({'label': each, 'column': each, 'expression': each}) -%}
    {%- else -%}
      {%- set name = dbt_playbooks._named_columns([each], known, relation, what)[0] -%}
      {%- set column = dbt_playbooks._quoted(name) -%}
      {%- do parts.append({'label': name, 'column': column, 'expression': dbt_playbooks._groupable(column, known[name | lower].data_type)}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(parts) }}
{% endmacro %}

{#- How many different keys there are; a key of which a part is NULL is none. -#}
{% macro _distinct_sql(parts) %}
  {%- if parts | length == 1 -%}
    {{ return('count(distinct ' ~ parts[0].expression ~ ')') }}
  {%- endif -%}
  {{ return('count(distinct case when ' ~ parts | map(attribute='column') | join(' is not null and ') ~ ' is not null then '
    ~ adapter.dispatch('_one_value', 'dbt_playbooks')(parts=parts) ~ ' end)') }}
{% endmacro %}

{% macro duckdb___one_value(parts) %}
  {{ return('row(' ~ parts | map(attribute='expression') | join(', ') ~ ')') }}
{% endmacro %}

{#- COUNT(DISTINCT ...) takes no STRUCT -#}
{% macro bigquery___one_value(parts) %}
  {{ return('to_json_string(struct(' ~ parts | map(attribute='column') | join(', ') ~ '))') }}
{% endmacro %}

{#- A column as a value by which rows can be grouped and told apart: JSON as one text, however it was written. -#}
{% macro _groupable(column, data_type) %}
  {{ return(adapter.dispatch('_groupable', 'dbt_playbooks')(column=column, data_type=data_type | lower)) }}
{% endmacro %}

{% macro duckdb___groupable(column, data_type) %}
  {{ return('json(' ~ column ~ ')' if data_type == 'json' else column) }}
{% endmacro %}

{#- GROUP BY and COUNT(DISTINCT ...) do not take these; NULL as JSON would be the text 'null' -#}
{% macro bigquery___groupable(column, data_type) %}
  {%- if (data_type | replace('<', ' ')).split(' ')[0] in ['struct', 'record', 'array', 'json', 'geography'] -%}
    {{ return('case when ' ~ column ~ ' is not null then to_json_string(' ~ column ~ ') end') }}
  {%- endif -%}
  {{ return(column) }}
{% endmacro %}
