select v.visit_id, c.name from {{ ref('stg_visits') }} as v join {{ ref('stg_customers') }} as c on v.customer_id = c.customer_id
