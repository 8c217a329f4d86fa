{#- Some rows that meet a condition, the first by `order_by` (names of columns), as one JSON text: an array of objects with the `fields` (names to SQL). Nothing is
    kept of the others. -#}
{% macro _sampled_sql(condition, fields, order_by, sample) %}
  {%- if sample == 0 -%}
    {{ return("'[]'") }}
  {%- endif -%}
  {{ return(adapter.dispatch('_sampled_sql', 'dbt_playbooks')(condition=condition, fields=fields, order_by=order_by, sample=sample)) }}
{% endmacro %}

{% macro duckdb___sampled_sql(condition, fields, order_by, sample) %}
  {%- set packed = [] -%}
  {%- for name, expression in fields.items() -%}
    {%- do packed.append(name ~ ' := ' ~ expression) -%}
  {%- endfor -%}
  {{ return(
    'to_json(arg_min(case when ' ~ condition ~ ' then to_json(struct_pack(' ~ packed | join(', ') ~ ')) end, case when ' ~ condition
    ~ ' then row(' ~ order_by | join(', ') ~ ') end, ' ~ sample ~ '))'
  ) }}
{% endmacro %}

{#- STRING_AGG neither takes nor counts a NULL. -#}
{% macro bigquery___sampled_sql(condition, fields, order_by, sample) %}
  {%- set packed = [] -%}
  {%- for name, expression in fields.items() -%}
    {%- do packed.append(expression ~ ' as ' ~ name) -%}
  {%- endfor -%}
  {{ return(
    "concat('[', coalesce(string_agg(case when " ~ condition ~ ' then to_json_string(struct(' ~ packed | join(', ')
    ~ ")) end, ', ' order by case when " ~ condition ~ ' then 0 else 1 end, ' ~ order_by | join(', ') ~ ' limit ' ~ sample ~ "), ''), ']')"
  ) }}
{% endmacro %}

{#- The objects of such a text. -#}
{% macro _read_sampled(text) %}
  {%- set rows = [] -%}
  {%- for row in fromjson(text or '[]', default=[]) or [] -%}
    {%- do rows.append(fromjson(row) if row is string else row) -%}
  {%- endfor -%}
  {{ return(rows) }}
{% endmacro %}
