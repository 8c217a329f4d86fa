{#- Of groups that meet a condition those of the most rows (`row_count`), at most `limit`, as a JSON text: an array of the columns `names` as text and
    `row_count`, the most frequent first. Nothing is kept of the others, however many there are. -#}
{% macro _most_frequent(names, condition, limit) %}
  {{ return("'[]'" if limit == 0 else adapter.dispatch('_most_frequent', 'dbt_playbooks')(names=names, condition=condition, limit=limit)) }}
{% endmacro %}

{% macro duckdb___most_frequent(names, condition, limit) %}
  {%- set packed = [] -%}
  {%- for name in names -%}
    {%- do packed.append(name ~ ' := cast(' ~ name ~ ' as varchar)') -%}
  {%- endfor -%}
  {{ return('to_json(arg_min(case when ' ~ condition ~ ' then to_json(struct_pack(' ~ packed | join(', ') ~ ', row_count := row_count)) end, case when ' ~ condition
    ~ ' then row(-row_count, ' ~ names | join(', ') ~ ') end, ' ~ limit ~ '))') }}
{% endmacro %}

{#- STRING_AGG neither takes nor counts a NULL; in its order others come last, in case they are counted -#}
{% macro bigquery___most_frequent(names, condition, limit) %}
  {%- set packed = [] -%}
  {%- for name in names -%}
    {%- do packed.append(name ~ ' as ' ~ name) -%}
  {%- endfor -%}
  {{ return("concat('[', coalesce(string_agg(case when " ~ condition ~ ' then to_json_string(struct(' ~ packed | join(', ') ~ ", row_count as row_count)) end, ', ' order by case when " ~ condition ~ ' then row_count end desc, '
    ~ names | join(' asc, ') ~ ' asc limit ' ~ limit ~ "), ''), ']')") }}
{% endmacro %}
