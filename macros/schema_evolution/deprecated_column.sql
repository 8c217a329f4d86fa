{#- A column that is about to go: its name and its type are still there, and nothing is in it. -#}
{% macro deprecated_column(name, data_type, remove_after) %}
  {%- set what = 'deprecated_column' -%}
  {%- set plain = dbt_playbooks._plain_name(name, 'name', what, '') -%}
  {%- if data_type is not string or not data_type | trim -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": data_type of '" ~ plain ~ "' is '" ~ data_type ~ "'. Give the type that the column has, so that its readers go on working, for example 'integer'.") }}
  {%- elif remove_after is none -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": remove_after of '" ~ plain ~ "' is not given. Say how long the column stays, as an ISO day, for example '2024-02-01'.") }}
  {%- endif -%}
  {%- do dbt_playbooks._refuse_second_column(what, plain, [plain], false) -%}
  {%- do dbt_playbooks._refuse_layout_column(what, plain) -%}
  {%- do dbt_playbooks._warn_when_overdue(plain, remove_after, what, "remove its call") -%}
  {{ return('cast(null as ' ~ dbt_playbooks._spelled_type(data_type, "data_type of '" ~ plain ~ "'") ~ ') as ' ~ dbt_playbooks._quoted(plain)) }}
{% endmacro %}
