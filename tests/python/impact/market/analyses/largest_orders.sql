select order_id, status from {{ ref('stg_orders') }} order by amount desc limit 10
