select o.order_id
from {{ ref('stg_orders') }} as o
left join {{ ref('stg_payments') }} as p on o.order_id = p.order_id
where o.status = 'paid' and p.order_id is null
