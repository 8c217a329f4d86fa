{#- Whether a backfill has ever left state here. -#}
{% macro backfill_state_exists() %}
  {%- for name in ['backfill_log', 'backfill_runs', 'backfill_checkpoints'] -%}
    {%- set wanted = dbt_playbooks._backfill_relation(name) -%}
    {%- if adapter.get_relation(wanted.database, wanted.schema, wanted.identifier) is none -%}
      {{ return(false) }}
    {%- endif -%}
  {%- endfor -%}
  {{ return(true) }}
{% endmacro %}
