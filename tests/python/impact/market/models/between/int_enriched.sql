select o.*, c.customer_status, c.country_code
from {{ ref('int_active') }} as o
left join {{ ref('stg_customers') }} as c using (customer_id)
