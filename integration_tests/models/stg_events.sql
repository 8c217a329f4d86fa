{{ config(materialized='incremental', incremental_strategy='merge', unique_key='event_id') }}

select
    event_id,
    event_date,
    kind,
    amount
from {{ ref('raw_events') }}
where {{ dbt_playbooks.backfill_filter('event_date', lookback_days=3) }}
