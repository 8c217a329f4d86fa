select sku, state from {{ ref('stg_stock') }} where shelf is not null
