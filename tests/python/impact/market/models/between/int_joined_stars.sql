select o.*, p.* exclude (order_id, amount, status)
from {{ ref('stg_orders') }} as o
inner join {{ ref('stg_payments') }} as p on o.order_id = p.order_id and p.status = 'settled'
