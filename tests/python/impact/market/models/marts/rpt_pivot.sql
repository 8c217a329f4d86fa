select customer_id, paid_amount from {{ ref('int_pivoted') }}
