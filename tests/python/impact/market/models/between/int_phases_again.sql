with first_step as (
    select * from {{ ref('int_phases') }}
),

second_step as (
    select order_id, phase from first_step
)

select * from second_step
