{{ config(materialized='incremental', unique_key='order_id', on_schema_change='append_new_columns') }}

select
    e.order_id,
    e.customer_id,
    e.status as order_status,
    e.amount,
    p.paid,
    e.ordered_at
from {{ ref('int_enriched') }} as e
left join {{ ref('int_paid') }} as p on e.order_id = p.order_id
{% if is_incremental() %}
where e.ordered_at > (select max(t.ordered_at) from {{ this }} as t where t.order_status <> 'open') and e.note is null
{% endif %}
