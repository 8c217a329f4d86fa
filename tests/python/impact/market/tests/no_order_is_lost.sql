select id from {{ source('raw', 'orders') }}
except
select order_id from {{ ref('stg_orders') }}
