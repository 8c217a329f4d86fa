-- neither the status nor the amount of an order is used here
select order_id, 'status' as kind, 'amount' as what /* status */
from {{ ref('stg_orders') }}
