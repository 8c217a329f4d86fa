{#- The labels of `new`, those that only `old` has, and ours: the 'option' as SQL, and the names of what was 'kept'. -#}
{% macro _labels_after(old, new, marks) %}
  {%- set labels, kept = {}, [] -%}
  {%- for name, value in (new.labels if new else {}).items() -%}
    {%- do labels.update({name: value}) -%}
  {%- endfor -%}
  {%- for name, value in (old.labels if old else {}).items() if name not in labels and not name.startswith('dbt_playbooks_') -%}
    {%- do labels.update({name: value}) -%}
    {%- do kept.append('the label ' ~ name) -%}
  {%- endfor -%}
  {%- do labels.update(marks) -%}
  {%- set pairs = [] -%}
  {%- for name, value in labels.items() -%}
    {%- do pairs.append('(' ~ dbt_playbooks._string_literals([name, value]) | join(', ') ~ ')') -%}
  {%- endfor -%}
  {{ return({'option': 'labels = [' ~ pairs | join(', ') ~ ']', 'kept': kept}) }}
{% endmacro %}
