{#- Warns of columns that the call makes and the table of an incremental model does not get: dbt leaves new columns out unless
    on_schema_change says otherwise. -#}
{% macro _warn_of_unstored(what, names) %}
  {%- set config = dbt_playbooks._calling_model().get('config') -%}
  {%- if config is not mapping or (config.get('on_schema_change') or 'ignore') != 'ignore' -%}
    {{ return('') }}
  {%- endif -%}
  {%- set stored = dbt_playbooks._stored_model() -%}
  {%- set missing = [] -%}
  {%- for name in names if stored and name | lower not in stored['columns'] -%}
    {%- do missing.append(name) -%}
  {%- endfor -%}
  {%- if missing -%}
    {%- do exceptions.warn("dbt_playbooks." ~ what ~ ": " ~ stored.relation ~ " does not get " ~ missing | join(', ')
      ~ ". Its model is incremental, and with on_schema_change='ignore', dbt's default, new columns are left out. "
      ~ "Set on_schema_change='append_new_columns', or build it once with --full-refresh.") -%}
  {%- endif -%}
  {{ return('') }}
{% endmacro %}
