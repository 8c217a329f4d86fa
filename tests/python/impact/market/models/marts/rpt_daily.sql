{{ config(
    materialized='incremental', incremental_strategy='microbatch', event_time='ordered_at', batch_size='day', begin='2024-01-01'
) }}

select order_id, ordered_at, amount from {{ ref('fct_orders') }}
