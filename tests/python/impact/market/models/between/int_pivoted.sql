select *
from (select customer_id, status, amount from {{ ref('stg_orders') }})
pivot (sum(amount) for status in ('open' as open_amount, 'paid' as paid_amount))
