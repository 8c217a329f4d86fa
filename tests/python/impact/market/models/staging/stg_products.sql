select
    sku,
    title,
    price,
    "order" as position,
    "group"
from {{ source('raw', 'products') }}
