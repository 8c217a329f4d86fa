select count(*) as orders from (select * from {{ ref('stg_orders') }})
