select status as name, count(*) as orders from {{ ref('stg_orders') }} group by 1 order by 1
