select order_id, state as phase from {{ ref('int_states') }}
