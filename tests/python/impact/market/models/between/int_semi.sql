select * from {{ ref('stg_customers') }} as c semi join {{ ref('stg_orders') }} as o on c.customer_id = o.customer_id and o.status = 'paid'
