with orders as (
    select * from {{ ref('stg_orders') }}
),

labelled as (
    select order_id, amount, upper(status) as label from orders
)

select order_id, amount from labelled where label = 'PAID'
