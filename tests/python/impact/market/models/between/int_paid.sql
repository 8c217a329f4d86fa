select order_id, sum(amount) as paid, max(status) as last_status
from {{ ref('stg_payments') }}
group by order_id
