select * rename (status as order_status) from {{ ref('stg_orders') }}
