{#- A column as another type: in phase 'both' as it was, as it will be, and what could not be cast; in phase 'new' as it will be. -#}
{% macro retyped_column(column, to, phase='both', remove_after=none, typed_name=none, failures_name=none, expression=none, data_type='string',
                        format=none, trim=false, blank_as_null=false) %}
  {%- set what = 'retyped_column' -%}
  {%- set rule = dbt_playbooks._cast_rule(to, data_type, format, trim, blank_as_null) -%}
  {%- set name = dbt_playbooks._plain_name(column, 'column', what, expression) -%}
  {%- set names = {
    'column': name,
    'typed_name': dbt_playbooks._plain_name(name ~ '_' ~ rule.suffix if typed_name is none else typed_name, 'typed_name', what, ''),
    'failures_name': dbt_playbooks._plain_name(name ~ '_cast_failures' if failures_name is none else failures_name, 'failures_name', what, '')
  } -%}
  {%- set source = dbt_playbooks._quoted(name) if expression is none else '(' ~ expression ~ ')' -%}
  {%- set value = dbt_playbooks._prepared(source, rule) -%}
  {%- set typed = dbt_playbooks._cast_value(value, rule) -%}
  {%- if dbt_playbooks._phase(phase, what) == 'new' -%}
    {%- do dbt_playbooks._refuse_second_column(what, name, [names.typed_name], expression is none) -%}
    {%- do dbt_playbooks._refuse_layout_column(what, name, rule.kind if names.typed_name | lower == name | lower else none) -%}
    {%- do dbt_playbooks._refuse_stored_type(what, names.typed_name, rule) -%}
    {%- do dbt_playbooks._warn_of_unstored(what, [names.typed_name]) -%}
    {%- do dbt_playbooks._check_unfilled(what, name, names.typed_name, rule) -%}
    {{ return(typed ~ ' as ' ~ dbt_playbooks._quoted(names.typed_name)) }}
  {%- endif -%}
  {%- do dbt_playbooks._refuse_same_name(names, what, "In phase 'both' they stand side by side, so each has a name of its own. In phase 'new' typed_name may be the column's own.") -%}
  {%- do dbt_playbooks._refuse_second_column(what, name, names.values() | list, expression is none) -%}
  {%- do dbt_playbooks._refuse_stored_type(what, names.typed_name, rule) -%}
  {%- do dbt_playbooks._warn_of_unstored(what, [names.typed_name, names.failures_name]) -%}
  {%- do dbt_playbooks._warn_when_overdue(name, remove_after, what, "set phase='new' in its call, which leaves '" ~ names.typed_name ~ "' alone") -%}
  {%- set lines = [
    source if expression is none else expression ~ ' as ' ~ dbt_playbooks._quoted(name),
    typed ~ ' as ' ~ dbt_playbooks._quoted(names.typed_name),
    'case when ' ~ value ~ ' is not null and ' ~ typed ~ ' is null then ' ~ source ~ ' end as ' ~ dbt_playbooks._quoted(names.failures_name)
  ] -%}
  {{ return(lines | join(',\n  ')) }}
{% endmacro %}
