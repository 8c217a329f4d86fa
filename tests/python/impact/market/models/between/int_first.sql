select distinct on (customer_id) order_id, amount from {{ ref('stg_orders') }} order by customer_id, ordered_at
