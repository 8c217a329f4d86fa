select status as s, upper(s) as loud, amount from {{ ref('stg_orders') }} order by s
