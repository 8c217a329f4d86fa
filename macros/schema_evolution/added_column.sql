{#- A new column, with a default where it is NULL: rows from before it was filled have none. -#}
{% macro added_column(expression, name, default, data_type=none) %}
  {%- set what = 'added_column' -%}
  {%- set plain = dbt_playbooks._plain_name(name, 'name', what, '') -%}
  {%- if expression is not string or not expression | trim -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": expression of '" ~ plain ~ "' is '" ~ expression ~ "'. Give the new column of the source, or SQL that makes its value.") }}
  {%- endif -%}
  {%- do dbt_playbooks._refuse_second_column(what, plain, [plain], false) -%}
  {%- do dbt_playbooks._warn_of_unstored(what, [plain]) -%}
  {{ return('coalesce(' ~ expression ~ ', ' ~ dbt_playbooks._default_value(default, plain, data_type) ~ ') as ' ~ dbt_playbooks._quoted(plain)) }}
{% endmacro %}

{#- A default as SQL: a text, a number, a boolean or a date as a literal, SQL in parentheses as it is. With a type it is cast to it. -#}
{% macro _default_value(default, name, data_type=none) %}
  {%- set spelled = dbt_playbooks._spelled_type(data_type, "data_type of '" ~ name ~ "'") if data_type is not none else none -%}
  {%- set is_sql = default is string and default.strip().startswith('(') and default.strip().endswith(')') and (spelled is none or dbt_playbooks._family(spelled) != 'text') -%}
  {%- if default is none or default is undefined or default is mapping or (default is sequence and default is not string) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.added_column: default of '" ~ name ~ "' is '" ~ default ~ "', which is no value. Allowed: a text, a number, true or false, a date, or SQL in parentheses. A column that stays NULL needs no macro.") }}
  {%- endif -%}
  {%- if is_sql -%}
    {%- set literal = default -%}
  {%- elif default is boolean -%}
    {%- set literal = 'true' if default else 'false' -%}
  {%- elif default is number -%}
    {%- set literal = default -%}
  {%- elif default is string -%}
    {%- set literal = dbt_playbooks._string_literal(default) -%}
  {%- else -%}
    {%- set literal = dbt_playbooks._date_literal(dbt_playbooks._date(default, 'default of ' ~ name), 'date') -%}
  {%- endif -%}
  {{ return(literal if spelled is none else 'cast(' ~ literal ~ ' as ' ~ spelled ~ ')') }}
{% endmacro %}
