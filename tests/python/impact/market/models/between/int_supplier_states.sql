select "supplier id" as supplier_id, "STATUS" as supplier_status from {{ ref('stg_suppliers') }}
