select customer_id, name, customer_status as status from {{ ref('stg_customers') }}
