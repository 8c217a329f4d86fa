-- a CTE may be called like a model
with stg_payments as (
    select order_id, status from {{ ref('stg_orders') }}
)

select order_id, status from stg_payments
