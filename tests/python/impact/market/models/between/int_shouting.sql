SELECT ORDER_ID, STATUS AS LOUD, "CUSTOMER_ID" AS "Customer Id" FROM {{ ref('stg_orders') }}
