select o.order_id, t.item.sku as sku, t.item.quantity as quantity
from {{ ref('stg_orders') }} as o, unnest(o.items) as t (item)
