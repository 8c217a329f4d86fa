select "Supplier Id", "Status", "select" from {{ source('raw', 'suppliers') }}
