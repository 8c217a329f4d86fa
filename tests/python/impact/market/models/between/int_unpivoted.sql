select order_id, what, how_much
from (select order_id, amount, amount * 2 as twice from {{ ref('stg_orders') }})
unpivot (how_much for what in (amount, twice))
