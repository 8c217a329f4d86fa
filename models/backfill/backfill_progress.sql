{{ config(
  enabled=var('dbt_playbooks_models', false),
  materialized='view',
  pre_hook="{{ dbt_playbooks.create_backfill_state() }}"
) }}

{{ dbt_playbooks.backfill_progress_sql() }}
