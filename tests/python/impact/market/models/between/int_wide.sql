select order_id, to_json(o) as whole from {{ ref('stg_orders') }} as o
