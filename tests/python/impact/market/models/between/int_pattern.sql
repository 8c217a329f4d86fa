select order_id, columns('^sta') from {{ ref('stg_orders') }}
