{{ config(materialized='ephemeral') }}

select
    id as refund_id,
    order_id,
    amount as refunded,
    reason
from {{ source('raw', 'refunds') }}
