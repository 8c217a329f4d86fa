select order_id as id, status from {{ ref('stg_orders') }}
union all by name
select status, payment_id as id from {{ ref('stg_payments') }}
