{#- A column under its new name and, in phase 'both', its old one beside it, from one expression, so that they can't drift apart. -#}
{% macro renamed_column(old_name, new_name, phase='both', remove_after=none, expression=none) %}
  {%- set what = 'renamed_column' -%}
  {%- set names = {
    'old_name': dbt_playbooks._plain_name(old_name, 'old_name', what, expression), 'new_name': dbt_playbooks._plain_name(new_name, 'new_name', what, expression)
  } -%}
  {%- do dbt_playbooks._refuse_same_name(names, what, "Give the name that it is to have as new_name.") -%}
  {%- set old, new = dbt_playbooks._quoted(names.old_name), dbt_playbooks._quoted(names.new_name) -%}
  {%- set source = old if expression is none else expression -%}
  {%- set both = dbt_playbooks._phase(phase, what) == 'both' -%}
  {%- do dbt_playbooks._refuse_second_column(what, names.old_name, [names.old_name, names.new_name] if both else [names.new_name], expression is none) -%}
  {%- do dbt_playbooks._warn_of_unstored(what, [names.new_name]) -%}
  {%- set way_out = "set phase='new' in its call, which leaves '" ~ names.new_name ~ "' alone" -%}
  {%- if not both -%}
    {%- do dbt_playbooks._refuse_layout_column(what, names.old_name) -%}
    {%- do dbt_playbooks._check_unfilled(what, names.old_name, names.new_name) -%}
  {%- else -%}
    {%- do dbt_playbooks._warn_when_overdue(names.old_name, remove_after, what, way_out) -%}
  {%- endif -%}
  {%- set renamed = source ~ ' as ' ~ new -%}
  {{ return((old if source == old else source ~ ' as ' ~ old) ~ ',\n  ' ~ renamed if both else renamed) }}
{% endmacro %}
