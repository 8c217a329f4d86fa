select order_id, sum(amount) over w as running
from {{ ref('stg_orders') }}
window w as (partition by customer_id order by ordered_at)
