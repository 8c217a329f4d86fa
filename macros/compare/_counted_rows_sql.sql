{#- One row that says how two sides differ, and shows some rows: counts, a count a column, and `sample` rows as a JSON text, an array of
    {'status', 'differing', 'key_1' ..., 'old_1', 'new_1' ...}. -#}
{% macro _counted_rows_sql(comparison, numbered, sample) %}
  {%- set fields = {'status': dbt_playbooks._status_of_row(comparison), 'differing': dbt_playbooks._true_labels(range(1, comparison.columns | length + 1) | list, 'differs_')} -%}
  {%- for key in comparison.key -%}
    {%- do fields.update({'key_' ~ loop.index: 'cast(key_' ~ loop.index ~ ' as ' ~ dbt.type_string() ~ ')'}) -%}
  {%- endfor -%}
  {%- for column in comparison.columns -%}
    {%- set number = loop.index -%}
    {%- for side in ['old_', 'new_'] -%}
      {%- do fields.update({side ~ number: 'cast(' ~ side ~ number ~ ' as ' ~ dbt.type_string() ~ ')'}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- set sql -%}
{{ dbt_playbooks._paired_rows_sql(comparison, numbered) }}

select
  count(case when in_old and in_new then 1 end) as matched,
  count(case when in_new is null then 1 end) as only_in_old,
  count(case when in_old is null then 1 end) as only_in_new,
  count(case when in_old and in_new and is_different then 1 end) as differing,
  count(case when in_old and {{ dbt_playbooks._has_no_key(comparison) }} then 1 end) as old_without_key,
  count(case when in_new and {{ dbt_playbooks._has_no_key(comparison) }} then 1 end) as new_without_key,
  {%- if numbered %}
  count(case when copy_number = 2 then 1 end) as duplicate_keys,
  {%- endif %}
  {%- for column in comparison.columns %}
  count(case when differs_{{ loop.index }} then 1 end) as differing_{{ loop.index }},
  {%- endfor %}
  {{ adapter.dispatch('_sampled', 'dbt_playbooks')(condition='is_different', fields=fields, order_by='key_1', sample=sample) }} as sample
from judged
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- Some rows that meet a condition, as one JSON text; nothing is kept of the others. -#}
{% macro duckdb___sampled(condition, fields, order_by, sample) %}
  {%- if sample == 0 -%}
    {{ return("'[]'") }}
  {%- endif -%}
  {%- set packed = [] -%}
  {%- for name, expression in fields.items() -%}
    {%- do packed.append(name ~ ' := ' ~ expression) -%}
  {%- endfor -%}
  {{ return(
    'to_json(arg_min(case when ' ~ condition ~ ' then to_json(struct_pack(' ~ packed | join(', ') ~ ')) end, case when ' ~ condition
    ~ ' then coalesce(cast(' ~ order_by ~ " as varchar), '') end, " ~ sample ~ '))'
  ) }}
{% endmacro %}

{% macro bigquery___sampled(condition, fields, order_by, sample) %}
  {%- set packed = [] -%}
  {%- for name, expression in fields.items() -%}
    {%- do packed.append(expression ~ ' as ' ~ name) -%}
  {%- endfor -%}
  {{ return(
    "concat('[', coalesce(string_agg(case when " ~ condition ~ ' then to_json_string(struct(' ~ packed | join(', ')
    ~ ")) end, ', ' limit " ~ sample ~ "), ''), ']')"
  ) }}
{% endmacro %}
