select customer_id from {{ ref('stg_customers') }}
except
select customer_id from {{ ref('stg_orders') }}
