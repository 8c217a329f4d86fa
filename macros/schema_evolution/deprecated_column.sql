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
  {%- do dbt_playbooks._warn_of_stored_values(plain, what) -%}
  {{ return('cast(null as ' ~ dbt_playbooks._spelled_type(data_type, "data_type of '" ~ plain ~ "'") ~ ') as ' ~ dbt_playbooks._quoted(plain)) }}
{% endmacro %}

{#- What an incremental model has stored is overwritten row by row, and the old line does not bring it back. -#}
{% macro _warn_of_stored_values(column, what) %}
  {%- set place = dbt_playbooks._calling_model() -%}
  {%- if execute and 'dbt_playbooks_asking' not in place and place.get('config', {}).get('materialized') == 'incremental' -%}
    {%- do exceptions.warn("dbt_playbooks." ~ what ~ ": model '" ~ place.get('name') ~ "' is incremental. Each row that a run writes from now on, or writes again, loses the value of '" ~ column
      ~ "' that is stored; putting the old line back does not bring it back, only filling these rows anew does, where the source still has it. To keep what is stored, make a backup first: "
      ~ "dbt run-operation dbt_playbooks.backup_table --args '{table: " ~ place.get('name') ~ "}'.") -%}
  {%- endif -%}
  {{ return('') }}
{% endmacro %}
