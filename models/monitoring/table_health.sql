{{ config(
  enabled=var('dbt_playbooks_models', false),
  materialized='view'
) }}

{{ dbt_playbooks.table_health_sql() }}
