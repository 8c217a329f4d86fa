{#- A type as the adapter spells it: a word that it does not know becomes the one that it has, all else (an array, a struct, a length) stays; an error for a
    single word that is no type at all. `what` names the argument in the message. -#}
{% macro _spelled_type(data_type, what) %}
  {%- set spelled = data_type | trim -%}
  {%- do dbt_playbooks._refuse_unknown_type(spelled, what) -%}
  {{ return(adapter.dispatch('_spelled_type', 'dbt_playbooks')(data_type=spelled, what=what)) }}
{% endmacro %}

{#- INTEGER and FLOAT are types of 32 bits here, and a column that has one keeps it. -#}
{% macro duckdb___spelled_type(data_type, what) %}
  {%- if dbt_playbooks._kinds_of_words().get(data_type | lower) == 'bignumeric' -%}
    {#- an error that says so -#}
    {%- do dbt_playbooks._cast_type(data_type, what) -%}
  {%- endif -%}
  {{ return('double' if data_type | lower == 'float64' else data_type) }}
{% endmacro %}

{% macro bigquery___spelled_type(data_type, what) %}
  {%- set kinds = dbt_playbooks._kinds_of_words() -%}
  {%- set sized = kinds.get(data_type.split('(')[0] | trim | lower) == 'numeric' -%}
  {{ return(dbt_playbooks._cast_type(data_type, what).sql if sized or data_type | lower in kinds else data_type) }}
{% endmacro %}

{#- Anything but a plain word is left to the warehouse: its grammar is not repeated here. -#}
{% macro _refuse_unknown_type(data_type, what) %}
  {%- set kinds = dbt_playbooks._kinds_of_words() -%}
  {%- if execute and dbt_playbooks._is_plain_name(data_type) and data_type | lower not in kinds -%}
    {%- set known = adapter.dispatch('_known_types', 'dbt_playbooks')() -%}
    {%- if data_type | lower not in known -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ data_type ~ "', which is no type that is known here. Allowed: " ~ kinds.keys() | join(', ')
        ~ ", and any other type as the warehouse calls it." ~ dbt_playbooks._did_you_mean(data_type, kinds.keys() | list + known)) }}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{#- With those that somebody made; its parser has two more. -#}
{% macro duckdb___known_types() %}
  {%- set names = ['character', 'nchar'] -%}
  {%- for row in dbt_playbooks._query('select distinct lower(type_name) from duckdb_types() order by 1') -%}
    {%- do names.append(row[0]) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{% macro bigquery___known_types() %}
  {{ return(['smallint', 'tinyint', 'byteint', 'bytes', 'time', 'interval', 'geography', 'json', 'uuid']) }}
{% endmacro %}
