with source as (
    select * from {{ source('raw', 'customers') }}
)

select
    id as customer_id,
    name,
    lower(email) as email,
    country_code,
    "Signup Date" as signup_date,
    status as customer_status
from source
where not deleted
