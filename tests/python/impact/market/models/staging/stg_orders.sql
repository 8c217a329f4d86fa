with source as (

    select * from {{ source('raw', 'orders') }}

),

renamed as (

    select
        id as order_id,
        customer_id,
        status,
        cast(amount as decimal(12, 2)) as amount,
        currency,
        ordered_at,
        items,
        address,
        note
    from source

)

select * from renamed
