select * replace (lower(state) as state) from {{ source('raw', 'stock') }}
