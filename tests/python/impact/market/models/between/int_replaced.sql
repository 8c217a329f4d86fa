select * replace (upper(status) as status) from {{ ref('stg_orders') }}
