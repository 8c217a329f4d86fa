select o.status as order_state, p.status as payment_state
from {{ ref('stg_orders') }} as o
inner join {{ ref('stg_payments') }} as p on o.order_id = p.order_id
