select * exclude (ip_address) from {{ source('raw', 'visits') }}
