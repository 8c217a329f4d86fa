select o.order_id from {{ ref('stg_orders') }} as o where {{ is_paid('o') }}
