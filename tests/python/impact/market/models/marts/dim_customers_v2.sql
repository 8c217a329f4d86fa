select customer_id, name, customer_status, signup_date from {{ ref('stg_customers') }}
