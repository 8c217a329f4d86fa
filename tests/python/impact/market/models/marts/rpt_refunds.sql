select f.order_id, f.order_status, r.refunded
from {{ ref('fct_orders') }} as f
inner join {{ ref('stg_refunds') }} as r on f.order_id = r.order_id
where r.reason <> 'test'
