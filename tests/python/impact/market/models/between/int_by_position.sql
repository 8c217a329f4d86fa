select payment_id as id, method as label from {{ ref('stg_payments') }}
union all
select order_id, status from {{ ref('stg_orders') }}
