select customer_id, status from {{ ref('dim_customers', v=1) }}
