-- the status of a payment is not the status of an order
select
    id as payment_id,
    order_id,
    amount,
    status,
    paid_at,
    method
from {{ source('raw', 'payments') }}
