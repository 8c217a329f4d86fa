select o.order_id, o.amount * r.rate as in_euros, r.currency
from {{ ref('stg_orders') }} as o
inner join {{ ref('stg_rates') }} as r using (currency)
