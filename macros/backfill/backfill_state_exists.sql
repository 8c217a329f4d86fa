{#- Whether a backfill has ever left state here. An error when what stands there under its names is something else. -#}
{% macro backfill_state_exists() %}
  {{ return(dbt_playbooks._state_found() | length == dbt_playbooks._state_columns() | length) }}
{% endmacro %}
