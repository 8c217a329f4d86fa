select kind, happened_at::date as day, count(*) as events from {{ ref('stg_events') }} group by all
