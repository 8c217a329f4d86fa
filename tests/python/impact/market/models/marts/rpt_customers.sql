select customer_id, customer_status from {{ ref('dim_customers') }}
