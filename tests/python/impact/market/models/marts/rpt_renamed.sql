select order_status, amount_open from {{ ref('int_renamed') }} left join {{ ref('int_loop') }} using (customer_id)
