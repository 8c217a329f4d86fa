select * exclude (status, note) from {{ ref('stg_orders') }}
