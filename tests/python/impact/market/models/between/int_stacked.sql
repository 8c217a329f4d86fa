select * from {{ ref('int_states') }}
union all
select refund_id, reason, refunded from {{ ref('stg_refunds') }}
