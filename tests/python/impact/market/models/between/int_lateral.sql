select o.order_id, d.doubled
from {{ ref('stg_orders') }} as o cross join lateral (select o.amount * 2 as doubled) as d
