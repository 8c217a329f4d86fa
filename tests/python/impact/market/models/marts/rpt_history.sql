select customer_id, customer_status, dbt_valid_from, dbt_valid_to from {{ ref('customers_snapshot') }}
