select
    c.customer_id,
    (select max(o.amount) from {{ ref('stg_orders') }} as o where o.customer_id = c.customer_id) as largest
from {{ ref('stg_customers') }} as c
