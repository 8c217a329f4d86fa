select order_id, address.city, address.zip as postcode from {{ ref('stg_orders') }}
