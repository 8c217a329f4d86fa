with a as (select * from {{ ref('stg_events') }})

select * exclude (payload) from a where kind <> 'test'
