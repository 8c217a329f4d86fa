select order_id, status as state, amount from {{ ref('stg_orders') }}
