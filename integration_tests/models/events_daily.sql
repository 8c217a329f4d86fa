{{ config(
    materialized='incremental',
    incremental_strategy='insert_overwrite' if target.type == 'bigquery' else 'delete+insert',
    unique_key=none if target.type == 'bigquery' else 'event_date',
    partition_by={'field': 'event_date', 'data_type': 'date'} if target.type == 'bigquery' else none
) }}

select
    event_date,
    count(*) as events,
    sum(amount) as amount
from {{ ref('stg_events') }}
where {{ dbt_playbooks.backfill_filter('event_date', lookback_days=3) }}
group by event_date
